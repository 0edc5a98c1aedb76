import type { DebugProtocol } from '@vscode/debugprotocol';
import type { BreakpointStore } from './breakpointStore.ts';
import type { ClientFormat } from './clientFormat.ts';
import type { CommonConfiguration } from './configuration.ts';
import type { OutputCategory } from '../terminalOrder.ts';
import type { Surroundings } from './debuggee.ts';

/** The client as a run sees it. */
export interface Client {
  readonly capabilities: Partial<DebugProtocol.InitializeRequestArguments>;
  readonly format: ClientFormat;
  readonly breakpoints: BreakpointStore;
  /** Where a program is started. */
  surroundings(signal: AbortSignal): Surroundings;
  /** An event in the client's terms. */
  event(name: string, body?: Record<string, unknown>): void;
  output(text: string, category: OutputCategory): void;
  /** A request to the client. @throws Error with its words when it refuses, or does not answer */
  ask(command: string, args: object): Promise<Record<string, unknown>>;
  /** True while the client takes no more; `then` is called when it does again. */
  congested(then?: () => void): boolean;
  /** The console's `run`: the program is started anew, with other arguments when some were given. */
  runAgain(args: readonly string[] | undefined): void;
  /** The program has ended, or is debugged no longer. */
  ended(): void;
}

/** What a child session inherits from its parent's configuration. */
export function childConfiguration(parent: CommonConfiguration): CommonConfiguration {
  const { debugger: which, skip, justMyCode, subProcess, pathMappings, showReturnValue, allThreads } = parent;
  const known = { debugger: which, skip, justMyCode, subProcess, pathMappings, showReturnValue, allThreads };
  return Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined));
}
