import { closing, codeOnly, lineFinder } from '../go/sourceText.ts';
import { innermost, type TestItem } from './testItem.ts';

const KINDS = { Test: 'test', Benchmark: 'benchmark', Fuzz: 'fuzz', Example: 'example' } as const;
const PARAMETERS = { Test: 'T', Benchmark: 'B', Fuzz: 'F', Example: '' } as const;

/** Part of the text: from `start` up to, and without, `end`. */
interface Range {
  readonly start: number;
  readonly end: number;
}

/** A call of `t.Run`; without a name when that is no literal. */
interface SubTest extends Range {
  readonly name: string | undefined;
}

/**
 * The tests of a _test.go file in the order of its lines: Test, Benchmark and Fuzz functions, Examples whose output is checked, and sub-tests with literal names.
 * Sub-tests of other names (of tables) are known when they run only, and what is in them belongs to the test around them.
 */
export function findGoTests(text: string): TestItem[] {
  const code = codeOnly(text);
  const lineOf = lineFinder(text);
  const parameters = new Set([...code.matchAll(/(\w+)\s+\*\s*(?:\w+\.)?[TBF]\b/g)].map(([, name]) => name));
  const items: TestItem[] = [];
  for (const match of code.matchAll(/^[ \t]*func[ \t]+((Test|Benchmark|Fuzz|Example)([\p{L}\p{N}_]*))\s*\(([^()]*)\)\s*\{/gmu)) {
    const [whole, name, prefix, rest, parameter] = match as unknown as [string, string, keyof typeof KINDS, string, string];
    // Testable is no test: what follows the word must not be a small letter.
    if (/^\p{Ll}/u.test(rest) || !takes(parameter, PARAMETERS[prefix])) continue;
    const body = { start: match.index + whole.length, end: closing(code, match.index + whole.length - 1) };
    if (prefix === 'Example' && !/\/\/\s*(unordered )?output:/i.test(text.slice(body.start, body.end))) continue;
    const item = (path: readonly string[], at: number, end: number): TestItem => ({
      name: path.join('/'), kind: KINDS[prefix], line: lineOf(at), firstLine: lineOf(at), endLine: lineOf(end), id: pattern(path),
    });
    items.push(item([name], match.index + whole.indexOf('func'), body.end));
    if (prefix !== 'Test' && prefix !== 'Benchmark') continue;
    const subTests = findSubTests(text, code, body, parameters);
    for (const sub of subTests) {
      const around = subTests.filter((other) => other !== sub && other.start <= sub.start && sub.end <= other.end);
      if (sub.name === undefined || around.some((other) => other.name === undefined)) continue;
      items.push(item([name, ...around.map((other) => rewritten(other.name!)), rewritten(sub.name)], sub.start, sub.end));
    }
  }
  return items;
}

/** The innermost test at a line (1-based). */
export function goTestAt(text: string, line: number): TestItem | undefined {
  return innermost(findGoTests(text), line);
}

function takes(parameter: string, type: string): boolean {
  return type === '' ? parameter.trim() === '' : new RegExp(`^\\s*(?:\\w+\\s+)?\\*\\s*(?:\\w+\\.)?${type}\\s*,?\\s*$`).test(parameter);
}

/** Calls of Run in a function's body, the outer ones first. */
function findSubTests(text: string, code: string, body: Range, parameters: ReadonlySet<string>): SubTest[] {
  const found: SubTest[] = [];
  const calls = /(?<![\w.])(\w+)\s*\.\s*Run\s*\(/g;
  calls.lastIndex = body.start;
  for (let match = calls.exec(code); match && match.index < body.end; match = calls.exec(code)) {
    if (!parameters.has(match[1])) continue;
    const open = match.index + match[0].length - 1;
    found.push({ start: match.index, end: closing(code, open), name: literal(text, code, open + 1) });
  }
  return found;
}

/** The string that is the first argument of a call; undefined when that is anything else, such as "a" + b. */
function literal(text: string, code: string, from: number): string | undefined {
  const match = /^\s*(?:"[^"]*"|`[^`]*`)(?=\s*,)/.exec(code.slice(from));
  if (!match) return undefined;
  const start = from + /^\s*/.exec(match[0])![0].length;
  const inside = text.slice(start + 1, from + match[0].length - 1);
  return text[start] === '`' ? inside.replaceAll('\r', '') : unescaped(inside);
}

const ESCAPES: Readonly<Record<string, string>> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

function unescaped(inside: string): string {
  return inside.replace(/\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{3})|(.))/g, (_, x?: string, u?: string, long?: string, octal?: string, one?: string) => {
    if (one !== undefined) return ESCAPES[one] ?? one;
    const value = octal !== undefined ? parseInt(octal, 8) : parseInt((x ?? u ?? long)!, 16);
    return value <= 0x10ffff ? String.fromCodePoint(value) : '\ufffd';
  });
}

/** A sub-test's name as the testing package changes it: blanks become underscores, what cannot be printed its escape. Source: testing/match.go, rewrite. */
function rewritten(name: string): string {
  let result = '';
  for (const char of name) {
    if (/\s|\u0085/u.test(char) && char !== '\ufeff') result += '_';
    else if (/[\p{C}\p{Z}]/u.test(char)) result += escapeOf(char);
    else result += char;
  }
  return result;
}

function escapeOf(char: string): string {
  const code = char.codePointAt(0)!;
  const short = Object.entries(ESCAPES).find(([, value]) => value === char);
  if (short) return `\\${short[0]}`;
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
}

/** What `go test -run` wants for exactly this test: an expression for each level; a slash in a name is a level too. */
function pattern(path: readonly string[]): string {
  return path.flatMap((name) => name.split('/')).map((name) => `^${name.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&')}$`).join('/');
}
