/**
 * What a program prints, on its way to the client: coalesced, and bounded in rate. A client that draws text takes some hundred kilobytes a second; a program
 * can print a thousand times that. Making the program wait would change what is debugged, keeping it all would fill the memory; so what is beyond the rate is
 * left out, and a line says how much. The newest text is always kept, so that the end (a traceback, a result) is seen.
 */

/** Bytes that may be told at once after a time of quiet. */
const BURST = 1 << 20;
/** Bytes a second that are told in the long run. */
const RATE = 256 << 10;
/** The newest bytes that are kept while more comes than may be told; told together with the line about the rest. */
const TAIL = 64 << 10;
/** Milliseconds for which output is collected into one event. */
const COALESCE = 20;
/** Milliseconds between two looks at whether telling may go on. */
const RETRY = 250;
const ESC = 0x1b;

export class OutputThrottle {
  #chunks: Buffer[] = [];
  #size = 0;
  #leftOut = 0;
  #allowance = BURST;
  #refilled = performance.now();
  #timer: NodeJS.Timeout | undefined;
  #styled = false;
  #overloaded = false;

  /** `emit` tells one piece of text; `congested` is true while the client takes nothing. */
  constructor(private readonly emit: (text: string) => void, private readonly congested: () => boolean = () => false) {}

  write(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.#styled ||= chunk.includes(ESC);
    if (!this.#overloaded && this.#size + chunk.length > this.#allowed()) {
      // The beginning of a flood is told as far as the allowance goes.
      if (!this.congested()) this.#tell(false);
      this.#overloaded = true;
    }
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    if (this.#overloaded) this.#shorten();
    this.#timer ??= setTimeout(() => this.#tick(), COALESCE);
  }

  /** Tells what is held for coalescing alone. */
  settle(): void {
    if (!this.#overloaded && !this.congested()) this.#tell(false);
  }

  /** Tells all that is held, at the end of the stream. */
  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#tell(true);
  }

  #tick(): void {
    this.#timer = undefined;
    if (this.congested()) this.#overloaded ||= this.#size > TAIL;
    const ready = !this.congested() && (!this.#overloaded || this.#allowed() >= 2 * TAIL);
    if (ready) this.#tell(false);
    if (this.#size > 0) this.#timer ??= setTimeout(() => this.#tick(), ready ? COALESCE : RETRY);
  }

  #allowed(): number {
    const now = performance.now();
    this.#allowance = Math.min(BURST, this.#allowance + ((now - this.#refilled) / 1000) * RATE);
    this.#refilled = now;
    return this.#allowance;
  }

  /** Lets go of the oldest chunks, as long as the newest TAIL bytes stay. */
  #shorten(): void {
    let drop = 0;
    while (drop < this.#chunks.length && this.#size - this.#chunks[drop].length >= TAIL) {
      this.#size -= this.#chunks[drop].length;
      this.#leftOut += this.#chunks[drop].length;
      drop++;
    }
    if (drop > 0) this.#chunks.splice(0, drop);
  }

  #tell(last: boolean): void {
    if (this.#size === 0) return;
    let bytes = this.#chunks.length === 1 ? this.#chunks[0] : Buffer.concat(this.#chunks, this.#size);
    let note = '';
    if (this.#leftOut > 0) {
      const start = lineStart(bytes);
      note = `${this.#styled ? '\x1b[0m' : ''}[${size(this.#leftOut + start)} of output left out: the program prints faster than the console can show]\n`;
      bytes = bytes.subarray(start);
    }
    const whole = last ? bytes.length : wholeLength(bytes);
    if (whole === 0 && note === '') return;
    this.#chunks = whole < bytes.length ? [bytes.subarray(whole)] : [];
    this.#size = bytes.length - whole;
    this.#leftOut = 0;
    this.#overloaded = false;
    this.#allowance -= whole;
    this.emit(note + bytes.toString('utf8', 0, whole));
  }
}

/** Where to begin after a cut: behind the first line's end, or at least at a character. */
function lineStart(bytes: Buffer): number {
  const newline = bytes.subarray(0, TAIL / 2).indexOf(10);
  if (newline >= 0) return newline + 1;
  let at = 0;
  while (at < bytes.length && at < 4 && (bytes[at] & 0xc0) === 0x80) at++;
  return at;
}

/** How much of the bytes can be told without cutting through a character or an escape sequence that the next chunk completes. */
export function wholeLength(bytes: Buffer): number {
  let end = bytes.length;
  // UTF-8: at most three bytes of a character that is not complete.
  for (let back = 1; back <= Math.min(3, end); back++) {
    const byte = bytes[end - back];
    if ((byte & 0xc0) === 0x80) continue;
    const needs = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    if (needs > back) end -= back;
    break;
  }
  // ECMA-48: ESC [ parameters (0x30-0x3f) and intermediates (0x20-0x2f), then one final byte.
  const escape = bytes.subarray(0, end).lastIndexOf(ESC);
  if (escape >= 0 && end - escape < 64) {
    const open = bytes.toString('latin1', escape, end);
     
    if (/^\x1b(\[[\x20-\x3f]*)?$/.test(open)) end = escape;
  }
  return end;
}

/** A number of bytes for a person. */
function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  const [value, unit] = bytes < 1e6 ? [bytes / 1e3, 'kB'] : bytes < 1e9 ? [bytes / 1e6, 'MB'] : [bytes / 1e9, 'GB'];
  return `${value.toFixed(value < 10 ? 1 : 0)} ${unit}`;
}
