/** The only way to data: messages to and from the extension host, and the state that VS Code keeps for a hidden or reloaded view. */
import type { HostToViewer, ViewerToHost } from '../src/protocol/viewer.ts';
import { Questions } from './questions.ts';
import type { SavedState } from './savedState.ts';
import { readSavedState } from './savedState.ts';

interface VsCodeApi {
  /** The page is a report in a browser: there is no editor behind it. */
  readonly standsAlone?: boolean;
  postMessage(message: ViewerToHost): void;
  getState(): unknown;
  setState(state: SavedState): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

const api = acquireVsCodeApi();

/** False in a report: what only an editor can do is not offered. */
export const hasEditor = api.standsAlone !== true;

const questions = new Questions((message) => api.postMessage(message));

/** Asks the engine. Rejects with a RefusedError or, when another profile was opened meanwhile, a StaleError. */
export const ask: Questions['ask'] = (method, params) => questions.ask(method, params);

/** For LatestQuestion. */
export const engine: Pick<Questions, 'ask'> = questions;

/** Tells the host something that has no answer. */
export function tell(message: Exclude<ViewerToHost, { type: 'query' }>): void {
  api.postMessage(message);
}

/** What was saved before the view was hidden or the window reloaded. */
export function savedState(): SavedState {
  return readSavedState(api.getState());
}

export function saveState(state: SavedState): void {
  api.setState(state);
}

/** Passes messages of the host on, apart from answers, and says that the view can take them. */
export function listen(onMessage: (message: HostToViewer) => void): void {
  window.addEventListener('message', ({ data }: MessageEvent<HostToViewer>) => {
    if (typeof data !== 'object' || data === null || typeof data.type !== 'string') return;
    if (data.type === 'loading' || data.type === 'opened' || data.type === 'failed') questions.forget();
    if (!questions.receive(data)) onMessage(data);
  });
  tell({ type: 'ready' });
}
