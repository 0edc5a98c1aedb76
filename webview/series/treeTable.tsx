/** The tree of a snapshot: the places that allocated, and below each who called it. An ARIA tree grid. */
import { useState } from 'preact/hooks';
import { formatQuantity, formatShare } from '../../src/core/quantities.ts';
import type { SnapshotTreeRow } from '../../src/protocol/overTime.ts';
import { tell } from '../channel.ts';
import { openMenu, type MenuItem } from '../contextMenu.tsx';
import { FunctionName } from '../functionName.tsx';
import { fullLocation, isOpenable } from '../location.ts';
import { LocationLink } from '../locationLink.tsx';
import { counted, Quantity, Share } from '../numbers.tsx';
import { OPEN_COMMAND, openSource, selectFunction, view, views } from '../state.ts';
import { VirtualTable } from '../virtualTable.tsx';
import { seriesOverview, setNodeOpen, tree } from './seriesState.ts';

/** Pixels by which a level is set in. */
const INDENT = 14;

export function TreeTable() {
  const [selected, setSelected] = useState(-1);
  const slice = tree.value;
  const series = seriesOverview.value;
  if (!slice || !series) return <div class="snapshot-tree" aria-busy="true" />;
  const mark = series.snapshots[slice.snapshot];
  const { rows } = slice;
  const active = rows.findIndex(({ node }) => node >= 0 && node === selected);
  const parentOf = (index: number) => {
    let at = index - 1;
    while (at >= 0 && rows[at].depth >= rows[index].depth) at--;
    return at;
  };
  const select = (index: number) => rows[index] && setSelected(rows[index].node);
  const onKey = (event: KeyboardEvent): boolean => {
    const row = rows[active];
    if (!row) return false;
    switch (event.key) {
      case 'ArrowRight':
        if (row.hasChildren && !row.isExpanded) setNodeOpen(row.node, true);
        else if (row.isExpanded) select(active + 1);
        return true;
      case 'ArrowLeft':
        if (row.isExpanded) setNodeOpen(row.node, false);
        else select(parentOf(active));
        return true;
      case ' ':
        if (row.hasChildren) setNodeOpen(row.node, !row.isExpanded);
        return true;
      case 'Enter': case 'o': open(row); return true;
      case 'c': tell({ type: 'copy', text: row.name }); return true;
      case 'F10': case 'ContextMenu': {
        if (event.key === 'F10' && !event.shiftKey) return false;
        const bounds = (event.currentTarget as HTMLElement).getBoundingClientRect();
        openMenu(bounds.left + 40, bounds.top + 40, menuItems(row, slice.total, slice.unit));
        return true;
      }
      default: return false;
    }
  };
  return (
    <section class="snapshot-tree" aria-label="Tree of the snapshot">
      <header class="tree-head">
        <h2 data-testid="snapshot-name">{mark ? capital(mark.name) : ''}{mark?.isPeak && <span class="badge plain">peak</span>}</h2>
        <span class="dim number">
          {mark && `${series.axis.label} ${formatQuantity(mark.x, series.axis.unit)} · ${formatQuantity(slice.total, slice.unit)} in this tree`}
        </span>
      </header>
      {rows.length === 0 ? <p class="tree-none dim">This snapshot holds nothing: all memory was given back, or none was taken yet.</p> : (
        <VirtualTable
          label="Who allocated, and below each its callers"
          testId="snapshot-tree"
          role="treegrid"
          className="tree-grid"
          rowCount={rows.length}
          columnCount={4}
          active={active}
          header={<Header />}
          cells={(index) => rows[index] && <Cells row={rows[index]} total={slice.total} unit={slice.unit} />}
          rowAttributes={(index) => (rows[index] ? attributes(rows[index], () => select(index), slice.total, slice.unit) : {})}
          onMove={select}
          onKey={onKey}
          onSee={() => undefined}
          initialTop={0}
          onScroll={() => undefined}
          goTo={null}
          isStale={false}
        />
      )}
    </section>
  );
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function open(row: SnapshotTreeRow): void {
  if (isOpenable(row.file)) openSource(row.file, row.line);
}

type Unit = Parameters<typeof formatQuantity>[1];

function menuItems(row: SnapshotTreeRow, total: number, unit: Unit): MenuItem[] {
  return [
    ...(isOpenable(row.file) ? [{ label: OPEN_COMMAND, key: 'Enter', run: () => open(row) }] : []),
    ...(views.peek().includes('functions') && row.func >= 0 ? [{
      label: 'Show in Functions',
      run: () => {
        selectFunction(row.func);
        view.value = 'functions';
      },
    }] : []),
    { label: 'Copy Name', key: 'C', run: () => tell({ type: 'copy', text: row.name }) },
    {
      label: 'Copy as Text',
      run: () => tell({ type: 'copy', text: [row.name, fullLocation(row.file, row.line) || row.object, `${formatQuantity(row.weight, unit)} (${formatShare(row.weight, total)})`].filter(Boolean).join('  ') }),
    },
  ];
}

function attributes(row: SnapshotTreeRow, select: () => void, total: number, unit: Unit): Record<string, unknown> {
  return {
    'data-testid': 'tree-row',
    'data-name': row.name,
    'aria-level': row.depth + 1,
    ...(row.hasChildren ? { 'aria-expanded': row.isExpanded } : {}),
    onClick: select,
    onDblClick: () => (row.hasChildren ? setNodeOpen(row.node, !row.isExpanded) : open(row)),
    onContextMenu: (pressed: MouseEvent) => {
      pressed.preventDefault();
      if (row.node < 0) return;
      select();
      openMenu(pressed.clientX, pressed.clientY, menuItems(row, total, unit));
    },
  };
}

function Header() {
  return (
    <>
      <div role="columnheader" class="cell right dim">Size</div>
      <div role="columnheader" class="cell right dim">Share</div>
      <div role="columnheader" class="cell dim">Allocated by</div>
      <div role="columnheader" class="cell cell-place dim">Line</div>
    </>
  );
}

function Cells({ row, total, unit }: { readonly row: SnapshotTreeRow; readonly total: number; readonly unit: Unit }) {
  return (
    <>
      <div role="gridcell" class="cell right"><Quantity value={row.weight} unit={unit} /></div>
      <div role="gridcell" class="cell right"><Share value={row.weight} total={total} unit={unit} /></div>
      <div role="gridcell" class="cell tree-cell">
        <span class="tree-indent" style={{ width: `${row.depth * INDENT}px` }} />
        <span
          class={`twisty codicon codicon-${row.hasChildren ? (row.isExpanded ? 'chevron-down' : 'chevron-right') : 'blank'}`}
          aria-hidden="true"
          onClick={() => row.hasChildren && setNodeOpen(row.node, !row.isExpanded)}
        />
        {row.node < 0 ? <span class="dim">{counted(row.count, 'more place')}, each below 0.1 %</span> : <FunctionName name={row.name} />}
      </div>
      <div role="gridcell" class="cell cell-place">{row.node >= 0 && <LocationLink file={row.file} line={row.line} otherwise={row.object} inTable />}</div>
    </>
  );
}
