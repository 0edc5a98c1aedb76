import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { FunctionKind, type Profile } from '../../src/core/profile.ts';
import { FormatError } from '../../src/formats/format.ts';
import { detectFormat } from '../../src/formats/index.ts';
import { massif } from '../../src/formats/massif.ts';
import { parseValgrindFrame } from '../../src/formats/valgrindFrames.ts';
import { dedent, readAs, stackTree, type Detail } from '../stackText.ts';

const fixtures = new URL('../fixtures/', import.meta.url);
const readFixture = async (name: string) => readAs(massif, await readFile(new URL(`massif/${name}`, fixtures)), name);

const HEADER = 'desc: --x\ncmd: ./prog a\ntime_unit: B\n';
const ROOT = '(heap allocation functions) malloc/new/new[], --alloc-fns, etc.';

/** The lines of a snapshot; a tree makes it the kind that is given. */
function snapshot(n: number, time: number, heap: number, tree = '', kind = 'peak', extra = 0, stacks = 0): string {
  return `#-----------\nsnapshot=${n}\n#-----------\ntime=${time}\nmem_heap_B=${heap}\nmem_heap_extra_B=${extra}\nmem_stacks_B=${stacks}\n`
    + `heap_tree=${tree === '' ? 'empty' : kind}\n${tree === '' ? '' : `${dedent(tree)}\n`}`;
}

const TREE = `
  n3: 1000 ${ROOT}
   n2: 600 0x11: make (a.c:1)
    n0: 400 0x21: main (a.c:7)
    n0: 150 0x22: main (a.c:8)
   n1: 300 0x12: grow (a.c:3)
    n0: 300 0x23: main (a.c:9)
   n0: 100 in 2 places, all below massif's threshold (1.00%)
`;

const read = (...snapshots: string[]) => readAs(massif, HEADER + snapshots.join(''));
const points = ({ series }: Profile) => series.map(({ name, x, y }) => `${name}: ${Array.from(x, (time, i) => `${time}=${y[i]}`).join(' ')}`);

async function assertTree(tree: string, expected: string, details: Detail[] = []): Promise<Profile> {
  const profile = await read(snapshot(0, 1, 1000, tree));
  assert.equal(stackTree(profile, details), dedent(expected));
  return profile;
}

const refused = (content: string | Uint8Array, message: RegExp) => assert.rejects(readAs(massif, content, 'm.out'), (error) => {
  assert.ok(error instanceof FormatError, String(error));
  assert.match(error.message, message);
  return true;
});

describe('massif: trees', () => {
  it('are turned round: the deepest node is the outermost caller, and what its children lack ends at a node', async () => {
    await assertTree(TREE, `
      main[file:a.c][line:7][address:21][kind:native]  total 400
        make[file:a.c][line:1][address:11][kind:native]  total 400, self 400
      main[file:a.c][line:9][address:23][kind:native]  total 300
        grow[file:a.c][line:3][address:12][kind:native]  total 300, self 300
      main[file:a.c][line:8][address:22][kind:native]  total 150
        make[file:a.c][line:1][address:11][kind:native]  total 150, self 150
      in 2 places, all below massif's threshold (1.00%)[kind:unknown]  total 100, self 100
      make[file:a.c][line:1][address:11][kind:native]  total 50, self 50
    `, ['file', 'line', 'address', 'kind']);
  });

  it('of no calls are the allocation functions alone', async () => {
    await assertTree(`n0: 1000 ${ROOT}`, `${ROOT}  total 1000, self 1000`);
    const profile = await read(snapshot(0, 1, 0, `n0: 0 ${ROOT}`));
    assert.deepEqual([profile.totals, profile.warnings], [[0], []]);
  });

  it('mark inlined code by its address, but not recursion', async () => {
    await assertTree(`
      n1: 1000 ${ROOT}
       n1: 1000 0x11: inner (a.h:1)
        n1: 1000 0x11: outer (a.c:5)
         n1: 1000 0x22: outer (a.c:9)
          n0: 1000 0x22: outer (a.c:9)
    `, `
      outer[line:9]  total 1000
        outer[line:9]  total 1000
          outer[line:5]  total 1000
            inner[line:1][inlined]  total 1000, self 1000
    `, ['line', 'inlined']);
  });

  it('are structured by the number of children, as in ms_print, whatever the indentation', async () => {
    const flat = TREE.replace(/^ +/gm, '');
    assert.equal(stackTree(await read(snapshot(0, 1, 1000, flat))), stackTree(await read(snapshot(0, 1, 1000, TREE))));
  });

  it('whose parts exceed the whole keep what each node says', async () => {
    const profile = await assertTree(`
      n1: 1000 ${ROOT}
       n1: 1000 0x11: make (a.c:1)
        n0: 1200 0x21: main (a.c:7)
    `, `
      main  total 1200
        make  total 1200, self 1200
      make  total -200, self -200
    `);
    assert.deepEqual(profile.totals, [1000]);
    assert.equal(profile.warnings.length, 1);
  });

  it('may be 100,000 calls deep', async () => {
    const depth = 100_000;
    const tree = [`n1: 7 ${ROOT}`, ...Array.from({ length: depth }, (_, i) => `n${i + 1 < depth ? 1 : 0}: 7 0x${(i + 1).toString(16)}: f${i % 10} (a.c:${i + 1})`)];
    const profile = await readAs(massif, HEADER + snapshot(0, 1, 7, 'T').replace('T\n', `${tree.join('\n')}\n`));
    assert.equal(profile.stacks.length, depth);
    assert.equal(profile.stackSelf[0][depth - 1], 7);
  });

  it('that would take the square of their size are refused', async () => {
    const depth = 30_000;
    const tree = [`n1: ${depth} ${ROOT}`, ...Array.from({ length: depth }, (_, i) => `n${i + 1 < depth ? 1 : 0}: ${depth - i} 0x1: f (a.c:1)`)];
    await refused(HEADER + snapshot(0, 1, 7, 'T').replace('T\n', `${tree.join('\n')}\n`), /^m\.out, line \d+: expected stacks of fewer frames$/);
  });
});

describe('massif: values over time', () => {
  it('are total, useful heap, extra heap and stacks', async () => {
    const profile = await read(snapshot(0, 0, 0), snapshot(1, 50, 100, '', '', 8, 2000), snapshot(2, 50, 1000, TREE, 'peak', 24, 16));
    assert.deepEqual(points(profile), ['total: 0=0 50=2108 50=1040', 'useful heap: 0=0 50=100 50=1000', 'extra heap: 0=0 50=8 50=24', 'stacks: 0=0 50=2000 50=16']);
    assert.deepEqual(profile.series.map(({ unit }) => unit), ['bytes', 'bytes', 'bytes', 'bytes']);
    assert.deepEqual(profile.seriesAxis, { label: 'Bytes allocated and freed', unit: 'bytes' });
    assert.deepEqual(profile.meta, {
      format: 'massif', tool: 'massif', command: './prog a', facts: [['Snapshots', '3'], ['Snapshots with a tree', '1'], ['Costs are those of', 'snapshot 2, the peak'], ['Massif options', '--x']],
    });
  });

  it('have the unit that the file says', async () => {
    for (const [unit, expected] of [['i', 'instructions'], ['ms', 'milliseconds'], ['B', 'bytes']]) {
      const profile = await readAs(massif, HEADER.replace('time_unit: B', `time_unit: ${unit}`) + snapshot(0, 1, 2));
      assert.equal(profile.seriesAxis?.unit, expected);
    }
  });
});

describe('massif: which snapshot is shown', () => {
  const detailed = (n: number, time: number, bytes: number, kind: string) => snapshot(n, time, bytes, `n0: ${bytes} ${ROOT}`, kind);

  it('the peak, though another one is larger', async () => {
    const profile = await read(detailed(0, 1, 10, 'detailed'), detailed(1, 2, 20, 'peak'), detailed(2, 3, 30, 'detailed'));
    assert.deepEqual(profile.totals, [20]);
    assert.deepEqual(profile.snapshots.map(({ name, isPeak, x }) => [name, isPeak, x]), [['snapshot 0', false, 1], ['snapshot 1', true, 2], ['snapshot 2', false, 3]]);
    assert.deepEqual(profile.warnings, []);
  });

  it('without one the largest with a tree, with a warning', async () => {
    const profile = await read(detailed(0, 1, 10, 'detailed'), detailed(1, 2, 30, 'detailed'), detailed(2, 3, 20, 'detailed'), snapshot(3, 4, 99));
    assert.deepEqual(profile.totals, [30]);
    assert.match(profile.warnings.join(), /no snapshot is marked as the peak: .* snapshot 1.*30 bytes.* 99/);
  });

  it('without trees none', async () => {
    const profile = await read(snapshot(0, 0, 0), snapshot(1, 1, 5));
    assert.deepEqual([profile.totals, profile.stacks.length, profile.series[0].x.length], [[0], 0, 2]);
    assert.match(profile.warnings.join(), /no snapshot has a tree/);
  });

  it('without snapshots there is a warning', async () => {
    assert.deepEqual((await readAs(massif, HEADER)).warnings, ['the file holds no snapshots']);
  });
});

describe('massif: text', () => {
  it('of locations', () => {
    const parts = (text: string) => {
      const { name, file, line, object, address } = parseValgrindFrame(text);
      return [name, file, line, object, address];
    };
    assert.deepEqual(parts('0x1091F7: buffer (heap.c:12)'), ['buffer', 'heap.c', 12, '', 0x1091f7]);
    assert.deepEqual(parts('0x4A: f (/a dir/b (1).c:3)'), ['f', '/a dir/b (1).c', 3, '', 0x4a]);
    assert.deepEqual(parts('0x4A: f(int) (in /lib/x (2).so)'), ['f(int)', '', 0, '/lib/x (2).so', 0x4a]);
    assert.deepEqual(parts('0x4A: std::function<int (int)>::operator()(int) const (f.h:9)'), ['std::function<int (int)>::operator()(int) const', 'f.h', 9, '', 0x4a]);
    assert.deepEqual(parts('0x4A: g (in ???)'), ['g', '', 0, '', 0x4a]);
    assert.deepEqual(parts('0x4A: ??? (in /bin/a)'), ['???', '', 0, '/bin/a', 0x4a]);
    assert.deepEqual(parts('0x0: ???'), ['???', '', 0, '', 0]);
    assert.deepEqual(parts('0x4A: inl (???:7)'), ['inl', '', 7, '', 0x4a]);
    assert.deepEqual(parts('0x4A: operator new(unsigned long)'), ['operator new(unsigned long)', '', 0, '', 0x4a]);
    assert.deepEqual(parts('0xFFFFFFFFFF600000: vsyscall'), ['vsyscall', '', 0, '', -1]);
    assert.deepEqual(parts('(below main)'), ['(below main)', '', 0, '', -1]);
    assert.equal(parseValgrindFrame('0x1: f (a.c:1)').kind, FunctionKind.Native);
  });

  it('with CRLF, in UTF-16, without a last newline, in chunks of any size', async () => {
    const plain = HEADER + snapshot(0, 1, 1000, TREE);
    const expected = stackTree(await readAs(massif, plain), ['file', 'line']);
    for (const content of [plain.replaceAll('\n', '\r\n'), new Uint8Array(Buffer.from(`\ufeff${plain}`, 'utf16le')), plain.trimEnd()]) {
      for (const chunk of [1, 13, 65536]) {
        const profile = await readAs(massif, content, 'm', chunk);
        assert.equal(stackTree(profile, ['file', 'line']), expected);
        assert.deepEqual([profile.truncated, profile.warnings, profile.meta.command], [false, [], './prog a']);
      }
    }
  });

  it('of a command may hold line ends', async () => {
    const profile = await readAs(massif, `desc: (none)\ncmd: ./prog -c a\nb c\ntime_unit: i\n${snapshot(0, 0, 1)}`);
    assert.equal(profile.meta.command, './prog -c a\nb c');
  });

  it('that is cut off keeps what was read', async () => {
    const whole = HEADER + snapshot(0, 1, 5) + snapshot(1, 2, 1000, TREE);
    const cut = async (mark: string) => readAs(massif, whole.slice(0, whole.indexOf(mark)));
    const inTree = await cut(' main (a.c:8)');
    assert.deepEqual([inTree.truncated, inTree.totals, inTree.series[0].x.length], [true, [1000], 2]);
    assert.match(inTree.warnings.join(), /cut off in the tree of snapshot 1/);
    assert.match(stackTree(inTree), /^make {2}total 200, self 200$/m);
    const inFields = await readAs(massif, whole.slice(0, whole.lastIndexOf('mem_heap_B') + 5));
    assert.deepEqual([inFields.truncated, inFields.series[0].x.length], [true, 1]);
    assert.match(inFields.warnings.join(), /cut off in the middle of snapshot 1/);
  });

  it('that is wrong is refused by line', async () => {
    await refused('', /^m\.out, line 1: expected a "cmd:" line/);
    await refused('desc: x\n', /^m\.out, line 1: expected a "cmd:" line/);
    await refused('desc: x\nfoo\n', /^m\.out, line 2: expected a "desc:" or "cmd:" line, found "foo"$/);
    await refused('cmd: x\ntime_unit: s\n', /^m\.out, line 2: expected a time unit of i, ms or B, found "s"$/);
    await refused('cmd: x\nsnapshot=0\n', /^m\.out, line 2: expected a "time_unit:" line/);
    await refused(HEADER + snapshot(0, 1, 5).replace('mem_heap_B=5', 'mem_heap_B=-5'), /^m\.out, line 8: expected a number of mem_heap_B, found "-5"$/);
    await refused(HEADER + snapshot(0, 1, 5).replace('empty', 'full'), /^m\.out, line 11: expected a heap tree that is empty, detailed or peak, found "full"$/);
    await refused(HEADER + snapshot(0, 2, 5) + snapshot(1, 1, 5), /^m\.out, line 15: expected a time of at least 2, found "1"$/);
    await refused(HEADER + snapshot(0, 1, 5, `n1: 5 ${ROOT}`) + snapshot(1, 1, 5), /^m\.out, line 14: expected a line of the tree such as .*, found "snapshot=1"$/);
  });

  it('of numbers beyond 2^53 is noticed', async () => {
    const profile = await read(snapshot(0, 1, 5).replace('mem_heap_B=5', 'mem_heap_B=9007199254740993'));
    assert.match(profile.warnings.join(), /above 2\^53/);
  });
});

describe('massif: real files', () => {
  it('keep every byte of every tree', async () => {
    for (const name of (await readdir(new URL('massif/', fixtures))).filter((each) => each.endsWith('.out'))) {
      const profile = await readFixture(name);
      const heap = new Map(Array.from(profile.series[1].x, (_, n) => [`snapshot ${n}`, profile.series[1].y[n]]));
      for (const { name: of, weight } of profile.snapshots) assert.equal(weight.reduce((sum, each) => sum + each, 0), heap.get(of), `${name}, ${of}`);
      assert.deepEqual([profile.truncated, profile.snapshots.length > 0], [false, name !== 'nothing.out'], name);
    }
  });

  it('show callers above allocations', async () => {
    const profile = await readFixture('heap.out');
    assert.match(stackTree(profile, ['line']), /^main\[line:41\] {2}total \d+\n {2}buffer\[line:30\] {2}total \d+\n {4}inlined_buffer\[line:26\] {2}total \d+, self \d+$/m);
  });

  it('are recognised by what they hold, and nothing else is', async () => {
    for (const folder of await readdir(fixtures)) {
      if (folder === 'src' || folder === 'grammars' || folder.endsWith('.md')) continue;
      for (const name of await readdir(new URL(`${folder}/`, fixtures))) {
        const head = (await readFile(new URL(`${folder}/${name}`, fixtures))).subarray(0, 65536);
        assert.equal(massif.sniff(head, ''), folder === 'massif' && name.endsWith('.out'), `${folder}/${name}`);
        if (folder === 'massif' && name.endsWith('.out')) assert.equal(detectFormat(head, '')?.id, 'massif');
      }
    }
  });
});
