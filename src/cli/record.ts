import { spawn } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { openProfile } from '../engine/open.ts';
import { DEFAULT_BUILD } from '../profilers/build.ts';
import { profilerById, PROFILERS, profilersFor } from '../profilers/index.ts';
import { ProblemError } from '../profilers/problem.ts';
import { DEFAULT_PROFILER_SETTINGS, type Plan, type Profiler, type ProfilerContext } from '../profilers/profiler.ts';
import { collectRun, endedManifest, killTree, prepareRun, stopFirmly, type RecordingEnd } from '../profilers/recording.ts';
import { writeManifest, type StoredRun } from '../profilers/run.ts';
import type { Target } from '../profilers/target.ts';
import { PYTHON_FOLDER } from './built.ts';
import type { Command } from './command.ts';
import { ExitCode, parseWords, UsageError } from './command.ts';
import { printable, printJson } from './output.ts';
import { remedyLines } from './problemText.ts';
import { quoteWord } from './shellWord.ts';
import { targetOf } from './target.ts';

/** Milliseconds that a program has to end by the terminal's own Ctrl-C, which reaches it as it reaches us. */
const OWN_END = 400;

/** `heatline record`: runs a program under a profiler. */
export const record: Command = {
  help: `heatline record [--profiler ID] [-o DIR] [--json] -- TARGET [ARGS]

Runs a program under a profiler. TARGET is a Python, Go, C or C++ file (which is built), an executable, a script, or a program on PATH; python3
FILE means that file. It has the terminal's input and output, as without a profiler. Ctrl-C stops it and keeps its profile; a second
one kills it.

  --profiler ID    heatline profilers lists them; default: the best for the target
  -o DIR           a new folder for the run is made in DIR; default: heatline-runs
  --json           {profile, profiler, files: [...], exitCode, seconds, signal, stopped, notes}; profile is what the other commands take. exitCode is null
                   when a signal ended the program. The program's standard output goes to standard error, to keep the JSON apart

Exit codes: 0 fine (also when you stopped it), 1 the program failed and its profile was kept, 2 nothing was recorded.`,
  async run(words) {
    const { values, positionals } = parseWords(words, {
      profiler: { type: 'string' }, output: { type: 'string', short: 'o', default: 'heatline-runs' }, json: { type: 'boolean', default: false },
    });
    if (positionals.length === 0) throw new UsageError('Name a program after --: heatline record -- TARGET [ARGS]');
    const target = await targetOf(positionals);
    const profiler = chosenProfiler(values.profiler, target);
    const say = (line: string) => console.error(`heatline: ${printable(line)}`);
    const context: ProfilerContext = { settings: DEFAULT_PROFILER_SETTINGS, pythonFolder: PYTHON_FOLDER, log: () => undefined };
    try {
      const run = await recordRun(target, profiler, context, path.resolve(values.output), values.json, say);
      return await report(run, values.json, say);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      say(error.message);
      for (const line of remedyLines(error.problem)) say(line);
      if (error.problem.places?.length && error.problem.detail) console.error(printable(error.problem.detail));
      return ExitCode.Failed;
    }
  },
};

function chosenProfiler(id: string | undefined, target: Target): Profiler {
  const name = path.basename(target.file);
  if (id === undefined) {
    const [best] = profilersFor(target);
    if (!best) throw new UsageError(`No profiler applies to ${name}.`);
    return best;
  }
  const profiler = profilerById(id);
  if (!profiler) throw new UsageError(`There is no profiler ${id}; there are: ${PROFILERS.map((each) => each.id).join(', ')}.`);
  if (profiler.suits(target) === 0) throw new UsageError(`The profiler ${id} does not apply to ${name}; these do: ${profilersFor(target).map((each) => each.id).join(', ')}.`);
  return profiler;
}

async function recordRun(
  target: Target, profiler: Profiler, context: ProfilerContext, runsFolder: string, json: boolean, say: (line: string) => void,
): Promise<StoredRun> {
  const cacheFolder = path.join(process.env['XDG_CACHE_HOME'] || path.join(os.homedir(), '.cache'), 'heatline', 'build');
  const prepared = await prepareRun({ target, profiler, context, runsFolder, build: { settings: DEFAULT_BUILD, cacheFolder, log: context.log } });
  const save = ({ file, manifest }: StoredRun) => writeManifest(file, manifest);
  await save(prepared);
  const end = await runPlan(prepared.plan, prepared.folder, profiler, json, say);
  const ended = { file: prepared.file, manifest: endedManifest(prepared.manifest, end) };
  const run = await collectRun(ended, profiler, context, save, end.error);
  // Lines of addresses are looked up now: tomorrow the program may be another one.
  const { files, format, symbols } = run.manifest.recording!;
  if (symbols) {
    await openProfile({ files: files.map((name) => path.join(prepared.folder, name)), format, symbols: path.join(prepared.folder, symbols), resolve: true, recordedAt: run.manifest.startedAt });
  }
  return run;
}

/** Runs the profiler with our own input and output until it ends. */
async function runPlan(plan: Plan, folder: string, profiler: Profiler, json: boolean, say: (line: string) => void): Promise<RecordingEnd> {
  const startedAt = Date.now();
  const child = spawn(plan.command[0], plan.command.slice(1), {
    cwd: plan.cwd, env: { ...process.env, ...plan.env }, stdio: ['inherit', json ? 2 : 'inherit', 'inherit'],
  });
  let interrupts = 0;
  let ended = false;
  const interrupt = async () => {
    const { pid } = child;
    if (pid === undefined || ended) return;
    if (++interrupts > 1) return killTree(pid);
    say('stopping; the profile is kept. Once more kills the program.');
    await new Promise((resolve) => setTimeout(resolve, OWN_END));
    if (!(await stopFirmly(profiler, pid, folder, () => ended || interrupts > 1))) await killTree(pid);
  };
  const onSignal = () => void interrupt();
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, onSignal);
  try {
    return await new Promise<RecordingEnd>((resolve) => {
      child.once('error', (error) => resolve({ code: null, signal: null, stopped: false, error: error.message }));
      child.once('exit', (code, signal) => {
        ended = true;
        resolve({ startedAt, endedAt: Date.now(), code, signal, stopped: interrupts > 0 });
      });
    });
  } finally {
    for (const signal of signals) process.off(signal, onSignal);
  }
}

async function report({ file, manifest }: StoredRun, json: boolean, say: (line: string) => void): Promise<number> {
  const { exitCode, signal, stopped, notes, startedAt, endedAt, profiler } = manifest;
  const seconds = Math.max(0, endedAt - startedAt) / 1000;
  const failed = !stopped && (signal !== null || exitCode !== 0);
  if (json) {
    const folder = path.dirname(file);
    await printJson({ profile: file, profiler, files: manifest.recording!.files.map((name) => path.join(folder, name)), exitCode, seconds, signal, stopped, notes });
  } else {
    for (const note of notes) say(note);
    const name = path.basename(manifest.target.file);
    say(`${name} ${stopped ? 'was stopped' : signal ? `was ended by ${signal}` : `ended with exit code ${exitCode}`} after ${seconds.toFixed(2)} s`);
    say(`profile: ${file}`);
    say(`look at it with: heatline top ${quoteWord(path.relative(process.cwd(), file) || file)}`);
  }
  return failed ? ExitCode.ProgramFailed : ExitCode.Fine;
}
