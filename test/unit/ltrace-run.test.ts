// ltrace as a profiler: counts of ltrace -c, the plot of allocations, exit codes, and what it says of programs that it cannot see into.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { exitCodeIn } from '../../src/profilers/agents/ltrace.ts';
import { explainLtrace, ltrace } from '../../src/profilers/ltrace.ts';
import { descendants, waitForEnd } from '../../src/profilers/process.ts';
import type { Target } from '../../src/profilers/target.ts';
import { contextWith } from '../attaching.ts';
import { heatline, json } from '../cliProgram.ts';
import { needsTool, skipBecause } from '../tools.ts';

const ALLOCATE = `#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
int main(int count, char **words) {
  char *blocks[50];
  for (int i = 0; i < 50; i++) blocks[i] = malloc(1000);
  for (int i = 0; i < 50; i++) blocks[i] = realloc(blocks[i], 3000);
  for (int i = 0; i < 50; i++) free(blocks[i]);
  free(calloc(10, 100));
  if (count > 1 && strcmp(words[1], "deaf") == 0) { signal(SIGINT, SIG_IGN); signal(SIGTERM, SIG_IGN); for (;;) usleep(10000); }
  if (count > 1) raise(SIGTERM);
  return 3;
}
`;

describe('ltrace as a profiler', function () {
  this.timeout(60_000);
  let folder = '';
  before(function () {
    needsTool(this, 'ltrace', 'gcc');
    folder = mkdtempSync(path.join(os.tmpdir(), 'heatline-ltrace-run-'));
    writeFileSync(path.join(folder, 'allocate.c'), ALLOCATE);
    const build = (name: string, ...flags: string[]) => execFileSync('gcc', ['-O0', ...flags, '-o', name, 'allocate.c'], { cwd: folder });
    build('allocate', '-no-pie', '-Wl,-z,lazy', '-fcf-protection=none');
    build('noplt', '-fno-plt', '-Wl,-z,now');
    build('static', '-static');
    execFileSync('ltrace', ['-f', '-c', '-o', 'counts', './allocate'], { cwd: folder });
    if (!/malloc/.test(readFileSync(path.join(folder, 'counts'), 'utf8'))) skipBecause(this, 'this ltrace sees no calls of programs built here');
  });
  after(() => {
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  const record = (...words: string[]) => heatline(['record', '--profiler', 'ltrace', '-o', 'runs', '--json', ...words], { cwd: folder });
  const target = (program: string, ...args: string[]): Target => ({ language: 'native', file: path.join(folder, program), program: path.join(folder, program), args, cwd: folder, env: {} });
  function callsOf(profile: string): Map<string, number> {
    const { functions } = json<{ functions: { name: string; self: number }[] }>(['top', profile, '--event', 'calls', '--limit', '100']);
    return new Map(functions.filter(({ self }) => self > 0).map(({ name, self }) => [name, self]));
  }

  it('counts every call as ltrace -c does, plots the heap, and has the program\'s exit code', () => {
    const { code, stdout, stderr } = record('--', './allocate');
    assert.equal(code, 1, stderr);
    const run = JSON.parse(stdout) as { profile: string; exitCode: number };
    assert.equal(run.exitCode, 3);
    const counts = [...readFileSync(path.join(folder, 'counts'), 'utf8').matchAll(/^ *[\d.]+ +[\d.]+ +\d+ +(\d+) (\w+)$/gm)];
    const expected = new Map(counts.map(([, calls, name]) => [name, Number(calls)]));
    assert.deepEqual([expected.get('malloc'), expected.get('free')], [50, 51]);
    assert.deepEqual(callsOf(run.profile), expected);
    const { series } = json<{ series: { name: string; points: [number, number][] }[] }>(['series', run.profile]);
    const heap = series.find(({ name }) => name === 'allocated by malloc')!.points.map(([, bytes]) => bytes);
    assert.equal(Math.max(...heap), 150_000);
    assert.equal(heap[49], 50_000);
    assert.equal(heap.at(-1), 0);
    assert.equal(series.find(({ name }) => name === 'allocation size')!.points.length, 101);
    assert.equal(heatline(['convert', '--to', 'json', run.profile, '-o', 'x.json'], { cwd: folder }).code, 0);
    const written = JSON.parse(readFileSync(path.join(folder, 'x.json'), 'utf8')) as { series: { name: string; step?: boolean }[] };
    assert.deepEqual(['allocated by malloc', 'allocation size'].map((name) => written.series.find((each) => each.name === name)!.step), [true, undefined]);
  });

  it('filters, and sees allocations of programs without a linkage table', () => {
    const filtered = JSON.parse(record('--set', 'ltrace.filter=free', '--', './allocate').stdout) as { profile: string };
    assert.deepEqual([...callsOf(filtered.profile)], [['free', 51]]);
    const blind = JSON.parse(record('--', './noplt').stdout) as { warnings: string[] };
    assert.match(blind.warnings.join('\n'), /without a linkage table.*-fno-plt.*ltrace\.allocations/);
    const seen = JSON.parse(record('--set', 'ltrace.allocations=yes', '--', './noplt').stdout) as { profile: string };
    const calls = callsOf(seen.profile);
    assert.deepEqual([calls.get('malloc'), calls.get('realloc'), calls.get('free')], [50, 50, 51]);
  });

  it('refuses a program that is linked statically, and names strace', () => {
    const { code, stderr } = record('--', './static');
    assert.equal(code, 2);
    assert.match(stderr, /static is linked statically.*\n.*strace/);
  });

  it('tells a signal that ended the program, and ends one that ignores signals', async () => {
    const run = path.join(folder, 'signals');
    mkdirSync(run);
    for (const [word, wanted] of [['raise', 128 + os.constants.signals.SIGTERM], ['deaf', 128 + os.constants.signals.SIGKILL]] as const) {
      const plan = await ltrace.plan(target('allocate', word), run, contextWith());
      const child = spawn(plan.command[0], plan.command.slice(1), { env: { ...process.env, ...plan.env }, stdio: 'ignore' });
      const code = new Promise((resolve) => child.once('exit', resolve));
      if (word === 'deaf') {
        await new Promise((resolve) => setTimeout(resolve, 1500));
        const below = await descendants(child.pid!);
        assert.equal(below.length, 2);
        for (let attempt = 0; attempt < 3; attempt++) {
          await ltrace.stop(child.pid!, run, attempt);
          await new Promise((resolve) => setTimeout(resolve, 300));
        }
        await code;
        for (const pid of below) assert.equal(await waitForEnd(pid, 1000), true);
      }
      assert.equal(await code, wanted);
      assert.equal(await exitCodeIn(path.join(run, 'trace.ltrace')), wanted);
    }
  });

  it('says what is missing, and what a refusal means', async () => {
    const missing = await ltrace.preflight(target('allocate'), contextWith({ 'ltrace.path': '/no/ltrace' }));
    assert.equal(missing?.code, 'ltrace-missing');
    assert.equal(explainLtrace('ltrace: Couldn\'t attach: Operation not permitted').code, 'ltrace-forbidden');
    const wrong = await ltrace.preflight(target('allocate'), contextWith({ 'ltrace.filter': '@@/(' }));
    assert.ok(wrong === undefined || wrong.remedies.some((remedy) => remedy.kind === 'setting' && remedy.setting === 'heatline.ltrace.filter'));
  });
});
