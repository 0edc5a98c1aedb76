import { spawn } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { DEFAULT_BUILD, type BuildSettings } from '../profilers/build.ts';
import { targetTitle } from '../profilers/commandLine.ts';
import { finishRun } from '../profilers/finishRun.ts';
import { serviceTarget } from '../profilers/go/serviceAddress.ts';
import { profilerById, PROFILERS, profilersFor } from '../profilers/index.ts';
import { optionReader, parseOption, type OptionValue } from '../profilers/options.ts';
import { prepareRun } from '../profilers/prepare.ts';
import { processTarget } from '../profilers/processTarget.ts';
import type { Plan, Profiler, ProfilerContext } from '../profilers/profiler.ts';
import { writeManifest, type RunManifest } from '../profilers/run.ts';
import { stopProfiler } from '../profilers/stopping.ts';
import type { Target } from '../profilers/target.ts';
import { builtFile } from './built.ts';
import type { Command } from './command.ts';
import { ExitCode, oneOf, parseWords, UsageError } from './command.ts';
import { costColumns, eventLine, headings, place } from './costTable.ts';
import { chooseEvent, openInput, SUMS } from './input.ts';
import { targetOf } from './recordTarget.ts';
import { cell, printable, printJson, printLines, printWarnings } from './output.ts';

/** Milliseconds between two presses of Ctrl-C that are meant as one. */
const PRESSES_IN_A_ROW = 1000;

/** Functions that are printed when the run has ended. */
const FEW = 5;

/** `heatline record`: a program under a profiler. */
export const record: Command = {
  help: `heatline record [--profiler ID] [--set NAME=VALUE] [-o DIR] [--json] -- TARGET [ARGS] | --pid PID | --url ADDRESS

Runs a program under a profiler, in this terminal and this folder, and keeps its profile. TARGET is a Python, Go, C or C++ file (which is built), an
executable, or a script; python3 FILE and python3 -m MODULE name the interpreter. Ctrl-C ends the program and keeps the profile so far; a second one kills it.

  --profiler ID    one of ${PROFILERS.map(({ id }) => id).join(', ')}; default: the best for the target (heatline profilers TARGET)
  --pid PID        a process that runs already: it is watched until Ctrl-C, or for --set attach.duration=SECONDS, and goes on
  --url ADDRESS    a Go service, by the address of its /debug/pprof/
  --set NAME=VALUE an option of the profiler for this run, as the setting heatline.NAME: --set perf.frequency=99; may be repeated
  -o DIR           where the run's folder is made; default: heatline-runs
  --json           {profile, profiler, files, exitCode, seconds}: profile is what the other commands take; exitCode is null when a signal ended the
                   program; also signal, stopped, warnings. What the program prints goes to standard error then.

Exit codes: 0 fine (also when you ended it), 1 the program failed and its profile was kept, 2 no profile: wrong usage, a tool is missing or failed.`,
  async run(words) {
    const separator = words.indexOf('--');
    const { values, positionals } = parseWords(separator < 0 ? words : words.slice(0, separator), {
      profiler: { type: 'string' }, output: { type: 'string', short: 'o', default: 'heatline-runs' }, json: { type: 'boolean', default: false },
      pid: { type: 'string' }, url: { type: 'string' },
      set: { type: 'string', multiple: true, default: [] },
    });
    // Without -- the first word that is no option begins the program; its own options need the --.
    const command = separator < 0 ? positionals : words.slice(separator + 1);
    if (separator >= 0 && positionals.length > 0) throw new UsageError(`What is profiled goes behind --: ${positionals.join(' ')} stands before it.`);
    const target = await chooseTarget(command, values.pid, values.url);
    const profiler = chooseProfiler(values.profiler, target);
    const options = changedOptions(profiler, values.set);
    return recordTarget({
      target, profiler, options, setting: () => undefined, build: DEFAULT_BUILD, runsFolder: path.resolve(values.output), json: values.json,
      cacheFolder: path.join(process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache'), 'heatline', 'build'),
    });
  },
};

/** What is recorded, and how. */
export interface RecordOrder {
  readonly target: Target;
  readonly profiler: Profiler;
  /** Changed for this run alone, by setting. */
  readonly options: Readonly<Record<string, OptionValue>>;
  /** Value of a setting `heatline.NAME`; undefined: the default. */
  setting(name: string): unknown;
  readonly build: BuildSettings;
  readonly cacheFolder: string;
  readonly runsFolder: string;
  readonly json: boolean;
}

/** Runs a target under a profiler in this terminal, keeps its run and says what it found; the exit code. @throws ProblemError when there is no profile */
export async function recordTarget({ target, profiler, options, setting, build, cacheFolder, runsFolder, json }: RecordOrder): Promise<number> {
  const context: ProfilerContext = {
    read: optionReader(setting, options), pythonFolder: builtFile('python'), agent: builtFile('agent.cjs'), log: () => undefined,
  };
  // Whoever started this process finds its run by it.
  const save = (kept: string, manifest: RunManifest) => writeManifest(kept, { ...manifest, recorder: process.pid });
  const prepared = await prepareRun(target, profiler, { context, options, build: { settings: build, cacheFolder, log: () => undefined }, runsFolder, save });
  const { file } = prepared;
  const end = await runToEnd(prepared.plan, profiler, path.dirname(file), json);
  const ended: RunManifest = { ...prepared.manifest, endedAt: Date.now(), exitCode: end.code, signal: end.signal, stopped: end.stopped };
  const manifest = await finishRun(file, ended, profiler, context, end.error, (kept) => save(file, kept));
  await report(file, manifest, json);
  return !manifest.stopped && (manifest.signal !== null || manifest.exitCode !== 0) ? ExitCode.ProgramFailed : ExitCode.Fine;
}

async function chooseTarget(command: readonly string[], pid: string | undefined, url: string | undefined): Promise<Target> {
  const given = [command.length > 0, pid !== undefined, url !== undefined].filter(Boolean).length;
  if (given === 0) throw new UsageError('Name what is to be profiled: heatline record -- TARGET [ARGS], --pid PID or --url ADDRESS');
  if (given > 1) throw new UsageError('A program, --pid and --url are three ways to say what is profiled: choose one.');
  if (url !== undefined) return serviceTarget(url, { cwd: process.cwd(), env: {} });
  if (pid === undefined) return targetOf(command);
  if (!/^[1-9]\d*$/.test(pid)) throw new UsageError(`--pid takes a process id, not ${pid}.`);
  return processTarget(Number(pid));
}

function chooseProfiler(wanted: string | undefined, target: Target): Profiler {
  const suitable = profilersFor(target);
  if (wanted === undefined) return suitable[0];
  const profiler = profilerById(oneOf('--profiler', wanted, PROFILERS.map(({ id }) => id)))!;
  if (!suitable.includes(profiler)) {
    throw new UsageError(`${wanted} does not apply to ${targetTitle(target)}. These do: ${suitable.map(({ id }) => id).join(', ')}.`);
  }
  return profiler;
}

/** The options that `--set NAME=VALUE` changes. */
function changedOptions(profiler: Profiler, words: readonly string[]): Record<string, OptionValue> {
  return Object.fromEntries(words.map((word) => {
    const [name, ...value] = word.split('=');
    const option = profiler.options.find(({ setting }) => setting === name);
    if (!option) throw new UsageError(`${profiler.id} has no option ${name}. It has: ${profiler.options.map(({ setting }) => setting).join(', ') || 'none'}.`);
    try {
      return [name, parseOption(option, value.join('='))];
    } catch (error) {
      throw new UsageError((error as Error).message);
    }
  }));
}

interface End {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stopped: boolean;
  /** Why it could not be started. */
  readonly error?: string;
}

/** Runs the plan with this terminal as its own. */
async function runToEnd(plan: Plan, profiler: Profiler, folder: string, json: boolean): Promise<End> {
  const child = spawn(plan.command[0], plan.command.slice(1), {
    cwd: plan.cwd, env: { ...process.env, ...plan.env }, stdio: ['inherit', json ? 2 : 'inherit', 'inherit'],
  });
  let ended = false;
  let stopping: Promise<void> | undefined;
  let hurry = () => undefined as void;
  const onSignal = () => {
    // A terminal sends Ctrl-C to the whole group, so the profiler may be ending already; asking it again does no harm.
    hurry();
    if (child.pid === undefined) return;
    stopping ??= stopProfiler(profiler, child.pid, folder, {
      hasEnded: () => ended, hurry: () => new Promise<void>((resolve) => (hurry = resolve)),
    });
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, onSignal);
  try {
    return await new Promise<End>((resolve) => {
      child.once('error', (error) => resolve({ code: null, signal: null, stopped: false, error: error.message }));
      child.once('exit', (code, signal) => {
        ended = true;
        resolve({ code, signal, stopped: stopping !== undefined });
      });
    });
  } finally {
    hurry();
    await stopping;
    for (const signal of signals) process.off(signal, onSignal);
    keepCollecting();
  }
}

/** Ctrl-C once too often must not cost the profile: what follows the program's end is left only when it is asked for twice. */
function keepCollecting(): void {
  let asked = 0;
  let last = Date.now();
  process.on('SIGINT', () => {
    // Presses in a row are one.
    if (Date.now() - last > PRESSES_IN_A_ROW && asked++ > 0) process.exit(128 + os.constants.signals.SIGINT);
    if (asked === 1) console.error('Collecting the profile; Ctrl-C again leaves the raw files as they are.');
    last = Date.now();
  });
}

async function report(file: string, manifest: RunManifest, json: boolean): Promise<void> {
  const { profiler, exitCode, signal, stopped, startedAt, endedAt, recording } = manifest;
  const profile = path.relative(process.cwd(), file) || file;
  const input = await openInput([file], SUMS);
  const warnings = [...manifest.notes, ...input.profile.warnings];
  if (json) {
    await printJson({
      profile: path.resolve(file), profiler, files: (recording?.files ?? []).map((name) => path.join(path.dirname(path.resolve(file)), name)),
      exitCode, seconds: (endedAt - startedAt) / 1000, signal, stopped, warnings,
    });
    return;
  }
  printWarnings(warnings);
  const outcome = stopped ? 'was ended by you' : signal ? `was ended by ${signal}` : exitCode === 0 ? 'ended' : `failed with exit code ${exitCode}`;
  console.error(printable(`${targetTitle(manifest.target)} ${outcome} after ${((endedAt - startedAt) / 1000).toFixed(2)} s; its profile is ${profile}`));
  const event = chooseEvent(input.profile, undefined);
  if (event < 0) return;
  const rows = input.queries.costliest(event, 'self', FEW);
  await printLines([eventLine(input.profile, event), headings(), ...rows.map((row) => `${costColumns(input.profile, event, row)}  ${cell(row.name)}  ${cell(place(row))}`.trimEnd())]);
}
