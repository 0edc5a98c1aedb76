import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { FunctionKind, text, type Profile } from '../../src/core/profile.ts';
import { FormatError } from '../../src/formats/format.ts';
import { detectFormat } from '../../src/formats/index.ts';
import { pstats } from '../../src/formats/pstats.ts';
import { graphText, inputOf, readAs } from '../stackText.ts';
import { needsTool } from '../tools.ts';

const folder = fileURLToPath(new URL('../fixtures/pstats/', import.meta.url));
const files = readdirSync(folder).filter((name) => name.endsWith('.pstats'));
const fixture = (name: string) => readFileSync(path.join(folder, name));
const program = fileURLToPath(new URL('../fixtures/src/calls.py', import.meta.url));

/** `file:line(name)`, as pstats prints functions. */
function key(profile: Profile, func: number): string {
  const { functions } = profile;
  const builtin = functions.kind[func] === FunctionKind.Builtin;
  return `${builtin ? '~' : text(profile, functions.file[func])}:${functions.line[func]}(${text(profile, functions.name[func])})`;
}

interface Row {
  calls: number;
  primitive: number;
  self: number;
  total: number;
  /** By caller: calls and the inclusive time of them. */
  callers: Record<string, [number, number]>;
}

function rows(profile: Profile): Map<string, Row> {
  const { graph } = profile;
  assert.ok(graph?.calls && graph.primitiveCalls && graph.total);
  const found: Row[] = [];
  for (let func = 0; func < profile.functions.length; func++) {
    found.push({ calls: graph.calls[func], primitive: graph.primitiveCalls[func], self: 0, total: graph.total[0][func], callers: {} });
  }
  const { lines, edges } = graph;
  for (let row = 0; row < lines.length; row++) {
    assert.equal(lines.line[row], profile.functions.line[lines.func[row]]);
    found[lines.func[row]].self += lines.cost[0][row];
  }
  for (let row = 0; row < edges.length; row++) found[edges.callee[row]].callers[key(profile, edges.caller[row])] = [edges.calls[row], edges.cost[0][row]];
  return new Map(found.map((row, func) => [key(profile, func), row]));
}

/** The same from Python's own pstats module; doubles survive as JSON. Python 3 cannot load dumps of Python 2, so theirs is kept. */
function pythonRows(file: string): Map<string, Row> {
  if (file.includes('-2.7')) return new Map(JSON.parse(readFileSync(file.replace('.pstats', '.expected.json'), 'utf8')) as [string, Row][]);
  const script = [
    'import json, pstats, sys',
    'rows = []',
    'name = lambda f: "%s:%d(%s)" % f',
    'for func, (cc, nc, tt, ct, callers) in pstats.Stats(sys.argv[1]).stats.items():',
    '    edges = {name(f): ([c[0], c[3]] if isinstance(c, tuple) else [c, None]) for f, c in callers.items()}',
    '    rows.append([name(func), dict(calls=nc, primitive=cc, self=tt, total=ct, callers=edges)])',
    'json.dump(rows, sys.stdout)',
  ].join('\n');
  return new Map(JSON.parse(execFileSync('python3', ['-c', script, file], { encoding: 'utf8', env: { ...process.env, PYTHONIOENCODING: 'utf-8' } })) as [string, Row][]);
}

const byName = (map: Map<string, Row>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));

describe('pstats', () => {
  it('is recognised by its first bytes', () => {
    for (const name of files) assert.equal(detectFormat(fixture(name), 'x')?.id, 'pstats', name);
    assert.equal(pstats.sniff(new TextEncoder().encode('{"a": 1}'), 'x.prof'), false);
    assert.equal(pstats.sniff(new TextEncoder().encode('{0'), 'x.prof'), true);
  });

  for (const name of files.filter((file) => file.startsWith('cprofile'))) {
    it(`equals Python's own reading of ${name} to the digit`, function () {
      needsTool(this, 'python3');
      this.timeout(60_000);
      const profile = rows_(name);
      assert.deepEqual(byName(profile), byName(pythonRows(path.join(folder, name))));
    });
  }

  /** Rows of a fixture read in small chunks. */
  function rows_(name: string): Map<string, Row> {
    return parsed.get(name) as Map<string, Row>;
  }
  const parsed = new Map<string, Map<string, Row>>();
  const profiles = new Map<string, Profile>();
  before(async () => {
    for (const name of files) {
      const profile = await readAs(pstats, fixture(name), name, 100);
      profiles.set(name, profile);
      parsed.set(name, rows(profile));
    }
  });

  it('keeps recursion apart from primitive calls, and functions of one name on different lines', () => {
    for (const name of files.filter((file) => file.startsWith('cprofile'))) {
      const found = rows_(name);
      const file = found.has('calls.py:6(fib)') ? 'calls.py' : '/tmp/rec/calls.py';
      const fib = found.get(`${file}:6(fib)`);
      assert.deepEqual([fib?.calls, fib?.primitive, fib?.callers[`${file}:6(fib)`]?.[0]], [109, 1, 108], name);
      assert.ok(found.has(`${file}:18(<lambda>)`) && found.has(`${file}:23(<lambda>)`), name);
    }
    const odd = parsed.get('cprofile-3.11.pstats')?.get('grün.py:1(grüße)');
    assert.deepEqual([odd?.calls, Object.keys(odd?.callers ?? {})], [1, ['grün.py:1(<module>)']]);
  });

  it('knows built-in functions', () => {
    const profile = profiles.get('cprofile-3.13.pstats') as Profile;
    const builtins = Array.from({ length: profile.functions.length }, (_, func) => func).filter((func) => profile.functions.kind[func] === FunctionKind.Builtin);
    assert.ok(builtins.some((func) => text(profile, profile.functions.name[func]) === '<built-in method builtins.sum>'));
    for (const func of builtins) assert.deepEqual([profile.functions.file[func], profile.functions.line[func]], [-1, 0]);
  });

  it('reads the pure-Python profiler, whose callers carry only counts', function () {
    needsTool(this, 'python3');
    for (const name of ['profile-2.7.pstats', 'profile-3.13.pstats']) {
      const found = rows_(name);
      assert.match(profiles.get(name)?.warnings.join('\n') ?? '', /no times for single callers/);
      const expected = pythonRows(path.join(folder, name));
      assert.deepEqual([...found.keys()].sort(), [...expected.keys()].sort());
      for (const [func, row] of expected) {
        const own = found.get(func) as Row;
        assert.deepEqual([own.calls, own.primitive, own.self, own.total], [row.calls, row.primitive, row.self, row.total], func);
        // The total is shared out to the callers by their calls, but none of it to the function itself.
        const shares = Object.entries(own.callers);
        assert.deepEqual(shares.map(([caller, [calls]]) => [caller, calls]).sort(), Object.entries(row.callers).map(([caller, [calls]]) => [caller, calls]).sort());
        const others = shares.filter(([caller]) => caller !== func);
        const sum = others.reduce((total, [, [, cost]]) => total + cost, 0);
        if (others.length > 0) assert.ok(Math.abs(sum - own.total) < 1e-12, func);
        assert.equal(own.callers[func]?.[1] ?? 0, 0, func);
      }
    }
  });

  it('reads dumps of `python -m profile`, which name a code object', () => {
    for (const [name, line] of [['profile-main-2.7.pstats', 1], ['profile-main-3.9.pstats', 1], ['profile-main-3.12.pstats', 0]] as const) {
      const names = [...rows_(name).keys()];
      assert.ok(names.includes(`profile:0(<code object <module>, file "tiny.py", line ${line === 0 ? 1 : line}>)`), names.join('\n'));
      assert.ok(names.includes('tiny.py:1(f)'), names.join('\n'));
    }
  });

  it('adds up several files', async () => {
    const name = 'cprofile-3.11.pstats';
    const twice = rows(await pstats.read([inputOf('a', fixture(name)), inputOf('b', fixture(name))]));
    for (const [func, row] of rows_(name)) {
      const sum = twice.get(func) as Row;
      assert.deepEqual([sum.calls, sum.primitive, sum.self, sum.total], [row.calls * 2, row.primitive * 2, row.self * 2, row.total * 2], func);
      for (const [caller, [calls, cost]] of Object.entries(row.callers)) assert.deepEqual(sum.callers[caller], [calls * 2, cost * 2]);
    }
  });

  it('keeps what was read when the file is cut', async () => {
    for (const name of ['cprofile-2.7.pstats', 'cprofile-3.13.pstats']) {
      const bytes = fixture(name);
      const whole = rows_(name);
      let most = 0;
      for (let length = 400; length < bytes.length; length += 7) {
        const cut = await readAs(pstats, bytes.subarray(0, length), name);
        assert.equal(cut.truncated, true, `cut at byte ${length}`);
        assert.match(cut.warnings.join('\n'), /was cut off at byte/);
        const functions = [...rows(cut).keys()];
        assert.ok(functions.every((func) => whole.has(func)));
        most = Math.max(most, functions.length);
      }
      assert.ok(most > whole.size - 3);
    }
  });

  it('names the byte of malformed input', async () => {
    const malformed = async (bytes: number[] | Uint8Array, expected: RegExp) => {
      await assert.rejects(readAs(pstats, Uint8Array.from(bytes), 'bad.prof'), (error: unknown) => {
        assert.ok(error instanceof FormatError, String(error));
        assert.match(error.message, expected);
        return true;
      });
    };
    const ascii = (content: string) => [...content].map((character) => character.charCodeAt(0));
    const int = (value: number) => [0x69, value, 0, 0, 0];
    const name = (content: string) => [0x7a, content.length, ...ascii(content)];
    const func = [0x29, 3, ...name('a.py'), ...int(1), ...name('f')];
    await malformed(ascii('hello'), /bad\.prof, byte 0: expected a dict, found "type h"/);
    await malformed([], /byte 0: expected more data/);
    await malformed([...ascii('{'), ...int(3), ...int(4), 0x30], /the entry at byte 1: expected a function as \(file, line, name\)/);
    await malformed([...ascii('{'), ...func, ...int(4), 0x30], /expected a tuple of two counts, two times and the callers/);
    await malformed([...ascii('{'), ...func, 0x29, 5, ...int(1), ...int(1), ...name('x'), ...int(0), 0x7b, 0x30, 0x30], /expected a number/);
    await malformed([...ascii('{'), ...func, 0x29, 5, ...int(1), ...int(1), ...int(0), ...int(0), 0x7b, ...func, 0x29, 1, ...int(1), 0x30, 0x30], /two counts and two times for each caller/);
    // The same dict of callers for every function: honest files never share it, and it would take for ever.
    const shared: number[] = [...ascii('{')];
    const callers = [0xfb, ...Array.from({ length: 200 }, (_, i) => [0x29, 3, ...name(`c${i}`), ...int(i), ...name('g'), ...int(1)]).flat(), 0x30];
    for (let i = 0; i < 200; i++) {
      shared.push(0x29, 3, ...name(`f${i}`), ...int(1), ...name('f'), 0x29, 5, ...int(1), ...int(1), ...int(0), ...int(0), ...(i === 0 ? callers : [0x72, 0, 0, 0, 0]));
    }
    await malformed([...shared, 0x30], /expected callers of this function/);
  });

  it('is empty for an empty dump', async () => {
    const profile = await readAs(pstats, '{0');
    assert.deepEqual([profile.functions.length, profile.truncated, graphText(profile)], [0, false, '(no call graph)']);
  });

  it('equals pstats for a profile recorded now', async function () {
    needsTool(this, 'python3');
    this.timeout(60_000);
    const scratch = mkdtempSync(path.join(os.tmpdir(), 'heatline-pstats-'));
    try {
      for (const module of ['cProfile', 'profile']) {
        const file = path.join(scratch, module);
        execFileSync('python3', [program, module, file]);
        const found = rows(await readAs(pstats, readFileSync(file), module));
        const expected = pythonRows(file);
        assert.equal(found.size, expected.size);
        for (const [func, row] of expected) {
          const { callers, ...own } = found.get(func) as Row;
          const { callers: expectedCallers, ...numbers } = row;
          assert.deepEqual(own, numbers, func);
          if (module === 'cProfile') assert.deepEqual(callers, expectedCallers, func);
        }
      }
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  });
});
