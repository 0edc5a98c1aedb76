import { closing, codeOnly, lineFinder } from '../profilers/go/sourceText.ts';
import type { NamePlace } from './namePlace.ts';

/** Words that are no variables: those of the language, and the types and constants that every package knows. */
const WORDS = new Set([
  'break', 'case', 'chan', 'const', 'continue', 'default', 'defer', 'else', 'fallthrough', 'for', 'func', 'go', 'goto', 'if', 'import', 'interface', 'map', 'package', 'range', 'return',
  'select', 'struct', 'switch', 'type', 'var', 'any', 'bool', 'byte', 'comparable', 'complex64', 'complex128', 'error', 'float32', 'float64', 'int', 'int8', 'int16', 'int32', 'int64', 'rune',
  'string', 'uint', 'uint8', 'uint16', 'uint32', 'uint64', 'uintptr', 'false', 'iota', 'nil', 'true', '_',
]);

const NAME = /[\p{L}_][\p{L}\p{N}_]*/gu;

/** A function in the text: from its word `func` to the bracket that ends its body. */
interface GoFunction {
  readonly start: number;
  readonly end: number;
}

/**
 * The names whose values are of interest while the program stands on `stopped` (0-based): those of the stopped function from its beginning to that line, each once a line. Not among
 * them: what strings and comments hold, fields and methods, keys of literals, functions that are called, and what belongs to functions inside of it.
 */
export function namesAbove(text: string, stopped: number): NamePlace[] {
  const code = codeOnly(text);
  const lineOf = lineFinder(text);
  const functions = functionsOf(code);
  const own = functions.filter(({ start, end }) => lineOf(start) <= stopped + 1 && stopped + 1 <= lineOf(end)).at(-1);
  if (!own) return [];
  const inner = functions.filter(({ start, end }) => start > own.start && end <= own.end);
  const found: NamePlace[] = [];
  const seen = new Set<string>();
  NAME.lastIndex = own.start;
  for (let match = NAME.exec(code); match && match.index <= own.end; match = NAME.exec(code)) {
    const [[name], at] = [match, match.index];
    const line = lineOf(at) - 1;
    if (line > stopped) break;
    const inside = inner.find(({ start, end }) => start <= at && at <= end);
    if (inside) NAME.lastIndex = inside.end;
    else if (isVariable(code, name, at) && !seen.has(`${line} ${name}`)) {
      seen.add(`${line} ${name}`);
      const start = at - (code.lastIndexOf('\n', at) + 1);
      found.push({ name, line, start, end: start + name.length });
    }
  }
  return found;
}

/** Functions with a body, declared ones and literals, in the order in which they begin. */
function functionsOf(code: string): GoFunction[] {
  const byBody = new Map<number, GoFunction>();
  for (const { index: start } of code.matchAll(/(?<![\p{L}\p{N}_.])func\b/gu)) {
    const body = bodyOf(code, start + 'func'.length);
    // `func f() func() int {`: the second is the type of the result, and has no body of its own.
    if (body !== undefined && !byBody.has(body)) byBody.set(body, { start, end: closing(code, body) });
  }
  return [...byBody.values()];
}

/** Where the body's bracket stands behind the signature that begins at `from`; undefined for the type of a function, which has none. */
function bodyOf(code: string, from: number): number | undefined {
  for (let at = from; at < code.length; at++) {
    const char = code[at];
    if (char === '{' && !/\b(?:interface|struct)\s*$/.test(code.slice(Math.max(0, at - 40), at))) return at;
    if (char === '(' || char === '[' || char === '{') at = closing(code, at);
    else if (/[\n,;=)\]}]/.test(char)) return undefined;
  }
  return undefined;
}

function isVariable(code: string, name: string, at: number): boolean {
  if (WORDS.has(name)) return false;
  const before = code.slice(Math.max(0, at - 80), at);
  const after = /^\s*(\(|:(?!=))?/.exec(code.slice(at + name.length, at + name.length + 80))![1];
  // `x.name`, but not the `...name` of a variadic argument; digits before it belong to a number such as 0x1f.
  if (/(?:(?<!\.\.)\.\s*|[\p{N}\p{L}_]|\bfunc\s+)$/u.test(before) || after === '(') return false;
  // `name: value` of a literal, and labels; in `case name:` and `list[name:]` it is a value.
  return after === undefined || /(?:\bcase\b[^\n]*|\[[^\]\n]*)$/.test(before);
}
