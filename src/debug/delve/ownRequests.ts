import type { FeatureFactory } from './feature.ts';

/** What the session answers itself, whatever its dlv can do: starting anew, ending, and breaking off what takes long. */
export const ownRequests: FeatureFactory = (run) => ({
  capabilities: () => ({
    supportsRestartRequest: run.options.isLaunch && run.server.isOurs, supportsTerminateRequest: true, supportsCancelRequest: true, supportTerminateDebuggee: !run.options.isLaunch,
  }),
});
