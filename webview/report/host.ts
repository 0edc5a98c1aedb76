/** Stands in for VS Code in a report: answers the viewer's questions from the profile that the page carries. */
import type { ReportFacts } from '../../src/formats/htmlPage.ts';
import type { HostToViewer, ViewerToHost } from '../../src/protocol/viewer.ts';
import { carriedBytes } from './carried.ts';
import type { FromReportEngine, ToReportEngine } from './engine.ts';
import { startEngine } from './engineThread.ts';
import { copyText, notify } from './notice.ts';

let facts: ReportFacts = { name: '', event: 0, formatLabel: '' };
let engine: ((message: ToReportEngine) => void) | undefined;

/** As the host's messages arrive: later, one by one. */
function send(data: HostToViewer): void {
  setTimeout(() => window.dispatchEvent(new MessageEvent('message', { data })));
}

async function open(): Promise<void> {
  try {
    facts = JSON.parse(document.getElementById('facts')?.textContent ?? '') as ReportFacts;
    send({ type: 'loading', name: facts.name, bytes: 0, totalBytes: 0 });
    const [start, packed] = await Promise.all([startEngine(fromEngine), carriedBytes()]);
    engine = start;
    engine({ type: 'open', packed, formatLabel: facts.formatLabel });
  } catch (error) {
    unreadable(error instanceof Error ? error.message : String(error));
  }
}

function unreadable(why: string): void {
  send({ type: 'failed', message: `The profile in this report cannot be read: ${why}`, hint: 'The file was probably cut short or changed on its way.', canReopen: false });
}

function fromEngine(message: FromReportEngine): void {
  switch (message.type) {
    case 'opened':
      send({ type: 'opened', name: facts.name, overview: message.overview, run: null, event: facts.event });
      break;
    case 'failed':
      unreadable(message.message);
      break;
    case 'answer':
    case 'refused':
      send(message);
      break;
    case 'ready':
      break;
  }
}

function receive(message: ViewerToHost): void {
  switch (message.type) {
    case 'ready':
      void open();
      break;
    case 'query':
      if (engine) engine({ type: 'ask', id: message.id, method: message.method, params: message.params });
      else send({ type: 'refused', id: message.id, message: 'the profile is not open' });
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
