import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ProfileBuilder } from '../../src/core/builder.ts';
import { FunctionKind, text, type Profile } from '../../src/core/profile.ts';
import { collapsed } from '../../src/formats/collapsed.ts';
import { collapsedWriter } from '../../src/formats/collapsedWriter.ts';
import { decimal } from '../../src/formats/decimal.ts';
import { FormatError, type PieceEnd } from '../../src/formats/format.ts';
import { FORMATS, detectFormat } from '../../src/formats/index.ts';
import { perfScript } from '../../src/formats/perfScript.ts';
import { dedent, inputOf, readAs, stackProfile, stackTree } from '../stackText.ts';
import { graphProfile, randomProfile } from './core-random.ts';

const fixture = (name: string) => new Uint8Array(readFileSync(fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url))));
const read = (content: string | Uint8Array, chunkSize?: number) => readAs(collapsed, content, 'test.folded', chunkSize);
const written = (profile: Profile, options = {}) => [...(collapsedWriter.write(profile, options) as Iterable<string>)].join('');

async function assertFails(content: string, message: RegExp): Promise<void> {
  await assert.rejects(read(content), (error: unknown) => {
    assert.ok(error instanceof FormatError, String(error));
    assert.match(error.message, message);
    return true;
  });
}

describe('collapsed stacks', () => {
  it('reads stacks, frames with spaces, fractions and what was cut in chunks of any size', async () => {
    const lines = 'main;operator() (int, char);a b 12\nmain 3\nmain;operator() (int, char) 0.5\nmain;operator() (int, char);a b 1\r\nother;deep 2';
    for (const chunkSize of [1, 3, 7, 1000]) {
      const profile = await read(lines, chunkSize);
      assert.equal(stackTree(profile), dedent(`
        main  total 16.5, self 3
          operator() (int, char)  total 13.5, self 0.5
            a b  total 13, self 13
        other  total 2
          deep  total 2, self 2`));
      assert.deepEqual(profile.totals, [18.5]);
      assert.equal(profile.truncated, false);
      assert.equal(profile.samples, null);
    }
  });

  it('finds what a stack shares with the line before, whatever that was', async () => {
    // Each is a prefix, an extension or a near miss of the one before.
    const stacks = ['a', 'a;b', 'a;bb', 'a;b', 'a;b;c', 'a', 'aa;b', 'a;b;c;d', 'a;b;cc', ';a', 'a;;b', 'a;', 'b;a;b', 'a;b;c;d'];
    const profile = await read(stacks.map((stack, index) => `${stack} ${2 ** index}\n`).join(''));
    const expected = new Map<string, number>();
    for (const [index, stack] of stacks.entries()) {
      const key = stack.replace(/;+$/, '').split(';').map((name) => name || '[unknown]').join(';');
      expected.set(key, (expected.get(key) ?? 0) + 2 ** index);
    }
    assert.deepEqual(new Map(written(profile).trim().split('\n').map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))])), expected);
  });

  it('takes empty frames, comments, tabs, signs, exponents and blank lines', async () => {
    const profile = await read('# made by hand\n#!shebang 7\n\nmain;;leaf 2\nmain;stop; 1\n 4\nup\t8\nless -3\nmuch 1e3\n#1;frame 5\n   \n');
    assert.equal(stackTree(profile), dedent(`
      much  total 1000, self 1000
      up  total 8, self 8
      #1  total 5
        frame  total 5, self 5
      [unknown]  total 4, self 4
      main  total 3
        [unknown]  total 2
          leaf  total 2, self 2
        stop  total 1, self 1
      less  total -3, self -3`));
  });

  it('tells kernel, inlined and jitted frames by their annotations, and Python frames by their form', async () => {
    const profile = await read('main;read_[k];fast_[i];jit_[j];spin (busy.py:8);<module> (<frozen importlib._bootstrap>:12);f (a.c:3) 1\n');
    const kinds = Array.from(profile.functions.kind, (kind, row) => [text(profile, profile.functions.name[row]), kind, text(profile, profile.functions.file[row])]);
    assert.deepEqual(kinds, [
      ['main', FunctionKind.Unknown, ''], ['read_[k]', FunctionKind.Kernel, ''], ['fast_[i]', FunctionKind.Native, ''], ['jit_[j]', FunctionKind.Native, ''],
      ['spin', FunctionKind.Python, 'busy.py'], ['<module>', FunctionKind.Python, '<frozen importlib._bootstrap>'], ['f (a.c:3)', FunctionKind.Unknown, ''],
    ]);
    assert.deepEqual([...profile.frames.line], [0, 0, 0, 0, 8, 12, 0]);
    assert.deepEqual([...profile.frames.inlined], [0, 0, 1, 0, 0, 0, 0]);
  });

  it('reads two counts on every line as two events', async () => {
    const profile = await read(fixture('collapsed/differential.folded'));
    assert.deepEqual(profile.events.map(({ name }) => name), ['before', 'after']);
    assert.deepEqual(profile.totals, [57, 40]);
    assert.equal(profile.defaultEvent, 1);
    await assertFails('a;b 1 2\n'.repeat(500) + 'a;c 3\n', /line 501: expected a stack and two counts, as on the lines before, found "a;c 3"/);
    // One line with one count: then the numbers before the counts are part of names.
    const single = await read('a;thread 1 20\na;b 3\n');
    assert.equal(stackTree(single), 'a  total 23\n  thread 1  total 20, self 20\n  b  total 3, self 3');
  });

  it('names the line without a count, but keeps what came before one that was cut off', async () => {
    await assertFails('a;b 1\na;b\nc 2\n', /test\.folded, line 2: expected a stack, a space and a count, found "a;b"/);
    await assertFails('a;b 1\nabc12\n', /line 2/);
    await assertFails('a;b NaN\n', /line 1/);
    await assertFails('', /line 1: expected a stack and its count, but the text has none/);
    await assertFails('# nothing\n', /line 1/);
    const cut = await read('a;b 1\na;c');
    assert.equal(cut.truncated, true);
    assert.deepEqual(cut.warnings, ['test.folded was cut off in line 2; the stacks until there are shown']);
    assert.deepEqual(cut.totals, [1]);
  });

  it('warns of counts beyond 2^53', async () => {
    assert.deepEqual((await read('a 9007199254740991\n')).warnings, []);
    assert.deepEqual((await read('a 9007199254740993\n')).warnings, ['counts above 2^53 occur and are rounded']);
  });

  it('reads 100,000 frames and names of a megabyte', async () => {
    const deep = Array.from({ length: 100_000 }, (_, index) => `f${index % 1000}`).join(';');
    const name = 'x'.repeat(1 << 20);
    const profile = await read(`${deep} 1\n${deep};leaf 2\n${name};${name}y 3\n`);
    assert.equal(profile.stacks.length, 100_003);
    assert.deepEqual(profile.totals, [6]);
    assert.equal(text(profile, profile.functions.name[profile.functions.length - 1]).length, (1 << 20) + 1);
  });

  it('reads in pieces what it reads at once', async () => {
    const pieces = collapsed.pieces!;
    const lines = Array.from({ length: 900 }, (_, index) => `main;f${index % 7};g${index % 13} ${1 + index}`);
    const bytes = new Uint8Array(Buffer.from(`${lines.join('\n')}\nmain;cut`));
    const whole = await read(bytes);
    for (const count of [2, 3, 10]) {
      const cuts = [0];
      for (let piece = 1; piece < count; piece++) cuts.push(pieces.boundary(bytes, Math.floor(bytes.length * piece / count)));
      cuts.push(bytes.length);
      const builder = new ProfileBuilder();
      const ends: PieceEnd[] = [];
      for (let piece = 0; piece < count; piece++) {
        assert.ok(piece === 0 || bytes[cuts[piece] - 1] === 10, 'a piece begins with a line');
        const end = await pieces.read(inputOf('test.folded', bytes.subarray(cuts[piece], cuts[piece + 1]), 100), builder, { first: piece === 0, last: piece === count - 1 });
        ends.push(end!);
      }
      assert.deepEqual(builder.finish(pieces.finish(builder, 'test.folded', ends)), whole);
    }
    assert.match(whole.warnings.join(), /cut off in line 901/);
    // Two counts: the first lines decide for all.
    const two = inputOf('test.folded', 'a;b 1 2\n');
    assert.equal(await pieces.read(two, new ProfileBuilder(), { first: true, last: false }), undefined);
    assert.equal(pieces.boundary(new Uint8Array(Buffer.from('one line')), 0), -1);
  });

  it('is told from everything else', () => {
    for (const name of readdirSync(fileURLToPath(new URL('../fixtures/collapsed/', import.meta.url)))) {
      if (!name.endsWith('.md')) assert.equal(detectFormat(fixture(`collapsed/${name}`), 'unnamed')?.id, 'collapsed', name);
    }
    const bytes = (content: string) => new Uint8Array(Buffer.from(content));
    for (const other of ['', 'hello world\n', 'main 5\n', '{"a;b": 1}\n', 'PATH=/bin;/usr/bin\n', 'int main() { return 0; }\nint x; // 5\n', 'a;b;c\n1;2;3\n']) {
      assert.equal(collapsed.sniff(bytes(other), 'file.txt'), false, other);
    }
    assert.ok(collapsed.sniff(bytes('main 5\n'), 'a.folded'));
    assert.ok(collapsed.sniff(bytes(`${'frame;'.repeat(11_000)}`), 'file.txt'));
  });

  it('is tried last, for there is no mark to know it by', () => {
    assert.equal(FORMATS[FORMATS.length - 1], collapsed, 'the least sure format comes last');
  });
});

describe('collapsed stacks, written', () => {
  it('merges stacks of one name and keeps totals', () => {
    const profile = stackProfile(`
      weights: 3  4  0.5  2
      main[line:1]  main[line:2]  main[line:1]  #odd;name
      work          work          idle          -`);
    assert.equal(written(profile), 'main;work 7\nmain;idle 0.5\n_#odd:name 2\n');
    assert.deepEqual(collapsedWriter.losses?.(profile, {}), ['files, lines, objects and addresses of frames', 'threads and times of samples']);
  });

  it('reads back what it wrote, with the same total for every function', async () => {
    for (let seed = 1; seed <= 200; seed++) {
      const { profile } = randomProfile(seed);
      const again = await read(written(profile));
      assert.deepEqual(again.totals, profile.totals, `seed ${seed}`);
      assert.equal(written(again), written(profile), `seed ${seed}`);
    }
  });

  it('estimates stacks from a call graph, and says so', async () => {
    const graph = graphProfile({ main: 10, work: 90 }, [['main', 'work', 1, 90]]);
    assert.equal(stackTree(await read(written(graph))), 'main  total 100, self 10\n  work  total 90, self 90');
    assert.match(collapsedWriter.losses?.(graph, {})?.join() ?? '', /estimated/);
  });

  it('writes numbers without exponents', () => {
    for (const [value, shown] of [[1e-7, '0.0000001'], [1.5e-10, '0.00000000015'], [1e21, '1000000000000000000000'], [1.25e22, '12500000000000000000000'], [-2.5e-8, '-0.000000025'], [0.1, '0.1'], [5, '5']] as const) {
      assert.equal(decimal(value), shown);
      assert.equal(Number(decimal(value)), value);
    }
  });

  it('writes nothing for a profile without events', () => {
    assert.equal(written(new ProfileBuilder().finish({ format: 'nothing' })), '');
  });
});

describe("FlameGraph's naming", () => {
  // The .folded files were made by stackcollapse-perf.pl, whose rules the naming follows.
  for (const name of ['calls.default', 'calls.dwarf', 'calls.fp', 'calls.srcline', 'gocpu', 'python', 'shapes.multi']) {
    it(`is that of stackcollapse-perf.pl for ${name}.txt`, async () => {
      const profile = await readAs(perfScript, fixture(`perf/${name}.txt`));
      assert.equal(written(profile, { naming: 'flamegraph' }), Buffer.from(fixture(`collapsed/perf.${name}.folded`)).toString());
    });
  }

  it('follows its rules for odd symbols', async () => {
    const frames = [
      ['operator-> (/bin/a)', 'operator'],
      ['std::ptr<int>::operator->() const (/bin/a)', 'std::ptr<int>::operator;_[i]'],
      ['net/http.(*Client).Do (/bin/a)', 'net/http.(*Client).Do'],
      ['(anonymous namespace)::run(int, int) (/bin/a)', undefined],
      ['ns::(anonymous namespace)::run(int, int) (/bin/a)', 'ns::(anonymous namespace)::run'],
      ['[unknown] (/usr/lib/libm.so.6)', '[libm.so.6]'],
      ['[unknown] ([unknown])', '[unknown]'],
      ['[unknown] ([vdso])', '[[vdso]]'],
      ['Lorg/app/Main;::run->Lorg/app/Leaf;::walk (/tmp/perf-12.map)', 'org/app/Main:::run;org/app/Leaf:::walk_[i]'],
      ['RegExp:["\'x] (/tmp/perf-12.map)', 'RegExp:[x]'],
      ['inner (inlined)', 'inner'],
    ] as const;
    const lines = frames.map(([frame], index) => `java 12/12 ${index}.000000: 100 cycles: \n\t401000 ${frame}\n\t400000 main (/bin/a)\n\n`);
    const profile = await readAs(perfScript, lines.join(''));
    const keys = frames.map(([, name]) => `java;main${name === undefined ? '' : `;${name}`} 100`).sort();
    assert.deepEqual(written(profile, { naming: 'flamegraph' }).trim().split('\n'), keys);
  });

  it('tidies names of other tools, sorted by bytes', () => {
    const profile = stackProfile(`
      weights: 1  2  3
      b(int)  \u{1f525}  \uffee
      x;y     -         -`);
    assert.equal(written(profile, { naming: 'flamegraph' }), 'b;x:y 1\n\uffee 3\n\u{1f525} 2\n');
  });
});
