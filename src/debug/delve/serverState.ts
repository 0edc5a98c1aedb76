import type { ServerBreakpoint } from './console/breakpointDiff.ts';
import type { RpcClient } from './rpcClient.ts';
import type { Run } from './run.ts';

/** dlv's state (service/api DebuggerState), the part that is used. */
export interface ServerState {
  readonly Pid?: number;
  readonly pid?: number;
  readonly Running: boolean;
  readonly currentThread?: { readonly id: number; readonly pc: number; readonly goroutineID: number; readonly breakPoint?: ServerBreakpoint };
  readonly currentGoroutine?: { readonly id: number };
  readonly Threads?: readonly { readonly id: number; readonly goroutineID: number; readonly breakPoint?: ServerBreakpoint }[];
  readonly exited: boolean;
}

/** @throws Error with dlv's words, also when the program has ended */
export async function stateOf(run: Run): Promise<ServerState> {
  return stateBy(await run.rpc());
}

/** The same where there is no run yet. dlv answers this also while the program runs. */
export async function stateBy(rpc: RpcClient): Promise<ServerState> {
  return (await rpc.call<{ State: ServerState }>('State', { NonBlocking: true })).State;
}

/** The goroutine that dlv's commands are about; 0: none. */
export function selectedGoroutine(state: ServerState): number {
  return state.currentGoroutine?.id ?? state.currentThread?.goroutineID ?? 0;
}

/** Whether the program is where it was. */
export function isSamePlace(before: ServerState, after: ServerState): boolean {
  return before.currentThread?.pc === after.currentThread?.pc && before.currentThread?.goroutineID === after.currentThread?.goroutineID;
}
