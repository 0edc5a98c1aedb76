import type { DebugProtocol } from '@vscode/debugprotocol';

/**
 * What the newest dlv says of itself (onInitializeRequest in service/dap/server.go), with what the adapter adds. A client asks before it says which dlv it wants;
 * what the dlv of a session lacks is taken back by a `capabilities` event.
 */
export const capabilities: DebugProtocol.Capabilities = {
  supportsConfigurationDoneRequest: true,
  supportsConditionalBreakpoints: true,
  supportsHitConditionalBreakpoints: true,
  supportsLogPoints: true,
  supportsFunctionBreakpoints: true,
  supportsInstructionBreakpoints: true,
  supportsDataBreakpoints: true,
  supportsExceptionInfoRequest: true,
  supportsDelayedStackTraceLoading: true,
  supportsSetVariable: true,
  supportsEvaluateForHovers: true,
  supportsClipboardContext: true,
  supportsValueFormattingOptions: true,
  supportsSteppingGranularity: true,
  supportsDisassembleRequest: true,
  supportsReadMemoryRequest: true,
  supportsWriteMemoryRequest: true,
  supportsRestartRequest: true,
  supportsTerminateRequest: true,
  supportsCancelRequest: true,
  supportTerminateDebuggee: true,
  supportsANSIStyling: true,
  supportsCompletionsRequest: true,
  completionTriggerCharacters: ['.'],
  exceptionBreakpointFilters: [
    { filter: 'unrecovered-panic', label: 'Unrecovered Panics', default: true },
    { filter: 'runtime-fatal-throw', label: 'Fatal Throws', default: true },
  ],
};

/** The capabilities that differ from what was said first. */
export function corrections(said: DebugProtocol.Capabilities, real: DebugProtocol.Capabilities): DebugProtocol.Capabilities {
  const names = new Set([...Object.keys(said), ...Object.keys(real)]) as Set<keyof DebugProtocol.Capabilities & string>;
  const changed: Record<string, unknown> = {};
  for (const name of names) {
    const [before, now] = [said[name], real[name]] as unknown[];
    if (typeof before === 'boolean' || typeof now === 'boolean') {
      if (Boolean(before) !== Boolean(now)) changed[name] = Boolean(now);
    } else if (now !== undefined && JSON.stringify(before) !== JSON.stringify(now)) changed[name] = now;
  }
  return changed;
}
