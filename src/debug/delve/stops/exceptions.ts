import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Body, FeatureFactory } from '../feature.ts';
import type { Run } from '../run.ts';

/** The goroutine of `main`. */
const MAIN_GOROUTINE = 1;
/** The panic's value in `runtime.fatalpanic`, of any type. */
const PANIC_VALUE = '(*msgs).arg.(data)';
/** dlv's words for a condition that cannot be evaluated when its breakpoint is passed. */
const BAD_CONDITION = /^error evaluating expression: ([^]*)/;

/** The text of a Go string as dlv quotes it, or the beginning of a long one; other text as it is. */
export function unquoted(text: string): string {
  if (/^"[^]*\.\.\.$/.test(text)) return text.slice(1);
  if (!/^"[^]*"$/.test(text)) return text;
  try {
    return JSON.parse(text) as string;
  } catch {
    // Go's escapes are more than JSON's; without its quotes it can be read.
    return text.slice(1, -1);
  }
}

/** Panics, fatal throws and other errors as people read them: the whole message without quotes, values of every type, and a deadlock shown at the goroutine of main. */
export const exceptions: FeatureFactory = () => ({
  events: { stopped: (body) => (body.reason === 'exception' ? stopped(body) : hardcoded(body)) },
  requests: {
    exceptionInfo: async (args, run, next) => {
      const info = await next(args).catch((error: unknown) => {
        // A deadlock is found by a thread without a goroutine, which dlv cannot explain.
        if (run.stopped?.reason !== 'exception') throw error;
        return {} as Body;
      });
      return explained(info as Partial<DebugProtocol.ExceptionInfoResponse['body']>, run, args.threadId as number);
    },
  },
});

function stopped(body: Body): Body {
  const text = typeof body.text === 'string' ? unquoted(body.text) : undefined;
  const condition = text === undefined ? null : BAD_CONDITION.exec(text);
  return {
    ...body,
    ...(text === undefined ? {} : { text }),
    ...(condition ? { description: 'breakpoint condition', text: conditionWords(condition[1]) } : {}),
    threadId: (body.threadId as number | undefined) || MAIN_GOROUTINE,
  };
}

/** `runtime.Breakpoint()`: dlv calls it a breakpoint, of no number. */
function hardcoded(body: Body): Body {
  const ids = body.hitBreakpointIds as number[] | undefined;
  const isOne = body.reason === 'breakpoint' && body.description === undefined && (ids === undefined || ids.every((id) => id === 0));
  return isOne ? { ...body, description: 'Paused on runtime.Breakpoint()' } : body;
}

async function explained(info: Partial<DebugProtocol.ExceptionInfoResponse['body']>, run: Run, threadId: number): Promise<Body> {
  const told = run.stopped?.body;
  const exceptionId = info.exceptionId ?? told?.description ?? 'exception';
  let description = unquoted(info.description ?? told?.text ?? '');
  if (exceptionId === 'panic') description = (await panicValue(run, threadId)) ?? description;
  const condition = BAD_CONDITION.exec(description);
  if (condition) return { ...info, exceptionId: 'breakpoint condition', description: conditionWords(condition[1]), breakMode: 'always' };
  return { ...info, exceptionId, ...(description === '' ? {} : { description }), breakMode: 'unhandled' };
}

/** The value given to `panic`, whole: dlv's own description cuts long text short and has none but text. */
async function panicValue(run: Run, threadId: number): Promise<string | undefined> {
  try {
    const { stackFrames } = await run.dap.request<DebugProtocol.StackTraceResponse['body']>('stackTrace', { threadId, levels: 1 });
    const { result } = await run.dap.request<DebugProtocol.EvaluateResponse['body']>('evaluate', { expression: PANIC_VALUE, frameId: stackFrames[0].id, context: 'clipboard' });
    return unquoted(result);
  } catch {
    return undefined;
  }
}

function conditionWords(why: string): string {
  return `The condition of this breakpoint cannot be evaluated: ${why}. Correct or remove it; until then every pass stops here.`;
}
