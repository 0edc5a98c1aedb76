import { parsePattern, PatternError, type Part } from './pprofPattern.ts';

type Step =
  | { readonly op: 'set'; readonly has: (code: number) => boolean }
  | { readonly op: 'assert'; readonly holds: (before: number, after: number) => boolean }
  | { readonly op: 'fork'; first: number; second: number }
  | { readonly op: 'end' };

/** Steps a pattern may become: counted repetitions multiply, and may be nested. */
const MOST_STEPS = 20_000;
/** Steps that all tests of a pattern may take together; a real one takes some thousands. */
const MOST_WORK = 100_000_000;

/**
 * A pattern that tells whether it matches the whole of a text. Patterns come from files, so they are matched without
 * backtracking, and both their size and the time they take are bounded.
 */
export class WholeMatch {
  private readonly steps: Step[] = [];
  private work = 0;
  private parts = 0;

  /** @throws PatternError */
  constructor(pattern: string) {
    this.compile(parsePattern(pattern));
    this.emit({ op: 'end' });
  }

  /** @throws PatternError when this and earlier texts took too long */
  test(text: string): boolean {
    const { steps } = this;
    const codes = Array.from(text, (character) => character.codePointAt(0) ?? 0);
    // The sets that the next character may match, and those for the one after it.
    let current = new Int32Array(steps.length);
    let next = new Int32Array(steps.length);
    const mark = new Int32Array(steps.length).fill(-1);
    const open = new Int32Array(steps.length * 2 + 2);
    let accepted = false;
    const follow = (start: number, at: number, into: Int32Array, length: number): number => {
      let found = length;
      let waiting = 0;
      open[waiting++] = start;
      while (waiting > 0) {
        const row = open[--waiting];
        if (mark[row] === at) continue;
        mark[row] = at;
        this.work++;
        const step = steps[row];
        if (step.op === 'fork') {
          open[waiting++] = step.second;
          open[waiting++] = step.first;
        } else if (step.op === 'set') into[found++] = row;
        else if (step.op === 'end') accepted ||= at === codes.length;
        else if (step.holds(at === 0 ? -1 : codes[at - 1], at === codes.length ? -1 : codes[at])) open[waiting++] = row + 1;
      }
      return found;
    };
    let count = follow(0, 0, current, 0);
    for (let at = 0; at < codes.length && count > 0; at++) {
      let following = 0;
      for (let i = 0; i < count; i++) {
        const step = steps[current[i]];
        if (step.op === 'set' && step.has(codes[at])) following = follow(current[i] + 1, at + 1, next, following);
      }
      this.work += count;
      if (this.work > MOST_WORK) throw new PatternError('it takes too long');
      [current, next] = [next, current];
      count = following;
    }
    return accepted;
  }

  private emit(step: Step): void {
    if (this.steps.length >= MOST_STEPS) throw new PatternError('it is too large');
    this.steps.push(step);
  }

  private compile(part: Part): void {
    // Parts without steps of their own count too: they may be repeated without an end.
    if (++this.parts > MOST_STEPS * 4) throw new PatternError('it is too large');
    switch (part.kind) {
      case 'set': return this.emit({ op: 'set', has: part.has });
      case 'assert': return this.emit({ op: 'assert', holds: part.holds });
      case 'sequence': return part.parts.forEach((each) => this.compile(each));
      case 'choice': {
        const jumps = part.parts.slice(1).map((_, index) => {
          const fork = this.fork();
          this.compile(part.parts[index]);
          const jump = this.fork();
          fork.second = this.steps.length;
          return jump;
        });
        this.compile(part.parts[part.parts.length - 1]);
        for (const jump of jumps) jump.first = jump.second = this.steps.length;
        return;
      }
      default: {
        for (let i = 0; i < part.least; i++) this.compile(part.part);
        if (part.most === Infinity) {
          const start = this.steps.length;
          const fork = this.fork();
          this.compile(part.part);
          const back = this.fork();
          back.first = back.second = start;
          fork.second = this.steps.length;
          return;
        }
        const forks = Array.from({ length: part.most - part.least }, () => {
          const fork = this.fork();
          this.compile(part.part);
          return fork;
        });
        for (const fork of forks) fork.second = this.steps.length;
      }
    }
  }

  /** A fork to the next step and to one that is set later. */
  private fork(): { first: number; second: number } {
    const fork = { op: 'fork' as const, first: this.steps.length + 1, second: 0 };
    this.emit(fork);
    return fork;
  }
}
