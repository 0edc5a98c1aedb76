import { binaryWarnings } from './binaryWarnings.ts';
import { exitCode } from './exitCode.ts';
import type { FeatureFactory } from './feature.ts';

/** What the adapter adds to dlv's DAP; a request passes them in this order. */
export const features: readonly FeatureFactory[] = [exitCode, binaryWarnings];
