/**
 * What a task of type `heatline` runs in its terminal: `node task.js OPTIONS -- PROGRAM ARGS`, the words of `taskWords`. The editor's settings come in an
 * environment variable, for they are no business of whoever reads the command.
 */
import { DEFAULT_BUILD, type BuildSettings } from '../profilers/build.ts';
import { commandTarget, pythonModuleTarget } from '../profilers/commandTarget.ts';
import { serviceTarget } from '../profilers/go/serviceAddress.ts';
import { profilersFor } from '../profilers/index.ts';
import { complaint, type OptionValue } from '../profilers/options.ts';
import { processTarget } from '../profilers/processTarget.ts';
import type { Profiler } from '../profilers/profiler.ts';
import { whenGone, type ProcessIdentity } from '../profilers/processIdentity.ts';
import type { Target } from '../profilers/target.ts';
import { targetTitle } from '../profilers/commandLine.ts';
import { parseWords, UsageError } from './command.ts';
import { failed } from './failure.ts';
import { exitOnBrokenPipe } from './output.ts';
import { recordTarget } from './record.ts';

/** What the editor tells, in HEATLINE_TASK. */
export interface TaskSettings {
  /** Settings of profilers' options, by name. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly build: BuildSettings;
  readonly cacheFolder: string;
  /** Who started it: when that is gone, so are we. */
  readonly owner?: ProcessIdentity;
}

const OPTIONS = {
  output: { type: 'string', default: '' }, cwd: { type: 'string', default: '' }, profiler: { type: 'string' }, python: { type: 'string' }, module: { type: 'string' }, pid: { type: 'string' },
  url: { type: 'string' }, env: { type: 'string', multiple: true, default: [] }, set: { type: 'string', multiple: true, default: [] },
} as const;

async function main(words: readonly string[]): Promise<number> {
  const settings = JSON.parse(process.env.HEATLINE_TASK ?? '{}') as Partial<TaskSettings>;
  // The profiled program is nobody's task, and no editor in disguise.
  delete process.env.HEATLINE_TASK;
  delete process.env.ELECTRON_RUN_AS_NODE;
  if (settings.owner) whenGone(settings.owner, () => process.kill(process.pid, 'SIGTERM'));
  const separator = words.indexOf('--');
  const { values } = parseWords(words.slice(0, separator), OPTIONS as never) as { values: { [K in keyof typeof OPTIONS]: (typeof OPTIONS)[K] extends { multiple: true } ? string[] : string } };
  const target = await targetOf(values, words.slice(separator + 1));
  const profiler = profilerOf(values.profiler, target);
  const { options = {}, build = DEFAULT_BUILD, cacheFolder = '' } = settings;
  return recordTarget({ target, profiler, options: optionsOf(profiler, values.set), setting: (name) => options[name], build, cacheFolder, runsFolder: values.output, json: false });
}

async function targetOf(values: { cwd: string; env: string[]; python?: string; module?: string; pid?: string; url?: string }, words: readonly string[]): Promise<Target> {
  const { cwd, module, pid, url } = values;
  const env = Object.fromEntries(values.env.map((each) => [each.slice(0, each.indexOf('=')), each.slice(each.indexOf('=') + 1)]));
  if (pid !== undefined) {
    if (!/^\d+$/.test(pid)) throw new UsageError(`"pid" is the number of a process, not ${pid}.`);
    return processTarget(Number(pid));
  }
  if (url !== undefined) return serviceTarget(url, { cwd, env });
  const interpreter = values.python ? [values.python] : undefined;
  if (module !== undefined) return pythonModuleTarget(module, words, { interpreter: interpreter ?? ['python3'], cwd, env });
  if (words.length === 0) throw new UsageError('The task names nothing to profile: set "program", "module", "pid" or "url" in tasks.json.');
  return commandTarget(words, { cwd, env, python: interpreter });
}

function profilerOf(id: string | undefined, target: Target): Profiler {
  const suitable = profilersFor(target);
  const profiler = id === undefined ? suitable[0] : suitable.find((each) => each.id === id);
  if (profiler) return profiler;
  throw new UsageError(id === undefined || suitable.length === 0
    ? `No profiler applies to ${targetTitle(target)}.`
    : `The profiler ${id} does not apply to ${targetTitle(target)}. These do: ${suitable.map((each) => each.id).join(', ')}.`);
}

/** The task's options, checked as settings are. */
function optionsOf(profiler: Profiler, words: readonly string[]): Record<string, OptionValue> {
  return Object.fromEntries(words.map((word) => {
    const name = word.slice(0, word.indexOf('='));
    const value = JSON.parse(word.slice(name.length + 1)) as OptionValue;
    const option = profiler.options.find(({ setting }) => setting === name || `heatline.${setting}` === name);
    if (!option) throw new UsageError(`${profiler.id} has no option ${name}. It has: ${profiler.options.map(({ setting }) => setting).join(', ') || 'none'}.`);
    const wrong = complaint(option, value);
    if (wrong) throw new UsageError(wrong);
    return [option.setting, value];
  }));
}

exitOnBrokenPipe();
main(process.argv.slice(2)).catch((error: unknown) => failed(error instanceof Error ? error : new Error(String(error)), 'record')).then((code) => {
  process.exitCode = code;
});
