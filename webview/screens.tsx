/** What stands where there is no profile to show: it is being read, it could not be read, or it is empty. */
import { useEffect, useState } from 'preact/hooks';
import { formatQuantity, formatShare } from '../src/core/quantities.ts';
import { hasEditor, tell } from './channel.ts';
import { Button } from './controls.ts';
import { exact } from './numbers.tsx';
import { phase } from './state.ts';

/** Milliseconds before a wait is worth showing: most profiles are read sooner. */
const PATIENCE = 200;

export function Loading({ name, bytes, totalBytes }: { readonly name: string; readonly bytes: number; readonly totalBytes: number }) {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), PATIENCE);
    return () => clearTimeout(timer);
  }, []);
  const known = totalBytes > 0;
  const text = known ? `${formatQuantity(bytes, 'bytes')} of ${formatQuantity(totalBytes, 'bytes')}` : bytes > 0 ? formatQuantity(bytes, 'bytes') : '';
  return (
    <div class={shown ? 'screen' : 'screen unseen'} data-testid="state-loading" aria-busy="true">
      <h1>{name === '' ? 'Opening the profile' : `Reading ${name}`}</h1>
      {known ? (
        <div class="progress" role="progressbar" aria-label="Read so far" aria-valuemin={0} aria-valuemax={totalBytes} aria-valuenow={bytes} aria-valuetext={formatShare(bytes, totalBytes)}>
          <div class="progress-bar" style={{ width: `${Math.min(100, (bytes / totalBytes) * 100).toFixed(1)}%` }} />
        </div>
      ) : <div class="progress" role="progressbar" aria-label="Opening"><div class="busy" /></div>}
      <p class="dim number" title={known ? exact(bytes, 'bytes') : undefined}>{text}</p>
    </div>
  );
}

export function Failed({ message, hint, canReopen }: { readonly message: string; readonly hint: string; readonly canReopen: boolean }) {
  return (
    <div class="screen" role="alert" data-testid="state-failed">
      <span class="screen-icon bad codicon codicon-error" aria-hidden="true" />
      <h1>The profile could not be opened</h1>
      <p class="screen-message">{message}</p>
      {hint !== '' && <p class="dim">{hint}</p>}
      <div class="buttons">
        {canReopen && <Button icon="file-text" testId="reopen-as-text" onClick={() => tell({ type: 'command', command: 'reopenAsText' })}>Reopen as Text</Button>}
        {hasEditor && <Button secondary icon="output" testId="show-log" onClick={() => tell({ type: 'command', command: 'showLog' })}>Show Log</Button>}
      </div>
    </div>
  );
}

/** No cost anywhere: says what to do about it. `brief`: the page has the buttons already. */
export function Empty({ brief = false }: { readonly brief?: boolean }) {
  const canRunAgain = !brief && phase.value.kind === 'opened' && phase.value.run !== null;
  return (
    <div class={brief ? 'screen brief' : 'screen'} data-testid="state-empty">
      <span class="screen-icon codicon codicon-graph" aria-hidden="true" />
      <h1>Nothing was measured</h1>
      <p class="dim">
        The profile holds no samples. The program probably ended before the first one was taken, or waited all the time.
        Give it more to do, so that it runs for at least a second, or sample at a smaller interval.
      </p>
      {canRunAgain && (
        <div class="buttons">
          <Button icon="debug-restart" onClick={() => tell({ type: 'command', command: 'runAgain' })}>Run Again</Button>
          <Button secondary icon="output" onClick={() => tell({ type: 'command', command: 'showLog' })}>Show Log</Button>
        </div>
      )}
    </div>
  );
}
