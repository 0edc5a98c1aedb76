/** A table of any number of rows, of which only those in sight are elements: an ARIA grid with one tab stop. */
import { elementScroll, observeElementOffset, observeElementRect, Virtualizer } from '@tanstack/virtual-core';
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useReducer, useRef, useState } from 'preact/hooks';

export const TABLE_ROW = 22;
export const TABLE_HEADER = 26;

interface TableProps {
  readonly label: string;
  readonly testId: string;
  readonly className: string;
  /** `treegrid`: rows have levels, which `rowAttributes` tells. */
  readonly role?: 'grid' | 'treegrid';
  readonly rowCount: number;
  readonly columnCount: number;
  /** The selected row; -1 for none. */
  readonly active: number;
  readonly header: ComponentChildren;
  /** The cells of a row, with role `gridcell`. */
  readonly cells: (index: number) => ComponentChildren;
  /** More attributes of a row's element. */
  readonly rowAttributes: (index: number) => Record<string, unknown>;
  readonly onMove: (index: number) => void;
  /** Keys that do not move; true when it acted on the key. */
  readonly onKey: (event: KeyboardEvent) => boolean;
  /** Rows in sight, first and one past the last. */
  readonly onSee: (from: number, to: number) => void;
  readonly initialTop: number;
  readonly onScroll: (top: number) => void;
  /** A row to bring to the middle; the object's identity says when anew. */
  readonly goTo: { readonly index: number } | null;
  readonly isStale: boolean;
}

export function VirtualTable(props: TableProps) {
  const { rowCount, active, goTo, initialTop } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [, redraw] = useReducer((turn: number) => turn + 1, 0);
  const [rows] = useState(() => new Virtualizer<HTMLDivElement, HTMLDivElement>(options()));

  function options() {
    return {
      count: rowCount, getScrollElement: () => scroller.current, estimateSize: () => TABLE_ROW, overscan: 8,
      scrollMargin: TABLE_HEADER, scrollPaddingStart: TABLE_HEADER, initialOffset: initialTop,
      observeElementRect, observeElementOffset, scrollToFn: elementScroll,
      onChange: () => redraw(undefined),
    };
  }
  rows.setOptions(options());
  useLayoutEffect(() => rows._didMount(), []);
  useLayoutEffect(() => rows._willUpdate());
  const items = rows.getVirtualItems();
  const from = items[0]?.index ?? 0;
  const to = (items.at(-1)?.index ?? -1) + 1;
  useLayoutEffect(() => props.onSee(from, to), [from, to, rowCount]);
  // Until there are rows there is nothing to scroll back to.
  const hasRows = rowCount > 0;
  useLayoutEffect(() => {
    if (hasRows && initialTop > 0 && scroller.current) scroller.current.scrollTop = initialTop;
  }, [hasRows]);
  useLayoutEffect(() => {
    if (goTo && goTo.index >= 0 && goTo.index < rowCount) rows.scrollToIndex(goTo.index, { align: 'center' });
  }, [goTo]);

  const move = (index: number) => {
    const there = Math.max(0, Math.min(rowCount - 1, index));
    if (rowCount === 0) return;
    rows.scrollToIndex(there, { align: 'auto' });
    props.onMove(there);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget || event.altKey || event.ctrlKey || event.metaKey) return;
    const page = Math.max(1, Math.floor(((scroller.current?.clientHeight ?? 0) - TABLE_HEADER) / TABLE_ROW) - 1);
    switch (event.key) {
      case 'ArrowDown': move(active + 1); break;
      case 'ArrowUp': move(active < 0 ? 0 : active - 1); break;
      case 'PageDown': move(Math.max(0, active) + page); break;
      case 'PageUp': move(Math.max(0, active) - page); break;
      case 'Home': move(0); break;
      case 'End': move(rowCount - 1); break;
      default:
        if (!props.onKey(event)) return;
    }
    event.preventDefault();
  };
  const rowId = (index: number) => `${props.testId}-${index}`;
  const isDrawn = active >= from && active < to;
  return (
    <div
      class={`table ${props.className} ${props.isStale ? 'stale' : ''}`}
      ref={scroller}
      role={props.role ?? 'grid'}
      tabIndex={0}
      aria-label={props.label}
      aria-rowcount={rowCount + 1}
      aria-colcount={props.columnCount}
      aria-activedescendant={isDrawn ? rowId(active) : undefined}
      aria-busy={props.isStale}
      data-testid={props.testId}
      onKeyDown={onKeyDown}
      onScroll={(event) => props.onScroll(event.currentTarget.scrollTop)}
    >
      <div class="table-header table-row" role="row" aria-rowindex={1}>{props.header}</div>
      <div class="table-rows" role="rowgroup" style={{ height: `${rows.getTotalSize()}px` }}>
        {items.map((item) => (
          <div
            {...props.rowAttributes(item.index)}
            key={item.index}
            id={rowId(item.index)}
            class={item.index === active ? 'table-row selected' : 'table-row'}
            role="row"
            aria-rowindex={item.index + 2}
            aria-selected={item.index === active}
            style={{ transform: `translateY(${item.start - TABLE_HEADER}px)` }}
          >
            {props.cells(item.index)}
          </div>
        ))}
      </div>
    </div>
  );
}
