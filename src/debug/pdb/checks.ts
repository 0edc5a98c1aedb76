import { flag as flagOf, list, optionalText, wrong } from '../configurationChecks.ts';
import { DEFAULTS, type CommonConfiguration, type DebugConsole, type HelperSettings, type PathMapping } from './configuration.ts';

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

type Flag = { [Name in keyof typeof DEFAULTS]: (typeof DEFAULTS)[Name] extends boolean ? Name : never }[keyof typeof DEFAULTS];

function flag(configuration: object, member: Flag): boolean {
  return flagOf(configuration, member, DEFAULTS[member]);
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
