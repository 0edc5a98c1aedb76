/** Milliseconds until a client is told that something takes its time. */
const DELAY = 1000;

let count = 0;

/** What a progress needs from the session. */
export interface ProgressClient {
  readonly capabilities: { readonly supportsProgressReporting?: boolean };
  event(name: string, body?: object): void;
}

/** Does `work`, and shows that it goes on when it takes long. `ids`: those that run, for the client's `cancel`, with how to end each. */
export async function withProgress<Result>(client: ProgressClient, title: string, ids: Map<string, () => void>, cancel: () => void, work: () => Promise<Result>): Promise<Result> {
  if (!client.capabilities.supportsProgressReporting) return work();
  const progressId = `heatline-${++count}`;
  let isShown = false;
  const timer = setTimeout(() => {
    isShown = true;
    ids.set(progressId, cancel);
    client.event('progressStart', { progressId, title, cancellable: true });
  }, DELAY);
  try {
    return await work();
  } finally {
    clearTimeout(timer);
    ids.delete(progressId);
    if (isShown) client.event('progressEnd', { progressId });
  }
}
