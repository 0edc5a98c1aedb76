/**
 * The engine of a report. The same script runs in a worker, made from its own text so that long answers do not hold up the page, and in the
 * page itself, where a browser gives files no workers.
 */
import { unpackProfile } from '../../src/core/packed.ts';
import { ProfileQueries } from '../../src/engine/queries.ts';
import type { EngineMethod, ProfileOverview } from '../../src/protocol/engine.ts';

export type ToReportEngine =
  | { readonly type: 'open'; readonly packed: Uint8Array; readonly formatLabel: string }
  | { readonly type: 'ask'; readonly id: number; readonly method: EngineMethod; readonly params: unknown };

export type FromReportEngine =
  /** The worker runs; nothing is given to it before. */
  | { readonly type: 'ready' }
  | { readonly type: 'opened'; readonly overview: ProfileOverview }
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'answer'; readonly id: number; readonly result: unknown }
  | { readonly type: 'refused'; readonly id: number; readonly message: string };

/** Makes an engine that answers through `post`; what it returns takes the questions. */
export type StartEngine = (post: (message: FromReportEngine) => void) => (message: ToReportEngine) => void;

const startEngine: StartEngine = (post) => {
  let queries: ProfileQueries | undefined;
  return (message) => {
    if (message.type === 'open') {
      try {
        queries = new ProfileQueries(unpackProfile(message.packed), message.formatLabel);
        post({ type: 'opened', overview: queries.overview() });
      } catch (error) {
        post({ type: 'failed', message: textOf(error) });
      }
      return;
    }
    const { id, method, params } = message;
    try {
      if (!queries) throw new Error('the profile is not open');
      post({ type: 'answer', id, result: queries.answer(method, params as never) });
    } catch (error) {
      post({ type: 'refused', id, message: textOf(error) });
    }
  };
};

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

if (typeof document === 'undefined') {
  const worker = globalThis as unknown as { postMessage(message: FromReportEngine): void; onmessage: (event: MessageEvent<ToReportEngine>) => void };
  const receive = startEngine((message) => worker.postMessage(message));
  worker.onmessage = ({ data }) => receive(data);
  worker.postMessage({ type: 'ready' });
} else {
  Object.assign(window, { startReportEngine: startEngine });
}
