import { formatQuantity, formatShare, groupedDigits } from '../core/quantities.ts';
import { ByteStrings } from './byteStrings.ts';

/** Bytes that are few for one call: what it costs to enter the kernel would move many more. */
const TINY_BYTES = 64;
/** Fewer tiny calls are not worth a word. */
const MANY = 1000;
/** Files that tiny calls are counted for. */
const MOST_FILES = 4096;
const COMMA = 44;

type Fact = readonly [string, string];

/** What a summary says of a trace: the functions that stand out. Functions are numbered from 0. */
export class TraceFacts {
  private readonly time: number[] = [];
  private readonly calls: number[] = [];
  private readonly errors = new Map<number, Map<string, number>>();
  private readonly tiny = new Map<number, { count: number; bytes: number; readonly files: Map<number, number> }>();
  private readonly files = new ByteStrings();

  /** A call has returned after `nanoseconds` (-1: unknown) of its own. */
  call(func: number, nanoseconds: number): void {
    this.time[func] = (this.time[func] ?? 0) + Math.max(0, nanoseconds);
    this.calls[func] = (this.calls[func] ?? 0) + 1;
  }

  /** It has failed; `error` is what strace says of it: `ENOENT (No such file or directory)`. */
  failed(func: number, error: string): void {
    const name = /^E[A-Z0-9]{1,20}/.exec(error)?.[0] ?? 'unknown errors';
    let counts = this.errors.get(func);
    if (!counts) this.errors.set(func, (counts = new Map<string, number>()));
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }

  /** It has read or written so many bytes; the arguments, which begin with the file, are `args[start..end)`. */
  moved(func: number, count: number, args: Uint8Array, start: number, end: number): void {
    if (!(count > 0 && count <= TINY_BYTES)) return;
    let tiny = this.tiny.get(func);
    if (!tiny) this.tiny.set(func, (tiny = { count: 0, bytes: 0, files: new Map<number, number>() }));
    tiny.count++;
    tiny.bytes += count;
    let stop = start;
    while (stop < end && args[stop] !== COMMA) stop++;
    if (stop === start || stop === end || this.files.length >= MOST_FILES) return;
    const file = this.files.intern(args, start, stop);
    tiny.files.set(file, (tiny.files.get(file) ?? 0) + 1);
  }

  /** The facts, as the summary shows them. */
  list(nameOf: (func: number) => string): Fact[] {
    return [...this.mostTime(nameOf), ...this.mostErrors(nameOf), ...this.chatty(nameOf)];
  }

  private mostTime(nameOf: (func: number) => string): Fact[] {
    const total = sum(this.time);
    const [func, time] = greatest(this.time.entries());
    if (!(time > 0)) return [];
    return [['Most time', `${nameOf(func)}: ${formatQuantity(time, 'nanoseconds')} in ${plural(this.calls[func], 'call')}, ${formatShare(time, total)} of the time in all calls`]];
  }

  private mostErrors(nameOf: (func: number) => string): Fact[] {
    const counts = [...this.errors].map(([func, errors]) => [func, sum(errors.values())] as const);
    const [func, count] = greatest(counts);
    if (!(count > 0)) return [];
    const [name, most] = greatest(this.errors.get(func)!);
    const all = sum(counts.map(([, each]) => each));
    return [['Most errors', `${nameOf(func)}: ${groupedDigits(count)} of ${groupedDigits(all)}, ${most === count ? (count > 1 ? 'all ' : '') : `${groupedDigits(most)} times `}${name}`]];
  }

  private chatty(nameOf: (func: number) => string): Fact[] {
    const chatty = [...this.tiny].filter(([, { count }]) => count >= MANY).sort((a, b) => b[1].count - a[1].count);
    return chatty.map(([func, { count, bytes, files }]) => {
      const [file, times] = greatest(files);
      const where = times > 0 && times * 2 > count ? `, mostly on ${this.files.text(file)}` : '';
      const average = Math.max(1, Math.round(bytes / count));
      return ['Chatty call', `${nameOf(func)}: ${groupedDigits(count)} of ${plural(this.calls[func], 'call')} moved at most ${TINY_BYTES} bytes, ${plural(average, 'byte')} on average${where}`];
    });
  }
}

function plural(count: number, what: string): string {
  return `${groupedDigits(count)} ${what}${count === 1 ? '' : 's'}`;
}

function sum(values: Iterable<number | undefined>): number {
  let all = 0;
  for (const value of values) all += value ?? 0;
  return all;
}

/** The entry with the greatest value, the first of equals; [-1, 0] when there is none above 0. */
function greatest(entries: Iterable<readonly [number, number | undefined]>): [number, number];
function greatest(entries: Iterable<readonly [string, number | undefined]>): [string, number];
function greatest(entries: Iterable<readonly [number | string, number | undefined]>): [number | string, number] {
  let found: [number | string, number] = [-1, 0];
  for (const [key, value] of entries) if (value !== undefined && value > found[1]) found = [key, value];
  return found;
}
