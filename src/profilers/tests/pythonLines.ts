/** A statement of a Python file, which may go over several lines. */
export interface LogicalLine {
  /** 1-based. */
  readonly line: number;
  readonly endLine: number;
  /** Columns, tabs going to the next multiple of eight. */
  readonly indent: number;
  /** Its code on one line: strings are empty, comments gone. */
  readonly code: string;
}

/** The statements of a Python file that have code, in order. Strings and brackets may go over lines; what is never closed ends with the text. */
export function logicalLines(text: string): LogicalLine[] {
  const found: LogicalLine[] = [];
  let [code, line, start, depth] = ['', 1, 1, 0];
  const finish = () => {
    const trimmed = code.trim();
    if (trimmed !== '') found.push({ line: start, endLine: line, indent: indentOf(code), code: trimmed });
    code = '';
  };
  for (let at = text.charCodeAt(0) === 0xfeff ? 1 : 0; at < text.length;) {
    const char = text[at];
    if (code.trim() === '') start = line;
    if (char === '\n') {
      if (depth === 0) finish();
      else code += ' ';
      line++;
      at++;
    } else if (char === '\\' && /^\r?\n/.test(text.slice(at + 1, at + 3))) {
      // A statement goes on in the next line, whose indentation means nothing.
      at = text.indexOf('\n', at) + 1;
      line++;
      code += ' ';
    } else if (char === '#') {
      const end = text.indexOf('\n', at);
      at = end < 0 ? text.length : end;
    } else if (char === '"' || char === "'") {
      const end = stringEnd(text, at);
      line += text.slice(at, end).split('\n').length - 1;
      code += '""';
      at = end;
    } else {
      if ('([{'.includes(char)) depth++;
      else if (')]}'.includes(char)) depth = Math.max(0, depth - 1);
      code += char;
      at++;
    }
  }
  finish();
  return found;
}

/** The offset behind the string that begins with the quote at `start`. A string of one line that is not closed ends with its line. */
export function stringEnd(text: string, start: number): number {
  const quote = text[start];
  const triple = text.startsWith(quote.repeat(3), start);
  for (let at = start + (triple ? 3 : 1); at < text.length; at++) {
    if (text[at] === '\\') at += text[at + 1] === '\r' && text[at + 2] === '\n' ? 2 : 1;
    else if (triple ? text.startsWith(quote.repeat(3), at) : text[at] === quote) return at + (triple ? 3 : 1);
    else if (!triple && text[at] === '\n') return at;
  }
  return text.length;
}

function indentOf(code: string): number {
  let columns = 0;
  for (const char of code) {
    if (char === ' ') columns++;
    else if (char === '\t') columns += 8 - (columns % 8);
    else if (char === '\f') columns = 0;
    else break;
  }
  return columns;
}
