import { dlvConsole } from './console/console.ts';
import { entry } from './entry.ts';
import { exitCode } from './exitCode.ts';
import type { FeatureFactory } from './feature.ts';
import { followExec } from './followExec.ts';
import { ownRequests } from './ownRequests.ts';

/** What the adapter adds to dlv's DAP; a request passes them in this order. */
export const features: readonly FeatureFactory[] = [ownRequests, dlvConsole, entry, followExec, exitCode];
