import type { FromReportEngine, StartEngine, ToReportEngine } from './engine.ts';

declare const startReportEngine: StartEngine;

/** Milliseconds that a worker may take to begin. */
const PATIENCE = 3000;

/**
 * Starts the engine in a worker, or in the page where that does not go. What it resolves with takes the messages to it; answers come
 * through `receive`.
 */
export function startEngine(receive: (message: FromReportEngine) => void): Promise<(message: ToReportEngine) => void> {
  return new Promise((resolve) => {
    const inPage = () => {
      const engine = startReportEngine(receive);
      // Not in the viewer's own turn: what it is drawing comes first.
      resolve((message) => void setTimeout(() => engine(message)));
    };
    try {
      const address = URL.createObjectURL(new Blob([document.getElementById('engine')?.textContent ?? ''], { type: 'text/javascript' }));
      const worker = new Worker(address);
      const refused = () => {
        clearTimeout(timer);
        worker.terminate();
        inPage();
      };
      const timer = setTimeout(refused, PATIENCE);
      worker.onerror = refused;
      worker.onmessage = ({ data }: MessageEvent<FromReportEngine>) => {
        if (data.type !== 'ready') {
          receive(data);
          return;
        }
        clearTimeout(timer);
        worker.onerror = ({ message }) => receive({ type: 'failed', message });
        URL.revokeObjectURL(address);
        resolve((message) => worker.postMessage(message, message.type === 'open' ? [message.packed.buffer as ArrayBuffer] : []));
      };
    } catch {
      inPage();
    }
  });
}
