import type { FeatureFactory } from './feature.ts';

/** Tells the client of the program's process, which dlv does only where it was told by DAP to launch. */
export const processEvent: FeatureFactory = () => {
  let asked: Promise<void> = Promise.resolve();
  return {
    begin: async (args, run) => {
      if (run.server.kind !== 'headless' || !run.server.takesMany) return args;
      // Beside the start, which does not wait for it.
      asked = run.rpc().then((rpc) => rpc.call<{ Pid: number }>('ProcessPid')).then(({ Pid: pid }) => {
        if (!pid) return;
        run.pid = pid;
        const { title, isLaunch } = run.options;
        run.client.event('process', { name: title, startMethod: isLaunch ? 'launch' : 'attach', isLocalProcess: run.server.isOurs, systemProcessId: pid, pointerSize: 64 });
      }).catch(() => undefined);
      return args;
    },
    // dlv answers as long as the program waits.
    requests: {
      configurationDone: async (args, _run, next) => {
        await asked;
        return next(args);
      },
    },
    // Where dlv tells it itself, that is enough.
    events: { process: (body, run) => ((run.pid = body.systemProcessId as number | undefined), body) },
  };
};
