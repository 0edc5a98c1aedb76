import type { FeatureFactory } from './feature.ts';

/** What dlv's DAP says first; only a part of the commands is meant, and they would need a word before them. */
const DLV_SAYS = /^Type 'dlv help' for list of commands\.\s*$/;

/** Says in dlv's place how its commands are found in this console. */
export const greeting: FeatureFactory = () => ({
  events: { output: (body) => (DLV_SAYS.test(String(body.output)) ? { ...body, output: 'Type help for the commands of dlv.\n' } : body) },
});
