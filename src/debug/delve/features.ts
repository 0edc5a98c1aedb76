import { entry } from './entry.ts';
import { exitCode } from './exitCode.ts';
import type { FeatureFactory } from './feature.ts';
import { followExec } from './followExec.ts';
import { hexadecimal } from './hexadecimal.ts';
import { ownRequests } from './ownRequests.ts';
import { processEvent } from './processEvent.ts';

/** What the adapter adds to dlv's DAP; a request passes them in this order. */
export const features: readonly FeatureFactory[] = [
  ownRequests,
  hexadecimal,
  entry,
  followExec,
  processEvent,
  exitCode,
];
