import { Worker } from 'node:worker_threads';
import type { EngineMethod, EngineMethods, ProfileOverview } from '../protocol/engine.ts';
import type { ExportOffer, ExportOrder } from './export.ts';
import { isInputError, type OpenRequest } from './open.ts';
import type { FromWorker, ToWorker, WireError } from './wire.ts';

/** An error that the worker reported, with its name and place. */
export class EngineError extends Error {
  constructor(wire: WireError) {
    super(wire.message);
    this.name = wire.name;
    this.stack = wire.stack;
  }

  /** True when the input is to blame, not the program: the message can be shown as it is. */
  get isInputError(): boolean {
    return isInputError(this);
  }
}

/** How long a thread may take to end the programs that it runs. */
const CANCEL_MS = 200;

/**
 * One open profile in a worker thread of its own: reading and computing never block the caller, a fault stays inside, and
 * `dispose()` frees all its memory and ends whatever it was doing.
 */
export class EngineSession {
  readonly overview: ProfileOverview;
  private readonly pending = new Map<number, { resolve: (result: never) => void; reject: (error: Error) => void }>();
  private nextId = 1;
  private ended: Error | undefined;

  private constructor(private readonly worker: Worker, overview: ProfileOverview) {
    this.overview = overview;
  }

  /**
   * Opens a profile. `workerFile` is the bundled worker. Rejects with an EngineError for unreadable input, and with the
   * signal's reason when it is aborted.
   */
  static open(
    workerFile: string, request: OpenRequest, options: { progress?: (bytes: number, total: number) => void; signal?: AbortSignal } = {},
  ): Promise<EngineSession> {
    return new Promise((resolve, reject) => {
      const worker = new Worker(workerFile, { resourceLimits: { maxOldGenerationSizeMb: 8192 } });
      let session: EngineSession | undefined;
      const abort = () => {
        const { reason } = options.signal! as { reason: unknown };
        options.signal!.removeEventListener('abort', abort);
        reject(reason instanceof Error ? reason : new Error('cancelled'));
        // The thread ends programs that it runs, if it listens; it may be busy.
        worker.postMessage({ type: 'quit' } satisfies ToWorker);
        setTimeout(() => void worker.terminate(), CANCEL_MS).unref();
      };
      const fail = (error: Error) => {
        options.signal?.removeEventListener('abort', abort);
        if (session) return session.end(error);
        void worker.terminate();
        reject(error);
      };
      worker.on('error', fail);
      worker.on('exit', (code) => fail(new Error(`the profile's worker ended with code ${code}`)));
      worker.on('message', (message: FromWorker) => {
        if (session) session.receive(message);
        else if (message.type === 'progress') options.progress?.(message.bytes, message.total);
        else if (message.type === 'failed') fail(new EngineError(message.error));
        else if (message.type === 'opened') {
          options.signal?.removeEventListener('abort', abort);
          session = new EngineSession(worker, message.overview);
          resolve(session);
        }
      });
      if (options.signal?.aborted) return abort();
      options.signal?.addEventListener('abort', abort);
      worker.postMessage({ type: 'open', request, workerFile } satisfies ToWorker);
    });
  }

  /** Asks one question. Rejects when the parameters name nothing in this profile or the session has ended. */
  ask<M extends EngineMethod>(method: M, params: EngineMethods[M]['params']): Promise<EngineMethods[M]['result']> {
    return this.send((id) => ({ type: 'ask', id, method, params: params as never }));
  }

  /** The formats that the profile can be written in, with what each would lose of the event. */
  exportOffers(event: number): Promise<readonly ExportOffer[]> {
    return this.send((id) => ({ type: 'offers', id, event }));
  }

  /** Writes the profile to a file. Rejects with an EngineError when that fails; after an abort nothing is left of the new file. */
  export(order: ExportOrder, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    let orderId = 0;
    const cancel = () => this.worker.postMessage({ type: 'cancel', id: orderId } satisfies ToWorker);
    const written = this.send<void>((id) => ({ type: 'export', id: (orderId = id), order }));
    signal?.addEventListener('abort', cancel);
    return written.finally(() => signal?.removeEventListener('abort', cancel));
  }

  dispose(): void {
    this.end(new Error('the profile was closed'));
    void this.worker.terminate();
  }

  private send<T>(message: (id: number) => ToWorker): Promise<T> {
    if (this.ended) return Promise.reject(this.ended);
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.pending.set(id, { resolve, reject });
      this.worker.postMessage(message(id));
    });
  }

  private receive(message: FromWorker): void {
    if (!('id' in message)) return;
    const waiting = this.pending.get(message.id);
    this.pending.delete(message.id);
    if (message.type === 'refused') waiting?.reject(new EngineError(message.error));
    else if (message.type === 'answer') waiting?.resolve(message.result as never);
    else if (message.type === 'offered') waiting?.resolve(message.offers as never);
    else waiting?.resolve(undefined as never);
  }

  private end(error: Error): void {
    this.ended ??= error;
    for (const { reject } of this.pending.values()) reject(this.ended);
    this.pending.clear();
  }
}
