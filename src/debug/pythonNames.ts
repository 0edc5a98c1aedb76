import { logicalLines, stringEnd, type LogicalLine } from '../profilers/tests/pythonLines.ts';
import type { NamePlace } from './namePlace.ts';

/** Words that are no variables; those that are words of the language only at times (match, type) may be names. */
const WORDS = new Set([
  'False', 'None', 'True', 'and', 'as', 'assert', 'async', 'await', 'break', 'class', 'continue', 'def', 'del', 'elif', 'else', 'except', 'finally', 'for', 'from', 'global', 'if', 'import',
  'in', 'is', 'lambda', 'nonlocal', 'not', 'or', 'pass', 'raise', 'return', 'try', 'while', 'with', 'yield', 'self', 'cls', '_',
]);

/**
 * The names whose values are of interest while the program stands on `stopped` (0-based): those of the stopped function (or of the module) from its beginning to that line, each once
 * a line. Not among them: what strings and comments hold, attributes, names of keyword arguments, of functions that are called or defined, and what belongs to other functions.
 */
export function namesAbove(text: string, stopped: number): NamePlace[] {
  const statements = logicalLines(text);
  const at = lastIndex(statements, ({ line }) => line <= stopped + 1);
  if (at < 0) return [];
  const lines = codeOnly(text).split('\n');
  return ownStatements(statements, at).flatMap((statement) => {
    if (/^(?:import|from|global|nonlocal|@)/.test(statement.code)) return [];
    const last = Math.min(statement.endLine, stopped + 1);
    const isDefinition = DEFINITION.test(statement.code);
    const places: NamePlace[] = [];
    for (let line = statement.line - 1, depth = 0; line < last; line++) {
      places.push(...namesOfLine(lines[line], line, isDefinition ? undefined : depth));
      depth += depthOf(lines[line]);
    }
    return places;
  });
}

const DEFINITION = /^(?:async\s+)?def\b/;
const CLASS = /^class\b/;

/** Index of the definition of the function around the statement at `at`; in a class that of the class, -1 in a module. */
function beginning(statements: readonly LogicalLine[], at: number): number {
  if (DEFINITION.test(statements[at].code)) return at;
  let indent = statements[at].indent;
  for (let index = at - 1; index >= 0; index--) {
    const { code, indent: other } = statements[index];
    if (other >= indent) continue;
    if (DEFINITION.test(code) || CLASS.test(code)) return index;
    indent = other;
  }
  return -1;
}

/** The statements up to the one at `at` that belong to the same function, class or module: what other functions and classes hold is left out. */
function ownStatements(statements: readonly LogicalLine[], at: number): LogicalLine[] {
  const first = beginning(statements, at);
  const own: LogicalLine[] = [];
  let foreign = Infinity;
  for (let index = Math.max(first, 0); index <= at; index++) {
    const statement = statements[index];
    if (statement.indent > foreign) continue;
    foreign = Infinity;
    const begins = DEFINITION.test(statement.code) || CLASS.test(statement.code);
    if (begins && index > first) foreign = statement.indent;
    else if (!CLASS.test(statement.code)) own.push(statement);
  }
  return own;
}

/** The names of one line. `depth`: how many brackets are open where it begins; undefined in a definition, whose arguments may have values. */
function namesOfLine(code: string, line: number, depth: number | undefined): NamePlace[] {
  const seen = new Set<string>();
  const found: NamePlace[] = [];
  for (const match of code.matchAll(/(?<![\p{ID_Continue}])[\p{ID_Start}_]\p{ID_Continue}*/gu)) {
    const [name] = match;
    const before = code.slice(0, match.index);
    const rest = code.slice(match.index + name.length);
    if (WORDS.has(name) || seen.has(name) || /(?<!\.\.)\.\s*$/.test(before) || /^\s*\(/.test(rest)) continue;
    // `f(x=1)`: x belongs to f.
    if (depth !== undefined && /^\s*=(?!=)/.test(rest) && depth + depthOf(before) > 0) continue;
    seen.add(name);
    found.push({ name, line, start: match.index, end: match.index + name.length });
  }
  return found;
}

/** How many more brackets a piece of code opens than it closes. */
function depthOf(code: string): number {
  let depth = 0;
  for (const char of code) depth += '([{'.includes(char) ? 1 : ')]}'.includes(char) ? -1 : 0;
  return depth;
}

/** The text with blanks for strings and comments; lines and columns stay. */
function codeOnly(text: string): string {
  const pieces: string[] = [];
  let from = 0;
  const blank = (start: number, end: number) => {
    pieces.push(text.slice(from, start), text.slice(start, end).replace(/[^\n\r]/g, ' '));
    from = end;
  };
  for (let at = 0; at < text.length;) {
    const char = text[at];
    if (char === '#') {
      const end = text.indexOf('\n', at);
      blank(at, end < 0 ? text.length : end);
      at = from;
    } else if (char === '"' || char === "'") {
      const prefix = /(?<![\p{ID_Continue}])[A-Za-z]{1,2}$/u.exec(text.slice(Math.max(from, at - 3), at))?.[0].length ?? 0;
      blank(at - prefix, stringEnd(text, at));
      at = from;
    } else {
      at++;
    }
  }
  return pieces.join('') + text.slice(from);
}

function lastIndex<T>(list: readonly T[], suits: (each: T) => boolean): number {
  for (let index = list.length - 1; index >= 0; index--) if (suits(list[index])) return index;
  return -1;
}
