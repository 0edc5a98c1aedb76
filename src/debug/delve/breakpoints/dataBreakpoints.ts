import type { DebugProtocol } from '@vscode/debugprotocol';
import type { FeatureFactory } from '../feature.ts';
import { expressionOf, referencesOf } from '../values/references.ts';

/** Kinds of values as dlv names what it cannot watch. */
const WIDE = /^(?:string|map\[|\[|func|interface|chan|complex|struct)/;

/**
 * Data breakpoints are asked for by the variable's name in its frame. dlv's own way, by address, goes on watching the piece of stack that a local variable stood in after its
 * function has returned; by name, dlv says that it has gone out of scope. Names that dlv does not know stay with the address.
 */
export const dataBreakpoints: FeatureFactory = (run) => ({
  requests: {
    dataBreakpointInfo: async (args, _run, next) => {
      const { variablesReference, name } = args as unknown as DebugProtocol.DataBreakpointInfoArguments;
      const reference = variablesReference ? referencesOf(run).get(variablesReference) : undefined;
      const expression = reference && variablesReference ? await expressionOf(run, variablesReference, name) : undefined;
      if (!reference || !expression) return next(args);
      const body = await next({ name: expression, frameId: reference.frameId });
      const type = (await run.dap.request<DebugProtocol.EvaluateResponse['body']>('evaluate', { expression, frameId: reference.frameId, context: 'watch' }).catch(() => undefined))?.type ?? '';
      if (WIDE.test(type)) return { dataId: null, description: `A ${type} cannot be watched: only values of at most a machine word. Watch one of its fields or elements.` };
      return body;
    },
  },
});
