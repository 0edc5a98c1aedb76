import type { FeatureFactory } from './feature.ts';

/**
 * Stops on entry where the program itself begins. dlv would stop at the first instruction of the process, before there is a goroutine, and names one that does
 * not exist: a client can show nothing of it.
 */
export const entry: FeatureFactory = () => {
  let id: number | undefined;
  return {
    begin: async (args, run) => {
      if (!args.stopOnEntry || !run.options.isFresh || run.server.kind !== 'headless') return args;
      try {
        const { Breakpoint } = await (await run.rpc()).call<{ Breakpoint: { id: number } }>('CreateBreakpoint', { Breakpoint: { functionName: 'main.main', line: -1, name: 'entry' } });
        id = Breakpoint.id;
        return { ...args, stopOnEntry: false };
      } catch {
        // A binary without symbols: its first instruction.
        return args;
      }
    },
    events: {
      stopped: (body, run) => {
        const hit = body.hitBreakpointIds as readonly number[] | undefined;
        if (id === undefined) return body;
        const cleared = id;
        id = undefined;
        void run.rpc().then((rpc) => rpc.call('ClearBreakpoint', { Id: cleared })).catch(() => undefined);
        return hit?.includes(cleared) ? { ...body, reason: 'entry', hitBreakpointIds: [] } : body;
      },
    },
  };
};
