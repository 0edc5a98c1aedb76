import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { cpuprofile } from '../../src/formats/cpuprofile.ts';
import { FormatError } from '../../src/formats/format.ts';
import { detectFormat } from '../../src/formats/index.ts';
import { dedent, readAs, stackTree } from '../stackText.ts';

const fixture = new Uint8Array(readFileSync(fileURLToPath(new URL('../fixtures/cpuprofile/app.heapprofile', import.meta.url))));
const read = (content: unknown) => readAs(cpuprofile, typeof content === 'string' ? content : JSON.stringify(content), 'x.heapprofile');

interface HeapNode { callFrame: { functionName: string; url: string; lineNumber: number; columnNumber: number }; selfSize: number; children: HeapNode[] }

const node = (functionName: string, selfSize: number, ...children: HeapNode[]): HeapNode => ({
  callFrame: { functionName, url: functionName === '(root)' ? '' : 'file:///tmp/rec/a.js', lineNumber: 4, columnNumber: 0 }, selfSize, children,
});

describe('V8 heap profiles', () => {
  it("reads node's, with the sum of the sizes of all nodes", async () => {
    let total = 0;
    let count = 0;
    const waiting = [(JSON.parse(Buffer.from(fixture).toString()) as { head: HeapNode }).head];
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      total += next.selfSize;
      count++;
      waiting.push(...next.children);
    }
    const profile = await readAs(cpuprofile, fixture);
    assert.deepEqual(profile.events.map(({ name, unit }) => [name, unit]), [['bytes', 'bytes']]);
    assert.deepEqual(profile.totals, [total]);
    assert.equal(profile.stacks.length, count - 1, 'all nodes but the root');
    assert.equal(detectFormat(fixture, 'x')?.id, 'cpuprofile');
  });

  it('reads nodes within nodes, in the order in which they stand', async () => {
    const profile = await read({ head: node('(root)', 1, node('main', 10, node('a', 5), node('b', 0, node('a', 7))), node('other', 2)), samples: [] });
    assert.equal(stackTree(profile, ['file']), dedent(`
      main[file:/tmp/rec/a.js]  total 22, self 10
        b[file:/tmp/rec/a.js]  total 7
          a[file:/tmp/rec/a.js]  total 7, self 7
        a[file:/tmp/rec/a.js]  total 5, self 5
      other[file:/tmp/rec/a.js]  total 2, self 2
      (root)  total 1, self 1`));
  });

  it('names what is wrong, and keeps what came before a cut', async () => {
    for (const [content, message] of [
      ['{"head":{"children":[]}}', /byte 20: expected the callFrame of a node before its children/],
      ['{"head":{"selfSize":3}}', /expected the callFrame of a node before its size/],
      ['{"head":{}}', /expected a node with a callFrame before its end/],
      ['{"head":[]}', /byte 8: expected a node/],
    ] as const) {
      await assert.rejects(read(content), (error: unknown) => error instanceof FormatError && message.test(error.message), content);
    }
    const whole = JSON.stringify({ head: node('(root)', 0, node('main', 10, node('a', 5), node('b', 6))) });
    const cut = await read(whole.slice(0, -10));
    assert.ok(cut.truncated);
    assert.deepEqual(cut.totals, [21]);
  });

  it('reads 100,000 nodes within each other', async () => {
    const start = `{"callFrame":${JSON.stringify(node('f', 0).callFrame)},"selfSize":1,"children":[`;
    const profile = await read(`{"head":${start.repeat(100_000)}${']}'.repeat(100_000)}}`);
    assert.equal(profile.stacks.length, 100_000);
    assert.deepEqual(profile.totals, [100_000]);
  });
});
