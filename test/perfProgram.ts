// The program counted.c, whose events are known, under our profilers that use perf.
import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { lineCosts } from '../src/core/lines.ts';
import { text, type Profile } from '../src/core/profile.ts';
import { openProfile } from '../src/engine/open.ts';
import { optionReader, type OptionValue } from '../src/profilers/options.ts';
import type { Profiler, ProfilerContext } from '../src/profilers/profiler.ts';
import { stopProfiler } from '../src/profilers/stopping.ts';
import type { Target } from '../src/profilers/target.ts';
import { fixture } from './cliProgram.ts';

export function contextOf(options: Readonly<Record<string, OptionValue>> = {}): ProfilerContext {
  return { read: optionReader(() => undefined, options), agent: '', pythonFolder: '', log: () => undefined };
}

export class CountedProgram {
  readonly folder = mkdtempSync(path.join(os.tmpdir(), 'heatline counted '));
  readonly program = path.join(this.folder, 'counted');
  private readonly source = path.join(this.folder, 'counted.c');
  private readonly started: ChildProcess[] = [];
  private runs = 0;

  constructor() {
    copyFileSync(fixture('src/counted.c'), this.source);
    const { status, stderr } = spawnSync('gcc', ['-O1', '-g', '-fno-omit-frame-pointer', '-o', this.program, this.source], { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
  }

  remove(): void {
    for (const child of this.started) child.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }

  target(...args: string[]): Target {
    return { language: 'c', file: this.source, program: this.program, args, cwd: this.folder, env: {} };
  }

  /** A process that runs until it is killed, to attach to. */
  start(command = this.program, ...args: string[]): Target & { readonly pid: number } {
    const child = spawn(command, args, { stdio: 'ignore', detached: true });
    this.started.push(child);
    return { ...this.target(), kind: 'process', pid: child.pid! };
  }

  /** Profiles a target as a run does; `stopAfter` milliseconds. The profile, the recording's folder and how the profiler ended. */
  async profile(profiler: Profiler, target: Target, options: Readonly<Record<string, OptionValue>> = {}, stopAfter?: number): Promise<{ profile: Profile; run: string; code: number | null; seconds: number }> {
    const context = contextOf(options);
    const run = path.join(this.folder, `run ${this.runs++}`);
    mkdirSync(run);
    assert.equal(await profiler.preflight(target, context), undefined);
    const { command, cwd, env } = await profiler.plan(target, run, context);
    const startedAt = Date.now();
    const child = spawn(command[0], command.slice(1), { cwd, env: { ...process.env, ...env }, stdio: 'ignore' });
    let ended = false;
    const end = new Promise<number | null>((resolve) => child.once('exit', (code) => {
      ended = true;
      resolve(code);
    }));
    if (stopAfter !== undefined) {
      await new Promise((resolve) => setTimeout(resolve, stopAfter));
      await stopProfiler(profiler, child.pid!, run, { hasEnded: () => ended });
    }
    const code = await end;
    const recording = await profiler.collect(run, context);
    assert.ok(recording, `${profiler.id} left no recording; it ended with ${code}`);
    const symbols = recording.symbols === undefined ? undefined : path.join(run, recording.symbols);
    const { profile } = await openProfile({ files: recording.files.map((name) => path.join(run, name)), format: recording.format, symbols, resolve: true });
    return { profile, run, code, seconds: (Date.now() - startedAt) / 1000 };
  }

  /** Self and total of the line of counted.c that ends in this comment, by the event's name. */
  line(profile: Profile, event: string, comment: string): { self: number; total: number; of: number } {
    const row = profile.events.findIndex(({ name }) => name.replace(/:u$/, '') === event);
    assert.ok(row >= 0, `${event} is not among ${profile.events.map(({ name }) => name).join(', ')}`);
    const line = readFileSync(this.source, 'utf8').split('\n').findIndex((each) => each.endsWith(`// ${comment}`)) + 1;
    const costs = lineCosts(profile, row);
    for (let at = 0; at < costs.length; at++) {
      if (costs.line[at] === line && text(profile, costs.file[at]) === this.source) return { self: costs.self[at], total: costs.total[at], of: profile.totals[row] };
    }
    return { self: 0, total: 0, of: profile.totals[row] };
  }
}
