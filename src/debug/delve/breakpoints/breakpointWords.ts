import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Body, FeatureFactory, Next } from '../feature.ts';
import { worded, type Wanted } from './refusals.ts';

/** An expression of a log message that could not be evaluated, as dlv prints it by mistake: `{eval err: &{%!e(string=could not find ...)}}`. */
const LOG_ERROR = /\{eval err: &?\{?%!e\([\w.*]+=((?:[^)]|\)(?!\}))*)\)\}*/g;
/** A line of a log point: `> [Go 1]: n is 3`. */
const LOG_POINT = /^> \[Go \d+\]: /;

/**
 * Breakpoints: refusals in plain words, one that was refused can be mended, log messages print as they are written. Hit counts work in every dlv; that of 1.20 does not say so.
 */
export const breakpointWords: FeatureFactory = () => {
  /** What dlv refused, by the request and its file. It keeps some of them, and would refuse them for ever, or say that they are set (1.20). */
  const refused = new Map<string, ReadonlySet<string>>();

  const set = async (key: string, args: Body, next: Next): Promise<Body> => {
    const wanted = (args.breakpoints ?? []) as (Wanted & Partial<DebugProtocol.SourceBreakpoint>)[];
    const before = refused.get(key);
    const isBack = (each: Wanted) => before?.has(placeOf(each)) === true;
    // Those that dlv is not told of it forgets.
    if (wanted.some(isBack)) await next({ ...args, breakpoints: wanted.filter((each) => !isBack(each)).map(escaped) });
    const body = await next({ ...args, breakpoints: wanted.map(escaped) });
    const answered = body.breakpoints as DebugProtocol.Breakpoint[] | null;
    const places = wanted.filter((_each, at) => answered?.[at]?.verified === false).map(placeOf);
    if (places.length > 0) refused.set(key, new Set(places));
    else refused.delete(key);
    return { ...body, breakpoints: worded(answered ?? [], wanted) };
  };

  return {
    requests: {
      setBreakpoints: (args, _run, next) => {
        const source = args.source as DebugProtocol.Source;
        return set(`file ${source.path}`, args, next);
      },
      setFunctionBreakpoints: (args, _run, next) => set('functions', args, next),
      setInstructionBreakpoints: (args, _run, next) => set('instructions', args, next),
      setDataBreakpoints: (args, _run, next) => set('data', args, next),
      setExceptionBreakpoints: async (args, _run, next) => {
        const { breakpoints = [] } = (await next(args)) as { breakpoints?: DebugProtocol.Breakpoint[] };
        // Their places are dlv's own affair, and "<multiple locations>" is no file.
        return { breakpoints: breakpoints.map(({ id, verified }) => ({ id, verified })) };
      },
    },
    events: {
      output: (body) => {
        const text = String(body.output);
        if (body.category !== 'stdout' || !LOG_POINT.test(text)) return body;
        return { ...body, category: 'console', output: text.replace(LOG_ERROR, '{$1}') };
      },
    },
    capabilities: () => ({ supportsHitConditionalBreakpoints: true }),
  };
};

function placeOf(each: Wanted & { line?: number; column?: number; instructionReference?: string; dataId?: string }): string {
  return JSON.stringify([each.line, each.column, each.name, each.instructionReference, each.dataId]);
}

/** dlv gives the text of a log message to Printf, where "%" is not a per cent sign; inside braces it stays. */
function escaped<B extends Wanted>(breakpoint: B): B {
  const { logMessage } = breakpoint;
  if (!logMessage?.includes('%')) return breakpoint;
  let depth = 0;
  const text = [...logMessage].map((character) => {
    if (character === '{') depth++;
    if (character === '}') depth--;
    return character === '%' && depth <= 0 ? '%%' : character;
  });
  return { ...breakpoint, logMessage: text.join('') };
}
