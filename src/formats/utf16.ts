/** Turns UTF-16 bytes into UTF-8 bytes; chunks may break inside a unit or a surrogate pair. Lone surrogates become U+FFFD. */
export class Utf16Transcoder {
  private odd = -1;
  private high = 0;
  private out = new Uint8Array(4096);
  private length = 0;

  constructor(private readonly littleEndian: boolean) {}

  /** The UTF-8 bytes; they are overwritten by the next call. */
  push(chunk: Uint8Array): Uint8Array {
    this.length = 0;
    // Three bytes for each unit, and three for a lone surrogate left from the last chunk.
    const needed = Math.ceil(chunk.length / 2) * 3 + 6;
    if (this.out.length < needed) this.out = new Uint8Array(needed);
    let at = 0;
    if (this.odd >= 0 && chunk.length > 0) {
      this.unit(this.odd, chunk[0]);
      this.odd = -1;
      at = 1;
    }
    for (; at + 1 < chunk.length; at += 2) this.unit(chunk[at], chunk[at + 1]);
    if (at < chunk.length) this.odd = chunk[at];
    return this.out.subarray(0, this.length);
  }

  /** What is left at the end: U+FFFD for half a character. */
  finish(): Uint8Array {
    this.length = 0;
    if (this.high > 0 || this.odd >= 0) this.put(0xfffd);
    this.high = 0;
    this.odd = -1;
    return this.out.subarray(0, this.length);
  }

  private unit(first: number, second: number): void {
    const unit = this.littleEndian ? first | (second << 8) : (first << 8) | second;
    const low = unit >= 0xdc00 && unit < 0xe000;
    if (this.high > 0) {
      const high = this.high;
      this.high = 0;
      if (low) {
        this.put(0x10000 + ((high - 0xd800) << 10) + (unit - 0xdc00));
        return;
      }
      this.put(0xfffd);
    }
    if (unit >= 0xd800 && unit < 0xdc00) this.high = unit;
    else this.put(low ? 0xfffd : unit);
  }

  private put(point: number): void {
    const { out } = this;
    if (point < 0x80) {
      out[this.length++] = point;
    } else if (point < 0x800) {
      out[this.length++] = 0xc0 | (point >> 6);
      out[this.length++] = 0x80 | (point & 63);
    } else if (point < 0x10000) {
      out[this.length++] = 0xe0 | (point >> 12);
      out[this.length++] = 0x80 | ((point >> 6) & 63);
      out[this.length++] = 0x80 | (point & 63);
    } else {
      out[this.length++] = 0xf0 | (point >> 18);
      out[this.length++] = 0x80 | ((point >> 12) & 63);
      out[this.length++] = 0x80 | ((point >> 6) & 63);
      out[this.length++] = 0x80 | (point & 63);
    }
  }
}

/** `bytes` as UTF-8: a copy of those that begin with a UTF-16 BOM, else themselves. */
export function utf8Of(bytes: Uint8Array): Uint8Array {
  const little = bytes[0] === 0xff && bytes[1] === 0xfe;
  if (!little && !(bytes[0] === 0xfe && bytes[1] === 0xff)) return bytes;
  const transcoder = new Utf16Transcoder(little);
  const text = transcoder.push(bytes.subarray(2)).slice();
  const rest = transcoder.finish();
  if (rest.length === 0) return text;
  const whole = new Uint8Array(text.length + rest.length);
  whole.set(text);
  whole.set(rest, text.length);
  return whole;
}
