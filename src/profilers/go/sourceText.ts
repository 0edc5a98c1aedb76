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
