// perf stat as the profiler runs it: its sums against perf stat run directly, values over time, and running processes.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Profile } from '../../src/core/profile.ts';
import { perfAbility, type PerfAbility } from '../../src/profilers/perfAbility.ts';
import { perfStat } from '../../src/profilers/perfStat.ts';
import { isRunning } from '../../src/profilers/process.ts';
import { contextOf, CountedProgram } from '../perfProgram.ts';
import { needsTool, skipBecause } from '../tools.ts';

const execute = promisify(execFile);

describe('perf stat on a program whose events are known', function () {
  this.timeout(120_000);
  let counted: CountedProgram;
  let ability: PerfAbility;

  before(async function () {
    needsTool(this, 'perf', 'gcc', 'ps');
    const found = await perfAbility(contextOf());
    if (!('event' in found)) skipBecause(this, `perf: ${found.why}`);
    ability = found;
    counted = new CountedProgram();
  });
  after(() => counted?.remove());

  const bare = (name: string) => name.replace(/:u$/, '');
  const series = (profile: Profile, event: string) => {
    const found = profile.series.find(({ name }) => bare(name) === event);
    assert.ok(found, `${event} is not among ${profile.series.map(({ name }) => name).join(', ')}`);
    return found;
  };
  const sum = (profile: Profile, event: string) => series(profile, event).y.reduce((total, value) => total + value, 0);

  it('counts what perf stat counts, and when', async () => {
    const { profile, code } = await counted.profile(perfStat, counted.target('all'), { 'perfStat.interval': 20 });
    assert.equal(code, 0);
    const { stderr } = await execute('perf', ['stat', '-x;', '-e', 'page-faults', '--', counted.program, 'all']);
    const direct = Number(/^(\d+);/m.exec(stderr)![1]);
    const faults = sum(profile, 'page-faults');
    assert.ok(faults >= 16_384 && Math.abs(faults - direct) < 100, `${faults}, perf stat says ${direct}`);
    const clock = series(profile, 'task-clock');
    assert.ok(clock.x.length > 5 && clock.unit === 'milliseconds');
    assert.ok(sum(profile, 'task-clock') > 300 && sum(profile, 'task-clock') < 5000);
    // Nearly all faults come before the reckoning begins.
    const { y } = series(profile, 'page-faults');
    assert.ok(y.slice(Math.ceil(y.length / 2)).reduce((total, value) => total + value, 0) < faults / 2);
    const facts = new Map(profile.meta.facts?.map(([name, value]) => [bare(name), value]));
    assert.equal(facts.get('page-faults'), String(faults));
    assert.ok(Number(facts.get('CPUs utilized')) > 0 && Number(facts.get('CPUs utilized')) < 1.1);
    assert.equal(facts.has('context-switches'), ability.kernel);
  });

  it('context switches: at least one for each sleep', async function () {
    if (!ability.kernel) skipBecause(this, 'switches happen in the kernel, where this user may not look');
    const program = 'const sleep = new Int32Array(new SharedArrayBuffer(4)); for (let n = 0; n < 100; n++) Atomics.wait(sleep, 0, 0, 2);';
    const target = { ...counted.target('-e', program), program: process.execPath };
    const { profile } = await counted.profile(perfStat, target, { 'perfStat.events': ['context-switches', 'page-faults'], 'perfStat.interval': 50 });
    assert.deepEqual(profile.series.map(({ name }) => name), ['context-switches', 'page-faults']);
    const { stderr } = await execute('perf', ['stat', '-x;', '-e', 'context-switches', '--', process.execPath, '-e', program]);
    const direct = Number(/^(\d+);/m.exec(stderr)![1]);
    const own = sum(profile, 'context-switches');
    assert.ok(own >= 100 && own < direct * 3 && direct < own * 3, `${own}, perf stat says ${direct}`);
  });

  it('says what has no counter here', async function () {
    if (ability.hardware) skipBecause(this, 'this machine has hardware counters');
    const problem = await perfStat.preflight(counted.target('all'), contextOf({ 'perfStat.events': ['task-clock', 'instructions'] }));
    assert.ok(problem?.code === 'perf-event' && problem.message.includes('instructions') && /no hardware counters/.test(problem.why));
    const { profile } = await counted.profile(perfStat, counted.target('all'), { 'perfStat.detailed': true });
    assert.ok(profile.warnings.some((warning) => /^L1-dcache-loads has no value: it was not supported/.test(warning)), profile.warnings.join('; '));
    const { notes } = await perfStat.plan(counted.target('all'), counted.folder, contextOf());
    assert.ok(notes.some((note) => /no hardware counters/.test(note)));
  });

  it('attaches for a time, and until stopped; the process runs on', async function () {
    this.retries(3);
    const target = counted.start(counted.program, 'spin');
    const timed = await counted.profile(perfStat, target, { 'attach.duration': 0.5 });
    assert.ok(sum(timed.profile, 'task-clock') > 50 && timed.seconds >= 0.5);
    assert.equal(await isRunning(target.pid), true);
    const stopped = await counted.profile(perfStat, target, {}, 600);
    assert.ok(sum(stopped.profile, 'task-clock') > 50);
    assert.equal(await isRunning(target.pid), true);
  });

  it('stopped, a program that it started ends with it', async () => {
    const { profile, seconds } = await counted.profile(perfStat, counted.target('spin', 'stopped'), {}, 500);
    assert.ok(series(profile, 'task-clock').x.length > 1);
    assert.ok(seconds < 20);
    const { stdout } = await execute('ps', ['-eo', 'args']);
    assert.equal(stdout.split('\n').some((line) => line === `${counted.program} spin stopped`), false, 'the program still runs');
  });
});
