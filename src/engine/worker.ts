import { parentPort } from 'node:worker_threads';
import type { Profile } from '../core/profile.ts';
import { exportOffers, exportProfile, type ExportOrder } from './export.ts';
import { openProfile } from './open.ts';
import { readPiece } from './pieces.ts';
import { ProfileQueries } from './queries.ts';
import type { FromWorker, ToWorker, WireError } from './wire.ts';

/** The worker's side: opens one profile, then answers questions about it in order; or reads one piece of a file for another thread. */
const port = parentPort!;
let queries: ProfileQueries | undefined;
/** What is being written, by the id of its order. */
const running = new Map<number, AbortController>();
/** Aborted when nobody waits for the profile any more. */
const cancelled = new AbortController();

function send(message: FromWorker): void {
  port.postMessage(message);
}

function wire(error: unknown): WireError {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  return { name, message, stack: stack ?? '' };
}

/** Questions are answered while it writes. */
function write(id: number, order: ExportOrder, profile: Profile): void {
  const abort = new AbortController();
  running.set(id, abort);
  exportProfile(profile, order, abort.signal)
    .then(() => send({ type: 'exported', id }), (error: unknown) => send({ type: 'refused', id, error: wire(error) }))
    .finally(() => running.delete(id));
}

port.on('message', (message: ToWorker) => {
  if (message.type === 'quit') {
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
  if (message.type === 'cancel') {
    running.get(message.id)?.abort();
    return;
  }
  try {
    if (!queries) throw new Error('the profile is not open yet');
    const { id } = message;
    if (message.type === 'ask') send({ type: 'answer', id, result: queries.answer(message.method, message.params) });
    else if (message.type === 'offers') send({ type: 'offered', id, offers: exportOffers(queries.profile, { event: message.event }) });
    else write(id, message.order, queries.profile);
  } catch (error) {
    send({ type: 'refused', id: message.id, error: wire(error) });
  }
});
