// Where ours stops elsewhere than debugpy on purpose: for each program why, and what debugpy is asked instead, or which of its stops are no more there.
import type { DebugRun, DebugScript, ScriptBreakpoint, Stop } from '../debugScript.ts';

export interface Difference {
  readonly reason: string;
  /** The script with which debugpy does what ours does with the program's own. */
  readonly script?: (script: DebugScript) => DebugScript;
  /** The stops of debugpy that ours has too. */
  readonly stops?: (theirs: DebugRun['stops']) => DebugRun['stops'];
}

const withBreakpoints = (script: DebugScript, change: (breakpoint: ScriptBreakpoint) => ScriptBreakpoint): DebugScript => (
  { ...script, breakpoints: new Map([...script.breakpoints].map(([file, list]) => [file, list.map(change)])) });

/** Without the stops at which the exception of the stop before has only come a frame further. */
function once(stops: readonly Stop[]): Stop[] {
  const kept: Stop[] = [];
  for (const stop of stops) {
    const last = kept[kept.length - 1];
    if (!(last?.exception !== undefined && stop.exception === last.exception && stop.stack.length < last.stack.length)) kept.push(stop);
  }
  return kept;
}

const ONCE: Difference = { reason: 'an exception stops where it is raised, not again in every frame that it passes', stops: once };

export const DIFFERENCES: Readonly<Record<string, Difference>> = {
  'raised.py': ONCE,
  'reraise.py': ONCE,
  'user_unhandled.py': {
    reason: 'an exception that user code has not handled is reported once, though it passes libraries twice',
    stops: (theirs) => theirs.filter(({ exception }, i) => i === 0 || exception !== theirs[i - 1].exception),
  },
  'places.py': {
    reason: 'a breakpoint on a line without code moves to the next line with code, not to the one before',
    script: (script) => withBreakpoints(script, ({ line, movedTo, ...rest }) => ({ ...rest, line: movedTo ?? line })),
  },
  'functions.py': {
    reason: "a function breakpoint stops at the first line of the body, as pdb's `b function` does, not on the line of `def`",
    script: (script) => ({ ...script, functionsStopAtDef: true }),
  },
  'conditions.py': {
    reason: 'a condition that fails stops, as it does in pdb; debugpy goes on, and nobody sees that the condition is wrong',
    script: (script) => withBreakpoints(script, (breakpoint) => (breakpoint.condition === 'nonsense > 1' ? { ...breakpoint, condition: 'True' } : breakpoint)),
  },
  'exit_code.py': {
    reason: 'sys.exit is a way to end a program and no uncaught exception, whatever the exit code',
    script: (script) => ({ ...script, exceptions: [] }),
  },
};
