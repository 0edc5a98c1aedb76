/** Stands in for VS Code in a report: answers the viewer's questions from the profile that the page carries. */
import { ProfileQueries } from '../../src/engine/queries.ts';
import type { ReportFacts } from '../../src/formats/htmlPage.ts';
import { unpackProfile } from '../../src/core/packed.ts';
import type { HostToViewer, ViewerToHost } from '../../src/protocol/viewer.ts';
import { carriedBytes } from './carried.ts';
import { copyText, notify } from './notice.ts';

let queries: ProfileQueries | undefined;

/** As the host's messages arrive: later, one by one. */
function send(data: HostToViewer): void {
  setTimeout(() => window.dispatchEvent(new MessageEvent('message', { data })));
}

async function open(): Promise<void> {
  const facts = JSON.parse(document.getElementById('facts')?.textContent ?? '') as ReportFacts;
  send({ type: 'loading', name: facts.name, bytes: 0, totalBytes: 0 });
  try {
    queries ??= new ProfileQueries(unpackProfile(await carriedBytes()), facts.formatLabel);
    send({ type: 'opened', name: facts.name, overview: queries.overview(), run: null, event: facts.event });
  } catch (error) {
    send({ type: 'failed', message: `The profile in this report cannot be read: ${textOf(error)}`, hint: 'The file was probably cut short or changed on its way.', canReopen: false });
  }
}

function answer({ id, method, params }: Extract<ViewerToHost, { type: 'query' }>): void {
  try {
    if (!queries) throw new Error('the profile is not open');
    send({ type: 'answer', id, result: queries.answer(method, params as never) });
  } catch (error) {
    send({ type: 'refused', id, message: textOf(error) });
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function receive(message: ViewerToHost): void {
  switch (message.type) {
    case 'ready':
      void open();
      break;
    case 'query':
      // Not in the viewer's own turn: a long answer must not hold up what it is drawing.
      setTimeout(() => answer(message));
      break;
    case 'openSource': {
      const place = message.line > 0 ? `${message.file}:${message.line}` : message.file;
      void copyText(place).then((copied) => notify(place, copied));
      break;
    }
    case 'copy':
      void copyText(message.text).then((copied) => notify(message.text, copied));
      break;
    case 'error':
      console.error(message.message);
      break;
    case 'event':
    case 'command':
    case 'drop':
      break;
  }
}

/** Kept in the entry of the browser's history: a reload shows what was shown, and another tab begins anew. */
const api = {
  standsAlone: true,
  postMessage: receive,
  getState: (): unknown => history.state,
  setState: (state: unknown): void => {
    try {
      history.replaceState(state, '');
    } catch {
      // Some pages may not (sandboxed frames): then nothing is kept.
    }
  },
};

Object.assign(window, { acquireVsCodeApi: () => api });
