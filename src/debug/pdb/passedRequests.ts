/** Requests that the helper answers as the protocol says; the session changes paths and positions only. */
export const PASSED: ReadonlySet<string> = new Set([
  'setBreakpoints', 'setFunctionBreakpoints', 'setExceptionBreakpoints', 'setDataBreakpoints', 'breakpointLocations', 'dataBreakpointInfo', 'threads', 'pause', 'continue', 'next',
  'stepIn', 'stepOut', 'stepInTargets', 'goto', 'gotoTargets', 'stackTrace', 'scopes', 'variables', 'setVariable', 'setExpression', 'evaluate', 'completions', 'exceptionInfo', 'modules',
  'loadedSources', 'source',
]);

/** What is asked of a program that is not there any more has an empty answer. */
export const EMPTY: Readonly<Record<string, object>> = { threads: { threads: [] }, modules: { modules: [] }, loadedSources: { sources: [] } };
