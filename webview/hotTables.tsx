/** The hottest lines and functions by self cost, for the summary. */
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { FunctionRow, LineCost } from '../src/protocol/engine.ts';
import { engine } from './channel.ts';
import type { CompactColumn } from './compactTable.tsx';
import { CompactTable } from './compactTable.tsx';
import { FunctionName } from './functionName.tsx';
import { isOpenable } from './location.ts';
import { LocationLink } from './locationLink.tsx';
import { Quantity, Share } from './numbers.tsx';
import { LatestQuestion } from './questions.ts';
import { currentEvent, event, failed, OPEN_HINT, openSource, overview, selectFunction, sorting, view } from './state.ts';

const SHOWN = 10;

const linesQuestion = new LatestQuestion(engine, 'hottestLines');
const functionsQuestion = new LatestQuestion(engine, 'functions');

export function HotLines() {
  const [rows, setRows] = useState<readonly LineCost[] | null>(null);
  const row = event.value;
  useEffect(() => {
    linesQuestion.ask({ event: row, count: SHOWN }).then((lines) => lines && setRows(lines), failed);
  }, [overview.value, row]);
  const { unit, total } = currentEvent.value;
  const columns: CompactColumn<LineCost>[] = [
    { id: 'value', label: 'Self', isNumber: true, cell: (line) => <Quantity value={line.self} unit={unit} /> },
    { id: 'share', label: 'Self %', isNumber: true, cell: (line) => <Share value={line.self} total={total} unit={unit} /> },
    { id: 'place', label: 'Line', cell: (line) => <LocationLink file={line.file} line={line.line} inTable /> },
    { id: 'name', label: 'Function', cell: (line) => <FunctionName name={line.name} /> },
  ];
  return (
    <Hot title="Hottest lines" rows={rows} none="The profile knows no source lines. Programs built with debug information show theirs here.">
      {(lines) => (
        <CompactTable
          label="Hottest lines" testId="summary-hot-lines" rowTestId="hot-line" rows={lines} columns={columns} hint={OPEN_HINT}
          onRow={(line) => isOpenable(line.file) && openSource(line.file, line.line)}
        />
      )}
    </Hot>
  );
}

export function HotFunctions() {
  const [rows, setRows] = useState<readonly FunctionRow[] | null>(null);
  const row = event.value;
  useEffect(() => {
    functionsQuestion.ask({ event: row, sort: 'self', descending: true, search: '', from: 0, count: SHOWN })
      .then((slice) => slice && setRows(slice.rows.filter(({ self }) => self > 0)), failed);
  }, [overview.value, row]);
  const { unit, total } = currentEvent.value;
  const columns: CompactColumn<FunctionRow>[] = [
    { id: 'value', label: 'Self', isNumber: true, cell: (func) => <Quantity value={func.self} unit={unit} /> },
    { id: 'share', label: 'Self %', isNumber: true, cell: (func) => <Share value={func.self} total={total} unit={unit} /> },
    { id: 'name', label: 'Function', cell: (func) => <FunctionName name={func.name} /> },
    { id: 'place', label: 'Location', cell: (func) => <LocationLink file={func.file} line={func.line} otherwise={func.object} inTable /> },
  ];
  const show = (func: FunctionRow) => {
    selectFunction(func.func);
    sorting.value = { column: 'self', descending: true };
    view.value = 'functions';
  };
  return (
    <Hot title="Hottest functions" rows={rows} none="No function has a cost of its own.">
      {(functions) => (
        <CompactTable
          label="Hottest functions" testId="summary-hot-functions" rowTestId="hot-function" rows={functions} columns={columns} hint={OPEN_HINT}
          // A function of the interpreter or without debug information has no source: its row in the table says more.
          onRow={(func) => (isOpenable(func.file) ? openSource(func.file, func.line) : show(func))}
          rowAttributes={(func) => ({ 'data-func': func.func, 'data-name': func.name })}
        />
      )}
    </Hot>
  );
}

interface HotProps<Row> {
  readonly title: string;
  /** null while they are awaited. */
  readonly rows: readonly Row[] | null;
  readonly none: string;
  readonly children: (rows: readonly Row[]) => ComponentChildren;
}

function Hot<Row>({ title, rows, none, children }: HotProps<Row>) {
  return (
    <section class="hot" aria-busy={rows === null}>
      <h2>{title}</h2>
      {rows && (rows.length === 0 ? <p class="dim">{none}</p> : children(rows))}
    </section>
  );
}
