/**
 * Go source of the same length and lines, with blanks instead of comments and of what stands in strings, raw strings and runes; quotes stay. What is found in
 * it is code. A literal that is never closed ends with its line; a raw string or a comment with the text.
 */
export function codeOnly(source: string): string {
  let code = '';
  for (let at = 0; at < source.length;) {
    const end = literalEnd(source, at);
    if (end === at) {
      code += source[at++];
      continue;
    }
    const isComment = source[at] === '/';
    const inside = source.slice(at, end).replace(/[^\n\r]/g, ' ');
    const closed = !isComment && end - at > 1 && source[end - 1] === source[at];
    code += isComment ? inside : `${source[at]}${closed ? inside.slice(1, -1) + source[at] : inside.slice(1)}`;
    at = end;
  }
  return code;
}

/** The end of the comment or literal that begins at `at`; `at` itself when none does. */
function literalEnd(source: string, at: number): number {
  const first = source[at];
  if (first === '/' && source[at + 1] === '/') return orEnd(source, source.indexOf('\n', at));
  if (first === '/' && source[at + 1] === '*') return orEnd(source, source.indexOf('*/', at + 2), 2);
  if (first === '`') return orEnd(source, source.indexOf('`', at + 1), 1);
  if (first !== '"' && first !== "'") return at;
  for (let end = at + 1; end < source.length && source[end] !== '\n'; end++) {
    if (source[end] === '\\') end++;
    else if (source[end] === first) return end + 1;
  }
  return orEnd(source, source.indexOf('\n', at));
}

function orEnd(source: string, found: number, length = 0): number {
  return found < 0 ? source.length : found + length;
}

/** Where the bracket at `open` is closed in text that `codeOnly` gave; its end when it is not. */
export function closing(code: string, open: number): number {
  let depth = 0;
  for (let at = open; at < code.length; at++) {
    const char = code[at];
    if (char === '(' || char === '{' || char === '[') depth++;
    else if ((char === ')' || char === '}' || char === ']') && --depth === 0) return at;
  }
  return code.length;
}

/** Gives the 1-based line of an offset. */
export function lineFinder(text: string): (offset: number) => number {
  const starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  return (offset) => {
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (starts[middle] <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  };
}
