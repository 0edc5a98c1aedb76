import { binaryWarnings } from './binaryWarnings.ts';
import { breakpointWords } from './breakpoints/breakpointWords.ts';
import { dataBreakpoints } from './breakpoints/dataBreakpoints.ts';
import { exceptionFilters } from './breakpoints/exceptionFilters.ts';
import { completions } from './console/completions.ts';
import { dlvConsole } from './console/console.ts';
import { dapOnly } from './dapOnly/dapOnly.ts';
import { entry } from './entry.ts';
import { exitCode } from './exitCode.ts';
import type { FeatureFactory } from './feature.ts';
import { followExec } from './followExec.ts';
import { greeting } from './greeting.ts';
import { hexadecimal } from './hexadecimal.ts';
import { mirror } from './mirror.ts';
import { ownRequests } from './ownRequests.ts';
import { processEvent } from './processEvent.ts';
import { exceptions } from './stops/exceptions.ts';
import { goroutines } from './stops/goroutines.ts';
import { stacks } from './stops/stacks.ts';
import { steps } from './stops/steps.ts';
import { assignments } from './values/assignments.ts';
import { deferredCalls } from './values/deferredCalls.ts';
import { references } from './values/references.ts';

/** What the adapter adds to dlv's DAP; a request passes them in this order. */
export const features: readonly FeatureFactory[] = [
  ownRequests,
  mirror,
  completions,
  dapOnly,
  dlvConsole,
  hexadecimal,
  entry,
  followExec,
  processEvent,
  exitCode,
  greeting,
  breakpointWords,
  exceptionFilters,
  dataBreakpoints,
  steps,
  exceptions,
  goroutines,
  deferredCalls,
  stacks,
  references,
  assignments,
  binaryWarnings,
];
