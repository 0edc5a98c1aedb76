import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { FunctionKind, text } from '../../src/core/profile.ts';
import { firefox } from '../../src/formats/firefox.ts';
import { FormatError } from '../../src/formats/format.ts';
import { detectFormat } from '../../src/formats/index.ts';
import { dedent, readAs, stackTree } from '../stackText.ts';

const fixture = (name: string) => new Uint8Array(readFileSync(fileURLToPath(new URL(`../fixtures/firefox/${name}`, import.meta.url))));
const read = (content: unknown) => readAs(firefox, typeof content === 'string' ? content : JSON.stringify(content), 'x.json');

/** A processed profile of version 50 with one thread: main calls work. */
function simple(thread: object = {}, more: object = {}): Record<string, unknown> {
  return {
    meta: { preprocessedProfileVersion: 50, interval: 2, product: 'test', sampleUnits: { threadCPUDelta: '\u00b5s' } },
    libs: [{ name: 'a', path: '/bin/a' }],
    threads: [{
      name: 'main', pid: '5.1', tid: 6,
      samples: { length: 3, stack: [1, 1, 0], time: [1, 2, 3], weight: null, weightType: 'samples' },
      stackTable: { length: 2, prefix: [null, 0], frame: [0, 1] },
      frameTable: { length: 2, func: [0, 1], line: [3, 7], column: [null, 2], address: [-1, 16], inlineDepth: [0, 0] },
      funcTable: { length: 2, name: [0, 1], fileName: [2, null], lineNumber: [1, null], resource: [-1, 0], isJS: [false, false] },
      resourceTable: { length: 1, lib: [0], name: [1], type: [1] },
      stringArray: ['main', 'work', 'a.c'],
      ...thread,
    }],
    ...more,
  };
}

async function assertFails(content: unknown, message: RegExp): Promise<void> {
  await assert.rejects(read(content), (error: unknown) => {
    assert.ok(error instanceof FormatError, String(error));
    assert.match(error.message, message);
    return true;
  });
}

describe('Firefox profiles', () => {
  it('reads what samply writes', async () => {
    const profile = await readAs(firefox, fixture('samply.json'));
    const source = JSON.parse(Buffer.from(fixture('samply.json')).toString()) as { threads: { samples: { stack: number[]; weight: number[]; threadCPUDelta: number[] } }[] };
    const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0);
    assert.deepEqual(profile.events.map(({ name, unit }) => [name, unit]), [['samples', 'count'], ['cpu', 'microseconds']]);
    assert.deepEqual(profile.totals, [sum(source.threads.flatMap(({ samples }) => samples.weight)), sum(source.threads.flatMap(({ samples }) => samples.threadCPUDelta))]);
    assert.equal(profile.meta.tool, 'calls');
    assert.equal(profile.meta.frequency, 100);
    assert.deepEqual(profile.threads.map(({ name }) => name), ['samply', 'calls']);
    const tree = stackTree(profile, ['object', 'kind']);
    assert.match(tree, /^0x[0-9a-f]+\[object:\/tmp\/rec\/calls\]\[kind:native\] {2}total /m);
    assert.ok(profile.frames.address.every((address) => address > 0), 'addresses are those in the file of the library');
  });

  it('reads frames, functions, libraries, times and ids', async () => {
    const profile = await read(simple());
    assert.equal(stackTree(profile, ['file', 'line', 'object', 'address', 'kind']), dedent(`
      main[file:a.c][line:3][kind:unknown]  total 3, self 1
        work[line:7][object:/bin/a][address:10][kind:native]  total 2, self 2`));
    assert.deepEqual([...profile.samples!.time], [1e6, 2e6, 3e6]);
    assert.deepEqual(profile.threads, [{ pid: 5, tid: 6, name: 'main' }]);
    assert.deepEqual([profile.functions.line[0], profile.meta.frequency], [1, 500]);
  });

  it('weighs samples as the call tree there does', async () => {
    const weigh = async (samples: object) => (await read(simple({ samples }))).totals;
    assert.deepEqual(await weigh({ stack: [1, null, 0] }), [2]);
    assert.deepEqual(await weigh({ stack: [1, 0], weight: [5, -2] }), [3]);
    assert.deepEqual(await weigh({ stack: [1, 0], weight: [5, null] }), [6]);
    assert.deepEqual(await weigh({ stack: [1, 0], weight: [1.5, 2], weightType: 'tracing-ms' }), [3.5]);
    assert.deepEqual(await weigh({ stack: [1, 0], threadCPUDelta: [null, 250] }), [2, 250]);
    const deltas = await read(simple({ samples: { stack: [1, null, 0], timeDeltas: [1, 2, 4] } }));
    assert.deepEqual([...deltas.samples!.time], [1e6, 7e6]);
    assert.deepEqual(deltas.warnings, ['1 samples have no stack and are not counted']);
    assert.deepEqual((await read(simple({ samples: { stack: [0], weight: [1], weightType: 'bytes' } }))).events.map(({ name, unit }) => [name, unit]), [['bytes', 'bytes']]);
  });

  it('reads tables that all threads share, and source tables (versions 56 to 63)', async () => {
    const profile = await readAs(firefox, fixture('shared.json'));
    assert.equal(stackTree(profile, ['file', 'line', 'object', 'inlined']), dedent(`
      main[object:/opt/firefox/libxul.so]  total 3
        run[file:js/src/vm/Run.cpp][line:77][object:/opt/firefox/libxul.so]  total 3, self 1
          paint[file:/tmp/rec/a b.js][line:12]  total 2, self 1
            inner[object:/opt/firefox/libxul.so][inlined]  total 1, self 1`));
    assert.deepEqual(profile.events.map(({ name }) => name), ['samples', 'cpu', 'bytes']);
    assert.deepEqual(profile.totals, [3, 901_000, 3072]);
    assert.deepEqual(profile.threads, [{ pid: 100, tid: 100, name: 'GeckoMain (Web Content)' }, { pid: 100, tid: 101, name: 'Heap' }]);
  });

  it('reads tables in any order', async () => {
    const { meta, threads, libs } = simple();
    const [{ stringArray, samples, ...tables }] = threads as Record<string, unknown>[];
    const profile = await read({ threads: [{ samples, ...tables, stringTable: stringArray }], libs, meta });
    assert.deepEqual(profile.totals, [3]);
    assert.match(stackTree(profile, ['object']), /work\[object:\/bin\/a\]/);
  });

  it('reads raw Gecko profiles, with the processes in them', async () => {
    const profile = await readAs(firefox, fixture('gecko.json'));
    assert.equal(stackTree(profile, ['file', 'line', 'object']), dedent(`
      (root)  total 2
        draw[file:https://example.org/app.js][line:44]  total 1, self 1
        memcpy[object:libc.so.6]  total 1, self 1
      0x7f001234  total 1, self 1`));
    assert.deepEqual(profile.threads.map(({ name, tid }) => [name, tid]), [['GeckoMain', 7], ['Compositor', 9]]);
    assert.deepEqual(profile.meta.facts, [['System', 'Linux'], ['Format', 'raw Gecko profile']]);
  });

  it('names what does not fit', async () => {
    await assertFails(simple({ samples: { stack: [9] } }), /the tables of a thread: expected a row of the stack table, found "9"/);
    await assertFails(simple({ stackTable: { prefix: [1, 0], frame: [0, 0] } }), /expected a stack table that is a tree/);
    await assertFails(simple({ stackTable: { prefix: [null, 0], frame: [0, 5] } }), /expected a row of the frame table, found "5"/);
    await assertFails(simple({ frameTable: { func: [0, 9] } }), /expected a row of the function table, found "9"/);
    await assertFails(simple({ stringArray: ['main'] }), /expected a row of the table of strings, found "2"/);
    await assertFails({ meta: {} }, /byte \d+: expected threads/);
    await assertFails('{"meta":{}, "threads": 5}', /byte \d+: expected an array of threads/);
    await assertFails('[]', /expected a Firefox profile/);
  });

  it('keeps the threads before the place where a file was cut off', async () => {
    const { meta, libs, threads } = simple();
    const whole = JSON.stringify({ meta, libs, threads: [...(threads as object[]), ...(threads as object[])] });
    const cut = await read(whole.slice(0, -20));
    assert.deepEqual([cut.truncated, cut.totals], [true, [3]]);
    await assertFails(whole.slice(0, 300), /byte \d+: expected .*, found ""/);
  });

  it('reads stacks of 100,000 frames and names of a megabyte', async () => {
    const length = 100_000;
    const profile = await read(simple({
      samples: { stack: [length - 1] }, stringArray: ['x'.repeat(1 << 20), 'b', 'c'],
      stackTable: { prefix: Array.from({ length }, (_, row) => (row === 0 ? null : row - 1)), frame: Array.from({ length }, (_, row) => row % 2) },
    }));
    assert.equal(profile.stacks.length, length);
    assert.deepEqual(profile.totals, [1]);
  });

  it('marks scripts, kernels and Python by kind, and is told by its description', async () => {
    const profile = await read(simple({ resourceTable: { lib: [1], name: [1], type: [1] } }, { libs: [{ name: 'a', path: '/bin/a' }, { name: '[kernel.kallsyms]', path: '' }] }));
    assert.equal(profile.functions.kind[Array.from(profile.functions.name, (name) => text(profile, name)).indexOf('work')], FunctionKind.Kernel);
    for (const name of ['samply.json', 'shared.json', 'gecko.json']) {
      assert.equal(detectFormat(fixture(name), 'x')?.id, 'firefox', name);
      assert.equal(detectFormat(fixture(name).subarray(0, 600), 'x')?.id, 'firefox', name);
    }
    for (const other of ['{}', '{"meta":{}}', '{"threads":[]}', '{"traceEvents":[]}']) assert.equal(firefox.sniff(new Uint8Array(Buffer.from(other)), 'x.json'), false, other);
  });
});
