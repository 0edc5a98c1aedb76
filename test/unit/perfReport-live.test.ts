// More of perf's own numbers: counts of samples, threads, stacks from debug information with several events, and the inclusive shares of
// each symbol.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { functionCosts } from '../../src/core/functions.ts';
import { text, type Profile } from '../../src/core/profile.ts';
import { PERF_SCRIPT_ARGUMENTS, perfScript } from '../../src/formats/perfScript.ts';
import { inputOf } from '../stackText.ts';
import { needsTool, skipBecause } from '../tools.ts';

const execute = promisify(execFile);
const sources = fileURLToPath(new URL('../fixtures/src/', import.meta.url));
type Rows = Map<string, number[]>;

describe('perf report: samples, threads and callers', function () {
  this.timeout(120_000);
  let folder = '';
  const perf = (...args: string[]) => execute('perf', args, { cwd: folder, maxBuffer: 1 << 28 });

  before(async function () {
    needsTool(this, 'perf', 'gcc', 'g++');
    folder = await mkdtemp(path.join(os.tmpdir(), 'heatline-report-'));
    for (const name of ['calls.c', 'mix.h', 'shapes.cc', 'threads.c']) await copyFile(path.join(sources, name), path.join(folder, name));
    const compile = (compiler: string, ...args: string[]) => execute(compiler, ['-O1', '-g', '-fno-omit-frame-pointer', '-fno-optimize-sibling-calls', ...args], { cwd: folder });
    await Promise.all([compile('gcc', '-o', 'calls', 'calls.c'), compile('g++', '-o', 'shapes', 'shapes.cc'), compile('gcc', '-pthread', '-o', 'threads', 'threads.c')]);
    const denied = await perf('record', '-q', '-e', 'cpu-clock:u', '-o', 'try.data', '--', 'true').then(() => undefined, (error: Error) => error.message);
    if (denied !== undefined) skipBecause(this, `perf may not record here: ${denied.split('\n').slice(-2).join(' ')}`);
  });

  after(async () => {
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  async function record(events: string, callGraph: string | undefined, ...command: string[]): Promise<Profile> {
    const chains = callGraph === undefined ? [] : ['--call-graph', callGraph];
    await perf('record', '-q', '-o', 'perf.data', ...(process.getuid?.() === 0 ? ['--no-bpf-event'] : []), '-e', events, '-F', '499', ...chains, '--', ...command);
    const { stdout } = await perf(...PERF_SCRIPT_ARGUMENTS, '-i', 'perf.data');
    return perfScript.read([inputOf('perf.txt', stdout, 65_536)]);
  }

  /** Rows by event, and by the cells behind the first `numbers` columns; rows of one name are added up. */
  async function report(numbers: number, ...options: string[]): Promise<Map<string, Rows>> {
    const { stdout } = await perf('report', '-i', 'perf.data', '--stdio', '--no-inline', '-g', 'none', '-t', '\t', ...options);
    const events = new Map<string, Rows>();
    let rows: Rows | undefined;
    for (const line of stdout.split('\n')) {
      const event = /^# Samples: .* of event '(.*)'$/.exec(line);
      if (event) events.set(event[1], (rows = new Map()));
      if (line.startsWith('#') || line.trim() === '' || !rows) continue;
      const cells = line.split('\t').map((cell) => cell.trim());
      const name = cells.slice(numbers).join(' ').replace(/\[[.k]\] /, '').replace(/\b(?:0x[0-9a-f]+|[0-9a-f]{16})$/, '[unknown]');
      const own = rows.get(name) ?? new Array<number>(numbers).fill(0);
      cells.slice(0, numbers).forEach((cell, column) => (own[column] += Number(cell.replace('%', ''))));
      rows.set(name, own);
    }
    return events;
  }

  const nameOf = (profile: Profile, func: number) =>
    `${path.basename(text(profile, profile.functions.object[func]))} ${text(profile, profile.functions.name[func])}`;

  /** Periods and samples by object and symbol of the innermost frame. */
  function selfRows(profile: Profile, event: number): Rows {
    const rows: Rows = new Map();
    const samples = profile.samples!;
    for (let sample = 0; sample < samples.length; sample++) {
      const weight = samples.weights[event][sample];
      if (weight === 0) continue;
      const name = nameOf(profile, profile.frames.func[profile.stacks.frame[samples.stack[sample]]]);
      const own = rows.get(name) ?? [0, 0];
      rows.set(name, [own[0] + weight, own[1] + 1]);
    }
    return rows;
  }

  /**
   * Compares rows of self cost; gives the period that is counted nowhere. `perf script` prints no frame at all for a sample whose stack it cannot unwind, not even
   * the address by which `perf report` counts it, so what our rows lack must be exactly those samples.
   */
  function assertSelf(own: Rows, reported: Rows, name: string): number {
    const lost = reported.has(' [unknown]') ? undefined : own.get(' [unknown]');
    if (!lost) {
      assert.deepEqual([...own].sort(), [...reported].sort(), name);
      return 0;
    }
    own.delete(' [unknown]');
    for (const key of own.keys()) assert.ok(reported.has(key), `${name}: perf does not know ${key}`);
    const lacking = [0, 0];
    for (const [key, numbers] of reported) {
      const found = own.get(key) ?? [0, 0];
      numbers.forEach((number, column) => {
        assert.ok(found[column] <= number, `${name}: ${key} is ${found.join()}, perf says ${numbers.join()}`);
        lacking[column] += number - found[column];
      });
    }
    assert.deepEqual(lacking, lost, name);
    return lost[0];
  }

  async function assertAsReported(profile: Profile): Promise<void> {
    const self = await report(2, '--no-children', '-F', 'period,sample,dso,sym');
    const children = await report(1, '--children', '-F', 'overhead_children,dso,sym');
    assert.deepEqual([...self.keys()].sort(), profile.events.map(({ name }) => name).sort());
    for (const [event, { name }] of profile.events.entries()) {
      const lost = assertSelf(selfRows(profile, event), self.get(name)!, name) / profile.totals[event] * 100;
      const { total } = functionCosts(profile, event);
      const totals = new Map<string, number>();
      total.forEach((value, func) => totals.set(nameOf(profile, func), (totals.get(nameOf(profile, func)) ?? 0) + value));
      let compared = 0;
      for (const [key, [percent]] of children.get(name)!) {
        // perf tells unknown addresses apart; one function of ours stands for those of an object.
        if (key.endsWith('[unknown]')) continue;
        const own = (totals.get(key) ?? 0) / profile.totals[event] * 100;
        assert.ok(Math.abs(own - percent) < 0.0051 + lost, `${name}: ${key} is ${own} %, perf says ${percent} %`);
        compared++;
      }
      assert.ok(compared > 2, name);
    }
  }

  it('frame pointers, C with recursion', async () => assertAsReported(await record('cpu-clock', 'fp', './calls', '200000')));

  it('debug information, C with recursion', async () => assertAsReported(await record('cpu-clock', 'dwarf,8192', './calls', '200000')));

  it('debug information, C++ with two events', async () => {
    const profile = await record('cpu-clock,page-faults', 'dwarf,8192', './shapes', '4000000');
    assert.equal(profile.events.length, 2);
    await assertAsReported(profile);
  });

  it('threads: periods and samples of each', async () => {
    const profile = await record('cpu-clock', 'fp', './threads', '20000000');
    const expected = (await report(2, '--no-children', '-F', 'period,sample,pid')).get('cpu-clock')!;
    const own: Rows = new Map();
    const { length, thread, weights } = profile.samples!;
    for (let sample = 0; sample < length; sample++) {
      const { tid, name } = profile.threads[thread[sample]];
      const row = own.get(`${tid}:${name}`) ?? [0, 0];
      own.set(`${tid}:${name}`, [row[0] + weights[0][sample], row[1] + 1]);
    }
    assert.ok(own.size > 1);
    assert.deepEqual([...own].sort(), [...expected].map(([key, row]) => [key.replace(/^(\d+):\s*/, '$1:'), row]).sort());
  });
});
