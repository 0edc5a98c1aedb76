type Body = Record<string, unknown>;

/** Requests that let threads run when they succeed. (A jump stays where it jumps to.) */
export const RESUMING = new Set(['continue', 'next', 'stepIn', 'stepOut']);

/** Which threads stand still, as far as the client has been told. */
export class StoppedThreads {
  #threads = new Set<number>();
  #last: number | undefined;

  get any(): boolean {
    return this.#threads.size > 0;
  }

  /** The thread that stopped last, and has not gone on. */
  get last(): number | undefined {
    return this.#last !== undefined && this.#threads.has(this.#last) ? this.#last : this.#threads.values().next().value;
  }

  /** The body of a `stopped` event. */
  stopped({ threadId }: Body): void {
    if (typeof threadId !== 'number') return;
    this.#threads.add(threadId);
    this.#last = threadId;
  }

  /** The body of a `continued` event. */
  continued({ threadId, allThreadsContinued }: Body): void {
    if (allThreadsContinued === false) this.#threads.delete(threadId as number);
    else this.#threads.clear();
  }

  /** A request that the helper has granted. */
  answered(command: string, args: Body, body: Body, allThreads: boolean): void {
    if (!RESUMING.has(command)) return;
    this.continued({ threadId: args.threadId, allThreadsContinued: body.allThreadsContinued ?? (allThreads && args.singleThread !== true) });
  }
}
