import { splitWords } from '../../profilers/words.ts';
import { DEFAULTS, type CommonConfiguration, type DebugConsole, type HelperSettings, type PathMapping } from './configuration.ts';
import { fault } from './fault.ts';

type Loose = Readonly<Record<string, unknown>>;

/** Complains of a member of the configuration. */
export function wrong(member: string, value: unknown, wanted: string): Error {
  const shown = JSON.stringify(value) ?? String(value);
  return fault('pdb-configuration', `"${member}" of the debug configuration is ${shown.length > 80 ? shown.slice(0, 80) + '...' : shown}.`, `It must be ${wanted}.`);
}

export function optionalText(configuration: object, member: string): string | undefined {
  const value = (configuration as Loose)[member];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') throw wrong(member, value, 'a string');
  return value;
}

/** Words as an array of strings, or as a line that is split like a shell splits it, without one. */
export function words(configuration: object, member: string): string[] {
  const value = (configuration as Loose)[member];
  if (value === undefined || value === null) return [];
  if (typeof value === 'string') {
    try {
      return splitWords(value);
    } catch (error) {
      throw wrong(member, value, `a list of strings, or one line with balanced quotes (${(error as Error).message})`);
    }
  }
  if (!Array.isArray(value) || value.some((each) => typeof each !== 'string' && typeof each !== 'number')) throw wrong(member, value, 'a list of strings, or one line');
  return value.map(String);
}

/** A list of strings; a single string is one entry, blanks and all. */
export function list(configuration: object, member: string): string[] {
  const value = (configuration as Loose)[member];
  if (value === undefined || value === null || value === '') return [];
  if (typeof value === 'string') return [value];
  if (!Array.isArray(value) || value.some((each) => typeof each !== 'string')) throw wrong(member, value, 'a string or a list of strings');
  return value as string[];
}

function flag(configuration: object, member: keyof typeof DEFAULTS & keyof CommonConfiguration): boolean {
  const value = (configuration as Loose)[member];
  if (value === undefined || value === null) return DEFAULTS[member] as boolean;
  if (typeof value !== 'boolean') throw wrong(member, value, 'true or false');
  return value;
}

/** @throws ProblemError for entries that are no pairs of roots */
export function checkedMappings(configuration: CommonConfiguration): PathMapping[] {
  const value: unknown = configuration.pathMappings ?? [];
  const isMapping = (each: unknown): each is PathMapping => {
    const { localRoot, remoteRoot } = (each ?? {}) as Partial<PathMapping>;
    return typeof localRoot === 'string' && typeof remoteRoot === 'string' && localRoot !== '' && remoteRoot !== '';
  };
  if (!Array.isArray(value) || !value.every(isMapping)) throw wrong('pathMappings', value, 'a list of {"localRoot": "/here", "remoteRoot": "/there"}');
  return value;
}

/** What the helper is told of a configuration. @throws ProblemError for members of the wrong kind */
export function helperSettings(configuration: CommonConfiguration & { readonly console?: unknown }): Omit<HelperSettings, 'childServer' | 'clientName'> {
  const named = configuration.console === 'ipdb' ? 'ipdb' : optionalText(configuration, 'debugger') ?? DEFAULTS.debugger;
  if (named !== 'pdb' && named !== 'ipdb') throw wrong('debugger', named, '"pdb" or "ipdb"');
  return {
    stopOnEntry: flag(configuration, 'stopOnEntry'),
    skip: list(configuration, 'skip'),
    justMyCode: flag(configuration, 'justMyCode'),
    subProcess: flag(configuration, 'subProcess'),
    console: named as DebugConsole,
    allThreads: flag(configuration, 'allThreads'),
    redirectOutput: flag(configuration, 'redirectOutput'),
    showReturnValue: flag(configuration, 'showReturnValue'),
    ...(configuration.noDebug === true ? { noDebug: true } : {}),
  };
}
