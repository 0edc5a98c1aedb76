// The grammars of syntaxes/, over real files. A golden file (test/fixtures/grammars/*.scopes) shows lines, each after `>`, and
// beneath each its scopes, as `^^^ scope`; with HEATLINE_UPDATE=1 the scopes are written anew, to be looked at in the diff.
import assert from 'node:assert/strict';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import textmate, { type IGrammar, type StateStack } from 'vscode-textmate';
import oniguruma from 'vscode-oniguruma';

const root = new URL('../../', import.meta.url);
const fixtures = new URL('test/fixtures/', root);

interface Manifest {
  contributes: {
    languages: { id: string; aliases?: string[]; extensions?: string[]; filenamePatterns?: string[]; firstLine?: string; configuration?: string }[];
    grammars: { language: string; scopeName: string; path: string }[];
  };
}

/** The real files of each language: folders, or name endings in the folder of the grammars' own. */
const FILES: Readonly<Record<string, readonly RegExp[]>> = {
  'heatline-callgrind': [/^callgrind\/.*out/, /^grammars\/cachegrind\.out/],
  'heatline-massif': [/^grammars\/massif\.out/],
  'heatline-perf-script': [/^perf\/.*\.txt$/, /^grammars\/.*\.perf\.txt$/],
  'heatline-perf-annotate': [/^grammars\/.*\.annotate$/],
  'heatline-collapsed': [/^grammars\/.*\.folded$/],
  'heatline-strace': [/^[sl]trace\/.*trace/],
  'heatline-disassembly': [/^grammars\/.*\.(?:objdump|disasm)$/],
};

const manifest = JSON.parse(await readFile(new URL('package.json', root), 'utf8')) as Manifest;
const { languages, grammars } = manifest.contributes;

await oniguruma.loadWASM(await readFile(new URL('node_modules/vscode-oniguruma/release/onig.wasm', root)));
const registry = new textmate.Registry({
  onigLib: Promise.resolve({
    createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
    createOnigString: (text) => new oniguruma.OnigString(text),
  }),
  loadGrammar: async (scopeName) => {
    const found = grammars.find((grammar) => grammar.scopeName === scopeName);
    return found ? textmate.parseRawGrammar(await readFile(new URL(found.path, root), 'utf8'), found.path) : null;
  },
});

async function grammarOf(language: string): Promise<IGrammar> {
  const grammar = await registry.loadGrammar(grammars.find((each) => each.language === language)?.scopeName ?? '');
  assert.ok(grammar, language);
  return grammar;
}

interface Token {
  readonly start: number;
  readonly end: number;
  /** Without the scope of the whole file. */
  readonly scopes: readonly string[];
}

function tokenize(grammar: IGrammar, lines: readonly string[]): Token[][] {
  let state: StateStack = textmate.INITIAL;
  return lines.map((line) => {
    const { tokens, ruleStack, stoppedEarly } = grammar.tokenizeLine(line, state);
    assert.equal(stoppedEarly, false);
    state = ruleStack;
    return tokens.map(({ startIndex, endIndex, scopes }) => ({ start: startIndex, end: Math.min(endIndex, line.length), scopes: scopes.slice(1) }));
  });
}

async function filesOf(language: string): Promise<{ name: string; lines: string[] }[]> {
  const names = (await readdir(fixtures, { recursive: true })).map((name) => name.replaceAll('\\', '/')).filter((name) => !name.endsWith('.md') && FILES[language].some((pattern) => pattern.test(name)));
  return Promise.all(names.sort().map(async (name) => ({ name, lines: (await readFile(new URL(name, fixtures), 'utf8')).split('\n') })));
}

/** Every scope that a grammar can give. */
function scopesIn(grammar: unknown, found = new Set<string>()): Set<string> {
  if (typeof grammar !== 'object' || grammar === null) return found;
  for (const [key, value] of Object.entries(grammar)) {
    if ((key === 'name' || key === 'contentName') && typeof value === 'string' && /^[a-z]+\.[\w.-]+$/.test(value)) found.add(value);
    else scopesIn(value, found);
  }
  return found;
}

describe('grammars: the manifest', () => {
  it('has a language and a grammar for each, and names that do not collide', () => {
    assert.deepEqual(languages.map(({ id }) => id).sort(), Object.keys(FILES).sort());
    assert.deepEqual(grammars.map(({ language }) => language).sort(), Object.keys(FILES).sort());
    assert.equal(new Set(grammars.map(({ scopeName }) => scopeName)).size, grammars.length);
    const claims = languages.flatMap(({ extensions = [], filenamePatterns = [] }) => [...extensions, ...filenamePatterns]);
    assert.equal(new Set(claims).size, claims.length, claims.join());
    for (const { id, aliases } of languages) assert.ok((aliases?.length ?? 0) > 0, id);
  });

  it('names files that are there', async () => {
    for (const { configuration } of languages) if (configuration) JSON.parse(await readFile(new URL(configuration, root), 'utf8'));
    for (const { language, path, scopeName } of grammars) {
      const grammar = JSON.parse(await readFile(new URL(path, root), 'utf8')) as { scopeName: string };
      assert.equal(grammar.scopeName, scopeName, language);
    }
    const inFolder = (await readdir(new URL('syntaxes/', root))).filter((name) => name.endsWith('.tmLanguage.json')).map((name) => `./syntaxes/${name}`);
    assert.deepEqual(inFolder.sort(), grammars.map(({ path }) => path).sort());
  });

  it('first lines find the files that their names do not', async () => {
    for (const [name, id] of [
      ['callgrind/calls.out', 'heatline-callgrind'], ['grammars/cachegrind.out.calls', 'heatline-callgrind'], ['grammars/massif.out.leak', 'heatline-massif'],
      ['perf/calls.srcline.txt', 'heatline-perf-script'], ['grammars/calls.annotate', 'heatline-perf-annotate'],
      ['strace/syscalls.strace', 'heatline-strace'], ['strace/syscalls.terminal.strace', 'heatline-strace'], ['strace/summary.strace', 'heatline-strace'],
      ['ltrace/library.summary.ltrace', 'heatline-strace'], ['grammars/gocpu.amd64.disasm', 'heatline-disassembly'],
    ]) {
      const [first] = (await readFile(new URL(name, fixtures), 'utf8')).split('\n');
      assert.deepEqual(languages.filter(({ firstLine }) => firstLine && new RegExp(firstLine).test(first)).map((language) => language.id), [id], name);
    }
  });
});

for (const { language, path } of grammars) {
  describe(`grammars: ${language}`, () => {
    it('gives the scopes of the golden file', async () => {
      const golden = new URL(`grammars/${language.replace('heatline-', '')}.scopes`, fixtures);
      const before = await readFile(golden, 'utf8');
      const lines = before.split('\n').filter((line) => line.startsWith('>')).map((line) => line.slice(1));
      assert.ok(lines.length > 3);
      const real = new Set((await filesOf(language)).flatMap((file) => file.lines));
      for (const line of lines) assert.ok(real.has(line), `no real file has the line ${line}`);
      const tokens = tokenize(await grammarOf(language), lines);
      const picture = lines.map((line, i) => [
        `>${line}`,
        ...tokens[i].filter(({ scopes, end, start }) => scopes.length > 0 && end > start).map(({ start, end, scopes }) => ` ${' '.repeat(start)}${'^'.repeat(end - start)} ${scopes.join(' ')}`),
      ].join('\n')).join('\n') + '\n';
      if (process.env['HEATLINE_UPDATE'] === '1') await writeFile(golden, picture);
      else assert.equal(picture, before);
    });

    it('has no rule that real files do not use', async () => {
      const grammar = await grammarOf(language);
      const unused = scopesIn(JSON.parse(await readFile(new URL(path, root), 'utf8')));
      const files = await filesOf(language);
      assert.ok(files.length > 0);
      for (const { lines } of files) for (const tokens of tokenize(grammar, lines)) for (const { scopes } of tokens) for (const scope of scopes) unused.delete(scope);
      assert.deepEqual([...unused], []);
    });

    it('leaves few lines of real files without a scope', async () => {
      const grammar = await grammarOf(language);
      for (const { name, lines } of await filesOf(language)) {
        const bare = tokenize(grammar, lines).flatMap((tokens, i) => (lines[i].trim() !== '' && tokens.every(({ scopes }) => scopes.length === 0) ? [lines[i]] : []));
        // Source lines between instructions, and what a traced program printed, are nobody's.
        assert.ok(bare.length <= lines.length * 0.35, `${name}: ${bare.slice(0, 5).join(' | ')}`);
      }
    });

    it('is never stuck in a long line', async function () {
      this.timeout(60_000);
      const grammar = await grammarOf(language);
      const samples = [...new Set((await filesOf(language)).flatMap((file) => file.lines.slice(0, 60)).filter((line) => line !== ''))];
      const time = (line: string) => {
        const start = performance.now();
        assert.equal(grammar.tokenizeLine(line, textmate.INITIAL).stoppedEarly, false);
        return performance.now() - start;
      };
      // What delimits things in these files, many times over, alone and in the middle of a real line.
      const pieces = [' ', '(', ')', ' (', '<', '"', '\\', ';', '0', '1 ', '0x1 ', 'a', 'a ', 'a(', ') = ', '[', '_[', '/', ':', '-', '+0x1', 'A', ' \t'];
      for (const [i, piece] of pieces.entries()) {
        const sample = samples[(i * 7) % samples.length];
        const at = Math.floor(sample.length / 2);
        for (const around of [['', ''], [sample.slice(0, at), sample.slice(at)]]) {
          // VS Code colours no longer lines (editor.maxTokenizationLineLength); what backtracks without end takes minutes for this one.
          const line = around[0] + piece.repeat(20_000 / piece.length) + around[1];
          const took = time(line);
          assert.ok(took < 10_000, `${JSON.stringify(piece)} in ${around.join(' ')}: ${took} ms`);
        }
      }
    });
  });
}
