// perf-wall with the real perf: a program of four equal parts shows them as four quarters, each on its own line and with its reason, and every thread's costs
// are the time that it lived by its own clock.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { text, type Profile } from '../../src/core/profile.ts';
import { perfWall, perfWallArguments, wallHeader } from '../../src/formats/perfWall.ts';
import { optionReader, readDefaults, type OptionValue } from '../../src/profilers/options.ts';
import { explainTracepoint, perfWallAbility, wallEvents, wallNotes } from '../../src/profilers/perfWallAbility.ts';
import { perfWall as profiler } from '../../src/profilers/perfWall.ts';
import { isRunning, runProcess } from '../../src/profilers/process.ts';
import type { ProblemError } from '../../src/profilers/problem.ts';
import { stopProfiler } from '../../src/profilers/stopping.ts';
import type { Target } from '../../src/profilers/target.ts';
import { heatline, json } from '../cliProgram.ts';
import { readAs } from '../stackText.ts';
import { needsTool, skipBecause } from '../tools.ts';

const sources = fileURLToPath(new URL('../fixtures/src/', import.meta.url));

interface Lines { readonly files: { readonly file: string; readonly lines: { readonly line: number; readonly self: number; readonly total: number }[] }[] }
interface Recorded { readonly profile: string; readonly files: readonly string[]; readonly warnings: readonly string[]; readonly stopped: boolean }

describe('perf-wall', function () {
  this.timeout(120_000);
  this.retries(3);
  let folder = '';

  before(async function () {
    needsTool(this, 'perf', 'gcc', 'addr2line');
    folder = mkdtempSync(path.join(os.tmpdir(), 'heatline-perf-wall-'));
    copyFileSync(path.join(sources, 'quarters.c'), path.join(folder, 'quarters.c'));
    const ability = await perfWallAbility({ read: readDefaults, log: () => undefined });
    if (!('switches' in ability)) skipBecause(this, ability.message);
    if (ability.switches !== 'sched_switch') skipBecause(this, `perf may not use tracepoints here: ${ability.withoutTracepoint ?? ''}`);
  });

  after(() => {
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  /** Records in the folder; what the program printed, too. */
  function record(...words: string[]): Recorded & { readonly printed: string } {
    const { code, stdout, stderr } = heatline(['record', '--profiler', 'perf-wall', '-o', 'runs', '--json', ...words], { cwd: folder });
    assert.equal(code, 0, stderr);
    return { ...JSON.parse(stdout) as Recorded, printed: stderr };
  }

  const wallOf = (run: Recorded): Promise<Profile> => readAs(perfWall, readFileSync(run.files[0]));

  /** Nanoseconds of each thread. */
  function lives(profile: Profile): number[] {
    return profile.threads.map((_, thread) => profile.samples!.weights[0].reduce((sum, weight, row) => (profile.samples!.thread[row] === thread ? sum + weight : sum), 0));
  }

  const near = (actual: number, expected: number, part: number, what: string) =>
    assert.ok(Math.abs(actual - expected) <= expected * part, `${what}: ${actual} is not within ${part * 100} % of ${expected}`);

  it('shows where a program computes and where it waits for what, and every thread lives as long as it says', async () => {
    const source = readFileSync(path.join(folder, 'quarters.c'), 'utf8').split('\n');
    const lineOf = (mark: string) => source.findIndex((line) => line.includes(`// line: ${mark}`)) + 1;
    const run = record('--', 'quarters.c', '1');
    assert.deepEqual(run.warnings, []);
    const printed = (thread: string) => Number(new RegExp(`^${thread} ([\\d.]+)$`, 'm').exec(run.printed)![1]) * 1e9;
    const [main, holder] = lives(await wallOf(run));
    near(main, printed('main'), 0.02, 'life of main');
    near(holder, printed('holder'), 0.02, 'life of holder');

    const totalOf = (event: string, line: number) => {
      const { files } = json<Lines>(['lines', run.profile, 'quarters.c', '--event', event]);
      return files[0].lines.find((each) => each.line === line)?.total ?? 0;
    };
    for (const [mark, event] of [['sleep', 'sleep'], ['lock', 'lock'], ['pipe', 'pipe']]) {
      near(totalOf('wall', lineOf(mark)), main / 4, 0.05, `wall of the line ${mark}`);
      near(totalOf(event, lineOf(mark)), main / 4, 0.05, `${event} of its line`);
      assert.equal(totalOf('cpu', lineOf(mark)) < main * 0.01, true, `cpu of the line ${mark}`);
    }
    near(totalOf('wall', lineOf('compute')), main / 4, 0.05, 'wall of the line compute');
    assert.equal(totalOf('sleep', lineOf('compute')), 0);
    const { functions } = json<{ functions: { name: string; self: number }[] }>(['top', run.profile, '--event', 'lock', '--by', 'self']);
    assert.equal(functions[0].name, '[waits: lock]');
  });

  it('counts children from their birth to their death, whatever they run', async () => {
    writeFileSync(path.join(folder, 'children.c'), `
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
int main(void) {
  if (fork() == 0) { usleep(300000); execlp("sleep", "sleep", "0.3", (char *)0); }
  wait(0);
  return system("exit 0");
}
`);
    const profile = await wallOf(record('--', 'children.c'));
    const [parent, child] = lives(profile);
    const main = profile.threads.findIndex(({ name }) => name === 'children');
    assert.equal(main, 0);
    assert.equal(profile.threads[1].name, 'sleep');
    near(child, 0.6e9, 0.1, 'life of the child');
    near(parent, 0.6e9, 0.15, 'life of the parent');
    const totals = new Map(profile.events.map(({ name }, event) => [name, profile.totals[event]]));
    near(totals.get('child')!, 0.6e9, 0.1, 'waiting for the child');
    near(totals.get('sleep')!, 0.6e9, 0.1, 'sleep');
  });

  it("keeps every short wait of many, and the computing between them, which perf's frequency would not", async () => {
    writeFileSync(path.join(folder, 'many.c'), `
#include <stdio.h>
#include <time.h>
static volatile unsigned long sum;
static double now(clockid_t clock) { struct timespec t; clock_gettime(clock, &t); return t.tv_sec + t.tv_nsec / 1e9; }
int main(void) {
  struct timespec pause = { 0, 100000 };
  double start = now(CLOCK_MONOTONIC), cpu = now(CLOCK_PROCESS_CPUTIME_ID);
  for (int i = 0; i < 2000; i++) {
    for (int k = 0; k < 400000; k++) sum += k;  // line: compute
    nanosleep(&pause, 0);                       // line: sleep
  }
  printf("wall %.6f cpu %.6f\\n", now(CLOCK_MONOTONIC) - start, now(CLOCK_PROCESS_CPUTIME_ID) - cpu);
}
`);
    const run = record('--', 'many.c');
    const [, wall, cpu] = /wall ([\d.]+) cpu ([\d.]+)/.exec(run.printed)!.map(Number);
    const profile = await wallOf(run);
    near(profile.totals[0], wall * 1e9, 0.02, 'wall');
    near(profile.totals[1], cpu * 1e9, 0.1, 'cpu');
    const waits = profile.samples!.weights[3 + profile.events.slice(3).findIndex(({ name }) => name === 'sleep')].reduce((count, weight) => count + (weight > 0 ? 1 : 0), 0);
    // A few sleeps end before the thread has left its processor.
    assert.ok(waits > 1900 && waits <= 2000, `${waits} waits`);
    const { files } = json<Lines>(['lines', run.profile, 'many.c', '--event', 'cpu']);
    const compute = files[0].lines.find(({ line }) => line === 10)?.self ?? 0;
    assert.ok(compute > profile.totals[1] * 0.8, `${compute} of ${profile.totals[1]}`);
  });

  it('keeps the frames of the kernel when asked', async () => {
    const profile = await wallOf(record('--set', 'perfWall.kernelFrames=yes', '--', 'quarters.c', '0.05'));
    const names = new Set(Array.from(profile.functions.name, (name) => text(profile, name)));
    assert.ok(names.has('hrtimer_nanosleep') && names.has('[waits: sleep]'), [...names].join(', '));
  });

  it('tells the same from the software event, where tracepoints are not to be had', async () => {
    await runProcess('gcc', ['-O1', '-g', '-pthread', '-o', 'quarters', 'quarters.c'], { cwd: folder });
    const recorded = await runProcess('perf', ['record', '-q', '-o', 'x.data', '--call-graph', 'dwarf,8192', ...wallEvents('context-switches', 999), '--', './quarters', '0.3'], { cwd: folder });
    assert.equal(recorded.code, 0, recorded.stderr);
    const { stdout } = await runProcess('perf', [...perfWallArguments('context-switches'), '-i', 'x.data'], { cwd: folder });
    const profile = await readAs(perfWall, wallHeader({ switches: 'context-switches', kernelFrames: false }) + stdout);
    const totals = new Map(profile.events.map(({ name }, event) => [name, profile.totals[event] / 1e9]));
    near(totals.get('sleep')!, 0.9, 0.05, 'sleep');
    near(totals.get('lock')!, 0.3, 0.05, 'lock');
    near(totals.get('pipe')!, 0.3, 0.05, 'pipe');
    near(totals.get('cpu')! + (totals.get('runnable') ?? 0), 0.3, 0.1, 'cpu');
  });

  it('ends with what there is when it is stopped, and leaves a process alone that it was attached to', async () => {
    writeFileSync(path.join(folder, 'forever.c'), '#include <unistd.h>\nint main(void) { for (;;) usleep(20000); }\n');
    await runProcess('gcc', ['-g', '-o', 'forever', 'forever.c'], { cwd: folder });
    const forever = spawn(path.join(folder, 'forever'), { stdio: 'ignore' });
    try {
      const program = path.join(folder, 'forever');
      const context = { read: readDefaults, log: () => undefined, pythonFolder: '', agent: '' };
      for (const pid of [undefined, forever.pid]) {
        const target: Target = { language: 'native', kind: pid === undefined ? 'file' : 'process', file: program, program, pid, args: [], cwd: folder, env: {} };
        const run = mkdtempSync(path.join(folder, 'run-'));
        assert.equal(await profiler.preflight(target, context), undefined);
        const { command } = await profiler.plan(target, run, context);
        const child = spawn(command[0], command.slice(1), { cwd: folder, stdio: 'ignore' });
        const ended = once(child, 'exit');
        await new Promise((resolve) => setTimeout(resolve, 1500));
        await stopProfiler(profiler, child.pid!, run);
        await ended;
        const recording = await profiler.collect(run, context);
        const profile = await readAs(perfWall, readFileSync(path.join(run, recording!.files[0])));
        const sleep = profile.events.findIndex(({ name }) => name === 'sleep');
        assert.ok(profile.totals[sleep] > profile.totals[0] * 0.5 && profile.totals[0] > 0.5e9, profile.totals.join(' '));
        assert.equal(await isRunning(forever.pid!), true);
      }
    } finally {
      forever.kill('SIGKILL');
    }
    await once(forever, 'exit');
    assert.equal((await profiler.preflight({ language: 'native', kind: 'process', file: '', pid: forever.pid, args: [], cwd: folder, env: {} }, { read: readDefaults, log: () => undefined, pythonFolder: '', agent: '' }))?.code, 'process-gone');
  });
});

describe('perf-wall on a process that only waits', function () {
  this.timeout(60_000);

  it('says that nothing happened', async function () {
    needsTool(this, 'perf');
    const context = { read: optionReader(() => undefined, { 'attach.duration': 0.3 }), log: () => undefined, pythonFolder: '', agent: '' };
    const idle = spawn('sleep', ['60'], { stdio: 'ignore' });
    // It has started, and sleeps.
    await new Promise((resolve) => setTimeout(resolve, 500));
    const run = mkdtempSync(path.join(os.tmpdir(), 'heatline-idle-'));
    try {
      const target: Target = { language: 'native', kind: 'process', file: '', pid: idle.pid, args: [], cwd: run, env: {} };
      if (await profiler.preflight(target, context)) skipBecause(this, 'this user may not watch switches');
      const { command } = await profiler.plan(target, run, context);
      await runProcess(command[0], command.slice(1), { cwd: run });
      await assert.rejects(profiler.collect(run, context), (error: ProblemError) => error.problem.code === 'perf-no-samples');
    } finally {
      idle.kill('SIGKILL');
      rmSync(run, { recursive: true, force: true });
    }
  });
});

describe('perf-wall before a run', function () {
  this.timeout(60_000);

  it('suits native programs, scripts and running processes, and needs perf', async () => {
    const suits = (['c', 'cpp', 'native', 'go', 'script', 'python'] as const).map((language) => profiler.suits({ language }));
    assert.deepEqual(suits, [90, 90, 90, 60, 60, 0]);
    assert.deepEqual([profiler.suits({ language: 'go', kind: 'test' }), profiler.suits({ language: 'go', kind: 'service' }), profiler.suits({ language: 'python', kind: 'process' })], [55, 0, 0]);
    const context = { read: optionReader(() => undefined, { 'perf.path': '/nowhere/perf' }), log: () => undefined, pythonFolder: '', agent: '' };
    const target: Target = { language: 'native', file: '/bin/true', args: [], cwd: '/', env: {} };
    assert.equal((await profiler.preflight(target, context))?.code, process.platform === 'linux' ? 'perf-missing' : 'perf-platform');
    assert.equal(await profiler.collect(os.tmpdir(), context), undefined);
  });

  it('walks stacks as it is asked, and Go by its frame pointers', async function () {
    needsTool(this, 'perf');
    const folder = mkdtempSync(path.join(os.tmpdir(), 'heatline-perf-wall-'));
    try {
      const walk = async (language: Target['language'], options: Readonly<Record<string, OptionValue>> = {}, more: Partial<Target> = {}) => {
        const context = { read: optionReader(() => undefined, options), log: () => undefined, pythonFolder: '', agent: '' };
        const target: Target = { language, file: '/src/a', program: '/bin/true', args: ['a b'], cwd: '/', env: {}, ...more };
        const problem = await profiler.preflight({ ...target, pid: undefined }, context);
        if (problem) skipBecause(this, problem.message);
        const { command } = await profiler.plan(target, folder, context);
        return { command, walk: command[command.indexOf('--call-graph') + 1] };
      };
      assert.equal((await walk('c')).walk, 'dwarf,8192');
      assert.equal((await walk('go')).walk, 'fp');
      assert.equal((await walk('go', { 'perfWall.callGraph': 'dwarf' })).walk, 'dwarf,8192');
      const { command } = await walk('c', { 'perfWall.callGraph': 'fp', 'perfWall.frequency': 99 });
      assert.deepEqual(command.slice(-3), ['--', '/bin/true', 'a b']);
      assert.ok(command.some((word) => word.startsWith('cpu-clock/freq=99/')) && command.includes('--switch-events'), command.join(' '));
      const attached = await walk('native', { 'attach.duration': 2.5 }, { kind: 'process', pid: 123 });
      assert.deepEqual(attached.command.slice(-5), ['-p', '123', '--', 'sleep', '2.5']);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('perf-wall for ordinary users', function () {
  this.timeout(60_000);

  it('says what is missing, and how to get it', () => {
    assert.match(explainTracepoint('Error:\tNo permissions to read /sys/kernel/tracing/events/sched/sched_switch'), /mount -o remount,mode=755/);
    assert.match(explainTracepoint('Error:\tUnable to find debugfs/tracefs\nHint:\tWas your kernel compiled with debugfs/tracefs support?'), /mount -t tracefs/);
    assert.deepEqual(wallNotes({ switches: 'sched_switch', names: true }), []);
    assert.match(wallNotes({ switches: 'none', names: false, withoutTracepoint: 'tracefs is not mounted (x)' }).join(' '), /sysctl kernel\.perf_event_paranoid=1.*tracefs is not mounted/);
    assert.match(wallNotes({ switches: 'context-switches', names: false, withoutTracepoint: 'x' }).join(' '), /kptr_restrict=0/);
  });

  it('measures waiting without a look into the kernel', async function () {
    needsTool(this, 'perf');
    const folder = mkdtempSync(path.join(os.tmpdir(), 'heatline-perf-wall-'));
    try {
      const file = path.join(folder, 'x.data');
      const recorded = await runProcess('perf', ['record', '-q', '-o', file, '--call-graph', 'dwarf,8192', ...wallEvents('none', 999), '--', 'sleep', '0.3']);
      if (recorded.code !== 0) skipBecause(this, `perf may not record here: ${recorded.stderr.trim().split('\n').pop() ?? ''}`);
      const { stdout } = await runProcess('perf', ['script', '--ns', '--show-switch-events', '--show-task-events', '-F', 'comm,pid,tid,time,event,period,ip,sym,dso', '-i', file]);
      const profile = await readAs(perfWall, `# heatline perf-wall : 1\n# switches : none\n${stdout}`);
      const unknown = profile.events.findIndex(({ name }) => name === 'unknown');
      assert.ok(profile.totals[unknown] >= 0.29e9 && profile.totals[0] < 0.6e9, profile.totals.join(' '));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
