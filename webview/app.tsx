import { useEffect } from 'preact/hooks';
import type { HostToViewer, ViewName } from '../src/protocol/viewer.ts';
import { ContextMenu } from './contextMenu.tsx';
import { Dropdown, IconButton, SearchField } from './controls.ts';
import { FlameView } from './flame/flameView.tsx';
import { FindingsView } from './findings/findingsView.tsx';
import { showInFlame } from './flame/flameState.ts';
import { Functions } from './functions.tsx';
import { Empty, Failed, Loading } from './screens.tsx';
import { SeriesView } from './series/seriesView.tsx';
import { chooseEvent, event, isEmpty, opened, overview, phase, problem, searchText, selectFunction, view } from './state.ts';
import { Summary } from './summary.tsx';
import { panelId, tabId, Tabs } from './tabs.tsx';

/** Acts on what the host says, apart from answers. */
export function receive(message: HostToViewer): void {
  switch (message.type) {
    case 'loading':
      phase.value = { kind: 'loading', name: message.name, bytes: message.bytes, totalBytes: message.totalBytes };
      break;
    case 'opened':
      opened(message.name, message.overview, message.run, message.event);
      break;
    case 'failed':
      phase.value = { kind: 'failed', message: message.message, hint: message.hint, canReopen: message.canReopen };
      break;
    case 'event':
      chooseEvent(message.event, true);
      break;
    case 'reveal':
      if (message.view === 'flame') showInFlame(message.func);
      else {
        selectFunction(message.func);
        view.value = message.view;
      }
      break;
    case 'answer':
    case 'refused':
      break;
  }
}

export function App() {
  const now = phase.value;
  return (
    <>
      {now.kind === 'loading' && <Loading {...now} />}
      {now.kind === 'failed' && <Failed {...now} />}
      {now.kind === 'opened' && <Viewer />}
      <ContextMenu />
    </>
  );
}

function Viewer() {
  const name = view.value;
  useEffect(() => {
    const onKeyDown = (pressed: KeyboardEvent) => {
      if (pressed.key !== 'f' || !(pressed.ctrlKey || pressed.metaKey) || pressed.altKey || pressed.shiftKey) return;
      const field = document.querySelector<HTMLElement>('.search-field');
      if (!field) return;
      pressed.preventDefault();
      field.focus();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, []);
  return (
    <div class="viewer">
      <Header />
      <Problem />
      <div class="panel" role="tabpanel" id={panelId(name)} aria-labelledby={tabId(name)} key={name}>
        <Panel name={name} />
      </div>
    </div>
  );
}

function Panel({ name }: { readonly name: ViewName }) {
  if (name === 'summary') return <Summary />;
  if (name === 'series') return <SeriesView />;
  if (name === 'findings') return <FindingsView />;
  if (isEmpty.value) return <Empty />;
  return name === 'flame' ? <FlameView /> : <Functions />;
}

function Header() {
  const name = view.value;
  const events = name === 'series' || name === 'findings' ? [] : overview.value?.events ?? [];
  return (
    <header class="header">
      <Tabs />
      <div class="header-controls">
        {name !== 'summary' && name !== 'series' && (
          <SearchField key={name === 'findings' ? 'findings' : 'functions'} value={searchText.value} label={name === 'findings' ? 'Search findings and stacks' : 'Search functions and files'} onInput={(text) => (searchText.value = text)} testId="search" />
        )}
        {events.length > 1 && (
          <Dropdown
            value={String(event.value)}
            options={events.map(({ label }, row) => ({ value: String(row), label }))}
            label="Event"
            onChange={(row) => chooseEvent(Number(row))}
            testId="event-select"
          />
        )}
      </div>
    </header>
  );
}

function Problem() {
  if (problem.value === '') return null;
  return (
    <div class="problem" role="alert">
      <span class="codicon codicon-error" aria-hidden="true" />
      <span class="problem-text">{problem.value}</span>
      <IconButton icon="close" label="Dismiss" onClick={() => (problem.value = '')} />
    </div>
  );
}
