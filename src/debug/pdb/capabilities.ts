import type { DebugProtocol } from '@vscode/debugprotocol';

const CLASS_NAMES = 'Class names, separated by commas: ValueError, mypackage.errors.Broken. Subclasses count. Empty: all.';

/** The exceptions a person may stop at. Conditions are names of classes. */
export const EXCEPTION_FILTERS: DebugProtocol.ExceptionBreakpointsFilter[] = [
  { filter: 'raised', label: 'Raised Exceptions', description: 'Stop whenever an exception is raised, caught or not.', supportsCondition: true, conditionDescription: CLASS_NAMES },
  {
    filter: 'uncaught', label: 'Uncaught Exceptions', default: true, description: 'Stop where an exception was raised that nothing catches and that ends its thread.',
    supportsCondition: true, conditionDescription: CLASS_NAMES,
  },
  {
    filter: 'userUnhandled', label: 'User Uncaught Exceptions', description: 'Stop when an exception leaves your own code for a library that catches it, as a test framework does.',
    supportsCondition: true, conditionDescription: CLASS_NAMES,
  },
  {
    // Only pytest and unittest ever ask for it, so it is on for all programs.
    filter: 'failingTests', label: 'Failing Tests', default: true, description: 'Stop where a test of pytest or unittest failed, or a fixture of it, with its variables.',
    supportsCondition: true, conditionDescription: CLASS_NAMES,
  },
];

/** What the adapter can do, whichever program it is. */
export function capabilities(): DebugProtocol.Capabilities {
  return {
    supportsConfigurationDoneRequest: true,
    supportsFunctionBreakpoints: true,
    supportsConditionalBreakpoints: true,
    supportsHitConditionalBreakpoints: true,
    supportsEvaluateForHovers: true,
    exceptionBreakpointFilters: EXCEPTION_FILTERS,
    supportsSetVariable: true,
    supportsGotoTargetsRequest: true,
    supportsStepInTargetsRequest: true,
    supportsCompletionsRequest: true,
    completionTriggerCharacters: ['.', '['],
    supportsModulesRequest: true,
    additionalModuleColumns: [{ attributeName: 'package', label: 'Package', type: 'string' }],
    supportsRestartRequest: true,
    supportsValueFormattingOptions: true,
    supportsExceptionInfoRequest: true,
    supportTerminateDebuggee: true,
    supportSuspendDebuggee: process.platform !== 'win32',
    supportsDelayedStackTraceLoading: true,
    supportsLoadedSourcesRequest: true,
    supportsLogPoints: true,
    supportsSetExpression: true,
    supportsTerminateRequest: true,
    supportsDataBreakpoints: true,
    supportsCancelRequest: true,
    supportsBreakpointLocationsRequest: true,
    supportsClipboardContext: true,
    supportsExceptionFilterOptions: true,
    supportsSingleThreadExecutionRequests: true,
    supportsANSIStyling: true,
  };
}
