/** Most bytes of one line of the wire: an answer that is larger is a fault of the other side. */
const MOST_LINE = 64 * 1024 * 1024;

/** Cuts a stream of bytes into JSON objects, one a line. */
export class JsonLines {
  #parts: Buffer[] = [];
  #size = 0;

  constructor(private readonly most: number = MOST_LINE) {}

  /**
   * The objects that `chunk` completes.
   * @throws Error for a line that is too long or is no JSON object
   */
  *take(chunk: Buffer): Generator<Record<string, unknown>> {
    let from = 0;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
      this.#parts.push(chunk.subarray(from, at));
      from = at + 1;
      const line = this.#parts.length === 1 ? this.#parts[0] : Buffer.concat(this.#parts);
      this.#parts = [];
      this.#size = 0;
      if (line.length > this.most) throw new Error(`a line is longer than ${this.most} bytes`);
      if (line.length === 0) continue;
      const value: unknown = JSON.parse(line.toString('utf8'));
      if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('a line is no JSON object');
      yield value as Record<string, unknown>;
    }
    if (from < chunk.length) {
      this.#parts.push(from === 0 ? chunk : chunk.subarray(from));
      this.#size += chunk.length - from;
      if (this.#size > this.most) throw new Error(`a line is longer than ${this.most} bytes`);
    }
  }
}
