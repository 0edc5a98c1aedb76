// strace as a profiler: what it records of programs with known answers, here and attached, and what it says when it may not.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { strace as format } from '../../src/formats/strace.ts';
import { checkAttach, explainAttachRefusal } from '../../src/profilers/ptrace.ts';
import { explainStrace, strace } from '../../src/profilers/strace.ts';
import { assertUnharmed, attach, contextWith, processTarget, running } from '../attaching.ts';
import { heatline, json } from '../cliProgram.ts';
import { inputOf } from '../stackText.ts';
import { needsTool } from '../tools.ts';

const CHATTY = `#include <unistd.h>
#include <sys/mman.h>
#include <string.h>
int main(void) {
  for (int i = 0; i < 4000; i++) write(1, "x", 1);
  char *area = mmap(0, 64 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  memset(area, 1, 4096);
  usleep(20000);
  munmap(area, 64 << 20);
  usleep(20000);
  return 0;
}
`;
const MIB = 2 ** 20;

interface Recorded { readonly profile: string; readonly warnings: readonly string[] }
interface Series { readonly name: string; readonly points: readonly (readonly [number, number])[] }

describe('strace as a profiler', function () {
  this.timeout(60_000);
  let folder = '';
  before(function () {
    needsTool(this, 'strace', 'gcc');
    folder = mkdtempSync(path.join(os.tmpdir(), 'heatline-strace-run-'));
    writeFileSync(path.join(folder, 'chatty.c'), CHATTY);
    execFileSync('gcc', ['-O1', '-static', '-o', 'chatty', 'chatty.c'], { cwd: folder });
  });
  after(() => {
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  function recorded(...words: string[]): Recorded {
    const { code, stdout, stderr } = heatline(['record', '--profiler', 'strace', '-o', 'runs', '--json', ...words], { cwd: folder });
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout) as Recorded;
  }

  it('counts every call as strace -c does, and says which one is chatty', () => {
    const { profile } = recorded('--', './chatty');
    const { functions } = json<{ functions: { name: string; calls: number | null; self: number }[] }>(['top', profile, '--event', 'calls', '--limit', '100']);
    execFileSync('strace', ['-f', '-c', '-o', 'counts', './chatty'], { cwd: folder });
    const counts = [...readFileSync(path.join(folder, 'counts'), 'utf8').matchAll(/^ *[\d.]+ +[\d.]+ +\d+ +(\d+) +\d* *(\w+)$/gm)];
    const expected = new Map(counts.map(([, calls, name]) => [name, Number(calls)]));
    expected.delete('total');
    assert.equal(expected.get('write'), 4000);
    assert.deepEqual(new Map(functions.filter(({ self }) => self > 0).map(({ name, self }) => [name, self])), expected);
    const written = heatline(['convert', '--to', 'json', profile, '-o', 'chatty.json'], { cwd: folder });
    assert.equal(written.code, 0, written.stderr);
    const { meta, series } = JSON.parse(readFileSync(path.join(folder, 'chatty.json'), 'utf8')) as { meta: { facts: [string, string][] }; series: { name: string; step?: boolean }[] };
    const facts = new Map(meta.facts);
    assert.match(facts.get('Chatty call') ?? '', /^write: 4,000 of 4,000 calls moved at most 64 bytes, 1 byte on average, mostly on \d/);
    assert.match(facts.get('Most time') ?? '', /^\w+: .* calls?, \d+\.\d % of the time in all calls$/);
    assert.equal(series.find(({ name }) => name === 'mmap')?.step, true);
  });

  it('plots what was mapped, up by 64 MiB and down again', () => {
    const { profile } = recorded('--', './chatty');
    const { series } = json<{ series: readonly Series[] }>(['series', profile]);
    const points = series.find(({ name }) => name === 'mmap')!.points;
    const up = points.findIndex(([, bytes]) => bytes >= 64 * MIB);
    const before = up > 0 ? points[up - 1][1] : 0;
    assert.equal(points[up][1] - before, 64 * MIB);
    const [down, after] = points[up + 1];
    assert.equal(points[up][1] - after, 64 * MIB);
    assert.ok(down - points[up][0] >= 0.02, 'the mapping lived for at least 20 ms');
    const written = series.find(({ name }) => name === 'bytes written')!.points;
    assert.equal(written.at(-1)![1], 4000);
  });

  it('traces only what is asked for', () => {
    const { profile, warnings } = recorded('--set', 'strace.calls=%memory', '--', './chatty');
    assert.match(warnings.join('\n'), /Only these calls were traced: %memory/);
    const { functions } = json<{ functions: { name: string }[] }>(['top', profile, '--event', 'calls']);
    const names = functions.map(({ name }) => name);
    assert.ok(names.includes('mmap') && names.includes('munmap') && !names.includes('write'), names.join());
  });

  it('gives each call its stack when told to', function () {
    if (!/stack-trace/.test(execFileSync('strace', ['-V'], { encoding: 'utf8' }))) this.skip();
    execFileSync('gcc', ['-O0', '-g', '-o', 'dynamic', 'chatty.c'], { cwd: folder });
    const { profile } = recorded('--set', 'strace.stacks=yes', '--set', 'strace.calls=munmap', '--', './dynamic');
    const { functions } = json<{ functions: { name: string; total: number }[] }>(['top', profile, '--event', 'calls', '--by', 'total']);
    assert.ok(functions.some(({ name, total }) => name === 'main' && total > 0), JSON.stringify(functions));
  });

  it('refuses calls that there are none of, naming the setting', () => {
    const { code, stderr } = heatline(['record', '--profiler', 'strace', '--set', 'strace.calls=blah', '--', './chatty'], { cwd: folder });
    assert.equal(code, 2);
    assert.match(stderr, /heatline\.strace\.calls .*invalid system call 'blah'/);
  });

  it('ends a program that ignores SIGINT and SIGTERM, and keeps the trace', async () => {
    const run = path.join(folder, 'deaf');
    mkdirSync(run);
    const deaf = 'for (const s of ["SIGINT", "SIGTERM"]) process.on(s, () => 0); setInterval(() => 0, 20); console.log(1)';
    const plan = await strace.plan({ language: 'script', file: process.execPath, args: ['-e', deaf], cwd: folder, env: {} }, run, contextWith());
    const traced = spawn(plan.command[0], plan.command.slice(1), { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((resolve) => traced.stdout.once('data', resolve));
    const ended = new Promise((resolve) => traced.once('close', resolve));
    for (let attempt = 0; attempt < 3; attempt++) {
      await strace.stop(traced.pid!, run, attempt);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    await ended;
    const { files } = (await strace.collect(run, contextWith()))!;
    const profile = await format.read([inputOf('x.strace', readFileSync(path.join(run, files[0])), 65536)]);
    assert.match(JSON.stringify(profile.meta.facts), /killed by SIGKILL/);
  });

  for (const [how, options, wait] of [['for a duration', { 'attach.duration': 1 }, undefined], ['until it is stopped', {}, 1000]] as const) {
    it(`attaches to a running process ${how}, and leaves it as it was`, async () => {
      const child = await running([process.execPath, '-e', 'const fs = require("fs"); console.log(1); setInterval(() => fs.statSync("/"), 5)']);
      try {
        const run = path.join(folder, `attached ${how}`);
        mkdirSync(run);
        const { took, code, signal } = await attach(strace, child.pid, run, { ...options, 'strace.calls': ['%file'] }, wait);
        assert.ok(took >= 900 && took < 10_000, `it took ${took} ms`);
        assert.ok(code === 0 || signal === 'SIGINT' || code === 130, `${code} ${signal}`);
        assertUnharmed(child.pid);
        const { files } = (await strace.collect(run, contextWith()))!;
        const profile = await format.read([inputOf('x.strace', readFileSync(path.join(run, files[0])), 65536)]);
        const calls = profile.totals[profile.events.findIndex(({ name }) => name === 'calls')];
        assert.ok(calls > 20 && calls < 400, `${calls} calls in a second`);
        const again = await checkAttach(child.pid, 'strace');
        assert.equal(again, undefined);
      } finally {
        child.kill('SIGKILL');
      }
    });
  }

  it('says why it cannot attach', async () => {
    assert.equal((await strace.preflight(processTarget(4_000_000), contextWith()))?.code, 'no-process');
    const yama = explainAttachRefusal(5, 'strace', 'EACCES', 1, process.getuid?.());
    assert.match(yama.why, /ptrace_scope is 1/);
    assert.deepEqual(yama.remedies.flatMap((remedy) => (remedy.kind === 'terminal' ? [remedy.command.at(-1)] : [])), ['kernel.yama.ptrace_scope=0']);
    assert.match(explainAttachRefusal(5, 'strace', 'EACCES', undefined, process.getuid?.()).why, /SYS_PTRACE/);
    assert.match(explainAttachRefusal(5, 'strace', 'EACCES', 3, process.getuid?.()).why, /restart/);
  });

  it('says what a refusal of strace means, and what is missing', async () => {
    assert.equal(explainStrace('strace: test_ptrace_get_syscall_info: PTRACE_TRACEME: Operation not permitted\nstrace: ptrace(PTRACE_TRACEME, ...): Operation not permitted').code, 'strace-forbidden');
    assert.equal(explainStrace('strace: Stack traces (-k/--stack-traces option) are not supported by this build of strace').code, 'strace-stacks');
    const missing = await strace.preflight({ language: 'c', file: '/a.c', args: [], cwd: '/', env: {} }, contextWith({ 'strace.path': '/no/strace' }));
    assert.equal(missing?.code, 'strace-missing');
    assert.ok(missing.remedies.some((remedy) => remedy.kind === 'setting' && remedy.setting === 'heatline.strace.path'));
  });
});
