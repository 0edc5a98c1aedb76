/** A short table whose rows can be walked with the arrow keys: one tab stop, Enter does what a click does. */
import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { count } from './numbers.tsx';

export interface CompactColumn<Row> {
  readonly id: string;
  readonly label: string;
  readonly isNumber?: boolean;
  readonly cell: (row: Row) => ComponentChildren;
}

interface CompactTableProps<Row> {
  readonly label: string;
  readonly testId: string;
  readonly rowTestId: string;
  readonly rows: readonly Row[];
  readonly columns: readonly CompactColumn<Row>[];
  /** What a click or Enter on a row does; its words are the row's tooltip. */
  readonly onRow: (row: Row) => void;
  readonly hint: string;
  /** What `o` on a row does. */
  readonly onOpen?: (row: Row) => void;
  readonly rowAttributes?: (row: Row) => Record<string, unknown>;
  /** Rows drawn before more are asked for. */
  readonly first?: number;
}

/** Rows that a press of the button below adds. */
const MORE = 100;

export function CompactTable<Row>({ label, testId, rowTestId, rows, columns, onRow, hint, onOpen, rowAttributes, first = 20 }: CompactTableProps<Row>) {
  const [at, setAt] = useState(0);
  const [shown, setShown] = useState(first);
  const body = useRef<HTMLTableSectionElement>(null);
  const visible = rows.slice(0, shown);
  const current = Math.min(at, visible.length - 1);
  const onKeyDown = (event: KeyboardEvent, row: Row) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.target !== event.currentTarget) return;
    const last = visible.length - 1;
    const to = { ArrowDown: current + 1, ArrowUp: current - 1, Home: 0, End: last, PageDown: current + 10, PageUp: current - 10 }[event.key];
    if (to !== undefined) {
      const next = Math.max(0, Math.min(last, to));
      setAt(next);
      (body.current?.children[next] as HTMLElement | undefined)?.focus();
    } else if (event.key === 'Enter') onRow(row);
    else if (event.key === 'o' && onOpen) onOpen(row);
    else return;
    event.preventDefault();
  };
  return (
    <>
      <table class="compact" role="grid" aria-label={label} aria-rowcount={rows.length + 1} data-testid={testId}>
        <thead>
          <tr>
            {columns.map(({ id, label: text, isNumber }) => <th key={id} scope="col" class={`cell-${id} ${isNumber ? 'right' : ''}`}>{text}</th>)}
          </tr>
        </thead>
        <tbody ref={body}>
          {visible.map((row, index) => (
            <tr
              {...rowAttributes?.(row)}
              key={index}
              tabIndex={index === current ? 0 : -1}
              data-testid={rowTestId}
              title={hint}
              onClick={() => onRow(row)}
              onFocus={() => setAt(index)}
              onKeyDown={(event) => onKeyDown(event, row)}
            >
              {columns.map(({ id, isNumber, cell }) => <td key={id} role="gridcell" class={`cell-${id} ${isNumber ? 'right' : ''}`}>{cell(row)}</td>)}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > shown && (
        <button type="button" class="link more" onClick={() => setShown(shown + MORE)}>
          Show {count(Math.min(MORE, rows.length - shown))} more of {count(rows.length - shown)}
        </button>
      )}
    </>
  );
}
