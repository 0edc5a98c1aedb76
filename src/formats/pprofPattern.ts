const MOST_REPEATS = 1000;
const DEEPEST = 200;

/** The pattern is none that is understood here, or it is too costly. */
export class PatternError extends Error {}

/** A pattern taken apart. */
export type Part =
  | { readonly kind: 'set'; readonly has: (code: number) => boolean }
  | { readonly kind: 'assert'; readonly holds: (before: number, after: number) => boolean }
  | { readonly kind: 'sequence' | 'choice'; readonly parts: readonly Part[] }
  | { readonly kind: 'repeat'; readonly part: Part; readonly least: number; readonly most: number };

const isDigit = (code: number) => code >= 48 && code <= 57;
const isWord = (code: number) => isDigit(code) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95;
const isSpace = (code: number) => code === 32 || (code >= 9 && code <= 13 && code !== 11);
const CLASSES: Readonly<Record<string, (code: number) => boolean>> = { d: isDigit, w: isWord, s: isSpace };
const NAMED: Readonly<Record<string, (code: number) => boolean>> = {
  digit: isDigit, word: isWord, space: (code) => code === 32 || (code >= 9 && code <= 13),
  alpha: (code) => isWord(code) && !isDigit(code) && code !== 95, alnum: (code) => isWord(code) && code !== 95,
  lower: (code) => code >= 97 && code <= 122, upper: (code) => code >= 65 && code <= 90,
  xdigit: (code) => isDigit(code) || (code >= 65 && code <= 70) || (code >= 97 && code <= 102),
  punct: (code) => code > 32 && code < 127 && (!isWord(code) || code === 95), blank: (code) => code === 32 || code === 9,
  print: (code) => code >= 32 && code < 127, graph: (code) => code > 32 && code < 127, cntrl: (code) => code < 32 || code === 127, ascii: (code) => code < 128,
};
const CONTROL: Readonly<Record<string, number>> = { a: 7, f: 12, t: 9, n: 10, r: 13, v: 11 };

interface Flags {
  readonly fold: boolean;
  readonly multiline: boolean;
  readonly dotAll: boolean;
}

/** Takes a pattern apart by recursive descent. */
class PatternParser {
  private at = 0;
  private readonly characters: readonly string[];
  private depth = 0;
  private flags: Flags = { fold: false, multiline: false, dotAll: false };

  constructor(pattern: string) {
    this.characters = Array.from(pattern);
  }

  all(): Part {
    const part = this.choice();
    if (this.at < this.characters.length) throw new PatternError('a parenthesis has no partner');
    return part;
  }

  private choice(): Part {
    if (++this.depth > DEEPEST) throw new PatternError('it is nested too deeply');
    const { flags } = this;
    const parts = [this.sequence()];
    while (this.take('|')) parts.push(this.sequence());
    this.flags = flags;
    this.depth--;
    return parts.length === 1 ? parts[0] : { kind: 'choice', parts };
  }

  private sequence(): Part {
    const parts: Part[] = [];
    for (let next = this.next; next !== undefined && next !== '|' && next !== ')'; next = this.next) {
      const part = this.atom();
      parts.push(...(part ? [this.repeated(part)] : []));
    }
    return { kind: 'sequence', parts };
  }

  private repeated(part: Part): Part {
    let result = part;
    for (;;) {
      let [least, most] = [0, Infinity];
      if (this.take('+')) least = 1;
      else if (this.take('?')) most = 1;
      else if (!this.take('*')) {
        const counts = this.next === '{' ? /^\{(\d{1,9})(,(\d{0,9}))?\}/.exec(this.characters.slice(this.at, this.at + 30).join('')) : null;
        if (!counts) return result;
        this.at += counts[0].length;
        least = Number(counts[1]);
        most = counts[2] === undefined ? least : counts[3] === '' ? Infinity : Number(counts[3]);
        if (least > MOST_REPEATS || (most !== Infinity && (most > MOST_REPEATS || most < least))) throw new PatternError('a repetition is out of range');
      }
      this.take('?');
      result = { kind: 'repeat', part: result, least, most };
    }
  }

  /** A part without its repetitions; undefined for flags. */
  private atom(): Part | undefined {
    const character = this.characters[this.at++];
    switch (character) {
      case '(': return this.group();
      case '[': return this.brackets();
      case '.': {
        const { dotAll } = this.flags;
        return { kind: 'set', has: (code) => dotAll || code !== 10 };
      }
      case '^': return assertion(this.flags.multiline ? (before) => before === -1 || before === 10 : (before) => before === -1);
      case '$': return assertion(this.flags.multiline ? (_, after) => after === -1 || after === 10 : (_, after) => after === -1);
      case '\\': return this.escaped();
      case '*': case '+': case '?': throw new PatternError(`nothing to repeat before ${character}`);
      default: return this.literal(character.codePointAt(0) ?? 0);
    }
  }

  private group(): Part | undefined {
    const outer = this.flags;
    if (this.take('?')) {
      const head = /^(?:P?<\w+>|([imsU]*)(?:-([imsU]+))?([:)]))/.exec(this.characters.slice(this.at, this.at + 1000).join(''));
      if (!head) throw new PatternError('a group of an unknown kind');
      this.at += head[0].length;
      const flag = (letter: string, was: boolean) => (head[2]?.includes(letter) ? false : was || (head[1] ?? '').includes(letter));
      this.flags = { fold: flag('i', outer.fold), multiline: flag('m', outer.multiline), dotAll: flag('s', outer.dotAll) };
      if (head[3] === ')') return undefined;
    }
    const part = this.choice();
    this.flags = outer;
    if (!this.take(')')) throw new PatternError('a parenthesis has no partner');
    return part;
  }

  private escaped(): Part {
    const { next } = this;
    if (next === 'b' || next === 'B') {
      this.at++;
      return assertion((before, after) => (isWord(before) !== isWord(after)) === (next === 'b'));
    }
    if (next === 'A' || next === 'z') {
      this.at++;
      return assertion((before, after) => (next === 'A' ? before : after) === -1);
    }
    if (next === 'Q') {
      const parts: Part[] = [];
      for (this.at++; this.next !== undefined && !(this.next === '\\' && this.characters[this.at + 1] === 'E'); this.at++) parts.push(this.literal(this.next.codePointAt(0) ?? 0));
      this.at += 2;
      return { kind: 'sequence', parts };
    }
    const found = this.escape();
    return typeof found === 'number' ? this.literal(found) : { kind: 'set', has: found };
  }

  /** What stands behind a backslash: a character or a class. */
  private escape(): number | ((code: number) => boolean) {
    const character = this.characters[this.at++];
    if (character === undefined) throw new PatternError('a backslash at the end');
    const named = CLASSES[character.toLowerCase()];
    if (named) return character in CLASSES ? named : (code) => !named(code);
    if (character === 'x') {
      const hex = /^(?:\{([0-9a-fA-F]{1,6})\}|([0-9a-fA-F]{2}))/.exec(this.characters.slice(this.at, this.at + 8).join(''));
      if (!hex) throw new PatternError('\\x without a number');
      this.at += hex[0].length;
      return Number.parseInt(hex[1] ?? hex[2], 16);
    }
    if (character in CONTROL) return CONTROL[character];
    if (/[\p{L}\d]/u.test(character)) throw new PatternError(`\\${character} is not understood`);
    return character.codePointAt(0) ?? 0;
  }

  private brackets(): Part {
    const negated = this.take('^');
    const tests: ((code: number) => boolean)[] = [];
    for (let first = true; first || this.next !== ']'; first = false) {
      const character = this.characters[this.at++];
      if (character === undefined) throw new PatternError('a bracket has no partner');
      if (character === '[' && this.next === ':') {
        const name = /^:(\^?)(\w+):\]/.exec(this.characters.slice(this.at, this.at + 12).join(''));
        const named = name ? NAMED[name[2]] : undefined;
        if (!name || !named) throw new PatternError('a class of an unknown name');
        this.at += name[0].length;
        tests.push(name[1] ? (code) => !named(code) : named);
        continue;
      }
      const low = character === '\\' ? this.escape() : character.codePointAt(0) ?? 0;
      if (typeof low !== 'number') {
        tests.push(low);
        continue;
      }
      let high = low;
      if (this.next === '-' && this.characters[this.at + 1] !== ']' && this.characters[this.at + 1] !== undefined) {
        this.at++;
        const end = this.characters[this.at++];
        const last = end === '\\' ? this.escape() : end.codePointAt(0) ?? 0;
        if (typeof last !== 'number' || last < low) throw new PatternError('a range that is none');
        high = last;
      }
      tests.push((code) => code >= low && code <= high);
    }
    this.at++;
    return { kind: 'set', has: this.folded((code) => tests.some((test) => test(code)), negated) };
  }

  private literal(wanted: number): Part {
    return { kind: 'set', has: this.folded((code) => code === wanted, false) };
  }

  /** The set with both cases of each letter when the pattern ignores case. */
  private folded(has: (code: number) => boolean, negated: boolean): (code: number) => boolean {
    if (!this.flags.fold) return negated ? (code) => !has(code) : has;
    return (code) => {
      const character = String.fromCodePoint(code);
      const variants = [code, character.toLowerCase().codePointAt(0) ?? code, character.toUpperCase().codePointAt(0) ?? code];
      return variants.some(has) !== negated;
    };
  }

  private get next(): string | undefined {
    return this.characters[this.at];
  }

  private take(character: string): boolean {
    if (this.next !== character) return false;
    this.at++;
    return true;
  }
}

function assertion(holds: (before: number, after: number) => boolean): Part {
  return { kind: 'assert', holds };
}

/**
 * Takes a regular expression of Go's regexp/syntax apart. Only whether a text matches is of interest, so greediness and captures are
 * dropped.
 * @throws PatternError
 */
export function parsePattern(pattern: string): Part {
  return new PatternParser(pattern).all();
}
