import { identityOf } from '../../profilers/processIdentity.ts';
import type { FeatureFactory } from './feature.ts';
import { stateOf } from './serverState.ts';

/** Tells the client of the program's process, which dlv does only where it was told by DAP to launch. */
export const processEvent: FeatureFactory = () => {
  let known: Promise<void> | undefined;
  return {
    begin: async (args, run) => {
      if (run.server.kind !== 'headless' || !run.server.takesMany) return args;
      // Beside the start. Not by `ProcessPid`: that waits until the program stops, and all that is asked behind it.
      known = stateOf(run).then(async ({ Pid: pid }) => {
        if (!pid) return;
        if (run.server.isOurs) run.program = await identityOf(pid);
        const { title, isLaunch } = run.options;
        run.client.event('process', { name: title, startMethod: isLaunch ? 'launch' : 'attach', isLocalProcess: run.server.isOurs, systemProcessId: pid, pointerSize: 64 });
      }).catch(() => undefined);
      return args;
    },
    requests: {
      // Until then the program waits at its first instruction, and dlv answers.
      configurationDone: async (args, _run, next) => {
        await known;
        return next(args);
      },
    },
  };
};
