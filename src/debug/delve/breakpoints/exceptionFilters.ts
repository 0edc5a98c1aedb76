import type { DebugProtocol } from '@vscode/debugprotocol';
import type { FeatureFactory } from '../feature.ts';

/** Filters, by what a stop says that they let through (service/dap/server.go). */
const FILTERS: Readonly<Record<string, string>> = { panic: 'unrecovered-panic', 'fatal error': 'runtime-fatal-throw' };

/**
 * The filters Unrecovered Panics and Fatal Throws for a dlv that has none, as 1.20: it always stops, and its own breakpoints cannot be disabled from outside, since their names
 * do not pass its own check. Where a filter is off, the program goes on before the client hears of the stop.
 */
export const exceptionFilters: FeatureFactory = () => {
  let chosen: ReadonlySet<string> | undefined;
  return {
    requests: {
      setExceptionBreakpoints: async (args, run, next) => {
        const body = await next(args);
        const { filters } = args as unknown as DebugProtocol.SetExceptionBreakpointsArguments;
        if (run.capabilities.exceptionBreakpointFilters) return body;
        chosen = new Set(filters);
        return { breakpoints: filters.map(() => ({ verified: true })) };
      },
    },
    events: {
      stopped: (body, run) => {
        const filter = body.reason === 'exception' ? FILTERS[body.description as string] : undefined;
        if (!chosen || !filter || chosen.has(filter)) return body;
        run.stopped = undefined;
        run.dap.send('continue', { threadId: body.threadId ?? 1 }, () => undefined);
        return undefined;
      },
    },
  };
};
