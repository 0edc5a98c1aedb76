import type { EngineMethod, EngineMethods } from '../src/protocol/engine.ts';
import type { HostToViewer, ViewerToHost } from '../src/protocol/viewer.ts';
import { fromWire } from '../src/protocol/viewer.ts';

/** The engine would not answer; the message is for people. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
}

/** The question was about a profile that is no longer shown. Nobody waits for the answer. */
export class StaleError extends Error {
  override readonly name = 'StaleError';
}

interface Pending {
  readonly resolve: (result: never) => void;
  readonly reject: (error: Error) => void;
}

/** Pairs questions to the engine with their answers by id. */
export class Questions {
  private nextId = 1;
  private readonly pending = new Map<number, Pending>();

  constructor(private readonly post: (message: ViewerToHost) => void) {}

  /** Resolves with the engine's answer; rejects with a RefusedError, or with a StaleError after `forget()`. */
  ask<M extends EngineMethod>(method: M, params: EngineMethods[M]['params']): Promise<EngineMethods[M]['result']> {
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.pending.set(id, { resolve, reject });
      this.post({ type: 'query', id, method, params });
    });
  }

  /** Takes an answer or a refusal. False when the message is something else; answers nobody waits for are dropped. */
  receive(message: HostToViewer): boolean {
    if (message.type !== 'answer' && message.type !== 'refused') return false;
    const waiting = this.pending.get(message.id);
    this.pending.delete(message.id);
    if (message.type === 'answer') waiting?.resolve(fromWire(message.result) as never);
    else waiting?.reject(new RefusedError(message.message));
    return true;
  }

  /** Drops every open question: another profile is being opened, and answers about the old one must not reach the screen. */
  forget(): void {
    const dropped = [...this.pending.values()];
    this.pending.clear();
    for (const { reject } of dropped) reject(new StaleError('another profile was opened'));
  }
}

interface Waiting<M extends EngineMethod> extends Pending {
  readonly params: EngineMethods[M]['params'];
}

/**
 * One question that is asked again and again with other parameters. At most one is under way and only the newest waits, so
 * that fast typing or zooming never queues work in the engine. Questions that were overtaken resolve with undefined.
 */
export class LatestQuestion<M extends EngineMethod> {
  private busy = false;
  private waiting: Waiting<M> | undefined;

  /** `useOvertaken`: an answer that arrives after a newer question was asked is still given (a coarse picture is better than none). */
  constructor(
    private readonly source: Pick<Questions, 'ask'>,
    private readonly method: M,
    private readonly useOvertaken = false,
  ) {}

  ask(params: EngineMethods[M]['params']): Promise<EngineMethods[M]['result'] | undefined> {
    this.waiting?.resolve(undefined as never);
    return new Promise((resolve, reject) => {
      this.waiting = { params, resolve, reject };
      this.next();
    });
  }

  private next(): void {
    const question = this.waiting;
    if (this.busy || !question) return;
    this.waiting = undefined;
    this.busy = true;
    this.source.ask(this.method, question.params).then(
      (result) => {
        this.busy = false;
        question.resolve((this.waiting && !this.useOvertaken ? undefined : result) as never);
        this.next();
      },
      (error: Error) => {
        this.busy = false;
        question.reject(error);
        this.next();
      },
    );
  }
}
