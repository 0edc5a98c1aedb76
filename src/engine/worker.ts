import { parentPort } from 'node:worker_threads';
import { openProfile } from './open.ts';
import { readPiece } from './pieces.ts';
import { ProfileQueries } from './queries.ts';
import type { FromWorker, ToWorker, WireError } from './wire.ts';

/** The worker's side: opens one profile, then answers questions about it in order; or reads one piece of a file for another thread. */
const port = parentPort!;
let queries: ProfileQueries | undefined;
const cancelled = new AbortController();

function send(message: FromWorker): void {
  port.postMessage(message);
}

function wire(error: unknown): WireError {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  return { name, message, stack: stack ?? '' };
}

port.on('message', (message: ToWorker) => {
  if (message.type === 'cancel') {
    cancelled.abort();
    process.exit();
  }
  if (message.type === 'piece') {
    // A fault ends this thread, and the one that asked is told.
    void readPiece(message.request, (answer, transfer) => port.postMessage(answer, transfer));
    return;
  }
  if (message.type === 'open') {
    openProfile(message.request, (bytes, total) => send({ type: 'progress', bytes, total }), { workerFile: message.workerFile, signal: cancelled.signal }).then(
      ({ profile, formatLabel }) => {
        queries = new ProfileQueries(profile, formatLabel);
        send({ type: 'opened', overview: queries.overview() });
      },
    ).catch((error: unknown) => send({ type: 'failed', error: wire(error) }));
    return;
  }
  try {
    if (!queries) throw new Error('the profile is not open yet');
    send({ type: 'answer', id: message.id, result: queries.answer(message.method, message.params) });
  } catch (error) {
    send({ type: 'refused', id: message.id, error: wire(error) });
  }
});
