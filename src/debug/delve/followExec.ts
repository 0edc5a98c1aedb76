import type { FeatureFactory } from './feature.ts';

/** Child processes that the program executes are debugged in the same session; dlv's command line has no option for it. */
export const followExec: FeatureFactory = () => ({
  begin: async (args, run) => {
    const { followExec: follows, followExecRegex } = run.options.configuration;
    if (!follows || run.server.kind !== 'headless') return args;
    try {
      await (await run.rpc()).call('FollowExec', { Enable: true, Regex: followExecRegex ?? '' });
    } catch (error) {
      const why = /can't find method/.test((error as Error).message) ? 'this dlv cannot do that; 1.21 and later can' : (error as Error).message;
      run.client.output(`Child processes are not followed: ${why}.\n`, 'important');
    }
    return args;
  },
});
