import type { DebugProtocol } from '@vscode/debugprotocol';
import { fault } from '../../fault.ts';
import type { Body, FeatureFactory } from '../feature.ts';
import type { Run } from '../run.ts';
import { shownFrames } from '../stops/shownFrames.ts';
import { assignmentWords } from './assignmentWords.ts';
import { expressionOf, referencesOf } from './references.ts';

/** dlv's refusals of what it does when it is told to call functions: text needs memory from the program's allocator. */
const NEEDS_CALL = /function calls (?:are )?not allowed without using 'call'/;

/**
 * Setting variables: what is shown afterwards is read back from the program (dlv repeats what was typed: 300 for a byte that holds 44), functions and new text are allowed
 * as values, any expression can be set, and refusals say what is possible.
 */
export const assignments: FeatureFactory = () => ({
  capabilities: () => ({ supportsSetExpression: true }),
  requests: {
    setVariable: async (args, run, next) => {
      const { variablesReference, name, value } = args as unknown as DebugProtocol.SetVariableArguments;
      const reference = referencesOf(run).get(variablesReference);
      const expression = reference && (await expressionOf(run, variablesReference, name));
      const before = (await typeOf(run, expression, reference?.frameId)) ?? '';
      const body = await next(args).catch(async (error: unknown) => {
        if (!expression || !(error instanceof Error)) throw refused(error, name, value, before);
        if (NEEDS_CALL.test(error.message)) return called(run, expression, value, reference.frameId, before);
        throw refused(error, name, value, before);
      });
      if (!expression) return body;
      return { ...body, ...(await readBack(run, expression, reference.frameId)) };
    },
    setExpression: async (args, run) => {
      const { expression, value, frameId } = args as unknown as DebugProtocol.SetExpressionArguments;
      const before = (await typeOf(run, expression, frameId)) ?? '';
      await assign(run, expression, value, frameId, before);
      changed(run);
      return readBack(run, expression, frameId);
    },
  },
});

/** Sets an expression of a frame. @throws ProblemError with the reason */
async function assign(run: Run, expression: string, value: string, frameId: number | undefined, type: string): Promise<void> {
  const frame = frameId === undefined ? undefined : shownFrames(run).get(frameId);
  if (!run.server.takesMany || type === 'string') return void (await called(run, expression, value, frameId, type));
  try {
    const rpc = await run.rpc();
    await rpc.call('Set', { Scope: { GoroutineID: frame?.goroutine ?? -1, Frame: frame?.index ?? 0 }, Symbol: expression, Value: value });
  } catch (error) {
    if (error instanceof Error && NEEDS_CALL.test(error.message)) return void (await called(run, expression, value, frameId, type));
    throw refused(error, expression, value, type);
  }
}

/** Sets by a call, which runs the program for a moment; dlv does it in the newest frame only. */
async function called(run: Run, expression: string, value: string, frameId: number | undefined, type: string): Promise<Body> {
  try {
    await run.dap.request('evaluate', { expression: `call ${expression} = ${value}`, frameId, context: 'repl' });
  } catch (error) {
    throw refused(error, expression, value, type);
  }
  return {};
}

async function typeOf(run: Run, expression: string | undefined, frameId: number | undefined): Promise<string | undefined> {
  if (!expression) return undefined;
  return (await evaluated(run, expression, frameId))?.type;
}

async function readBack(run: Run, expression: string, frameId: number | undefined): Promise<Body & { value: string }> {
  const now = await evaluated(run, expression, frameId);
  if (!now) return { value: '' };
  const { result, type, variablesReference, namedVariables, indexedVariables } = now;
  if (variablesReference > 0 && frameId !== undefined) referencesOf(run).set(variablesReference, { frameId, isScope: false });
  return { value: result, type, variablesReference, ...(namedVariables ? { namedVariables } : {}), ...(indexedVariables ? { indexedVariables } : {}) };
}

function evaluated(run: Run, expression: string, frameId: number | undefined): Promise<DebugProtocol.EvaluateResponse['body'] | undefined> {
  return run.dap.request<DebugProtocol.EvaluateResponse['body']>('evaluate', { expression, frameId, context: 'watch' }).catch(() => undefined);
}

/** Other variables may be the same memory, or have been changed by a call. */
function changed(run: Run): void {
  if (run.client.capabilities.supportsInvalidatedEvent) run.client.event('invalidated', { areas: ['variables'] });
}

function refused(error: unknown, name: string, value: string, type: string): Error {
  const why = (error instanceof Error ? error.message : String(error)).replace(/^Unable to (?:set|lookup|evaluate) (?:variable|expression): /, '');
  return fault('delve-set', `${name} was not set.`, assignmentWords(why, value, type));
}
