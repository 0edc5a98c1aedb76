/** Malformed or cut protobuf data. */
export class ProtobufError extends Error {
  constructor(readonly offset: number, readonly expected: string, readonly found: string, /** The data ended inside of a field. */ readonly cut: boolean) {
    super(`byte ${offset}: expected ${expected}, found ${found}`);
    this.name = 'ProtobufError';
  }
}

/** Wire types of a field; groups (3, 4) are refused. Source: protobuf.dev, "Encoding". */
export const Wire = { Varint: 0, Fixed64: 1, Bytes: 2, Fixed32: 5 } as const;

/**
 * Walks the fields of protobuf messages. A number's 64 bits are in `high` and `low` (both signed 32-bit halves), because a
 * double cannot hold every 64-bit id and a BigInt for each would be slow.
 */
export class ProtobufReader {
  /** Where the next field begins. */
  at = 0;
  /** Number of the field read last, and its wire type. */
  field = 0;
  wire = 0;
  low = 0;
  high = 0;
  /** The bytes of a length-delimited field: `data[start..stop)`. */
  start = 0;
  stop = 0;
  /** Where the field read last began. */
  fieldStart = 0;

  constructor(readonly data: Uint8Array) {}

  /**
   * Reads the next field of the message that ends at `end`: false at its end. `at` is then behind the field.
   * @throws ProtobufError
   */
  next(end: number): boolean {
    if (this.at >= end) return false;
    this.fieldStart = this.at;
    this.varint(end);
    this.field = (this.low >>> 3) | (this.high << 29);
    this.wire = this.low & 7;
    if (this.high !== 0 || this.field === 0) this.fail(this.fieldStart, 'the number of a field', `${this.field}`);
    switch (this.wire) {
      case Wire.Varint:
        this.varint(end);
        return true;
      case Wire.Fixed64:
        this.need(8, end);
        this.low = this.word(this.at);
        this.high = this.word(this.at + 4);
        this.at += 8;
        return true;
      case Wire.Fixed32:
        this.need(4, end);
        this.low = this.word(this.at);
        this.high = 0;
        this.at += 4;
        return true;
      case Wire.Bytes: {
        const place = this.at;
        this.varint(end);
        const length = this.low >>> 0;
        if (this.high !== 0 || length > end - this.at) {
          this.fail(place, `at most ${end - this.at} bytes in field ${this.field}`, `a length of ${this.unsigned()}`, end === this.data.length);
        }
        this.start = this.at;
        this.stop = this.at += length;
        return true;
      }
      default:
        return this.fail(this.fieldStart, 'a field of wire type 0, 1, 2 or 5', `wire type ${this.wire}`);
    }
  }

  /** Reads a varint at `at` into `low` and `high`. */
  varint(end: number): void {
    const { data } = this;
    const first = this.at;
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.at >= end) this.fail(first, 'a number', 'the end', end === data.length);
      const byte = data[this.at++];
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else high |= bits << (shift - 32);
      if (byte < 0x80) {
        this.low = low;
        this.high = high;
        return;
      }
    }
    this.fail(first, 'a number of at most ten bytes', 'a longer one');
  }

  /** The number read last as a signed 64-bit integer; rounded beyond 2^53. */
  signed(): number {
    return this.high * 0x100000000 + (this.low >>> 0);
  }

  /** The number read last as an unsigned 64-bit integer; rounded beyond 2^53. */
  unsigned(): number {
    return (this.high >>> 0) * 0x100000000 + (this.low >>> 0);
  }

  /** Checks the wire type of the field read last. */
  expect(wire: number): void {
    if (this.wire !== wire) this.fail(this.fieldStart, `wire type ${wire} in field ${this.field}`, `wire type ${this.wire}`);
  }

  private need(bytes: number, end: number): void {
    if (end - this.at < bytes) this.fail(this.at, `${bytes} bytes`, 'the end', end === this.data.length);
  }

  private word(at: number): number {
    const { data } = this;
    return data[at] | (data[at + 1] << 8) | (data[at + 2] << 16) | (data[at + 3] << 24);
  }

  private fail(offset: number, expected: string, found: string, cut = false): never {
    throw new ProtobufError(offset, expected, found, cut);
  }
}
