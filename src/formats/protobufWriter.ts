const encoder = new TextEncoder();

/** Writes fields of protobuf messages into memory that grows. */
export class ProtobufWriter {
  private memory = new Uint8Array(1024);
  length = 0;

  /** What was written; valid until the next call. */
  view(): Uint8Array {
    return this.memory.subarray(0, this.length);
  }

  /** What was written, for good; the writer is empty then. */
  take(): Uint8Array {
    const taken = this.memory.slice(0, this.length);
    this.length = 0;
    return taken;
  }

  /** A signed 64-bit integer, written unless it is 0, which is what a missing field means. Numbers beyond 64 bits become the last ones inside. */
  int(field: number, value: number): void {
    if (value === 0) return;
    this.varint(field * 8);
    this.varint(value);
  }

  /** As `int`, for numbers that a double does not hold. */
  bigint(field: number, value: bigint): void {
    if (value === 0n) return;
    this.varint(field * 8);
    let rest = BigInt.asUintN(64, value);
    for (; rest > 0x7fn; rest >>= 7n) this.byte(Number(rest & 0x7fn) | 0x80);
    this.byte(Number(rest));
  }

  /** Integers in packed form. */
  ints(field: number, values: ArrayLike<number>, count: number, scratch: ProtobufWriter): void {
    scratch.length = 0;
    for (let i = 0; i < count; i++) scratch.varint(values[i]);
    this.message(field, scratch);
  }

  string(field: number, text: string): void {
    this.bytes(field, encoder.encode(text));
  }

  /** A length-delimited field. */
  bytes(field: number, bytes: Uint8Array): void {
    this.varint(field * 8 + 2);
    this.varint(bytes.length);
    this.append(bytes);
  }

  /** A message; `content` is empty afterwards. */
  message(field: number, content: ProtobufWriter): void {
    this.bytes(field, content.view());
    content.length = 0;
  }

  /** A whole number; negative ones take ten bytes, as two's complement. */
  private varint(value: number): void {
    if (value < 0 || value >= 2 ** 53) return this.wide(value);
    let rest = value;
    for (; rest >= 0x10000000; rest = Math.floor(rest / 128)) this.byte((rest % 128) | 0x80);
    for (; rest > 0x7f; rest >>>= 7) this.byte((rest & 0x7f) | 0x80);
    this.byte(rest);
  }

  private wide(value: number): void {
    // The largest double below 2^63: the next one is too large for the type.
    const within = Math.max(-(2 ** 63), Math.min(value, 2 ** 63 - 1024));
    const unsigned = within < 0 ? 0x10000000000000000n + BigInt(within) : BigInt(within);
    let rest = unsigned;
    for (; rest > 0x7fn; rest >>= 7n) this.byte(Number(rest & 0x7fn) | 0x80);
    this.byte(Number(rest));
  }

  private byte(value: number): void {
    if (this.length === this.memory.length) this.reserve(1);
    this.memory[this.length++] = value;
  }

  private append(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.memory.set(bytes, this.length);
    this.length += bytes.length;
  }

  private reserve(more: number): void {
    if (this.length + more <= this.memory.length) return;
    const grown = new Uint8Array(Math.max(this.length + more, this.memory.length * 2));
    grown.set(this.view());
    this.memory = grown;
  }
}
