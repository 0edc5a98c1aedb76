import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ProfileBuilder } from '../../src/core/builder.ts';
import { text, type Profile } from '../../src/core/profile.ts';
import { FormatError } from '../../src/formats/format.ts';
import { detectFormat } from '../../src/formats/index.ts';
import { perfScript } from '../../src/formats/perfScript.ts';
import { pythonSamples } from '../../src/formats/pythonSamples.ts';
import { speedscope } from '../../src/formats/speedscope.ts';
import { speedscopeWriter } from '../../src/formats/speedscopeWriter.ts';
import { dedent, readAs, stackProfile, stackTree } from '../stackText.ts';
import { graphProfile, randomProfile } from './core-random.ts';

const fixture = (name: string) => new Uint8Array(readFileSync(fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url))));
const read = (content: unknown) => readAs(speedscope, typeof content === 'string' ? content : JSON.stringify(content), 'x.speedscope.json');
const written = (profile: Profile, options = {}) => [...(speedscopeWriter.write(profile, options) as Iterable<string>)].join('');
const SCHEMA = 'https://www.speedscope.app/file-format-schema.json';

const frames = (...names: string[]) => ({ frames: names.map((name) => ({ name })) });
const file = (profiles: unknown[], more: object = {}) => ({ $schema: SCHEMA, shared: frames('main', 'work', 'idle'), profiles, ...more });
const sampled = (samples: number[][], weights: number[], more: object = {}) => ({ type: 'sampled', name: 'one', unit: 'none', startValue: 0, endValue: weights.reduce((a, b) => a + b, 0), samples, weights, ...more });
const evented = (events: [type: string, frame: number, at: number][], more: object = {}) => ({ type: 'evented', name: 'one', unit: 'milliseconds', startValue: 0, endValue: 10, events: events.map(([type, frame, at]) => ({ type, frame, at })), ...more });

async function assertFails(content: unknown, message: RegExp): Promise<void> {
  await assert.rejects(read(content), (error: unknown) => {
    assert.ok(error instanceof FormatError, String(error));
    assert.match(error.message, message);
    return true;
  });
}

describe('speedscope JSON', () => {
  it('reads what py-spy writes', async () => {
    const profile = await readAs(speedscope, fixture('speedscope/pyspy.speedscope.json'));
    const source = JSON.parse(Buffer.from(fixture('speedscope/pyspy.speedscope.json')).toString()) as { profiles: { name: string; weights: number[] }[] };
    const total = source.profiles.flatMap(({ weights }) => weights).reduce((a, b) => a + b, 0);
    assert.deepEqual(profile.events, [{ name: 'time', unit: 'seconds', label: 'Time' }]);
    assert.ok(Math.abs(profile.totals[0] - total) < 1e-9, `${profile.totals[0]} ${total}`);
    assert.deepEqual(profile.threads.map(({ name }) => name), source.profiles.map(({ name }) => name));
    assert.equal(profile.meta.tool, 'py-spy@0.4.3');
    assert.match(stackTree(profile, ['file', 'line', 'kind']), /^ {2}<module>\[file:\/tmp\/rec\/busy\.py\]\[line:27\]\[kind:python\] {2}total /m);
  });

  it('keeps the events apart that Austin writes of one thread', async () => {
    const profile = await readAs(speedscope, fixture('speedscope/austin.speedscope.json'));
    const source = JSON.parse(Buffer.from(fixture('speedscope/austin.speedscope.json')).toString()) as { profiles: { name: string; weights: number[] }[] };
    const total = (start: string) => source.profiles.filter(({ name }) => name.startsWith(start)).flatMap(({ weights }) => weights).reduce((a, b) => a + b, 0);
    assert.deepEqual(profile.events.map(({ name, unit }, event) => [name, unit, profile.totals[event]]), [
      ['CPU time', 'microseconds', total('CPU')], ['Wall time', 'microseconds', total('Wall')],
      ['Memory allocation', 'bytes', total('Memory alloc')], ['Memory deallocation', 'bytes', total('Memory dealloc')],
    ]);
    assert.equal(profile.threads.length, 2);
  });

  it('reads several evented profiles', async () => {
    const profile = await readAs(speedscope, fixture('speedscope/evented.speedscope.json'));
    assert.deepEqual(profile.totals, [31, 6144]);
    assert.equal(profile.defaultEvent, 0);
  });

  it('reads samples with the outermost frame first, and their times', async () => {
    const profile = await read(file([sampled([[0, 1], [0], [], [0, 1]], [3, 2, 1, 0.5], { unit: 'microseconds', startValue: 100 })]));
    assert.equal(stackTree(profile), 'main  total 5.5, self 2\n  work  total 3.5, self 3.5\n(idle)  total 1, self 1');
    assert.deepEqual([...profile.samples!.time], [0, 3000, 5000, 6000]);
  });

  it('gives the time between events to what is open then', async () => {
    const profile = await read(file([evented([['O', 0, 1], ['O', 1, 2], ['C', 1, 5], ['O', 1, 5], ['C', 1, 6], ['C', 0, 8]])]));
    assert.equal(stackTree(profile), 'main  total 7, self 3\n  work  total 4, self 4');
    assert.deepEqual([...profile.samples!.time], [1e6, 2e6, 5e6, 6e6]);
    // What is still open lasts until the end.
    const open = await read(file([evented([['O', 0, 1], ['O', 1, 4]])]));
    assert.equal(stackTree(open), 'main  total 9, self 3\n  work  total 6, self 6');
  });

  it('makes threads of profiles, one event of each kind of unit, and shows the active one', async () => {
    const profile = await read(file([
      sampled([[0]], [2], { unit: 'seconds', name: 'first' }), sampled([[1]], [500], { unit: 'milliseconds', name: 'second' }), sampled([[2]], [4096], { unit: 'bytes', name: 'heap' }),
    ], { activeProfileIndex: 2, exporter: 'tool@1', name: 'title' }));
    assert.deepEqual(profile.events.map(({ name, unit }) => [name, unit]), [['time', 'seconds'], ['bytes', 'bytes']]);
    assert.deepEqual(profile.totals, [2.5, 4096]);
    assert.deepEqual(profile.threads.map(({ name }) => name), ['first', 'second', 'heap']);
    assert.equal(profile.defaultEvent, 1);
    assert.deepEqual([profile.meta.tool, profile.meta.facts], ['tool@1', [['Title', 'title']]]);
  });

  it('reads frames that stand behind the samples, places that are null, and more keys than it knows', async () => {
    const profile = await read({ profiles: [{ extra: [1, { a: 2 }], ...sampled([[0]], [1]) }], shared: { more: 1, frames: [{ name: 'f', file: null, line: null, col: null, other: true }] }, exporter: 'x' });
    assert.equal(stackTree(profile), 'f  total 1, self 1');
  });

  it('names what is wrong and where', async () => {
    await assertFails('[]', /byte 0: expected a speedscope file: a JSON object, found "\[\]"/);
    await assertFails(file([sampled([[3]], [1])]), /byte \d+: expected a frame from 0 to 2, found "3\]/);
    await assertFails(file([sampled([[0]], [1, 2])]), /expected as many weights as samples \(not 2 and 1\)/);
    await assertFails(file([sampled([[0]], [1], { unit: 'hours' })]), /expected a unit out of none, nanoseconds/);
    await assertFails(file([sampled([[0]], [1], { type: 'other' })]), /expected a profile of type sampled or evented/);
    await assertFails(file([evented([['O', 0, 1], ['C', 1, 2]])]), /expected the frame that was opened last to be closed first/);
    await assertFails(file([evented([['C', 0, 1]])]), /expected the frame that was opened last to be closed first/);
    await assertFails(file([evented([['O', 0, 5], ['C', 0, 4]])]), /expected events in the order of their values/);
    await assertFails(file([evented([['X', 0, 5]])]), /expected an event with a type O or C/);
    await assertFails({ shared: { frames: [{ file: 'a' }] }, profiles: [] }, /expected a frame with a name/);
    await assertFails({ shared: { frames: [] } }, /expected profiles/);
    await assertFails({ profiles: [] }, /expected shared frames/);
  });

  it('keeps what was read of a file that was cut off', async () => {
    const whole = JSON.stringify({ exporter: 'x', shared: frames('main', 'work'), profiles: [sampled([[0], [1]], [1, 2]), sampled([[0], [1], [0]], [4, 8, 16])] });
    const kept: number[] = [];
    for (let length = 0; length < whole.length; length++) {
      const profile = await read(whole.slice(0, length)).catch((error: unknown) => {
        assert.ok(error instanceof FormatError, String(error));
        return undefined;
      });
      if (!profile) continue;
      assert.ok(profile.truncated, whole.slice(0, length));
      kept.push(profile.totals[0]);
    }
    assert.deepEqual([...new Set(kept)], [1, 3, 7, 15, 31], 'never less than before');
  });

  it('reads 100,000 frames and names of a megabyte', async () => {
    const path = Array.from({ length: 100_000 }, () => 0);
    const profile = await read({ shared: { frames: [{ name: 'x'.repeat(1 << 20) }] }, profiles: [sampled([path], [1]), evented([...path.map((frame, at): [string, number, number] => ['O', frame, at]), ...path.map((frame, at): [string, number, number] => ['C', frame, 1e5 + at])])] });
    assert.equal(profile.stacks.length, 100_000);
    assert.equal(profile.totals[1], 199_999);
  });

  it('is told by its keys, however large its first values are', () => {
    const long = frames(...Array.from({ length: 5000 }, (_, index) => `function number ${index}`));
    for (const content of [{ shared: long, profiles: [] }, { $schema: SCHEMA, shared: long }, { profiles: [sampled(Array.from({ length: 20_000 }, () => [0, 1]), [])], shared: frames() }]) {
      assert.equal(detectFormat(new Uint8Array(Buffer.from(JSON.stringify(content)).subarray(0, 65536)), 'x')?.id, 'speedscope');
    }
    for (const other of ['{}', '{"shared":1}', '{"profiles":[{"name":"x"}]}', 'shared profiles']) assert.equal(speedscope.sniff(new Uint8Array(Buffer.from(other)), 'x.speedscope.json'), false, other);
  });
});

/** The rules of speedscope's published JSON schema that concern what we write. */
function assertFollowsSchema(content: string): void {
  const parsed = JSON.parse(content) as Record<string, unknown>;
  assert.equal(parsed['$schema'], SCHEMA);
  for (const key of ['exporter', 'name']) assert.equal(typeof parsed[key], 'string', key);
  const count = (parsed['shared'] as { frames: Record<string, unknown>[] }).frames.map((frame) => {
    assert.equal(typeof frame['name'], 'string');
    assert.ok(frame['file'] === undefined || typeof frame['file'] === 'string');
    for (const key of ['line', 'col']) assert.ok(frame[key] === undefined || Number.isInteger(frame[key]), key);
  }).length;
  const profiles = parsed['profiles'] as Record<string, unknown>[];
  for (const profile of profiles) {
    assert.equal(profile['type'], 'sampled');
    assert.equal(typeof profile['name'], 'string');
    assert.match(String(profile['unit']), /^(?:none|nanoseconds|microseconds|milliseconds|seconds|bytes)$/);
    for (const key of ['startValue', 'endValue']) assert.ok(Number.isFinite(profile[key]), key);
    const samples = profile['samples'] as number[][];
    const weights = profile['weights'] as number[];
    assert.equal(samples.length, weights.length);
    assert.ok(weights.every(Number.isFinite));
    assert.ok(samples.every((sample) => sample.every((frame) => Number.isInteger(frame) && frame >= 0 && frame < count)));
  }
  const active = parsed['activeProfileIndex'] as number;
  assert.ok(active >= 0 && active < Math.max(profiles.length, 1));
}

describe('speedscope JSON, written', () => {
  /** Self weights by event and frame, which must survive. */
  const selfByFrame = (profile: Profile) => profile.events.map(({ name }, event) => {
    const self = new Map<string, number>();
    for (let row = 0; row < profile.stacks.length; row++) {
      const frame = profile.stacks.frame[row];
      const key = `${text(profile, profile.functions.name[profile.frames.func[frame]])} ${profile.frames.line[frame]}`;
      if (profile.stackSelf[event][row] !== 0) self.set(key, (self.get(key) ?? 0) + profile.stackSelf[event][row]);
    }
    return [name, [...self].sort()];
  });

  it('reads back what it wrote: every total, every frame, the order of samples', async () => {
    for (let seed = 1; seed <= 200; seed++) {
      const { profile } = randomProfile(seed);
      const content = written(profile);
      assertFollowsSchema(content);
      const again = await read(content);
      assert.deepEqual(again.totals, profile.totals, `seed ${seed}`);
      assert.equal(stackTree(again, ['file', 'line']), stackTree(profile, ['file', 'line']), `seed ${seed}`);
      assert.deepEqual([...again.samples!.weights[0]], [...profile.samples!.weights[0]], `seed ${seed}`);
    }
  });

  it('keeps all events, threads and times of real recordings', async () => {
    for (const [format, name] of [[perfScript, 'perf/shapes.multi.txt'], [perfScript, 'perf/threads.switch.txt'], [pythonSamples, 'samples/threads.samples']] as const) {
      const profile = await readAs(format, fixture(name));
      const content = written(profile, { title: 'A "title"' });
      assertFollowsSchema(content);
      assert.equal((JSON.parse(content) as { name: string }).name, 'A "title"');
      const again = await read(content);
      assert.deepEqual(again.events.map((event) => event.name), profile.events.map((event) => event.name), name);
      assert.deepEqual(again.events.map((event) => event.unit), profile.events.map((event) => event.unit), name);
      again.totals.forEach((total, event) => assert.ok(Math.abs(total - profile.totals[event]) <= 1e-9 * Math.abs(total), `${name} ${total} ${profile.totals[event]}`));
      assert.deepEqual(selfByFrame(again), selfByFrame(profile), name);
      assert.deepEqual(new Set(again.threads.map((thread) => `${thread.name} ${thread.tid}`)), new Set(profile.threads.map((thread) => `${thread.name} ${thread.tid}`)), name);
    }
  });

  it('writes one sample for each stack where none were taken', async () => {
    const builder = new ProfileBuilder([{ name: 'Ir', unit: 'instructions' }, { name: 'bytes', unit: 'bytes' }]);
    const stack = builder.stack(-1, builder.frame(builder.func({ name: 'f', file: 'a.c' }), 3, 9));
    builder.addSelf(stack, 0, 5);
    const content = written(builder.finish({ format: 'test' }), { event: 1 });
    assertFollowsSchema(content);
    assert.equal((JSON.parse(content) as { activeProfileIndex: number }).activeProfileIndex, 1);
    const again = await read(content);
    assert.deepEqual(again.events.map(({ name, unit }) => [name, unit]), [['Ir', 'count'], ['bytes', 'bytes']]);
    assert.deepEqual(again.totals, [5, 0]);
    assert.deepEqual([again.frames.line[0], again.frames.column[0]], [3, 9]);
  });

  it('puts the object in the place of an unknown file, and says what is lost', async () => {
    const profile = stackProfile('main[object:/bin/a]\nmemcpy[object:libc.so.6][address:1f]');
    assert.equal(stackTree(await read(written(profile)), ['file']), dedent(`
      main[file:/bin/a]  total 1
        memcpy[file:libc.so.6]  total 1, self 1`));
    assert.deepEqual(speedscopeWriter.losses?.(profile, {}), ['objects of functions whose file is known', 'addresses']);
  });

  it('estimates stacks from a call graph', async () => {
    const again = await read(written(graphProfile({ main: 10, work: 90 }, [['main', 'work', 1, 90]])));
    assert.equal(stackTree(again), 'main  total 100, self 10\n  work  total 90, self 90');
  });

  it('writes an empty profile', async () => {
    const content = written(new ProfileBuilder().finish({ format: 'nothing' }));
    assertFollowsSchema(content);
    assert.deepEqual((await read(content)).warnings, ['this file has no samples']);
  });
});
