/** What was run and what came of it, at a glance. */
import type { ComponentChildren } from 'preact';
import { Fragment } from 'preact';
import { formatQuantity } from '../src/core/quantities.ts';
import type { ProfileOverview } from '../src/protocol/engine.ts';
import type { RunFacts } from '../src/protocol/viewer.ts';
import { hasEditor, tell } from './channel.ts';
import { Button, IconButton } from './controls.ts';
import { HotFunctions, HotLines } from './hotTables.tsx';
import { counted, exact } from './numbers.tsx';
import { KindTable, SeriesTable } from './otherTables.tsx';
import { Empty } from './screens.tsx';
import { chooseEvent, event, isEmpty, phase } from './state.ts';

/** Thread names shown before the rest is a number. */
const THREADS_NAMED = 4;

export function Summary() {
  const now = phase.value;
  if (now.kind !== 'opened') return null;
  const { overview, run, name } = now;
  const target = run?.target || name;
  const title = run?.title || target.split(/[\\/]/).pop() || target;
  return (
    <div class="summary">
      <header class="summary-head">
        <div class="summary-title">
          <h1 title={target}>{title}</h1>
          <p class="dim">{[run?.profiler || overview.tool || overview.formatLabel, run ? '' : name !== title ? name : ''].filter(Boolean).join(' · ')}</p>
        </div>
        <div class="buttons">
          {run && <Button icon="debug-restart" testId="run-again" onClick={() => tell({ type: 'command', command: 'runAgain' })}>Run Again</Button>}
          {hasEditor && <Button secondary icon="output" testId="show-log" onClick={() => tell({ type: 'command', command: 'showLog' })}>Show Log</Button>}
        </div>
      </header>
      <Callouts overview={overview} run={run} />
      {isEmpty.value && overview.findingCount === 0 && overview.seriesCount === 0 ? <Empty brief /> : (
        <div class="summary-hot">
          {overview.findingCount > 0 && <KindTable />}
          {overview.seriesCount > 0 && <SeriesTable />}
          {!isEmpty.value && <HotLines />}
          {!isEmpty.value && <HotFunctions />}
        </div>
      )}
      <div class="summary-facts">
        <Run overview={overview} run={run} />
        <Measured overview={overview} />
      </div>
    </div>
  );
}

function Callouts({ overview, run }: { readonly overview: ProfileOverview; readonly run: RunFacts | null }) {
  return (
    <>
      {overview.truncated && <Callout kind="warning">The file ended too early. What was read up to there is shown; costs after it are missing.</Callout>}
      {overview.warnings.map((text) => <Callout kind="warning" key={text}>{text}</Callout>)}
      {run?.notes.map((text) => <Callout kind="info" key={text}>{text}</Callout>)}
    </>
  );
}

function Callout({ kind, children }: { readonly kind: 'warning' | 'info'; readonly children: ComponentChildren }) {
  return (
    <div class={`callout ${kind}`} role="note" data-testid={`callout-${kind}`}>
      <span class={`codicon codicon-${kind}`} aria-hidden="true" />
      <span class="spoken">{kind === 'warning' ? 'Warning: ' : 'Note: '}</span>
      <span>{children}</span>
    </div>
  );
}

function Fact({ label, title, children }: { readonly label: string; readonly title?: string; readonly children: ComponentChildren }) {
  return (
    <div class="fact">
      <dt>{label}</dt>
      <dd title={title}>{children}</dd>
    </div>
  );
}

function Run({ overview, run }: { readonly overview: ProfileOverview; readonly run: RunFacts | null }) {
  const command = run ? run.command.map(quoted).join(' ') : overview.command;
  const started = run?.startedAt || overview.startTime;
  const nanoseconds = run ? run.seconds * 1e9 : overview.duration;
  return (
    <dl class="facts" aria-label="What was run">
      {command !== '' && (
        <Fact label="Command" title={command}>
          <code class="command">{run ? run.command.map((argument, at) => <Fragment key={at}><span class="argument">{quoted(argument)}</span> </Fragment>) : command}</code>
          <IconButton icon="copy" label="Copy command" onClick={() => tell({ type: 'copy', text: command })} />
        </Fact>
      )}
      {run && run.cwd !== '' && <Fact label="Working directory" title={run.cwd}><span class="path">{run.cwd}</span></Fact>}
      {started > 0 && <Fact label="Started">{new Date(started).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' })}</Fact>}
      {nanoseconds > 0 && <Fact label="Ran for" title={exact(nanoseconds, 'nanoseconds')}><span class="number">{formatQuantity(nanoseconds, 'nanoseconds')}</span></Fact>}
      {run && <Fact label="Ended"><Ending run={run} /></Fact>}
      <Fact label="Format">{overview.formatLabel}{overview.tool !== '' && overview.tool !== overview.formatLabel && <span class="dim"> by {overview.tool}</span>}</Fact>
    </dl>
  );
}

function Ending({ run }: { readonly run: RunFacts }) {
  if (run.stopped) return <><span class="codicon codicon-debug-stop" aria-hidden="true" /> stopped by you</>;
  if (run.signal) return <><span class="codicon codicon-error bad" aria-hidden="true" /> killed by {run.signal}</>;
  if (run.exitCode === null) return <><span class="codicon codicon-question" aria-hidden="true" /> by a signal, or unknown</>;
  if (run.exitCode === 0) return <><span class="codicon codicon-pass good" aria-hidden="true" /> exit code 0</>;
  return <><span class="codicon codicon-warning warn" aria-hidden="true" /> exit code {run.exitCode}</>;
}

/** An argument as it may be typed into a shell; for reading only. */
function quoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}

function Measured({ overview }: { readonly overview: ProfileOverview }) {
  const { threads } = overview;
  const names = threads.map(({ name, tid }) => name || String(tid));
  const named = names.slice(0, THREADS_NAMED).join(', ') + (names.length > THREADS_NAMED ? ` and ${names.length - THREADS_NAMED} more` : '');
  return (
    <dl class="facts" aria-label="What was measured">
      {overview.events.map(({ name, label, unit, total }, row) => (
        <Fact key={row} label={label} title={`${exact(total, unit)} (${name})`}>
          <span class="number">{formatQuantity(total, unit)}</span>
          {overview.events.length > 1 && (row === event.value
            ? <span class="dim"> (shown)</span>
            : <button type="button" class="link" onClick={() => chooseEvent(row)}>show</button>)}
        </Fact>
      ))}
      <Fact label="Recorded">
        {[
          overview.findingCount > 0 ? `${counted(overview.findingCount, 'finding')}, ${counted(overview.findingKindCount, 'kind')}` : '',
          overview.sampleCount > 0 ? counted(overview.sampleCount, 'sample') : '',
          overview.stackCount > 0 ? counted(overview.stackCount, 'stack') : '',
          overview.functionCount > 0 ? counted(overview.functionCount, 'function') : '',
          overview.seriesCount > 0 ? `${counted(overview.seriesCount, 'series', 'series')} over time` : '',
          overview.snapshotCount > 0 ? counted(overview.snapshotCount, 'tree') : '',
          overview.files.length > 0 ? counted(overview.files.length, 'file') : '',
        ].filter(Boolean).join(', ')}
      </Fact>
      {threads.length > 0 && <Fact label={threads.length === 1 ? 'Thread' : `${threads.length} threads`} title={names.join('\n')}>{named}</Fact>}
      {overview.facts.map(([label, value]) => <Fact key={label} label={label} title={value}>{value}</Fact>)}
    </dl>
  );
}
