// perf as the profilers run it, on a program whose events are known; sums against perf report.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { perf } from '../../src/profilers/perf.ts';
import { perfAbility, type PerfAbility } from '../../src/profilers/perfAbility.ts';
import { isRunning } from '../../src/profilers/process.ts';
import { contextOf, CountedProgram } from '../perfProgram.ts';
import { needsTool, skipBecause } from '../tools.ts';

const execute = promisify(execFile);

describe('perf on a program whose events are known', function () {
  this.timeout(120_000);
  let counted: CountedProgram;
  let ability: PerfAbility;

  before(async function () {
    needsTool(this, 'perf', 'gcc', 'addr2line');
    const found = await perfAbility(contextOf());
    if (!('event' in found)) skipBecause(this, `perf: ${found.why}`);
    ability = found;
    counted = new CountedProgram();
  });
  after(() => counted?.remove());

  /** perf report's sums by event. */
  async function reported(run: string): Promise<Map<string, number>> {
    const { stdout } = await execute('perf', ['report', '-i', path.join(run, 'perf.data'), '--stdio', '--no-inline', '-g', 'none', '--no-children'], { maxBuffer: 1 << 28 });
    return new Map([...stdout.matchAll(/^# Samples: \S+ +of event '(.*)'\n# Event count \(approx\.\): (\d+)/gm)].map(([, event, count]) => [event, Number(count)]));
  }

  it('the hot line', async function () {
    this.retries(3);
    const { profile } = await counted.profile(perf, counted.target('all'));
    const { self, of } = counted.line(profile, ability.event.replace(':u', ''), 'reckoned');
    assert.ok(self > of * 0.6, `${self} of ${of}`);
  });

  it('a child of the program', async function () {
    this.retries(3);
    const { profile } = await counted.profile(perf, counted.target('fork'));
    const { self, of } = counted.line(profile, ability.event.replace(':u', ''), 'reckoned');
    assert.ok(self > of * 0.6, `${self} of ${of}`);
  });

  it('page faults, each of them, beside the clock', async () => {
    const { profile, run } = await counted.profile(perf, counted.target('all'), { 'perf.events': ['cpu-clock', 'page-faults'] });
    const { self, of } = counted.line(profile, 'page-faults', 'touched');
    // One of the pages may lie in the same large page as something else.
    assert.ok(self >= 16_000 && self <= 16_384 && of < self + 1000, `${self} of ${of}`);
    const own = new Map(profile.events.map(({ name }, row) => [name, profile.totals[row]]));
    assert.deepEqual(own, await reported(run));
    assert.equal(own.size, 2);
    assert.ok(counted.line(profile, 'cpu-clock', 'reckoned').self > 0);
  });

  it('system calls, switches and faults in one recording', async function () {
    // A burst of stacks that are kilobytes each may be more than perf can take on a busy machine.
    this.retries(3);
    if (!ability.kernel || (await perf.preflight(counted.target(), contextOf({ 'perf.events': ['syscalls:sys_enter_write'] })))) skipBecause(this, 'this user may not use tracepoints');
    const events = ['syscalls:sys_enter_write', 'context-switches', 'page-faults', 'cpu-clock'];
    const { profile, run } = await counted.profile(perf, counted.target('all'), { 'perf.events': events });
    assert.ok(counted.line(profile, 'page-faults', 'touched').self >= 16_000);
    const own = new Map(profile.events.map(({ name }, row) => [name, profile.totals[row]]));
    const expected = await reported(run);
    assert.deepEqual([...own].sort(), [...expected].filter(([, count]) => count > 0).sort());
    assert.equal(own.get('syscalls:sys_enter_write'), 500);
    assert.ok(own.has('page-faults') && own.has('cpu-clock'));
    // The C library's write has no frame pointer, so debug information is needed for the line that calls it.
    const whole = await counted.profile(perf, counted.target('all'), { 'perf.events': ['syscalls:sys_enter_write'], 'perf.callGraph': 'dwarf', 'perf.stackSize': 4096 });
    const { total, of } = counted.line(whole.profile, 'syscalls:sys_enter_write', 'written');
    assert.deepEqual([total, of], [500, 500]);
  });

  it('one of so many', async () => {
    const { profile, run } = await counted.profile(perf, counted.target('all'), { 'perf.events': ['page-faults'], 'perf.period': 100 });
    assert.ok(profile.samples!.length < 200);
    const { self } = counted.line(profile, 'page-faults', 'touched');
    assert.ok(Math.abs(self - 16_384) <= 200, String(self));
    assert.deepEqual([...(await reported(run)).values()], [profile.totals[0]]);
  });

  it('attaches to a process for a time, and leaves it running', async function () {
    this.retries(3);
    const target = counted.start(counted.program, 'spin');
    const { profile, seconds } = await counted.profile(perf, target, { 'attach.duration': 0.6 });
    const { self, of } = counted.line(profile, ability.event.replace(':u', ''), 'reckoned');
    assert.ok(self > of * 0.6 && of > 0, `${self} of ${of}`);
    assert.ok(seconds >= 0.6);
    assert.equal(await isRunning(target.pid), true);
  });

  it('attached until stopped: perf ends, the process and its child do not', async () => {
    const target = counted.start('sh', '-c', '"$0" spin; :', counted.program);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const { profile } = await counted.profile(perf, target, {}, 1000);
    const { self } = counted.line(profile, ability.event.replace(':u', ''), 'reckoned');
    assert.ok(self > 0, 'the shell\'s child is sampled');
    assert.equal(await isRunning(target.pid), true);
    const alone = await perf.plan(target, counted.folder, contextOf({ 'perf.attachChildren': false }));
    assert.deepEqual(alone.command.slice(-2), ['-p', String(target.pid)]);
    const { command } = await perf.plan(target, counted.folder, contextOf());
    const [pid, child, ...more] = command.at(-1)!.split(',').map(Number);
    assert.deepEqual([pid, more], [target.pid, []]);
    assert.equal(await isRunning(child), true, 'the shell\'s child still runs');
    process.kill(child, 'SIGKILL');
  });

  it('says which event cannot be used, and why, before anything runs', async function () {
    const problemOf = async (...events: string[]) => perf.preflight(counted.target(), contextOf({ 'perf.events': events }));
    const unknown = await problemOf('cpu-clock', 'no-such-event');
    assert.deepEqual([unknown?.code, unknown?.message], ['perf-event', 'perf cannot use no-such-event here.']);
    assert.match((await problemOf('sched:no_such_tracepoint'))?.message ?? '', /sched:no_such_tracepoint/);
    assert.match((await problemOf('duration_time'))?.why ?? '', /perf stat/);
    assert.equal(await problemOf('cpu-clock', 'page-faults:u'), undefined);
    if (ability.hardware) return;
    for (const event of ['cycles', 'cache-misses', 'cpu/event=0x3c/']) {
      const problem = await problemOf('cpu-clock', event);
      assert.ok(problem?.message.includes(event) && /no hardware counters/.test(problem.why), JSON.stringify(problem));
    }
    assert.equal((await perf.preflight(counted.target(), contextOf({ 'perf.callGraph': 'lbr' })))?.code, 'perf-no-lbr');
  });

  it('says that a process is gone', async () => {
    const target = counted.start('true');
    while (await isRunning(target.pid)) await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal((await perf.preflight(target, contextOf()))?.code, 'process-gone');
  });

  it('offers the events of perf list', async () => {
    const offered = await perf.options.flatMap((option) => (option.kind === 'list' && option.suggest ? [option.suggest(contextOf().read)] : []))[0];
    const byName = new Map(offered.map(({ value, detail }) => [value, detail]));
    for (const name of ['cpu-clock', 'page-faults', 'context-switches']) assert.match(byName.get(name) ?? '', /software/i, name);
    assert.ok(!offered.some(({ value }) => /[<[\]]|^rN+$/.test(value)));
    const { stdout } = await execute('perf', ['list', 'sw'], { maxBuffer: 1 << 26 });
    for (const [, name] of stdout.matchAll(/^ {2}([\w-]+)(?: OR \S+)*\s+\[Software event\]/gm)) assert.ok(byName.has(name), name);
  });
});
