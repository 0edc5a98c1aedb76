import type { Body, FeatureFactory, RequestHandler } from './feature.ts';

/** Strings and runes, the lengths of slices, and whole numbers that are no part of a name, a float, a type such as [3]int, or a count such as 2/10. */
const PARTS = /"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'|\b(?:len|cap): \d+|(\d+) = 0x[\da-f]+$|(?<![\p{L}\p{N}_.+/-])(-?)(\d+)(?![\p{L}\p{N}_./]|\](?=[\p{L}_*[(]))/gu;

/** dlv's text of a value with its whole numbers as hexadecimal ones; an unsigned number, which dlv shows both ways (`255 = 0xff`), in the one only. */
export function withHexadecimals(text: string): string {
  return text.replace(PARTS, (part: string, both: string | undefined, sign: string | undefined, digits: string | undefined) => {
    const number = both ?? digits;
    return number === undefined ? part : `${sign ?? ''}0x${BigInt(number).toString(16)}`;
  });
}

/** dlv's DAP has no formats of values. */
export const hexadecimal: FeatureFactory = () => ({
  requests: {
    variables: formatted((body) => ({ ...body, variables: (body.variables as Body[]).map((each) => changed(each, 'value')) })),
    // The console answers as dlv's terminal does.
    evaluate: formatted((body, { context }) => (context === 'repl' ? body : changed(body, 'result'))),
    setVariable: formatted((body) => changed(body, 'value')),
    setExpression: formatted((body) => changed(body, 'value')),
  },
  capabilities: () => ({ supportsValueFormattingOptions: true }),
});

function formatted(change: (body: Body, args: Body) => Body): RequestHandler {
  return async (args, _run, next) => {
    const body = await next(args);
    return (args.format as { hex?: unknown } | undefined)?.hex === true ? change(body, args) : body;
  };
}

function changed(holder: Body, member: 'value' | 'result'): Body {
  const text = holder[member];
  return typeof text === 'string' && holder.type !== 'string' ? { ...holder, [member]: withHexadecimals(text) } : holder;
}
