// The base form of the Debug Adapter Protocol: a header with the length, and JSON.
import type { DebugProtocol } from '@vscode/debugprotocol';

const HEADER_END = Buffer.from('\r\n\r\n');

/** Cuts a stream of the protocol's base form into messages. */
export class MessageReader {
  #bytes = Buffer.alloc(0);

  /** The messages that `chunk` completes. @throws Error for what has no length */
  *take(chunk: Buffer): Generator<DebugProtocol.ProtocolMessage> {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    for (;;) {
      const end = this.#bytes.indexOf(HEADER_END);
      if (end < 0) return;
      const length = Number(/Content-Length: (\d+)/.exec(this.#bytes.toString('latin1', 0, end))?.[1] ?? NaN);
      if (Number.isNaN(length)) throw new Error(`no Content-Length in what was written: ${this.#bytes.toString('utf8', 0, 200)}`);
      const start = end + HEADER_END.length;
      if (this.#bytes.length < start + length) return;
      const text = this.#bytes.toString('utf8', start, start + length);
      this.#bytes = this.#bytes.subarray(start + length);
      yield JSON.parse(text) as DebugProtocol.ProtocolMessage;
    }
  }
}
