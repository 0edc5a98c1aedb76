/** The selected function: its cost, who called it, whom it called, and its hottest lines. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { EdgeRow, FunctionDetail, LineCost } from '../src/protocol/engine.ts';
import { engine, tell } from './channel.ts';
import type { CompactColumn } from './compactTable.tsx';
import { CompactTable } from './compactTable.tsx';
import { IconButton } from './controls.ts';
import { showInFlame } from './flame/flameState.ts';
import { canGo } from './history.ts';
import { FunctionName } from './functionName.tsx';
import { isOpenable } from './location.ts';
import { LocationLink } from './locationLink.tsx';
import { Calls, Quantity, QuantityOfTotal, Share } from './numbers.tsx';
import { LatestQuestion } from './questions.ts';
import { currentEvent, event, failed, goInHistory, OPEN_HINT, openSource, overview, selectedFunc, selectFunction, visited } from './state.ts';

const question = new LatestQuestion(engine, 'functionDetail');

export function FunctionDetailPane() {
  const [detail, setDetail] = useState<FunctionDetail | null>(null);
  const func = selectedFunc.value;
  const asked = { event: event.value, func };
  useEffect(() => {
    if (func < 0) {
      setDetail(null);
      return;
    }
    let gone = false;
    question.ask(asked).then((answer) => {
      if (answer && !gone) setDetail(answer);
    }, failed);
    return () => {
      gone = true;
    };
  }, [overview.value, asked.event, asked.func]);
  const isCurrent = detail?.row.func === func;
  return (
    <section class="function-detail" aria-label="Selected function" data-testid="function-detail" data-func={isCurrent ? func : undefined} aria-busy={func >= 0 && !isCurrent}>
      {detail && func >= 0 ? <Detail detail={detail} /> : <p class="detail-none dim">Select a function to see its callers, callees and lines.</p>}
    </section>
  );
}

function Detail({ detail }: { readonly detail: FunctionDetail }) {
  const { row, callers, callees, lines } = detail;
  const root = useRef<HTMLDivElement>(null);
  // Following a caller by keyboard leads to its callers: the focus goes along.
  const followed = useRef<string | null>(null);
  useEffect(() => {
    const part = followed.current;
    followed.current = null;
    if (part === null || document.activeElement !== document.body) return;
    const next = root.current?.querySelector<HTMLElement>(`[data-testid="${part}"] tbody tr`) ?? root.current;
    next?.focus({ preventScroll: true });
  }, [row.func]);
  const follow = (part: string, func: number) => {
    followed.current = part;
    selectFunction(func);
  };
  const { unit, total } = currentEvent.value;
  return (
    <div ref={root} tabIndex={-1} class="detail-body">
      <header class="detail-head">
        <div class="detail-title">
          <h2 title={row.name}>{row.name}</h2>
          <div class="detail-actions">
            <IconButton icon="arrow-left" label="Back (Alt+Left)" disabled={!canGo(visited.value, -1)} onClick={() => goInHistory(-1)} />
            <IconButton icon="arrow-right" label="Forward (Alt+Right)" disabled={!canGo(visited.value, 1)} onClick={() => goInHistory(1)} />
            <IconButton icon="flame" label="Show in Flame Graph" onClick={() => showInFlame(row.func)} />
            <IconButton icon="copy" label="Copy name" onClick={() => tell({ type: 'copy', text: row.name })} />
          </div>
        </div>
        <div class="detail-place"><LocationLink file={row.file} line={row.line} otherwise={row.object} /></div>
        <dl class="detail-costs">
          <div><dt>Self</dt><dd><QuantityOfTotal value={row.self} total={total} unit={unit} /></dd></div>
          <div><dt>Total</dt><dd><QuantityOfTotal value={row.total} total={total} unit={unit} /></dd></div>
          {row.calls >= 0 && <div><dt>Calls</dt><dd><Calls value={row.calls} /></dd></div>}
        </dl>
      </header>
      <Part title="Callers" hint="Who called it, with the cost of these calls and their share of the function's total">
        <Edges key={row.func} onFollow={follow} id="callers" rows={callers} of={row.total} none="Nothing called it: it stands outermost." />
      </Part>
      <Part title="Callees" hint="Whom it called, with the cost of these calls and their share of the function's total">
        <Edges key={row.func} onFollow={follow} id="callees" rows={callees} of={row.total} none="It called nothing that was measured." />
      </Part>
      {lines.length > 0 && (
        <Part title="Hottest lines" hint="Lines of this function by cost">
          <Lines rows={lines} of={row.total} />
        </Part>
      )}
    </div>
  );
}

function Part({ title, hint, children }: { readonly title: string; readonly hint: string; readonly children: ComponentChildren }) {
  return (
    <section class="detail-part">
      <h3 title={hint}>{title}</h3>
      {children}
    </section>
  );
}

interface EdgesProps {
  readonly id: 'callers' | 'callees';
  readonly rows: readonly EdgeRow[];
  /** What shares are of. */
  readonly of: number;
  readonly none: string;
  readonly onFollow: (part: string, func: number) => void;
}

function Edges({ id, rows, of, none, onFollow }: EdgesProps) {
  if (rows.length === 0) return <p class="dim" data-testid={id}>{none}</p>;
  const { unit } = currentEvent.value;
  const columns: CompactColumn<EdgeRow>[] = [
    { id: 'value', label: 'Total', isNumber: true, cell: (row) => <Quantity value={row.total} unit={unit} /> },
    { id: 'share', label: 'Share', isNumber: true, cell: (row) => <Share value={row.total} total={of} unit={unit} /> },
    ...(overview.value?.hasCalls ? [{ id: 'calls', label: 'Calls', isNumber: true, cell: (row: EdgeRow) => <Calls value={row.calls} /> }] : []),
    { id: 'name', label: 'Function', cell: (row) => <FunctionName name={row.name} /> },
    { id: 'place', label: 'Location', cell: (row) => <LocationLink file={row.file} line={row.line} inTable /> },
  ];
  return (
    <CompactTable
      label={id === 'callers' ? 'Callers' : 'Callees'}
      testId={id}
      rowTestId={id === 'callers' ? 'caller' : 'callee'}
      rows={rows}
      first={8}
      columns={columns}
      onRow={(row) => onFollow(id, row.func)}
      hint="Select this function"
      onOpen={(row) => isOpenable(row.file) && openSource(row.file, row.line)}
      rowAttributes={(row) => ({ 'data-func': row.func, 'data-name': row.name })}
    />
  );
}

function Lines({ rows, of }: { readonly rows: readonly LineCost[]; readonly of: number }) {
  const { unit } = currentEvent.value;
  const columns: CompactColumn<LineCost>[] = [
    { id: 'value', label: 'Self', isNumber: true, cell: (row) => <Quantity value={row.self} unit={unit} /> },
    { id: 'share', label: 'Share', isNumber: true, cell: (row) => <Share value={row.self} total={of} unit={unit} /> },
    { id: 'value2', label: 'Total', isNumber: true, cell: (row) => <Quantity value={row.total} unit={unit} /> },
    { id: 'place', label: 'Line', cell: (row) => <LocationLink file={row.file} line={row.line} inTable /> },
  ];
  return (
    <CompactTable
      label="Hottest lines" testId="detail-lines" rowTestId="detail-line" rows={rows} first={8} columns={columns} hint={OPEN_HINT}
      onRow={(row) => isOpenable(row.file) && openSource(row.file, row.line)}
    />
  );
}
