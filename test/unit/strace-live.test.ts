// strace's own numbers: calls and errors of a trace must equal those of `strace -c`, and its times the summary of the same run.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { text, type Profile } from '../../src/core/profile.ts';
import { strace } from '../../src/formats/strace.ts';
import { inputOf } from '../stackText.ts';
import { needsTool, skipBecause } from '../tools.ts';

const execute = promisify(execFile);
const sources = fileURLToPath(new URL('../fixtures/src/', import.meta.url));

interface Row {
  calls: number;
  errors: number;
  /** Microseconds. */
  time: number;
}

/** The rows of `-c`, by name; the last one is `total`. Its columns stand where they always do. */
function tableOf(output: string): Map<string, Row> {
  const rows = new Map<string, Row>();
  for (const line of output.slice(output.lastIndexOf('% time')).split('\n')) {
    const cells = /^ *[\d.]+ +(\d+\.\d+) +\d+ +(\d+) +(\d*) *(\w+)$/.exec(line);
    if (cells) rows.set(cells[4], { time: Math.round(Number(cells[1]) * 1e6), calls: Number(cells[2]), errors: Number(cells[3]) });
  }
  assert.ok(rows.size > 3 && rows.has('total'), output);
  return rows;
}

function rowsOf(profile: Profile): Map<string, Row> {
  const rows = new Map<string, Row>();
  const column = (name: string) => profile.stackSelf[profile.events.findIndex((event) => event.name === name)];
  for (let stack = 0; stack < profile.stacks.length; stack++) {
    const name = text(profile, profile.functions.name[profile.frames.func[profile.stacks.frame[stack]]]);
    const row = rows.get(name) ?? { calls: 0, errors: 0, time: 0 };
    row.calls += column('calls')[stack];
    row.errors += column('errors')[stack];
    row.time += (column('time')?.[stack] ?? 0) / 1000;
    rows.set(name, row);
  }
  for (const [name, { calls }] of rows) if (calls === 0) rows.delete(name);
  return rows;
}

const countsOf = (rows: Map<string, Row>) => [...rows].filter(([name]) => name !== 'total').map(([name, { calls, errors }]) => `${name} ${calls} ${errors}`).sort();

describe('strace against strace -c', function () {
  this.timeout(60_000);
  let folder = '';

  before(async function () {
    needsTool(this, 'strace', 'gcc');
    folder = await mkdtemp(path.join(os.tmpdir(), 'heatline-strace-'));
    for (const name of ['syscalls', 'execer']) {
      await execute('gcc', ['-O1', '-g', '-static', '-pthread', '-o', path.join(folder, name), path.join(sources, `${name}.c`)]);
    }
    const denied = await execute('strace', ['-o', path.join(folder, 'try'), 'true']).then(() => undefined, (error: Error) => error.message);
    if (denied !== undefined) skipBecause(this, `strace may not trace here: ${denied}`);
  });

  after(async () => {
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  async function record(...options: string[]): Promise<string> {
    // The program ends with 3.
    await execute('strace', ['-o', 'out', ...options], { cwd: folder }).catch((error: { code?: unknown }) => assert.equal(error.code, 3));
    return readFile(path.join(folder, 'out'), 'utf8');
  }

  const read = (output: string) => strace.read([inputOf('live.strace', output, 1000)]);

  async function assertTimes(options: string[], bound: (calls: number) => readonly [number, number]): Promise<void> {
    const output = await record(...options, './syscalls');
    const profile = await read(output);
    const table = tableOf(output);
    assert.deepEqual(profile.warnings, []);
    assert.deepEqual(countsOf(rowsOf(profile)), countsOf(table));
    for (const [name, { time, calls }] of rowsOf(profile)) {
      const [low, high] = bound(calls);
      const difference = (table.get(name)?.time ?? NaN) - time;
      assert.ok(difference >= low && difference <= high, `${name}: the summary differs from the ${calls} calls by ${difference} us`);
    }
  }

  // strace cuts each duration to whole microseconds and rounds the sum of what it measured: it may be above ours by less than one
  // microsecond for each call, and half of one.
  it('times of one run, to the digits that are printed', () => assertTimes(['-C', '-w', '-f', '-ttt', '-T'], (calls) => [-0.5, calls + 0.5]));

  it('times of one run in nanoseconds, to the rounding of the summary', () => assertTimes(['-C', '-w', '-f', '-ttt', '--syscall-times=ns'], () => [-0.501, 0.501]));

  it('calls and errors of another run', async () => {
    const summary = await record('-c', '-f', './syscalls');
    const expected = countsOf(tableOf(summary));
    for (const options of [['-f', '-ttt', '-T'], ['-f'], ['-f', '-r', '-y'], ['-f', '-k', '-tt', '-i', '-n'], ['-f', '--decode-pids=comm', '-s', '12', '-v']]) {
      const profile = await read(await record(...options, './syscalls'));
      assert.deepEqual(countsOf(rowsOf(profile)), expected, options.join(' '));
      assert.equal(profile.meta.command, './syscalls');
    }
    const own = rowsOf(await read(summary));
    assert.deepEqual(countsOf(own), expected);
    for (const [name, row] of own) assert.deepEqual(row, tableOf(summary).get(name), name);
  });

  it('a thread that replaces its process', async () => {
    const output = await record('-C', '-f', '-ttt', '-T', './execer', '/bin/true');
    const profile = await read(output);
    assert.deepEqual(countsOf(rowsOf(profile)), countsOf(tableOf(output)));
    assert.deepEqual(profile.threads.map(({ name }) => name), ['true', 'execer']);
  });

  it('stacks of -k name the functions that called', async () => {
    const profile = await read(await record('-f', '-k', './syscalls'));
    const callers = new Set<string>();
    for (let stack = 0; stack < profile.stacks.length; stack++) callers.add(text(profile, profile.functions.name[profile.frames.func[profile.stacks.frame[stack]]]));
    // A strace that cannot unwind prints no frames; then there is nothing to compare.
    if (callers.has('main')) for (const name of ['say', 'touch_files', 'take_memory']) assert.ok(callers.has(name), name);
    else assert.ok(!(await readFile(path.join(folder, 'out'), 'utf8')).includes('(main+'));
  });
});
