// The pprof reader on messages that are written field by field, and what it refuses. pprof-live.test.ts has the numbers of real profiles.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Profile } from '../../src/core/profile.ts';
import { FormatError } from '../../src/formats/format.ts';
import { pprof } from '../../src/formats/pprof.ts';
import { ProtobufWriter } from '../../src/formats/protobufWriter.ts';
import { inputOf, readAs, stackTree } from '../stackText.ts';

type Value = number | bigint | string | readonly number[] | Message;
/** Fields of a message in order: number and value; a list is packed, a text is its UTF-8. */
class Message {
  constructor(readonly fields: readonly (readonly [number, Value])[]) {}
}
const message = (...fields: (readonly [number, Value])[]) => new Message(fields);

function bytes({ fields }: Message): Uint8Array {
  const out = new ProtobufWriter();
  for (const [field, value] of fields) {
    if (typeof value === 'number') out.int(field, value);
    else if (typeof value === 'bigint') out.bigint(field, value);
    else if (typeof value === 'string') out.string(field, value);
    else if (value instanceof Message) out.bytes(field, bytes(value));
    else out.ints(field, value, value.length, new ProtobufWriter());
  }
  return out.take();
}

const STRINGS = ['', 'samples', 'count', 'cpu', 'nanoseconds', 'main', 'work', 'inner', '/s/a.c', '/bin/a', 'thread', 'one', 'bytes', 'wait', 'furlongs'];
const at = (text: string) => STRINGS.indexOf(text);
const strings = STRINGS.map((text): [number, Value] => [6, text]);
const type = (name: string, unit: string): [number, Value] => [1, message([1, at(name)], [2, at(unit)])];
const BIG = 0xfedcba9876543210n;

/** Two locations: main at line 3, and inner at 9 that was inlined into work at 7. */
const TABLES: (readonly [number, Value])[] = [
  [3, message([1, 77], [2, 0x1000], [3, 0x9000], [4, 0x200], [5, at('/bin/a')])],
  [4, message([1, BIG], [2, 77], [3, 0x1010], [4, message([1, 500], [2, 3])])],
  [4, message([1, 4], [2, 77], [3, 0x1020], [4, message([1, 502], [2, 9], [3, 5])], [4, message([1, 501], [2, 7])])],
  [5, message([1, 500], [2, at('main')], [4, at('/s/a.c')], [5, 1])],
  [5, message([1, 501], [2, at('work')], [4, at('/s/a.c')], [5, 6])],
  [5, message([1, 502], [2, at('inner')], [4, at('/s/a.c')], [5, 8])],
];
const SAMPLE = message([1, 4], [1, BIG], [2, [2, 20]]);
const whole = (samples: readonly Message[], ...more: (readonly [number, Value])[]) => message(type('samples', 'count'), type('cpu', 'nanoseconds'),
  ...samples.map((sample) => [2, sample] as const), ...TABLES, ...strings, ...more);
const read = (content: Message): Promise<Profile> => readAs(pprof, bytes(content));
const TREE = ['line', 'object', 'address', 'inlined'] as const;

async function refused(content: Message | Uint8Array): Promise<string> {
  try {
    await readAs(pprof, content instanceof Message ? bytes(content) : content, 'x.pb');
  } catch (error) {
    assert.ok(error instanceof FormatError, String(error));
    return error.message;
  }
  throw new Error('it was read');
}

describe('pprof reader', () => {
  it('follows ids of any size, inlining, addresses and the default sample type', async () => {
    const profile = await read(whole([SAMPLE]));
    assert.equal(stackTree(profile, TREE, 1), [
      'main[line:3][object:/bin/a][address:210]  total 20',
      '  work[line:7][object:/bin/a][address:220]  total 20',
      '    inner[line:9][object:/bin/a][address:220][inlined]  total 20, self 20',
    ].join('\n'));
    assert.deepEqual(profile.events, [{ name: 'samples', unit: 'count' }, { name: 'cpu', unit: 'nanoseconds' }]);
    assert.equal(profile.defaultEvent, 1);
    assert.deepEqual(profile.totals, [2, 20]);
    assert.deepEqual([...profile.frames.column], [0, 0, 5]);
    assert.deepEqual([...profile.functions.line], [1, 6, 8]);
    assert.equal((await read(whole([SAMPLE], [14, at('samples')]))).defaultEvent, 0);
    assert.equal((await read(whole([SAMPLE], [14, at('furlongs')]))).defaultEvent, 1);
  });

  it('reads packed and single numbers, fields it does not know, and chunks of any size', async () => {
    const packed = message([1, [4, 4]], [2, 1], [2, 2], [9, 'new field'], [12, 7]);
    const content = bytes(whole([packed], [99, 'later'], [100, 3]));
    for (const size of [1, 7, 65536]) {
      const profile = await pprof.read([inputOf('x', content, size)]);
      assert.deepEqual(profile.totals, [1, 2]);
      assert.equal(profile.stacks.length, 4);
    }
    const fixed = Uint8Array.from([...content, (50 << 3 | 1) & 0x7f | 0x80, 3, 1, 2, 3, 4, 5, 6, 7, 8, (50 << 3 | 5) & 0x7f | 0x80, 3, 1, 2, 3, 4]);
    assert.deepEqual((await readAs(pprof, fixed)).totals, [1, 2]);
  });

  it('reads negative values, and warns of those that are rounded', async () => {
    const profile = await read(whole([message([1, 4], [2, [-5, -(2 ** 40)]]), SAMPLE]));
    assert.deepEqual(profile.totals, [-3, 20 - 2 ** 40]);
    assert.deepEqual(profile.warnings, []);
    const large = await read(message(type('samples', 'count'), [2, message([1, 4], [2, 2n ** 60n + 1n])], ...TABLES, ...strings));
    assert.ok(large.warnings.some((warning) => warning.includes('2^53')));
    assert.equal(large.totals[0], 2 ** 60);
  });

  it('counts samples without a stack, and locations without a function', async () => {
    const profile = await read(whole([message([2, [1, 10]]), message([1, [9]], [2, [1, 5]])], [4, message([1, 9], [2, 77], [3, 0x1500])]));
    assert.equal(stackTree(profile, ['object', 'address'], 1), '[no stack]  total 10, self 10\n[unknown][object:/bin/a][address:700]  total 5, self 5');
  });

  it('takes addresses beyond 2^53 in a mapping, and none that a double cannot hold', async () => {
    const kernel = [[3, message([1, 5], [2, 0xffffffff81000000n], [3, 0xffffffffffffffffn])], [4, message([1, 9], [2, 5], [3, 0xffffffff81000123n])], [4, message([1, 10], [3, 0xffffffff81000123n])]] as const;
    const profile = await read(whole([message([1, [9, 10]], [2, [1, 1]])], ...kernel));
    assert.deepEqual([...profile.frames.address].sort(), [-1, 0x123]);
  });

  it('labels name threads and are counted', async () => {
    const label = (key: string, text: string): [number, Value] => [3, message([1, at(key)], [2, at(text)])];
    const profile = await read(whole([
      message([1, 4], [2, [1, 10]], label('thread', 'one')), message([1, 4], [2, [2, 20]], [3, message([1, at('bytes')], [3, 512])]), message([1, 4], [2, [1, 5]], label('thread', 'one'), label('wait', 'work')),
    ]));
    assert.deepEqual(profile.threads, [{ pid: 0, tid: 0, name: 'one' }]);
    assert.deepEqual([...profile.samples?.thread ?? []], [0, -1, 0]);
    const facts = new Map(profile.meta.facts);
    assert.equal(facts.get('Label thread'), 'one: 15');
    assert.equal(facts.get('Label bytes'), '512: 20');
    assert.equal(facts.get('Label wait'), 'work: 5');
    assert.equal((await read(whole([SAMPLE]))).samples, null);
  });

  it('keeps a unit that it does not know in the label', async () => {
    const profile = await read(message(type('wait', 'furlongs'), type('wait', 'nanoseconds'), [2, message([1, 4], [2, [1, 2]])], ...TABLES, ...strings));
    assert.deepEqual(profile.events, [{ name: 'wait', unit: 'count', label: 'wait (furlongs)' }, { name: 'wait/nanoseconds', unit: 'nanoseconds' }]);
  });

  it('tells what the profile says of itself', async () => {
    const { meta } = await read(whole([SAMPLE], [9, 1_700_000_000_123_456_768n], [10, 5_000_000], [11, message([1, at('cpu')], [2, at('nanoseconds')])], [12, 10_000_000], [13, [at('one'), at('wait')]], [15, at('/s/a.c')]));
    assert.equal(meta.startTime, 1_700_000_000_123.4568);
    assert.equal(meta.duration, 5_000_000);
    assert.equal(meta.frequency, 100);
    const facts = meta.facts ?? [];
    assert.ok(facts.some(([label, value]) => label === 'Sampling period' && value === '10000000 nanoseconds (cpu)'));
    assert.deepEqual(facts.filter(([label]) => label === 'Comment').map(([, value]) => value), ['one', 'wait']);
    assert.ok(facts.some(([label, value]) => label === 'Documentation' && value === '/s/a.c'));
  });

  it('leaves out the frames that the profile wants left out, but never whole stacks', async () => {
    const dropped = async (drop: string, keep?: string) => {
      const extra: [number, Value][] = [[6, drop], ...(keep === undefined ? [] : [[6, keep] as [number, Value]]), [7, STRINGS.length], ...(keep === undefined ? [] : [[8, STRINGS.length + 1] as [number, Value]])];
      const profile = await read(whole([SAMPLE], ...extra));
      return stackTree(profile, [], 0).split('\n').map((line) => line.trim().split(' ')[0]).join(' ') + (profile.warnings.length > 0 ? ` ${profile.warnings.join()}` : '');
    };
    assert.equal(await dropped('inner'), 'main work');
    assert.equal(await dropped('inn'), 'main work inner');
    assert.equal(await dropped('work|wait'), 'main');
    assert.equal(await dropped('main'), 'main work inner');
    assert.equal(await dropped('.*r.*', 'wor[k]'), 'main work');
    assert.match(await dropped('(work'), /^main work inner test.input wants frames like .* left out, which is not done/);
  });

  it('opens several profiles as one', async () => {
    const other = bytes(message(type('cpu', 'nanoseconds'), [2, message([1, 4], [2, 7])], ...TABLES, ...strings));
    const profile = await pprof.read([inputOf('a', bytes(whole([SAMPLE]))), inputOf('b', other)]);
    assert.deepEqual(profile.totals, [2, 27]);
  });

  it('keeps what a cut file still has', async () => {
    const content = bytes(whole([SAMPLE, SAMPLE]));
    const outcomes = new Set<string>();
    for (let length = 0; length < content.length; length++) {
      try {
        const profile = await readAs(pprof, content.subarray(0, length));
        outcomes.add(profile.truncated ? 'truncated' : 'profile');
        if (profile.truncated) assert.match(profile.warnings[0], /was cut off at byte/);
      } catch (error) {
        assert.ok(error instanceof FormatError, String(error));
        outcomes.add('error');
      }
    }
    // Strings at the end that nothing refers to are not missed.
    assert.deepEqual([...outcomes].sort(), ['error', 'profile', 'truncated']);
    const nearly = await readAs(pprof, content.subarray(0, content.length - 3));
    assert.deepEqual(nearly.totals, [4, 40]);
  });

  it('names the byte where something is wrong', async () => {
    assert.match(await refused(new Uint8Array(0)), /x\.pb, byte 0: expected sample types, found "nothing"/);
    assert.match(await refused(Uint8Array.of(0x0b, 0x0c)), /byte 0: expected a field of wire type 0, 1, 2 or 5, found "wire type 3"/);
    assert.match(await refused(whole([message([1, 5], [2, [1, 2]])])), /byte 14: expected the ids of locations, found "5"/);
    assert.match(await refused(whole([message([1, 4], [2, 1])])), /expected a sample of 2 values, found "1"/);
    assert.match(await refused(whole([SAMPLE], [7, 99])), /expected the number of one of 15 strings, found "99"/);
    assert.match(await refused(whole([SAMPLE], [5, message([1, 500])])), /an id of a function of its own, found "500 again"/);
    assert.match(await refused(whole([SAMPLE], [5, message([2, 1])])), /a function with an id/);
    assert.match(await refused(whole([SAMPLE], [4, message([1, 8], [4, message([1, 999])])])), /the id of a function, found "999"/);
    assert.match(await refused(whole([SAMPLE], [9, 5], [9, 6])), /one profile, found "a second one behind it"/);
    assert.match(await refused(message([6, 'x'], type('samples', 'count'))), /an empty first string, found "x"/);
  });

  it('reads a stack of 100,000 frames', async () => {
    const deep = Array.from({ length: 100_000 }, (_, i) => (i % 2 === 0 ? 4 : 9));
    const profile = await read(whole([message([1, deep], [2, [1, 1]])], [4, message([1, 9], [4, message([1, 500], [2, 1])])]));
    assert.equal(profile.stacks.length, 150_000);
  });

  it('recognises protobuf profiles by their bytes', () => {
    const content = bytes(whole([SAMPLE]));
    assert.ok(pprof.sniff(content, 'anything'));
    assert.ok(pprof.sniff(content.subarray(0, 40), 'anything'));
    for (const name of ['cpu', 'heap', 'heap-diff', 'block', 'mutex', 'goroutine']) {
      assert.ok(pprof.sniff(gunzipSync(readFileSync(new URL(`../fixtures/pprof/${name}.pb.gz`, import.meta.url))), name), name);
    }
    for (const other of ['', '\n', '\n\n\n\n', '\n\x04text', 'main;work 1\n', '{"a": 1}', '2 main\n2 work\n2 x\n2 y\n', 'events: Ir\nfn=main\n1 2\n', '\x0a\x00\x12\x00']) {
      assert.ok(!pprof.sniff(new TextEncoder().encode(other), 'x.pb.gz'), JSON.stringify(other));
    }
  });
});
