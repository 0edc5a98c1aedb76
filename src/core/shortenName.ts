/** Width of a text in some unit; only sums and comparisons are made of it. */
export type Measure = (text: string) => number;

const ELLIPSIS = '…';
const ARGUMENTS = `(${ELLIPSIS})`;
const TEMPLATE = `<${ELLIPSIS}>`;
/** Fewer characters say nothing. */
const SHORTEST = 4;

/**
 * A function's name made to fit. The end of a C++ or Go name says the most, so arguments and template arguments go first and
 * then the middle, keeping more of the end than of the beginning. Returns '' when not even four characters fit.
 */
export function shortenName(name: string, width: number, measure: Measure): string {
  if (measure(name) <= width) return name;
  const withoutArguments = collapseArguments(name);
  if (withoutArguments !== name && measure(withoutArguments) <= width) return withoutArguments;
  const plain = collapseTemplates(withoutArguments);
  if (plain !== withoutArguments && measure(plain) <= width) return plain;
  const call = plain.endsWith(ARGUMENTS) ? plain.slice(0, -ARGUMENTS.length) : plain;
  if (measure(call) <= width) return call;
  const bare = call.replaceAll(TEMPLATE, '');
  return measure(bare) <= width ? bare : cutMiddle(bare, width, measure);
}

/** Names of more characters are read by their ends, not by their arguments. */
const LONG = 48;

/** A name for a table's cell, which the browser cuts at its end: long ones without their arguments, so that the end stays. */
export function nameInTable(name: string): string {
  return name.length <= LONG ? name : collapseTemplates(collapseArguments(name));
}

/** `f(int, char)` and `T::f(int) const` to `f(…)`; a name's own parentheses (`operator()`, `(anonymous namespace)`) stay. */
export function collapseArguments(name: string): string {
  const tail = /\)(?: const| noexcept| volatile| &{1,2}|\[clone [^\]]*\]| )*$/.exec(name);
  if (!tail) return name;
  const open = matchingOpen(name, tail.index, '(', ')');
  if (open <= 0 || open + 1 === tail.index || !/[\w>\])~=+\-*/%<!&|^]/.test(name[open - 1])) return name;
  return name.slice(0, open) + ARGUMENTS;
}

/** `map<int, string>::at` to `map<…>::at`; `operator<`, `<lambda>` and `<module>` stay. */
export function collapseTemplates(name: string): string {
  let out = '';
  for (let at = 0; at < name.length; at++) {
    const close = name[at] === '<' && /\w/.test(name[at - 1] ?? '') && !/\boperator$/.test(name.slice(0, at)) ? matchingClose(name, at) : -1;
    if (close > at + 1) {
      out += TEMPLATE;
      at = close;
    } else out += name[at];
  }
  return out;
}

function matchingOpen(name: string, close: number, opening: string, closing: string): number {
  let depth = 0;
  for (let at = close; at >= 0; at--) {
    if (name[at] === closing) depth++;
    else if (name[at] === opening && --depth === 0) return at;
  }
  return -1;
}

function matchingClose(name: string, open: number): number {
  let depth = 0;
  for (let at = open; at < name.length; at++) {
    if (name[at] === '<') depth++;
    // The arrow of `->` closes nothing.
    else if (name[at] === '>' && name[at - 1] !== '-' && --depth === 0) return at;
  }
  return -1;
}

function cutMiddle(name: string, width: number, measure: Measure): string {
  // Whole characters: half a surrogate pair would draw as a box.
  const characters = Array.from(name);
  let fits = '';
  let low = SHORTEST;
  let high = characters.length - 1;
  while (low <= high) {
    const kept = (low + high) >> 1;
    const cut = kept < 6 ? characters.slice(0, kept - 1).join('') + ELLIPSIS : keepEnds(characters, kept - 1);
    if (measure(cut) <= width) {
      fits = cut;
      low = kept + 1;
    } else high = kept - 1;
  }
  return fits;
}

function keepEnds(characters: readonly string[], kept: number): string {
  const head = Math.floor(kept * 0.35);
  return characters.slice(0, head).join('') + ELLIPSIS + characters.slice(characters.length - (kept - head)).join('');
}
