import { flag, list, optionalText, wholeNumber, wrong } from '../configurationChecks.ts';
import { DEFAULTS, type CommonConfiguration, type SubstitutePath } from './configuration.ts';

/** What dlv's DAP is told of how values and goroutines are shown (LaunchAttachCommonConfig in service/dap/types.go). @throws ProblemError for members of the wrong kind */
export function sharedSettings(configuration: CommonConfiguration): Record<string, unknown> {
  const given = {
    goroutineFilters: optionalText(configuration, 'goroutineFilters'), stackTraceDepth: wholeNumber(configuration, 'stackTraceDepth', 1, 100_000) ?? DEFAULTS.stackTraceDepth,
    maxStringLen: wholeNumber(configuration, 'maxStringLen', 1, 1 << 30), maxArrayValues: wholeNumber(configuration, 'maxArrayValues', 1, 1 << 30),
    showPprofLabels: configuration.showPprofLabels === undefined ? undefined : list(configuration, 'showPprofLabels'), substitutePath: givenRules(configuration),
  };
  return {
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    stopOnEntry: flag(configuration, 'stopOnEntry'), hideSystemGoroutines: flag(configuration, 'hideSystemGoroutines', DEFAULTS.hideSystemGoroutines),
    showGlobalVariables: flag(configuration, 'showGlobalVariables'), showRegisters: flag(configuration, 'showRegisters'),
  };
}

/** The rules of the configuration; undefined where it gives none, and they may be found by comparison. @throws ProblemError for what is no rule */
export function givenRules(configuration: CommonConfiguration): readonly SubstitutePath[] | undefined {
  const value: unknown = configuration.substitutePath;
  if (value === undefined || value === null) return undefined;
  const isRule = (each: unknown): each is SubstitutePath => typeof (each as SubstitutePath | null)?.from === 'string' && typeof (each as SubstitutePath).to === 'string';
  if (!Array.isArray(value) || !value.every(isRule)) throw wrong('substitutePath', value, 'a list of {"from": a folder here, "to": the same folder where the program was built}');
  return value;
}
