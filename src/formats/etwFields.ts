import { MOST } from './boundedNumber.ts';

/** A column of an exported table. */
export interface Column {
  readonly name: string;
  readonly role: 'stack' | 'weight' | 'count' | 'size' | 'time' | 'process' | 'thread' | 'number' | 'text';
  /** Of the name's last parentheses, in small letters: `ms`; '' when there are none. */
  readonly unit: string;
}

const NUMBER = /^-?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?(?:[eE][-+]?\d+)?$/;
/** Most ways to put thousands together again that are tried for one line. */
const MOST_TRIES = 10_000;

/** The columns that a line names, and what stands between them; no columns when the line is no header. */
export function splitHeader(line: string): { columns: Column[]; separator: string } {
  const separator = line.includes('\t') ? '\t' : line.includes(';') ? ';' : ',';
  const names = line.split(separator).map((name) => name.trim().replace(/^"(.*)"$/, '$1').trim());
  if (names.length < 2 || names.length > 200) return { columns: [], separator };
  return { columns: names.map(columnOf), separator };
}

function columnOf(name: string): Column {
  const unit = /\(([^()]*)\)$/.exec(name)?.[1].trim().toLowerCase() ?? '';
  const column = (role: Column['role']): Column => ({ name, role, unit });
  if (/^(?:Call )?Stack(?: \(.*\))?$/i.test(name)) return column('stack');
  if (/^%|percent/i.test(name)) return column('number');
  if (/^(?:Weight|CPU Usage)\b/i.test(name)) return column('weight');
  if (/^(?:Count|Sample Count)\b/i.test(name)) return column('count');
  if (/^(?:Impacting |Commit )?Size\b/i.test(name)) return column('size');
  if (/^(?:TimeStamp|Time Stamp|Switch-In Time)\b/i.test(name)) return column('time');
  if (/^(?:New )?Process(?: Name)?(?: \( ?PID\))?$/i.test(name)) return column('process');
  if (/^(?:New )?Thread ?Id$/i.test(name)) return column('thread');
  return column(/^(?:Line #|CPU|.*\((?:ms|us|s|ns|b|kb|mb)\)$)/i.test(name) ? 'number' : 'text');
}

/** The number that a field holds, with or without commas between thousands; undefined when it is none. Nothing is 0. */
export function numberOf(field: string): number | undefined {
  const text = field.trim();
  if (text === '') return 0;
  if (!NUMBER.test(text) || text === '-') return undefined;
  const value = Number(text.replaceAll(',', ''));
  return Math.abs(value) <= MOST ? value : undefined;
}

/**
 * Takes a line apart into as many fields as there are columns. Where commas divide fields and also stand in them, the columns right of the
 * stack are found from the right and those left of it from the left; what is left over belongs to the stack. undefined when the
 * line has too few fields.
 */
export function fieldsOf(line: string, columns: readonly Column[], separator: string): string[] | undefined {
  const pieces = piecesOf(line, separator);
  if (pieces.length < columns.length) return undefined;
  if (pieces.length === columns.length) return pieces;
  const stack = columns.findIndex(({ role }) => role === 'stack');
  const left = grouped(pieces, columns.slice(0, stack), separator);
  const right = grouped(pieces.slice().reverse(), columns.slice(stack + 1).reverse(), separator, true);
  if (!left || !right) return undefined;
  const middle = pieces.slice(left.used, pieces.length - right.used);
  return middle.length === 0 ? undefined : [...left.fields, middle.join(separator), ...right.fields.reverse()];
}

/** Pieces between separators; what double quotes enclose is one. */
function piecesOf(line: string, separator: string): string[] {
  if (!line.includes('"')) return line.split(separator);
  const pieces: string[] = [];
  let at = 0;
  for (;;) {
    if (line[at] === '"') {
      let end = at + 1;
      while (end < line.length && !(line[end] === '"' && line[end + 1] !== '"')) end += line[end] === '"' ? 2 : 1;
      pieces.push(line.slice(at + 1, end).replaceAll('""', '"'));
      at = line.indexOf(separator, end);
    } else {
      const end = line.indexOf(separator, at);
      pieces.push(line.slice(at, end < 0 ? line.length : end));
      at = end;
    }
    if (at < 0) return pieces;
    at += separator.length;
  }
}

/**
 * Gives each column its pieces, from the first on. A number takes as many as form one with commas between its thousands, unless the columns
 * behind it would then lack theirs. `backwards`: pieces and columns are in reverse order.
 */
function grouped(pieces: readonly string[], columns: readonly Column[], separator: string, backwards = false): { fields: string[]; used: number } | undefined {
  let tries = 0;
  let used = 0;
  const attempt = (column: number, from: number): string[] | undefined => {
    if (column === columns.length) {
      used = from;
      return [];
    }
    if (++tries > MOST_TRIES) return undefined;
    const isNumber = !['stack', 'process', 'text'].includes(columns[column].role);
    for (let size = isNumber && separator === ',' ? Math.min(5, pieces.length - from) : 1; size >= 1; size--) {
      const taken = pieces.slice(from, from + size);
      if (taken.length < size) continue;
      const field = (backwards ? taken.reverse() : taken).join(separator);
      if (size > 1 && !(NUMBER.test(field.trim()) && numberOf(field) !== undefined)) continue;
      if (isNumber && size === 1 && numberOf(field) === undefined && backwards) continue;
      const rest = attempt(column + 1, from + size);
      if (rest) return [field, ...rest];
    }
    return undefined;
  };
  const fields = attempt(0, 0);
  return fields && { fields, used };
}
