import type { OptionValue } from './options.ts';

/** A task of type `heatline` in tasks.json. Any text may hold the editor's variables, which it replaces before the task runs. */
export interface HeatlineTaskDefinition {
  readonly type: 'heatline';
  /** A file or a program on PATH, and its arguments. */
  readonly program?: string;
  /** The same as `program`. */
  readonly file?: string;
  readonly args?: readonly string[];
  /** A Python module. */
  readonly module?: string;
  /** Python interpreter. */
  readonly python?: string;
  /** A running process. */
  readonly pid?: number | string;
  /** Address of a Go service. */
  readonly url?: string;
  readonly profiler?: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Options by setting, without `heatline.`. */
  readonly options?: Readonly<Record<string, OptionValue>>;
}

/**
 * The words that tell the task's program what to do, each definition's text in a word of its own, so that the editor may replace variables in it. `folder` is
 * where it runs when the definition does not say; `runs` where its run is kept; `python` the interpreter that is selected.
 */
export function taskWords(definition: HeatlineTaskDefinition, { folder, runs, python }: { readonly folder: string; readonly runs: string; readonly python?: string }): string[] {
  const words = [`--output=${runs}`, `--cwd=${definition.cwd || folder}`];
  const add = (name: string, value: unknown) => value !== undefined && value !== '' && words.push(`--${name}=${String(value)}`);
  add('profiler', definition.profiler);
  add('python', definition.python ?? python);
  add('module', definition.module);
  add('pid', definition.pid);
  add('url', definition.url);
  for (const [name, value] of Object.entries(definition.env ?? {})) add('env', `${name}=${value}`);
  for (const [name, value] of Object.entries(definition.options ?? {})) add('set', `${name}=${JSON.stringify(value)}`);
  const program = definition.program ?? definition.file;
  return [...words, '--', ...(program ? [program] : []), ...(definition.args ?? []).map(String)];
}
