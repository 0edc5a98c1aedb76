import type { Duplex } from 'node:stream';
import { JsonLines } from '../lines.ts';

/**
 * A client of dlv's own interface (JSON-RPC 1.0 of Go's net/rpc, API version 2: github.com/go-delve/delve/service/rpc2), for what its DAP lacks.
 * It is a second client of a headless server that takes several.
 */
export class RpcClient {
  readonly closed: Promise<void>;
  #id = 0;
  #waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  #isClosed = false;

  constructor(private readonly stream: Duplex) {
    const lines = new JsonLines();
    stream.on('data', (chunk: Buffer) => {
      try {
        for (const answer of lines.take(chunk)) this.#answered(answer);
      } catch {
        stream.destroy();
      }
    });
    stream.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      stream.once('close', () => {
        this.#isClosed = true;
        for (const { reject } of this.#waiting.values()) reject(new Error('The connection to dlv has ended.'));
        this.#waiting.clear();
        resolve();
      });
    });
  }

  /** Calls a method: `State`, `ListGoroutines`. @throws Error with dlv's words */
  call<Result = Record<string, unknown>>(method: string, args: object = {}): Promise<Result> {
    if (this.#isClosed) return Promise.reject(new Error('The connection to dlv has ended.'));
    const id = ++this.#id;
    return new Promise<Result>((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.stream.write(JSON.stringify({ method: `RPCServer.${method}`, params: [args], id }) + '\n');
    });
  }

  close(): void {
    this.stream.destroy();
  }

  #answered({ id, result, error }: Record<string, unknown>): void {
    const waiting = this.#waiting.get(id as number);
    this.#waiting.delete(id as number);
    if (error === null || error === undefined) waiting?.resolve(result);
    else waiting?.reject(new Error(typeof error === 'string' ? error : JSON.stringify(error)));
  }
}
