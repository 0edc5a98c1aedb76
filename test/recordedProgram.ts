// Small programs with a known answer, recorded by the terminal program as built, with the real tools.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { isRunning } from '../src/profilers/process.ts';
import { CLI, heatline, json } from './cliProgram.ts';

/** What `heatline record --json` says. */
export interface Recorded {
  readonly profile: string;
  readonly files: readonly string[];
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stopped: boolean;
  readonly warnings: readonly string[];
}

export interface Lines {
  readonly total: number;
  readonly events: readonly { readonly name: string; readonly total: number }[];
  readonly files: readonly { readonly file: string; readonly lines: readonly { readonly line: number; readonly self: number; readonly total: number }[] }[];
}

export interface Finding {
  readonly kind: string;
  readonly message: string;
  readonly bytes: number;
  readonly stacks: readonly (readonly { readonly function: string; readonly file: string; readonly line: number }[])[];
}

/** A folder of its own with sources in it, each of which marks lines by comments: `// HOT`. */
export class Workshop {
  readonly folder = mkdtempSync(path.join(os.tmpdir(), 'heatline recorded-'));

  constructor(private readonly sources: Readonly<Record<string, string>>) {
    for (const [name, source] of Object.entries(sources)) writeFileSync(path.join(this.folder, name), source);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The line of a source that the comment `// MARK` stands on. */
  line(name: string, mark: string): number {
    const line = this.sources[name].split('\n').findIndex((each) => each.includes(`// ${mark}`)) + 1;
    assert.ok(line > 0, `${name} has no ${mark}`);
    return line;
  }

  private words(profiler: string, set: Readonly<Record<string, string>>, command: readonly string[]): string[] {
    return ['record', '--profiler', profiler, '-o', 'runs', '--json', ...Object.entries(set).flatMap(([name, value]) => ['--set', `${name}=${value}`]), '--', ...command];
  }

  /** Records a program that must leave a profile; whether it succeeded is for the caller to ask. */
  record(profiler: string, command: readonly string[], set: Readonly<Record<string, string>> = {}): Recorded {
    const { stdout, stderr } = heatline(this.words(profiler, set, command), { cwd: this.folder });
    assert.notEqual(stdout, '', stderr);
    return JSON.parse(stdout) as Recorded;
  }

  /** What is said when nothing can be recorded. */
  refusal(profiler: string, command: readonly string[], set: Readonly<Record<string, string>> = {}): string {
    const { code, stdout, stderr } = heatline(this.words(profiler, set, command), { cwd: this.folder });
    assert.deepEqual([code, stdout], [2, ''], stderr);
    return stderr;
  }

  /** Records a program that says `began PID` and then never ends by itself; Ctrl-C after some milliseconds, as a terminal sends it: to all. */
  async recordEndless(profiler: string, command: readonly string[], milliseconds: number, set: Readonly<Record<string, string>> = {}): Promise<Recorded> {
    const child = spawn(process.execPath, [CLI, ...this.words(profiler, set, command)], { cwd: this.folder, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
    let [out, said] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    const program = await Promise.race([
      new Promise<number>((resolve) => child.stderr.on('data', (chunk: Buffer) => {
        const began = /began (\d+)/.exec((said += chunk.toString()));
        if (began) resolve(Number(began[1]));
      })),
      closed.then(() => assert.fail(`it ended before it began: ${said}`)),
    ]);
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    process.kill(-child.pid!, 'SIGINT');
    assert.equal(await closed, 0, said);
    assert.equal(await isRunning(program), false, 'the program was ended');
    const run = JSON.parse(out) as Recorded;
    assert.equal(run.stopped, true);
    return run;
  }

  /** Costs of the lines of a source, by line, of an event; with the sum over the whole profile. */
  lines(run: Recorded, name: string, event?: string): { self: Map<number, number>; total: Map<number, number>; sum: number; hottest: number } {
    const { files, total: sum } = json<Lines>(['lines', run.profile, ...(event === undefined ? [] : ['--event', event])]);
    const lines = files.find(({ file }) => path.basename(file) === name)?.lines ?? [];
    const hottest = [...lines].sort((a, b) => b.self - a.self)[0]?.line ?? 0;
    return { self: new Map(lines.map(({ line, self }) => [line, self])), total: new Map(lines.map(({ line, total }) => [line, total])), sum, hottest };
  }

  findings(run: Recorded): readonly Finding[] {
    return json<{ findings: readonly Finding[] }>(['findings', run.profile]).findings;
  }

  /** The first of a run's raw files, as text. */
  raw(run: Recorded): string {
    return readFileSync(run.files[0], 'latin1');
  }
}
