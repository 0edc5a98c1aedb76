// What Valgrind's tools have in common: what they start, what they refuse, and how they are stopped.
import assert from 'node:assert/strict';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { debugNotes, readExecutable } from '../../src/profilers/executable.ts';
import { profilerById, profilersFor } from '../../src/profilers/index.ts';
import { optionReader, type OptionValue } from '../../src/profilers/options.ts';
import { waitForEnd } from '../../src/profilers/process.ts';
import type { Profiler, ProfilerContext } from '../../src/profilers/profiler.ts';
import type { Target } from '../../src/profilers/target.ts';
import { explainTrial } from '../../src/profilers/valgrindProblems.ts';
import { openProfile } from '../../src/engine/open.ts';
import { needsTool } from '../tools.ts';

const TOOLS = ['callgrind', 'cachegrind', 'massif', 'dhat', 'memcheck', 'helgrind', 'drd'];
const STUBBORN = `#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
static void *volatile block;
int main(int count, char **words) {
  if (words[1][0] == 'i') {
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
  } else {
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, 0);
  }
  for (int i = 0; i < 10; i++)
    block = malloc(1000);
  puts("began");
  fflush(stdout);
  for (;;)
    ;
}
`;

describe('Valgrind\'s tools', function () {
  this.timeout(90_000);
  let base = '';
  let program = '';
  let count = 0;
  before(function () {
    needsTool(this, 'gcc', 'valgrind');
    base = mkdtempSync(path.join(os.tmpdir(), 'heatline valgrind 100% '));
    writeFileSync(path.join(base, 'stubborn.c'), STUBBORN);
    program = build('stubborn', '-g');
  });
  after(() => base && rmSync(base, { recursive: true, force: true }));

  function build(name: string, ...flags: string[]): string {
    execFileSync('gcc', ['-O1', ...flags, '-o', name, 'stubborn.c'], { cwd: base });
    return path.join(base, name);
  }
  function context(options: Readonly<Record<string, OptionValue>> = {}): ProfilerContext {
    return { read: optionReader(() => undefined, options), agent: '', pythonFolder: '', log: () => undefined };
  }
  const target = (file: string, ...args: string[]): Target => ({ language: 'native', file, program: file, args, cwd: base, env: {} });
  const profiler = (id: string): Profiler => profilerById(id)!;
  const emptyFolder = () => {
    const folder = path.join(base, `run ${count++}`);
    mkdirSync(folder);
    return folder;
  };

  it('suit C, C++ and executables, in this order', () => {
    for (const language of ['c', 'cpp', 'native'] as const) {
      assert.deepEqual(profilersFor({ language }).map(({ id }) => id).filter((id) => TOOLS.includes(id)), ['callgrind', 'cachegrind', 'memcheck', 'massif', 'dhat', 'helgrind', 'drd']);
      assert.equal(profiler('memcheck').suits({ language, kind: 'process' }), 0);
    }
    for (const language of ['python', 'go', 'script'] as const) assert.ok(TOOLS.every((id) => profiler(id).suits({ language }) === 0));
  });

  it('are given the options of the family, then their own, then the program', async () => {
    const options = { 'valgrind.traceChildren': true, 'valgrind.options': ['--fair-sched=yes'], 'valgrind.suppressions': ['a.supp'], 'valgrind.errorLimit': false, 'valgrind.depth': 50, 'callgrind.options': ['--separate-callers=2'] };
    const commands = await Promise.all(TOOLS.map(async (id) => (await profiler(id).plan(target(program, '-x'), emptyFolder(), context(options))).command));
    for (const [index, command] of commands.entries()) {
      assert.ok(command.includes('--trace-children=yes') && command.includes('--fair-sched=yes'), command.join(' '));
      assert.deepEqual(command.slice(-2), [program, '-x']);
      const reports = ['memcheck', 'helgrind', 'drd'].includes(TOOLS[index]);
      assert.deepEqual([command.includes(`--suppressions=${path.join(base, 'a.supp')}`), command.includes('--error-limit=no')], [reports, reports]);
      assert.ok(command.some((word) => /^--(?:xml|\w+-out)-file=.* 100%% .*\.out\.%p$/.test(word)), command.join(' '));
    }
    assert.ok(commands[0].includes('--separate-callers=2') && commands[2].includes('--depth=50') && commands[4].includes('--num-callers=50'));
  });

  it('refuse what they cannot run', async () => {
    const fixed = build('fixed', '-g', '-static');
    const codes = async (file: string) => Object.fromEntries(await Promise.all(TOOLS.map(async (id) => [id, (await profiler(id).preflight(target(file), context()))?.code])));
    const good = await codes(program);
    assert.deepEqual(good, Object.fromEntries(TOOLS.map((id) => [id, undefined])));
    assert.deepEqual(await codes(fixed), { ...good, massif: 'valgrind-static', dhat: 'valgrind-static', helgrind: 'valgrind-static', drd: 'valgrind-static' });
    assert.equal(await profiler('massif').preflight(target(fixed), context({ 'massif.pagesAsHeap': true })), undefined);
    await assert.rejects(profiler('massif').plan(target(fixed), emptyFolder(), context()), /linked statically/);
    assert.match((await profiler('memcheck').plan(target(fixed), emptyFolder(), context())).notes[0], /linked statically/);
    const other = path.join(base, 'other');
    const bytes = readFileSync(program);
    // e_machine: no processor has this number.
    bytes.writeUInt16LE(0xfff0, 18);
    writeFileSync(other, bytes, { mode: 0o755 });
    if (['x64', 'arm64'].includes(process.arch)) assert.equal((await profiler('callgrind').preflight(target(other), context()))?.code, 'valgrind-machine');
    const owned = path.join(base, 'owned');
    copyFileSync(program, owned);
    chmodSync(owned, 0o4755);
    assert.equal((await profiler('callgrind').preflight(target(owned), context()))?.code, 'valgrind-setuid');
  });

  it('do not suit Go, but for cachegrind', async function () {
    needsTool(this, 'go');
    const folder = path.join(base, 'go');
    mkdirSync(folder);
    writeFileSync(path.join(folder, 'main.go'), 'package main\n\nfunc main() { println(1) }\n');
    execFileSync('go', ['build', '-o', 'main', 'main.go'], { cwd: folder });
    const problem = await profiler('memcheck').preflight(target(path.join(folder, 'main')), context());
    assert.deepEqual([problem?.code, problem?.remedies.map(({ kind }) => kind)], ['valgrind-go', ['profiler']]);
    assert.equal(await profiler('cachegrind').preflight(target(path.join(folder, 'main')), context()), undefined);
  });

  it('say what a trial did not like', async () => {
    const problem = await profiler('massif').preflight(target(program), context({ 'valgrind.options': ['--no-such-option=1'] }));
    assert.deepEqual([problem?.code, problem?.remedies.length], ['valgrind-options', 1]);
    assert.match(problem!.why, /--no-such-option=1/);
    const broken = await profiler('massif').preflight(target(program), context({ 'valgrind.path': 'false' }));
    assert.equal(broken?.code, 'valgrind-unusable');
    assert.equal((await profiler('drd').preflight(target(program), context({ 'valgrind.path': 'no-such-valgrind' })))?.code, 'valgrind-missing');
    const setting = { kind: 'setting', label: 'Open Setting', setting: 'x' } as const;
    const said = 'valgrind:  Fatal error at startup: a function redirection\nvalgrind:  which is mandatory for this platform-tool combination\nvalgrind:  cannot be set up.  Details of the redirection are:\n';
    assert.equal(explainTrial('Memcheck', said, setting).code, 'valgrind-libc');
  });

  it('note what a program was built without', async () => {
    const notes = async (file: string) => debugNotes(file, await readExecutable(file));
    assert.deepEqual(await notes(program), []);
    assert.match((await notes(build('plain')))[0], /^plain was built without -g: its functions are shown, but no lines\./);
    assert.match((await notes(build('stripped', '-s')))[0], /^stripped has neither symbols nor debug information/);
    assert.deepEqual(await notes(path.join(base, 'stubborn.c')), []);
    assert.match((await profiler('massif').plan(target(path.join(base, 'plain')), emptyFolder(), context())).notes[0], /without -g/);
  });

  /** Starts a stubborn program; the folder, and the process once it has begun. */
  async function started(id: string, how: string): Promise<{ folder: string; child: ChildProcess }> {
    const folder = emptyFolder();
    const { command } = await profiler(id).plan(target(program, how), folder, context());
    const child = spawn(command[0], command.slice(1), { cwd: base, stdio: ['ignore', 'pipe', 'ignore'] });
    await new Promise((resolve) => child.stdout!.once('data', resolve));
    return { folder, child };
  }

  for (const id of TOOLS) {
    it(`${id}: a program that ignores signals is ended with what it has, and no pipes are left`, async () => {
      const { folder, child } = await started(id, 'ignore');
      for (const attempt of [0, 1]) await profiler(id).stop(child.pid!, folder, attempt);
      assert.equal(await waitForEnd(child.pid!, 300), false);
      await profiler(id).stop(child.pid!, folder, 2);
      assert.equal(await waitForEnd(child.pid!, 10_000), true);
      const recording = await profiler(id).collect(folder, context());
      assert.deepEqual([recording?.files.length, readdirSync(folder).length], [1, 1]);
      const { profile } = await openProfile({ files: recording!.files.map((name) => path.join(folder, name)), format: recording!.format });
      assert.equal(profile.truncated, false);
    });
  }

  for (const id of ['callgrind', 'massif']) {
    it(`${id}: a program that blocks all signals is killed, and asked for what it has before`, async () => {
      const { folder, child } = await started(id, 'block');
      await profiler(id).stop(child.pid!, folder, 2);
      assert.equal(await waitForEnd(child.pid!, 10_000), true);
      const recording = await profiler(id).collect(folder, context());
      assert.equal(recording?.files.length, 1);
      assert.deepEqual(readdirSync(folder).filter((name) => name.startsWith('vgdb')), []);
      const { profile } = await openProfile({ files: recording!.files.map((name) => path.join(folder, name)), format: recording!.format });
      assert.ok(profile.totals[0] > 0);
    });
  }
});
