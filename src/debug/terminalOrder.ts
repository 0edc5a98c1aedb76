/** Where a debugged program reads and writes. */
export type TerminalKind = 'integratedTerminal' | 'externalTerminal' | 'internalConsole';

/** DAP's categories of output that are used here. */
export type OutputCategory = 'stdout' | 'stderr' | 'console' | 'important';

/** What the client's terminal runs (RunInTerminalRequestArguments). */
export interface TerminalOrder {
  readonly kind: 'integrated' | 'external';
  readonly title: string;
  readonly cwd: string;
  readonly args: string[];
  readonly env: Record<string, string | null>;
}
