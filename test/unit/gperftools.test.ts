// CPU and heap profiles of gperftools: files in every layout, written word by word, and what is refused. gperftools-live.test.ts has the tools' numbers.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Profile } from '../../src/core/profile.ts';
import { FormatError } from '../../src/formats/format.ts';
import { gperftoolsCpu } from '../../src/formats/gperftoolsCpu.ts';
import { withoutLegacyFrames } from '../../src/formats/gperftoolsFrames.ts';
import { gperftoolsHeap } from '../../src/formats/gperftoolsHeap.ts';
import { detectFormat } from '../../src/formats/index.ts';
import { dedent, inputOf, readAs, stackProfile, stackTree } from '../stackText.ts';

const MAPS = `
00400000-00401000 r--p 00000000 08:01 11 /bin/prog
00401000-00403000 r-xp 00001000 08:01 11 /bin/prog
00500000-00501000 rw-p 00002000 08:01 11 /bin/prog
7f000000-7f010000 r-xp 00020000 08:01 12 /lib/libc.so.6
`;

/** Words as a file of 4 or 8 bytes a word. */
function file(words: readonly number[], bytes: 4 | 8, little: boolean, maps = MAPS): Uint8Array {
  const data = new DataView(new ArrayBuffer(words.length * bytes));
  for (const [index, word] of words.entries()) {
    if (bytes === 4) data.setUint32(index * 4, word, little);
    else data.setBigUint64(index * 8, BigInt(word), little);
  }
  return new Uint8Array(Buffer.concat([new Uint8Array(data.buffer), Buffer.from(maps)]));
}

const HEADER = [0, 3, 0, 10_000, 0];
const END = [0, 1, 0];
const SAMPLES = [
  2, 3, 0x401010, 0x401100, 0x7f000100,
  1, 2, 0x401020, 0x401200,
  4, 1, 0x600000,
];
const TREE = ['object', 'address'] as const;

async function refused(reading: Promise<Profile>): Promise<string> {
  return reading.then(() => assert.fail('it was read'), (error: unknown) => {
    assert.ok(error instanceof FormatError, String(error));
    return error.message;
  });
}

describe('gperftools CPU profiles', () => {
  for (const bytes of [4, 8] as const) {
    for (const little of [true, false]) {
      it(`reads words of ${bytes} bytes, ${little ? 'little' : 'big'} end first`, async () => {
        const content = file([...HEADER, ...SAMPLES, ...END], bytes, little);
        assert.ok(gperftoolsCpu.sniff(content, 'x'));
        assert.equal(detectFormat(content, 'x')?.id, 'gperftools-cpu');
        const profile = await readAs(gperftoolsCpu, content);
        // Callers are one byte before where they are returned to; the innermost address stays.
        assert.equal(stackTree(profile, TREE), dedent(`
          [unknown][address:600000][kind]  total 4, self 4
          [unknown][object:/lib/libc.so.6][address:200ff]  total 2
            [unknown][object:/bin/prog][address:10ff]  total 2
              [unknown][object:/bin/prog][address:1010]  total 2, self 2
          [unknown][object:/bin/prog][address:11ff]  total 1
            [unknown][object:/bin/prog][address:1020]  total 1, self 1
        `).replace('[kind]', ''));
        assert.deepEqual(profile.totals, [7, 70_000_000]);
        assert.equal(profile.meta.frequency, 100);
        assert.equal(profile.events[profile.defaultEvent].name, 'cpu');
        assert.ok(profile.meta.facts?.some(([label, value]) => label === 'Program' && value === '/bin/prog'));
      });
    }
  }

  it('leaves out the signal handler and the innermost address that is there twice', async () => {
    const samples = Array.from({ length: 40 }, (_, i) => [1, 4, 0x401000 + i, 0x402001, 0x401000 + i, 0x401300]).flat();
    const profile = await readAs(gperftoolsCpu, file([...HEADER, ...samples, ...END], 8, true));
    assert.equal(profile.stacks.length, 41);
    assert.ok(profile.stacks.depth.every((depth) => depth < 2));
    assert.ok(profile.meta.facts?.some(([label, value]) => label === 'Left out' && value.includes('40 of 40')));
  });

  it('keeps what a cut file still has', async () => {
    const content = file([...HEADER, ...SAMPLES, ...END], 8, true, '');
    const profile = await readAs(gperftoolsCpu, content.subarray(0, (HEADER.length + 5 + 3) * 8 + 3));
    assert.ok(profile.truncated);
    assert.deepEqual(profile.totals, [2, 20_000_000]);
    assert.match(profile.warnings[0], /was cut off at byte 107/);
    const empty = await readAs(gperftoolsCpu, file([...HEADER, ...END], 8, true));
    assert.deepEqual(empty.warnings, ['test.input has no samples']);
    assert.equal(empty.truncated, false);
  });

  it('refuses what is no such profile', async () => {
    assert.match(await refused(readAs(gperftoolsCpu, 'text')), /byte 0: expected the header of a gperftools CPU profile/);
    assert.match(await refused(readAs(gperftoolsCpu, file([...HEADER, 1, 1, 5, 1, 2 ** 40], 8, true))), /byte 72: expected the depth of a stack, found "1099511627776"/);
    for (const words of [[0, 3, 1, 100, 0], [0, 3, 0, 0, 0], [0, 4, 0, 100, 0], [0, 0, 0, 0, 0]]) assert.ok(!gperftoolsCpu.sniff(file(words, 8, true, ''), 'x'));
  });

  it('puts several files into one profile', async () => {
    const content = file([...HEADER, ...SAMPLES, ...END], 8, true);
    const profile = await gperftoolsCpu.read([inputOf('a', content, 1), inputOf('b', content, 1000)]);
    assert.deepEqual(profile.totals, [14, 140_000_000]);
  });
});

const HEAP = (kind: string, all = '[    12:     4000]') => `heap profile:      3:     3000 ${all} @ ${kind}
     1:     1000 [     2:     2000] @ 0x00401101 0x7f000101
     2:     2000 [    10:     2000] @ 0x00401201

MAPPED_LIBRARIES:${MAPS}`;

describe('gperftools heap profiles', () => {
  it('reads what is in use and what was allocated', async () => {
    const profile = await readAs(gperftoolsHeap, HEAP('heapprofile'));
    assert.deepEqual(profile.events.map(({ name }) => name), ['alloc_objects', 'alloc_space', 'inuse_objects', 'inuse_space']);
    assert.deepEqual(profile.totals, [12, 4000, 3, 3000]);
    assert.equal(profile.defaultEvent, 3);
    assert.equal(stackTree(profile, TREE, 3), dedent(`
      [unknown][object:/bin/prog][address:1200]  total 2000, self 2000
      [unknown][object:/lib/libc.so.6][address:20100]  total 1000
        [unknown][object:/bin/prog][address:1100]  total 1000, self 1000
    `));
  });

  it('reads what is in use alone when nothing else was counted', async () => {
    const profile = await readAs(gperftoolsHeap, HEAP('heapprofile', '[     3:     3000]'));
    assert.deepEqual(profile.events.map(({ name }) => name), ['objects', 'space']);
    assert.deepEqual(profile.totals, [3, 3000]);
  });

  it('scales samples up to what they stand for', async () => {
    const scale = (count: number, size: number, period: number) => {
      const by = 1 / (1 - Math.exp(-(size / count) / period));
      return [Math.trunc(count * by), Math.trunc(size * by)];
    };
    for (const [kind, period] of [['heap_v2/524288', 524288], ['heapz_v2/1000', 1000], ['heap/2000', 1000]] as const) {
      const profile = await readAs(gperftoolsHeap, HEAP(kind));
      const [one, two] = [scale(1, 1000, period), scale(2, 2000, period)];
      assert.deepEqual(profile.totals.slice(2), [one[0] + two[0], one[1] + two[1]], kind);
    }
    assert.deepEqual((await readAs(gperftoolsHeap, HEAP('heap_v2/1'))).totals.slice(2), [3, 3000]);
  });

  it('reads CRLF and Go text without a map', async () => {
    const text = 'heap profile: 1: 8 [1: 8] @ heap/2\n1: 8 [1: 8] @ 0x47 0x48\n#\t0x46\tmain.main+0x6\t/s/main.go:3\n\n# runtime.MemStats\n# Alloc = 5\n';
    const profile = await readAs(gperftoolsHeap, text.replaceAll('\n', '\r\n'));
    assert.deepEqual(profile.totals, [1, 8]);
    assert.equal(profile.truncated, false);
  });

  it('keeps what a cut file still has', async () => {
    const text = HEAP('heapprofile');
    const torn = await readAs(gperftoolsHeap, text.slice(0, text.indexOf('0x00401201') + 6));
    assert.ok(torn.truncated);
    assert.deepEqual(torn.totals, [2, 2000, 1, 1000]);
    assert.ok((await readAs(gperftoolsHeap, text.slice(0, text.indexOf('MAPPED')))).truncated);
  });

  it('names the line where something is wrong', async () => {
    assert.match(await refused(readAs(gperftoolsHeap, '')), /line 1: expected the header of a heap profile/);
    assert.match(await refused(readAs(gperftoolsHeap, 'heap profile: 1: 1 [1: 1] @ heapsort\n')), /line 1: expected a heap profile of a known kind, found "heapsort"/);
    assert.match(await refused(readAs(gperftoolsHeap, HEAP('heapprofile').replace('2:     2000 [ ', 'two: 2000 [ '))), /line 3: expected <objects>: <bytes>/);
    assert.match(await refused(readAs(gperftoolsHeap, HEAP('heapprofile').replace('1:     1000 [', '0:     1000 ['))), /line 2: expected no bytes of no objects, found "0: 1000"/);
  });

  it('recognises its files and no others', () => {
    for (const name of ['heap.0001.heap', 'sampled.heap']) {
      const content = readFileSync(new URL(`../fixtures/gperftools-heap/${name}`, import.meta.url));
      assert.equal(detectFormat(content, name)?.id, 'gperftools-heap');
    }
    assert.ok(!gperftoolsHeap.sniff(Buffer.from('a heap profile\n'), 'x.heap'));
  });

  it('leaves out the allocator, once functions have names', () => {
    const named = stackProfile(`
      weights: 1  2     4       8
      main    main  malloc  main
      keep    -     main    std::vector<int>::allocate(unsigned long)
      malloc  -     -       operator new(unsigned long)
      helper  -     -       -
    `);
    assert.equal(withoutLegacyFrames(named), named);
    const heap = withoutLegacyFrames({ ...named, meta: { format: 'gperftools-heap' } });
    assert.equal(stackTree(heap), dedent(`
      main  total 11, self 2
        std::vector<int>::allocate(unsigned long)  total 8, self 8
        keep  total 1, self 1
      malloc  total 4
        main  total 4, self 4
    `));
    assert.deepEqual(heap.totals, named.totals);
  });
});
