import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { FunctionKind, text, type Profile } from '../../src/core/profile.ts';
import { FormatError } from '../../src/formats/format.ts';
import { detectFormat } from '../../src/formats/index.ts';
import { pythonSamples } from '../../src/formats/pythonSamples.ts';
import { dedent, inputOf, readAs, stackTree } from '../stackText.ts';

const fixture = () => readFile(new URL('../fixtures/samples/threads.samples', import.meta.url));

const PICTURE = dedent(`
  heatline-samples 1
  h {"tool":"python-sample","python":"3.12.1","implementation":"cpython","pid":77,"argv":["a.py","-v"],"cwd":"/work","interval_ns":5000000,"start_unix_ns":1700000000000000000}
  t 0 77 "MainThread"
  f 0 1 ["<module>","/src/a.py"]
  f 1 4 ["<lambda>","/src/a.py"]
  f 2 9 ["<lambda>","/src/a.py"]
  f 3 0 ["<built-in sorted>","~"]
  r 0 0 12 1
  r 1 1 4 15
  r 2 2 9 0
  r 3 3 0 0
  s 0 -1 0
  s 1 0 1
  s 2 0 2
  s 3 2 3
  x 5000000 0 1 5000000 4000000
  t 1 0 "Thread-1"
  x 10000000 1 3 5000000 6000000
  w "the clock went backwards"
  t 1 78 "renamed \\u00fc"
  x 15000000 0 0 5000000 -1
  e {"duration_ns":16000000,"exit":0,"samples":3,"stopped":false,"cpu_ns":10000000}
`) + '\n';

const read = (content: string) => readAs(pythonSamples, content);

async function assertMalformed(record: string, expected: RegExp, place = 'line 23'): Promise<void> {
  await assert.rejects(read(`${PICTURE}${record}\n`), (error: unknown) => {
    assert.ok(error instanceof FormatError, String(error));
    assert.equal(error.place, place);
    assert.match(error.message, expected);
    return true;
  });
}

const functionNames = (profile: Profile) => Array.from(profile.functions.name, (name) => text(profile, name));

describe('heatline-samples', () => {
  it('is recognised by its first line', async () => {
    assert.equal(detectFormat(await fixture(), 'x')?.id, 'heatline-samples');
    assert.equal(pythonSamples.sniff(new TextEncoder().encode('heatline-'), 'heatline-samples'), false);
  });

  it('gives stacks with lines and columns, weighted by wall clock, CPU time and waiting', async () => {
    const profile = await read(PICTURE);
    assert.deepEqual(profile.events.map(({ name, unit }) => [name, unit]), [['wall', 'nanoseconds'], ['cpu', 'nanoseconds'], ['wait', 'nanoseconds']]);
    assert.equal(profile.defaultEvent, 0);
    assert.equal(stackTree(profile, ['line', 'kind']), dedent(`
      <module>[line:12][kind:python]  total 15000000, self 5000000
        <lambda>[line:4][kind:python]  total 5000000, self 5000000
        <lambda>[line:9][kind:python]  total 5000000
          <built-in sorted>[kind:builtin]  total 5000000, self 5000000
    `));
    assert.deepEqual(profile.totals, [15000000, 10000000, 1000000]);
    assert.deepEqual([...profile.frames.column], [1, 15, 0, 0]);
    // Lambdas of one file are two functions, because their first lines differ.
    assert.deepEqual(functionNames(profile), ['<module>', '<lambda>', '<lambda>', '<built-in sorted>']);
    assert.deepEqual([...profile.functions.line], [1, 4, 9, 0]);
    assert.equal(profile.functions.kind[3], FunctionKind.Builtin);
    assert.equal(profile.functions.file[3], -1);
  });

  it('counts neither CPU time nor waiting where the CPU time is unknown, and never negative waiting', async () => {
    const profile = await read(PICTURE);
    assert.ok(profile.samples);
    assert.deepEqual(profile.samples.weights.map((column) => [...column]), [
      [5000000, 5000000, 5000000], [4000000, 6000000, 0], [1000000, 0, 0],
    ]);
    assert.deepEqual(profile.warnings, ['the clock went backwards', 'the CPU time of some samples is unknown: they count as wall clock only']);
  });

  it('keeps threads and times; the last name of a thread counts', async () => {
    const profile = await read(PICTURE);
    assert.deepEqual(profile.threads, [{ pid: 77, tid: 77, name: 'MainThread' }, { pid: 77, tid: 0, name: 'renamed \u00fc' }]);
    assert.deepEqual([...profile.samples?.thread ?? []], [0, 1, 0]);
    assert.deepEqual([...profile.samples?.time ?? []], [5000000, 10000000, 15000000]);
    assert.deepEqual(profile.meta, {
      format: 'heatline-samples', tool: 'python-sample', command: 'a.py -v', startTime: 1700000000000, duration: 16000000, pid: 77, frequency: 200,
      facts: [['Python', 'cpython 3.12.1'], ['Folder', '/work'], ['Exit code', '0']],
    });
    assert.equal(profile.truncated, false);
  });

  it('puts the processes of one run on one clock', async () => {
    const later = PICTURE.replace('"start_unix_ns":1700000000000000000', '"start_unix_ns":1700000001000000000').replace('"pid":77', '"pid":80');
    const profile = await pythonSamples.read([inputOf('a', PICTURE), inputOf('b', later)]);
    assert.deepEqual(profile.totals, [30000000, 20000000, 2000000]);
    assert.deepEqual([...profile.samples?.time ?? []].slice(2, 4), [15000000, 1005000000]);
    assert.deepEqual(profile.threads.map(({ pid }) => pid), [77, 77, 80, 80]);
    // What is equal in both is one row.
    assert.equal(profile.functions.length, 4);
  });

  it('keeps the samples of a program that was killed, and says so', async () => {
    const bytes = new TextEncoder().encode(PICTURE);
    const header = PICTURE.indexOf('\nt 0') + 1;
    let last = 0;
    for (let length = header; length < bytes.length; length++) {
      const cut = await readAs(pythonSamples, bytes.subarray(0, length));
      const complete = length === bytes.length - 1;
      assert.equal(cut.truncated, !complete, `cut at byte ${length}`);
      if (!complete) assert.match(cut.warnings.join('\n'), /without a goodbye/);
      assert.ok(cut.totals[0] >= last && cut.totals[0] % 5000000 === 0, `cut at byte ${length}: ${cut.totals[0]}`);
      last = cut.totals[0];
    }
    assert.equal(last, 15000000);
  });

  it('says when there is no sample at all', async () => {
    const profile = await read(PICTURE.split('\n').filter((line) => !line.startsWith('x ')).join('\n'));
    assert.deepEqual(profile.totals, [0, 0, 0]);
    assert.match(profile.warnings.join('\n'), /no samples were taken/);
  });

  it('names the line of malformed input', async () => {
    await assert.rejects(read('heatline-samples 2\n'), /line 1: expected "heatline-samples 1", found "heatline-samples 2"/);
    await assert.rejects(read(''), /line 1: expected "heatline-samples 1"/);
    await assertMalformed('x 1 0 99 5 5', /a stack that was defined before, found "99"/);
    await assertMalformed('x 1 9 0 5 5', /a thread that was defined before, found "9"/);
    await assertMalformed('x 1 0 0 5', /nanoseconds of CPU time/);
    await assertMalformed('x 1 0 0 -5 5', /nanoseconds of wall clock/);
    await assertMalformed('x 1 0 0 5.5 5', /nanoseconds of wall clock, found "5.5 5"/);
    await assertMalformed('x 1 0 0 5 -2', /nanoseconds of CPU time/);
    await assertMalformed('x 1 0 0 99999999999999999999 5', /nanoseconds of wall clock/);
    await assertMalformed('s 9 12 0', /a stack that was defined before, found "12"/);
    await assertMalformed('s 9 -2 0', /caller's stack/);
    await assertMalformed('s 9 -1 50', /a frame that was defined before/);
    await assertMalformed('r 9 50 1 1', /a function that was defined before/);
    await assertMalformed('r 9 0 99999999999 1', /a line number/);
    await assertMalformed('f 9 1 ["name"]', /a JSON string/);
    await assertMalformed('f 9 1 {"name":', /JSON/);
    await assertMalformed('t 9 1 name', /JSON/);
    await assertMalformed('h 5', /a JSON object/);
    await assertMalformed('e []', /a JSON object/);
    await assertMalformed('q 1', /a record of the letters/);
    await assertMalformed('xx', /a record/);
  });

  it('reads what the sampler wrote', async () => {
    const profile = await readAs(pythonSamples, await fixture(), 'threads.samples', 100);
    assert.deepEqual([profile.truncated, profile.warnings], [false, []]);
    assert.deepEqual(profile.threads.map(({ name }) => name), ['MainThread', 'sleeper']);
    const [main, sleeper] = [0, 1].map((thread) => {
      const sums = [0, 0, 0];
      profile.samples?.thread.forEach((of, row) => {
        if (of === thread) profile.samples?.weights.forEach((column, event) => (sums[event] += column[row]));
      });
      return sums;
    });
    // The main thread computes all the time, the other one sleeps for a tenth of a second.
    assert.ok(main[1] > 0.8 * main[0], main.join());
    assert.ok(sleeper[2] > 80e6 && sleeper[1] < 5e6, sleeper.join());
    const tree = stackTree(profile, ['line']);
    for (const name of ['<module>[line:15]', 'spin[line:5]', 'sleepy[line:8]', 'main.<locals>.<lambda>[line:13]']) assert.ok(tree.includes(name), `${name} in\n${tree}`);
  });
});
