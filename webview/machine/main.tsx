/** The machine's vital signs: the page of the view beside the list of runs. */
import { render } from 'preact';
import { asHostMessage, MachinePage } from './machinePage.tsx';
import type { MachineToHost } from '../../src/protocol/machine.ts';

declare function acquireVsCodeApi(): { postMessage(message: MachineToHost): void };

const api = acquireVsCodeApi();
const root = document.getElementById('root') ?? document.body;

render(<MachinePage history={[]} shortages={[]} recording="" />, root);
window.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
  const message = asHostMessage(data);
  if (message) render(<MachinePage history={message.history} shortages={message.shortages} recording={message.recording} />, root);
});
api.postMessage({ type: 'ready' });
