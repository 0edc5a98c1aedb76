import { decodeText } from './byteStrings.ts';
import { FormatError } from './format.ts';

const SPACE = 32;

/** A line of one of our own formats, `x 12 -1 {"json": "behind the numbers"}`, read from left to right. */
export class RecordLine {
  private bytes: Uint8Array = new Uint8Array(0);
  private at = 0;
  private stop = 0;
  private number = 0;

  constructor(private readonly name: string) {}

  /** Starts a line; reading goes on at `start`. `number` is for messages. */
  begin(bytes: Uint8Array, start: number, end: number, number: number): void {
    this.bytes = bytes;
    this.at = start;
    this.stop = end;
    this.number = number;
  }

  /** Whether anything is left of the line. */
  get more(): boolean {
    return this.at < this.stop;
  }

  /** The next whole number, from `least` to `most`. */
  integer(expected: string, least = 0, most = Number.MAX_SAFE_INTEGER): number {
    const { bytes, stop } = this;
    const start = this.at;
    let at = start;
    const negative = at < stop && bytes[at] === 45;
    if (negative) at++;
    const digits = at;
    let value = 0;
    for (; at < stop && bytes[at] >= 48 && bytes[at] <= 57; at++) value = value * 10 + bytes[at] - 48;
    if (negative) value = -value;
    if (at === digits || (at < stop && bytes[at] !== SPACE) || value < least || value > most) this.error(expected, decodeText(bytes, start, stop));
    this.at = at + 1;
    return value;
  }

  /** The rest of the line, as JSON. */
  json(): unknown {
    const text = decodeText(this.bytes, Math.min(this.at, this.stop), this.stop);
    try {
      return JSON.parse(text) as unknown;
    } catch {
      return this.error('JSON', text);
    }
  }

  /** The rest of the line, as a JSON object. */
  object(): Readonly<Record<string, unknown>> {
    const value = this.json();
    if (typeof value !== 'object' || value === null || Array.isArray(value)) this.error('a JSON object', JSON.stringify(value));
    return value as Readonly<Record<string, unknown>>;
  }

  /** The rest of the line, as a JSON string. */
  text(): string {
    const value = this.json();
    return typeof value === 'string' ? value : this.error('a JSON string', JSON.stringify(value) ?? '');
  }

  error(expected: string, found?: string): never {
    throw new FormatError(this.name, `line ${this.number}`, expected, found);
  }
}
