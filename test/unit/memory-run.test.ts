// Memory of processes as a profiler: a fork whose child writes into its copy, orphans, ends, and a process that is watched.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { memorySamples } from '../../src/formats/memorySamples.ts';
import { memory } from '../../src/profilers/memory.ts';
import { descendants, sendSignal, waitForEnd } from '../../src/profilers/process.ts';
import { assertUnharmed, attach, contextWith, processTarget, running } from '../attaching.ts';
import { heatline, json } from '../cliProgram.ts';
import { inputOf } from '../stackText.ts';
import { needsTool, skipBecause } from '../tools.ts';

const MIB = 2 ** 20;
const GROW = `#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
/* Sums PSS of both processes as /proc has it. */
static long pss(int pid) {
  char name[64], line[256]; long kib = 0;
  snprintf(name, sizeof name, "/proc/%d/smaps_rollup", pid);
  FILE *file = fopen(name, "r");
  while (file && fgets(line, sizeof line, file)) sscanf(line, "Pss: %ld", &kib);
  if (file) fclose(file);
  return kib;
}
int main(void) {
  size_t size = 40 << 20;
  char *block = malloc(size);
  memset(block, 1, size);
  usleep(600000);
  int pid = fork();
  if (pid == 0) { usleep(600000); memset(block, 2, size); usleep(1000000); _exit(0); }
  usleep(1300000);
  printf("%ld\\n", pss(getpid()) + pss(pid));
  fflush(stdout);
  waitpid(pid, 0, 0);
  return 7;
}
`;
interface Series { readonly name: string; readonly points: readonly (readonly [number, number])[] }

describe('memory as a profiler', function () {
  this.timeout(60_000);
  this.retries(2);
  let folder = '';
  before(function () {
    if (process.platform !== 'linux') skipBecause(this, 'memory of processes is read on Linux only');
    folder = mkdtempSync(path.join(os.tmpdir(), 'heatline-memory-run-'));
  });
  after(() => {
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  it('shows the child of a fork grow by what it writes, and the sum that /proc has', function () {
    needsTool(this, 'gcc');
    writeFileSync(path.join(folder, 'grow.c'), GROW);
    execFileSync('gcc', ['-O0', '-o', 'grow', 'grow.c'], { cwd: folder });
    const { code, stdout, stderr } = heatline(['record', '--profiler', 'memory', '-o', 'runs', '--json', '--', './grow'], { cwd: folder });
    assert.equal(code, 1, stderr);
    const run = JSON.parse(stdout) as { profile: string; exitCode: number };
    assert.equal(run.exitCode, 7);
    const { series } = json<{ series: readonly Series[] }>(['series', run.profile]);
    const byName = (pattern: RegExp) => series.filter(({ name }) => pattern.test(name));
    const [parent, child] = byName(/^USS of \d+ grow$/);
    const alive = child.points.filter(([, bytes]) => bytes > 0).map(([, bytes]) => bytes);
    const growth = Math.max(...alive) - alive[0];
    assert.ok(Math.abs(growth - 40 * MIB) < 6 * MIB, `the child grew by ${growth}`);
    const most = (points: Series['points']) => Math.max(...points.map(([, bytes]) => bytes));
    assert.ok(most(parent.points) < 46 * MIB, 'the parent holds its block once');
    const before = most(byName(/^PSS$/)[0].points.filter(([time]) => time < child.points[0][0]));
    assert.ok(Math.abs(most(byName(/^PSS$/)[0].points) - before - 40 * MIB) < 6 * MIB);
    const expected = Number(/^(\d+)$/m.exec(stderr)![1]) * 1024;
    assert.ok(Math.abs(most(byName(/^PSS$/)[0].points) - expected) < 0.03 * expected, `${most(byName(/^PSS$/)[0].points)} against ${expected} in /proc`);
    const { functions, total } = json<{ functions: { name: string; self: number; total: number }[]; total: number }>(['top', run.profile]);
    assert.equal(functions.length, 2);
    assert.ok(functions.every(({ self }) => self > total * 0.4) && functions.some(({ total: own }) => own === total), JSON.stringify(functions));
  });

  it('follows children that come later, and those that lose their parent', async () => {
    const run = path.join(folder, 'orphans');
    // Made anew when the test is tried again.
    rmSync(run, { recursive: true, force: true });
    mkdirSync(run);
    const script = 'sleep 0.4; sh -c "sleep 3 & exit 0"; (sleep 3.5 &) ; sleep 3';
    const plan = await memory.plan({ language: 'script', file: '-c', args: [script], interpreter: ['sh'], cwd: folder, env: {} }, run, contextWith({ 'memory.interval': 20 }));
    // A session of its own, as a terminal gives.
    const child = spawn(plan.command[0], plan.command.slice(1), { env: { ...process.env, ...plan.env }, stdio: 'ignore', detached: true });
    const code = await new Promise((resolve) => child.once('exit', resolve));
    assert.equal(code, 0);
    const { files } = (await memory.collect(run, contextWith()))!;
    const content = readFileSync(path.join(run, files[0]), 'utf8');
    const sleeps = new Set([...content.matchAll(/^p (\d+) .* "sleep"$/gm)].map(([, index]) => index));
    assert.ok(sleeps.size >= 4, content.slice(0, 1500));
    const last = content.trimEnd().split('\n').filter((line) => line.startsWith('s ')).at(-1)!;
    assert.ok((last.split(' ').length - 2) / 5 >= 3, 'orphans are there to the last');
    assert.ok((await memorySamples.read([inputOf('x', content, 999)])).series.length > 5);
  });

  it('takes no more than its share of a processor, however often it is told to look', async () => {
    const run = path.join(folder, 'busy');
    // Made anew when the test is tried again.
    rmSync(run, { recursive: true, force: true });
    mkdirSync(run);
    const script = 'for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do sleep 3 & done; wait';
    const plan = await memory.plan({ language: 'script', file: '-c', args: [script], interpreter: ['sh'], cwd: folder, env: {} }, run, contextWith({ 'memory.interval': 1 }));
    const child = spawn(plan.command[0], plan.command.slice(1), { env: { ...process.env, ...plan.env }, stdio: 'ignore' });
    await new Promise((resolve) => child.once('exit', resolve));
    const end = /^e (.*)$/m.exec(readFileSync(path.join(run, 'memory.heatline-memory'), 'utf8'))![1];
    const { spent_us: spent, duration_us: duration } = JSON.parse(end) as { spent_us: number; duration_us: number };
    assert.ok(spent / duration < 0.09, `${spent / duration}`);
  });

  it('ends a program that ignores SIGTERM when it is stopped, and keeps what it saw when it is killed itself', async () => {
    const run = path.join(folder, 'deaf');
    // Made anew when the test is tried again.
    rmSync(run, { recursive: true, force: true });
    mkdirSync(run);
    const deaf = 'for (const s of ["SIGINT", "SIGTERM"]) process.on(s, () => 0); setInterval(() => 0, 100)';
    const start = async () => {
      const plan = await memory.plan({ language: 'script', file: process.execPath, args: ['-e', deaf], cwd: folder, env: {} }, run, contextWith());
      const child = spawn(plan.command[0], plan.command.slice(1), { env: { ...process.env, ...plan.env }, stdio: 'ignore' });
      await new Promise((resolve) => setTimeout(resolve, 1500));
      return child;
    };
    const child = await start();
    const [program] = await descendants(child.pid!);
    const code = new Promise((resolve) => child.once('exit', resolve));
    for (let attempt = 0; attempt < 3; attempt++) {
      await memory.stop(child.pid!, run, attempt);
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    assert.equal(await code, 128 + os.constants.signals.SIGKILL);
    assert.equal(await waitForEnd(program, 500), true);
    rmSync(path.join(run, 'memory.heatline-memory'));
    const another = await start();
    const [left] = await descendants(another.pid!);
    another.kill('SIGKILL');
    sendSignal(left, 'SIGKILL');
    const profile = await memorySamples.read([inputOf('x', readFileSync(path.join(run, 'memory.heatline-memory')), 999)]);
    assert.ok(profile.truncated && profile.totals[0] > MIB);
  });

  for (const [how, options, wait] of [['for a duration', { 'attach.duration': 1 }, undefined], ['until it is stopped', {}, 1200]] as const) {
    it(`watches a running process ${how}, and leaves it as it was`, async () => {
      const child = await running([process.execPath, '-e', 'const all = []; console.log(1); setInterval(() => all.length < 40 && all.push(Buffer.alloc(1 << 20, 1)), 20)']);
      try {
        const run = path.join(folder, `watched ${how}`);
        mkdirSync(run, { recursive: true });
        const { took, code } = await attach(memory, child.pid, run, { ...options }, wait);
        assert.equal(code, 0);
        assert.ok(took >= 900 && took < 15_000, `it took ${took} ms`);
        assertUnharmed(child.pid);
        const profile = await memorySamples.read([inputOf('x', readFileSync(path.join(run, 'memory.heatline-memory')), 999)]);
        assert.equal(profile.truncated, false);
        assert.ok(profile.totals[0] > 10 * MIB);
        rmSync(run, { recursive: true });
      } finally {
        child.kill('SIGKILL');
      }
    });
  }

  it('says that there is no such process', async () => {
    assert.equal((await memory.preflight(processTarget(4_000_000), contextWith()))?.code, 'no-process');
  });
});
