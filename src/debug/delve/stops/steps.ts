import type { FeatureFactory, RequestHandler } from '../feature.ts';

/** What dlv says behind a stop that came in the middle of a step (service/dap/server.go). */
const INTERRUPTED = /^Step interrupted by a breakpoint\./;

/**
 * A step that a breakpoint of another goroutine has interrupted is still under way for dlv, which then refuses every other step. Who steps again wants that step, so the first
 * is given up. Continue finishes the first one, as dlv does.
 */
export const steps: FeatureFactory = () => {
  let isInterrupted = false;
  const step: RequestHandler = async (args, run, next) => {
    if (isInterrupted && run.server.takesMany) await (await run.rpc()).call('CancelNext');
    isInterrupted = false;
    return next(args);
  };
  return {
    requests: { next: step, stepIn: step, stepOut: step },
    events: {
      stopped: (body) => {
        isInterrupted = false;
        return body;
      },
      output: (body, run) => {
        if (body.category !== 'console' || !INTERRUPTED.test(String(body.output))) return body;
        isInterrupted = true;
        const other = run.server.takesMany ? 'another step gives it up' : 'this dlv takes no other step before that';
        return { ...body, output: `A breakpoint came before the end of the step. Continue finishes the step; ${other}.\n` };
      },
    },
  };
};
