import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { FunctionKind, text, type Profile } from '../../src/core/profile.ts';
import { cpuprofile } from '../../src/formats/cpuprofile.ts';
import { fileOfUrl } from '../../src/formats/fileUrl.ts';
import { FormatError } from '../../src/formats/format.ts';
import { detectFormat } from '../../src/formats/index.ts';
import { dedent, readAs, stackTree } from '../stackText.ts';

const fixture = new Uint8Array(readFileSync(fileURLToPath(new URL('../fixtures/cpuprofile/app.cpuprofile', import.meta.url))));
const read = (content: unknown) => readAs(cpuprofile, typeof content === 'string' ? content : JSON.stringify(content), 'x.cpuprofile');

interface NodeText { id: number; callFrame: object; hitCount?: number; children?: number[]; parent?: number; positionTicks?: { line: number; ticks: number }[] }

const node = (id: number, functionName: string, more: Partial<NodeText> = {}, url = 'file:///tmp/rec/a.js', lineNumber = 9): NodeText => ({
  id, callFrame: { functionName, scriptId: '1', url, lineNumber, columnNumber: 2 }, hitCount: 0, ...more,
});
const root = (...children: number[]) => node(1, '(root)', { children }, '', -1);
/** main (2) calls work (3); both called from the root. */
const tree = (more: Partial<NodeText> = {}) => [root(2), node(2, 'main', { children: [3] }), node(3, 'work', more, 'file:///tmp/rec/a.js', 19)];
const times = (samples: number[], timeDeltas: number[], startTime = 1000, endTime = 2000) => ({ startTime, endTime, samples, timeDeltas });

async function assertFails(content: unknown, message: RegExp): Promise<void> {
  await assert.rejects(read(content), (error: unknown) => {
    assert.ok(error instanceof FormatError, String(error));
    assert.match(error.message, message);
    return true;
  });
}

describe('V8 CPU profiles', () => {
  it("reads node's, with a total of the recorded time less that before the first sample", async () => {
    const profile = await readAs(cpuprofile, fixture);
    const source = JSON.parse(Buffer.from(fixture).toString()) as { startTime: number; endTime: number; samples: number[]; timeDeltas: number[] };
    assert.deepEqual(profile.events.map(({ name, unit }) => [name, unit]), [['time', 'microseconds'], ['samples', 'count']]);
    assert.deepEqual(profile.totals, [source.endTime - source.startTime - source.timeDeltas[0], source.samples.length]);
    const names = Array.from(profile.functions.name, (name) => text(profile, name));
    for (const name of ['fib', 'parse', 'run', '(garbage collector)']) assert.ok(names.includes(name), name);
    assert.ok(!names.includes('(root)'));
    const fib = names.indexOf('fib');
    assert.deepEqual([text(profile, profile.functions.file[fib]), profile.functions.line[fib]], ['/tmp/rec/app.js', 1]);
  });

  it('lets a sample last until the next one, the last until the end', async () => {
    const profile = await read({ nodes: tree(), ...times([2, 3, 2], [100, 200, 300]) });
    assert.equal(stackTree(profile, ['file', 'line']), dedent(`
      main[file:/tmp/rec/a.js]  total 900, self 600
        work[file:/tmp/rec/a.js]  total 300, self 300`));
    assert.deepEqual([...profile.samples!.time], [100_000, 300_000, 600_000]);
    assert.equal(profile.meta.duration, 1_000_000);
  });

  it('puts samples in order when deltas are negative', async () => {
    const profile = await read({ nodes: tree(), ...times([2, 3, 2], [100, 400, -200]) });
    // At 100 main, at 300 main, at 500 work.
    assert.equal(stackTree(profile), 'main  total 900, self 400\n  work  total 500, self 500');
    assert.deepEqual([...profile.samples!.time], [100_000, 300_000, 500_000]);
    // An end before the last sample takes nothing away.
    assert.deepEqual((await read({ nodes: tree(), ...times([2, 3], [100, 400], 1000, 1200) })).totals, [400, 2]);
  });

  it('hands the lines of a function to its samples', async () => {
    const nodes = tree({ hitCount: 3, positionTicks: [{ line: 21, ticks: 2 }, { line: 23, ticks: 1 }] });
    const profile = await read({ nodes, ...times([3, 3, 3, 3], [0, 100, 100, 100]) });
    assert.equal(stackTree(profile, ['line'], 1), dedent(`
      main  total 4
        work[line:21]  total 2, self 2
        work  total 1, self 1
        work[line:23]  total 1, self 1`));
    const lines = await read({ nodes, ...times([3, 3], [0, 500]), lines: [22, -1] });
    assert.match(stackTree(lines, ['line']), /work\[line:22\] {2}total 500/);
  });

  it('shares the time out by hits when there are no samples', async () => {
    const nodes = [root(2), node(2, 'main', { hitCount: 1, children: [3] }), node(3, 'work', { hitCount: 3, positionTicks: [{ line: 21, ticks: 2 }] })];
    const profile = await read({ nodes, startTime: 0, endTime: 400 });
    assert.deepEqual(profile.totals, [400, 4]);
    assert.equal(stackTree(profile, ['line']), 'main  total 400, self 100\n  work[line:21]  total 200, self 200\n  work  total 100, self 100');
    assert.match(profile.warnings.join(), /no samples/);
  });

  it('takes parents instead of children, and nodes in any order', async () => {
    const nodes = [node(7, 'work', { parent: 5 }), node(5, 'main', { parent: 1 }), { ...root(), children: undefined } as unknown as NodeText];
    assert.equal(stackTree(await read({ nodes, ...times([7], [0]) })), 'main  total 1000\n  work  total 1000, self 1000');
  });

  it("knows V8's own functions and Node's, and tells functions of one name apart", async () => {
    const nodes = [root(2, 3, 4, 5, 6, 7), node(2, '(idle)', {}, '', -1), node(3, '(program)', {}, '', -1), node(4, 'read', {}, 'node:fs', 3), node(5, '', {}, 'file:///tmp/rec/a.js', 3), node(6, '', {}, 'file:///tmp/rec/a.js', 4), node(7, '(anonymous)', {}, '', -1)];
    const profile = await read({ nodes, ...times([2, 3, 4, 5, 6, 7, 1], [0, 1, 1, 1, 1, 1, 1], 0, 7) });
    const functions = Array.from(profile.functions.name, (name, row) => [text(profile, name), profile.functions.kind[row], profile.functions.line[row]]);
    assert.deepEqual(functions.slice(0, 5), [['(idle)', FunctionKind.Builtin, 0], ['(program)', FunctionKind.Native, 0], ['read', FunctionKind.Builtin, 4], ['(anonymous)', FunctionKind.Unknown, 4], ['(anonymous)', FunctionKind.Unknown, 5]]);
    assert.equal(profile.totals[1], 7);
  });

  it('names what is wrong', async () => {
    await assertFails('{"nodes":[{"id":1}]}', /byte 10: expected a node with an id and a callFrame, found/);
    await assertFails({ nodes: [root(2)], ...times([1], [0]) }, /expected a node for each id in children, found "2"/);
    await assertFails({ nodes: tree(), ...times([9], [0]) }, /expected a node for each sample, found "9"/);
    await assertFails({ nodes: tree(), ...times([2, 3], [0]) }, /expected as many timeDeltas as samples \(2\), found "1"/);
    await assertFails({ nodes: [root(), root()] }, /expected a node with an id of its own/);
    await assertFails({ nodes: [node(2, 'a', { children: [3] }), node(3, 'b', { children: [2] })], ...times([2], [0]) }, /expected nodes that form a tree/);
    await assertFails({ samples: [] }, /expected nodes of the call tree/);
  });

  it('keeps what was read of a file that was cut off', async () => {
    const whole = JSON.stringify({ nodes: tree(), ...times([2, 3, 2, 3], [100, 100, 100, 100]) });
    const cut = await read(whole.slice(0, whole.lastIndexOf(',100]')));
    assert.equal(cut.truncated, true);
    // The number that the file ends in may have lost digits.
    assert.deepEqual(cut.totals, [900, 2]);
    const nodesOnly = await read(whole.slice(0, whole.indexOf(',"startTime"')));
    assert.ok(nodesOnly.truncated);
  });

  it('reads trees of 100,000 nodes and names of a megabyte', async () => {
    const nodes = Array.from({ length: 100_000 }, (_, index) => node(index + 1, index === 5 ? 'x'.repeat(1 << 20) : `f${index % 100}`, index < 99_999 ? { children: [index + 2] } : {}));
    const profile = await read({ nodes, ...times([100_000], [0]) });
    assert.equal(profile.stacks.length, 100_000);
    assert.deepEqual(profile.totals, [1000, 1]);
  });

  it('is told by its nodes', () => {
    assert.equal(detectFormat(fixture, 'x')?.id, 'cpuprofile');
    assert.equal(detectFormat(fixture.subarray(0, 300), 'x')?.id, 'cpuprofile');
    for (const other of ['{"nodes":[1,2]}', '{"nodes":{"a":1}}', '{}', '[]']) assert.equal(cpuprofile.sniff(new Uint8Array(Buffer.from(other)), 'x.cpuprofile'), false, other);
  });

  it('turns URLs into paths', () => {
    for (const [url, path] of [['file:///tmp/a%20b.js', '/tmp/a b.js'], ['file:///C:/x/a.js', 'C:/x/a.js'], ['file://host/share/a.js', '//host/share/a.js'], ['node:fs', 'node:fs'], ['https://a.b/c.js', 'https://a.b/c.js'], ['file:///tmp/100%', '/tmp/100%'], ['', '']] as const) {
      assert.equal(fileOfUrl(url), path);
    }
  });
});

describe('V8 CPU profiles against their own sums', () => {
  it('agree on the samples of every node, and but for the first sample on its hits', async () => {
    const source = JSON.parse(Buffer.from(fixture).toString()) as { samples: number[]; nodes: { id: number; hitCount: number; callFrame: { functionName: string; lineNumber: number } }[] };
    const profile: Profile = await readAs(cpuprofile, fixture);
    const samples = new Map<string, number>();
    const hits = new Map<string, number>();
    for (const { id, hitCount, callFrame } of source.nodes) {
      const key = `${callFrame.functionName || '(anonymous)'} ${callFrame.lineNumber + 1}`;
      const count = source.samples.filter((sample) => sample === id).length;
      if (count > 0) samples.set(key, (samples.get(key) ?? 0) + count);
      if (hitCount > 0 && key !== '(program) 0') hits.set(key, (hits.get(key) ?? 0) + hitCount);
    }
    const found = new Map<string, number>();
    for (let row = 0; row < profile.stacks.length; row++) {
      const func = profile.frames.func[profile.stacks.frame[row]];
      const key = `${text(profile, profile.functions.name[func])} ${profile.functions.line[func]}`;
      const self = profile.stackSelf[1][row];
      if (self > 0) found.set(key, (found.get(key) ?? 0) + self);
    }
    assert.deepEqual([...found].sort(), [...samples].sort());
    found.delete('(program) 0');
    assert.deepEqual([...found].sort(), [...hits].sort());
  });
});
