import { useEffect, useReducer, useRef, useState } from 'preact/hooks';
import type { FunctionColumn, FunctionRow } from '../src/protocol/engine.ts';
import { formatQuantity, formatShare } from '../src/core/quantities.ts';
import { ask, tell } from './channel.ts';
import { openMenu } from './contextMenu.tsx';
import { showInFlame } from './flame/flameState.ts';
import { FunctionName } from './functionName.tsx';
import { FunctionPages } from './functionPages.ts';
import { fullLocation, isOpenable } from './location.ts';
import { LocationLink } from './locationLink.tsx';
import { Calls, counted, Quantity, Share } from './numbers.tsx';
import { currentEvent, event, failed, OPEN_COMMAND, openSource, overview, search, selectedFunc, selectFunction, sortBy, sorting, tableTop } from './state.ts';
import { VirtualTable } from './virtualTable.tsx';

interface Column {
  readonly id: string;
  readonly label: string;
  /** What sorting by this column means to the engine. */
  readonly sort: FunctionColumn;
  readonly hint: string;
  readonly isNumber: boolean;
}

const COLUMNS: readonly Column[] = [
  { id: 'self', label: 'Self', sort: 'self', hint: 'Cost in the function itself', isNumber: true },
  { id: 'self-share', label: 'Self %', sort: 'self', hint: 'Cost in the function itself, of all', isNumber: true },
  { id: 'total', label: 'Total', sort: 'total', hint: 'Cost in the function and what it calls', isNumber: true },
  { id: 'total-share', label: 'Total %', sort: 'total', hint: 'Cost in the function and what it calls, of all', isNumber: true },
  { id: 'calls', label: 'Calls', sort: 'calls', hint: 'How often it was called', isNumber: true },
  { id: 'name', label: 'Function', sort: 'name', hint: 'Name', isNumber: false },
  { id: 'place', label: 'Location', sort: 'file', hint: 'File and first line', isNumber: false },
];

/** Where the selection is: the row may be known before the function that stands in it. */
interface Place {
  readonly index: number;
  readonly func: number;
}

const NOWHERE: Place = { index: -1, func: -1 };

export function FunctionTable() {
  const [, redraw] = useReducer((turn: number) => turn + 1, 0);
  const [pages] = useState(() => new FunctionPages((query) => ask('functions', query), () => redraw(undefined), failed));
  const [place, setPlace] = useState<Place>(NOWHERE);
  const [goTo, setGoTo] = useState<{ readonly index: number } | null>(null);
  const isFirst = useRef(true);
  const { column, descending } = sorting.value;
  const order = { event: event.value, sort: column, descending, search: search.value };
  const profile = overview.value;
  const func = selectedFunc.value;

  useEffect(() => {
    pages.open(order, selectedFunc.peek());
  }, [profile, order.event, order.sort, order.descending, order.search]);

  // Another order has arrived: the selection keeps its function, not its row. Without one the table begins at its top.
  const shownOrder = pages.shownOrder;
  useEffect(() => {
    if (!shownOrder) return;
    const restoring = isFirst.current && tableTop.peek() > 0;
    isFirst.current = false;
    const selected = selectedFunc.peek();
    const index = pages.rank >= 0 ? pages.rank : pages.indexOf(selected);
    setPlace({ index, func: selected });
    if (!restoring) setGoTo({ index: Math.max(0, index) });
  }, [shownOrder]);

  // Selected elsewhere: find the row.
  useEffect(() => {
    if (func === place.func || pages.isBlank) return;
    let gone = false;
    pages.find(func).then((index) => {
      if (gone) return;
      setPlace({ index, func });
      if (index >= 0) setGoTo({ index });
    }, failed);
    return () => {
      gone = true;
    };
  }, [func]);

  // The keyboard may reach a row before its page has come.
  const rowThere = pages.row(place.index);
  useEffect(() => {
    if (rowThere && place.func < 0 && place.index >= 0) {
      setPlace({ index: place.index, func: rowThere.func });
      selectFunction(rowThere.func, true);
    }
  }, [rowThere, place]);

  const select = (index: number, isStep: boolean) => {
    const row = pages.row(index);
    setPlace({ index, func: row?.func ?? -1 });
    if (row) selectFunction(row.func, isStep);
  };
  const columns = COLUMNS.filter(({ id }) => id !== 'calls' || profile?.hasCalls);
  const onKey = (pressed: KeyboardEvent): boolean => {
    const row = pages.row(place.index);
    if (!row) return false;
    switch (pressed.key) {
      case 'Enter': case 'o': open(row); return true;
      case 'f': showInFlame(row.func); return true;
      case 'c': tell({ type: 'copy', text: row.name }); return true;
      case 'ContextMenu': {
        const bounds = (pressed.currentTarget as HTMLElement).getBoundingClientRect();
        openMenu(bounds.left + 40, bounds.top + 40, menuItems(row));
        return true;
      }
      default: return false;
    }
  };
  const nothing = !pages.isBlank && pages.matching === 0;
  return (
    <div class="function-table">
      <VirtualTable
        label="Functions"
        testId="function-table"
        className={profile?.hasCalls ? 'functions-grid with-calls' : 'functions-grid'}
        rowCount={pages.matching}
        columnCount={columns.length}
        active={place.index}
        header={<Header columns={columns} />}
        cells={(index) => <Cells row={pages.row(index)} columns={columns} />}
        rowAttributes={(index) => rowAttributes(pages.row(index), () => select(index, false))}
        onMove={(index) => select(index, true)}
        onKey={onKey}
        onSee={(from, to) => pages.see(from, to)}
        initialTop={tableTop.peek()}
        onScroll={(top) => (tableTop.value = top)}
        goTo={goTo}
        isStale={pages.isStale}
      />
      {nothing && <p class="table-empty dim">{search.value === '' ? 'No function has a cost here.' : `No function matches “${search.value}”.`}</p>}
      <div class="status dim number" role="status">
        {profile && !pages.isBlank && (search.value === '' ? counted(pages.matching, 'function') : `${counted(pages.matching, 'function')} found`)}
      </div>
    </div>
  );
}

function rowAttributes(row: FunctionRow | undefined, select: () => void): Record<string, unknown> {
  if (!row) return { 'aria-busy': true };
  return {
    'data-testid': 'function-row',
    'data-func': row.func,
    'data-name': row.name,
    onClick: select,
    onDblClick: () => showInFlame(row.func),
    onContextMenu: (pressed: MouseEvent) => {
      pressed.preventDefault();
      select();
      openMenu(pressed.clientX, pressed.clientY, menuItems(row));
    },
  };
}

function open(row: FunctionRow): void {
  if (isOpenable(row.file)) openSource(row.file, row.line);
}

function menuItems(row: FunctionRow) {
  return [
    ...(isOpenable(row.file) ? [{ label: OPEN_COMMAND, key: 'Enter', run: () => open(row) }] : []),
    { label: 'Show in Flame Graph', key: 'F', run: () => showInFlame(row.func) },
    { label: 'Copy Name', key: 'C', run: () => tell({ type: 'copy', text: row.name }) },
    { label: 'Copy as Text', run: () => tell({ type: 'copy', text: asText(row) }) },
  ];
}

function asText(row: FunctionRow): string {
  const { unit, total } = currentEvent.peek();
  const cost = (value: number) => `${formatQuantity(value, unit)} (${formatShare(value, total)})`;
  const calls = row.calls < 0 ? '' : `calls ${row.calls}`;
  return [row.name, fullLocation(row.file, row.line) || row.object, `self ${cost(row.self)}`, `total ${cost(row.total)}`, calls].filter(Boolean).join('  ');
}

/** The header row: one tab stop, arrow keys between columns, Enter or a click sorts. */
function Header({ columns }: { readonly columns: readonly Column[] }) {
  const { column: sorted, descending } = sorting.value;
  const [at, setAt] = useState(0);
  const onKeyDown = (pressed: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[pressed.key];
    if (step === undefined || pressed.altKey) return;
    pressed.preventDefault();
    const next = Math.max(0, Math.min(columns.length - 1, at + step));
    setAt(next);
    (pressed.currentTarget as HTMLElement).querySelectorAll('button')[next]?.focus();
  };
  return (
    <div class="header-cells" role="presentation" onKeyDown={onKeyDown}>
      {columns.map(({ id, label, sort, hint, isNumber }, index) => {
        const isSorted = sort === sorted;
        // A quantity and its share are one order: one mark for both.
        const isMarked = isSorted && columns.findIndex((other) => other.sort === sort) === index;
        return (
          <div
            key={id}
            role="columnheader"
            class={`cell cell-${id} ${isNumber ? 'right' : ''} ${isSorted ? 'sorted' : ''}`}
            aria-colindex={index + 1}
            aria-sort={isMarked ? (descending ? 'descending' : 'ascending') : 'none'}
          >
            <button type="button" tabIndex={index === at ? 0 : -1} title={`${hint}\nSort`} onFocus={() => setAt(index)} onClick={() => sortBy(sort)}>
              <span>{label}</span>
              <span class={`sort-mark codicon ${isMarked ? (descending ? 'codicon-chevron-down' : 'codicon-chevron-up') : ''}`} aria-hidden="true" />
            </button>
          </div>
        );
      })}
    </div>
  );
}

function Cells({ row, columns }: { readonly row: FunctionRow | undefined; readonly columns: readonly Column[] }) {
  const { unit, total } = currentEvent.value;
  return (
    <>
      {columns.map(({ id, isNumber }, index) => (
        <div key={id} role="gridcell" class={`cell cell-${id} ${isNumber ? 'right' : ''}`} aria-colindex={index + 1}>
          {row && cell(id, row, unit, total)}
        </div>
      ))}
    </>
  );
}

function cell(id: string, row: FunctionRow, unit: Parameters<typeof formatQuantity>[1], total: number) {
  switch (id) {
    case 'self': return <Quantity value={row.self} unit={unit} />;
    case 'self-share': return <Share value={row.self} total={total} unit={unit} />;
    case 'total': return <Quantity value={row.total} unit={unit} />;
    case 'total-share': return <Share value={row.total} total={total} unit={unit} />;
    case 'calls': return <Calls value={row.calls} />;
    case 'name': return <FunctionName name={row.name} />;
    default: return <LocationLink file={row.file} line={row.line} otherwise={row.object} inTable />;
  }
}
