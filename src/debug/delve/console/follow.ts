import type { DebugProtocol } from '@vscode/debugprotocol';
import { noteStatus } from '../exitCode.ts';
import type { Body } from '../feature.ts';
import type { Run } from '../run.ts';
import { selectedGoroutine, type ServerState } from '../serverState.ts';

/** dlv's words for the end of a program (proc.ErrProcessExited). */
const ENDED = /[Pp]rocess \d+ has exited with status (-?\d+)/;

/** The program goes on because of a command, which dlv's DAP does not know of. */
export function tellContinued(run: Run, threadId: number): void {
  tell(run, 'continued', { threadId, allThreadsContinued: true });
}

/** The program has stopped again. `reason`: when dlv does not know better. */
export function tellStopped(run: Run, state: ServerState, reason: string): void {
  const breakpoint = state.currentThread?.breakPoint;
  const threadId = selectedGoroutine(state) || 1;
  tell(run, 'stopped', { ...reasonOf(breakpoint, reason), threadId, allThreadsStopped: true });
}

/** What was shown of the stopped program may be different now. */
export function tellChanged(run: Run): void {
  if (run.client.capabilities.supportsInvalidatedEvent) run.client.event('invalidated', { areas: ['all'] });
}

/** The exit code that an answer tells of; undefined: the program lives. */
export function exitCodeIn(text: string): number | undefined {
  const match = ENDED.exec(text);
  return match ? Number(match[1]) : undefined;
}

/** The program has ended because of a command: dlv's DAP is told to end, and with it the session. */
export function endRun(run: Run, exitCode: number | undefined): void {
  if (exitCode !== undefined) noteStatus(exitCode, run);
  askToEnd(run, true);
}

/** Has dlv end, as the console's `exit` does; with it ends the session. */
export function askToEnd(run: Run, kills = run.options.isLaunch): void {
  run.dap.send('disconnect', { terminateDebuggee: kills }, () => undefined);
}

function tell(run: Run, name: 'continued' | 'stopped', body: Body): void {
  const told = run.seen(name, body);
  if (told) run.client.event(name, told);
}

function reasonOf(breakpoint: { readonly id: number; readonly name: string } | undefined, reason: string): Pick<DebugProtocol.StoppedEvent['body'], 'reason' | 'description' | 'hitBreakpointIds'> {
  if (!breakpoint) return { reason };
  if (breakpoint.name === 'unrecovered-panic') return { reason: 'exception', description: 'panic' };
  if (breakpoint.name === 'runtime-fatal-throw') return { reason: 'exception', description: 'fatal error' };
  return { reason: 'breakpoint', ...(breakpoint.id > 0 ? { hitBreakpointIds: [breakpoint.id] } : {}) };
}
