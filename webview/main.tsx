/** The viewer of a profile: the page inside VS Code's webview. */
import { render } from 'preact';
import { App, receive } from './app.tsx';
import { listen, tell } from './channel.ts';
import { registerControls } from './controls.ts';
import { watchDrops } from './drop.ts';
import { keepFindingsInStep } from './findings/findingState.ts';
import { keepFlameInStep } from './flame/flameState.ts';
import { watchTheme } from './flame/flameTheme.ts';
import { keepSaved } from './saving.ts';
import { keepSeriesInStep } from './series/seriesState.ts';
import { keepInStep } from './state.ts';

/** Most characters of an error that the host is told. */
const LONGEST_ERROR = 10_000;

function report(error: unknown): void {
  const text = error instanceof Error ? error.stack ?? error.message : String(error);
  tell({ type: 'error', message: text.slice(0, LONGEST_ERROR) });
}

window.addEventListener('error', ({ error, message }) => report(error ?? message));
window.addEventListener('unhandledrejection', ({ reason }) => report(reason));

registerControls();
watchTheme();
watchDrops();
keepInStep();
keepFlameInStep();
keepSeriesInStep();
keepFindingsInStep();
keepSaved();
render(<App />, document.getElementById('root') ?? document.body);
listen(receive);
