/** What a checker found: kinds to choose from, the list, and the selected one's stacks. */
import { useRef } from 'preact/hooks';
import type { FindingSort } from '../../src/core/findingList.ts';
import type { FindingRow } from '../../src/protocol/findings.ts';
import { ask, tell } from '../channel.ts';
import { openMenu, type MenuItem } from '../contextMenu.tsx';
import { Dropdown } from '../controls.ts';
import { fullLocation, isOpenable } from '../location.ts';
import { LocationLink } from '../locationLink.tsx';
import { count, counted, Quantity } from '../numbers.tsx';
import { SplitView } from '../splitView.tsx';
import { failed, OPEN_COMMAND, openSource, overview, search } from '../state.ts';
import { VirtualTable } from '../virtualTable.tsx';
import { FindingDetailPane } from './findingDetail.tsx';
import { finding, findingSort, findingSplit, kind, selectedIndex, slice } from './findingState.ts';
import { findingText, kindLabel } from './kinds.ts';
import { SeverityIcon } from './severity.tsx';

const SORTS: readonly { readonly value: FindingSort; readonly label: string }[] = [
  { value: 'severity', label: 'Gravest first' },
  { value: 'count', label: 'Most frequent first' },
  { value: 'bytes', label: 'Most bytes first' },
];

export function FindingsView() {
  return (
    <div class="findings" data-testid="findings">
      <div class="toolbar">
        <Dropdown value={findingSort.value} options={SORTS} label="Order of findings" onChange={(sort) => (findingSort.value = sort)} testId="finding-sort" />
        <Kinds />
      </div>
      <SplitView
        share={findingSplit.value} onShare={(share) => (findingSplit.value = share)} label="Size of the list"
        first={<List />} second={<FindingDetailPane />}
      />
    </div>
  );
}

/** One button a kind: a radio group, walked with the arrow keys. */
function Kinds() {
  const group = useRef<HTMLDivElement>(null);
  const found = slice.value;
  if (!found || (found.kinds.length < 2 && kind.value === '')) return null;
  const all = found.kinds.reduce((sum, each) => sum + each.findings, 0);
  const present = found.kinds.some((each) => each.kind === kind.value);
  const choices = [
    { kind: '', severity: null, findings: all },
    ...found.kinds,
    ...(kind.value !== '' && !present ? [{ kind: kind.value, severity: null, findings: 0 }] : []),
  ];
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const at = choices.findIndex((each) => each.kind === kind.value);
    const next = (at + step + choices.length) % choices.length;
    kind.value = choices[next].kind;
    group.current?.querySelectorAll<HTMLElement>('button')[next]?.focus();
  };
  return (
    <div class="chips" role="radiogroup" aria-label="Kind" ref={group} onKeyDown={onKeyDown}>
      {choices.map((each) => (
        <button
          type="button" role="radio" class="chip" key={each.kind} title={each.kind || 'All kinds'} data-testid="finding-kind" data-kind={each.kind}
          aria-checked={kind.value === each.kind} tabIndex={kind.value === each.kind ? 0 : -1} onClick={() => (kind.value = each.kind)}
        >
          {each.severity && <SeverityIcon severity={each.severity} />}
          <span class="chip-name">{each.kind === '' ? 'All' : kindLabel(each.kind)}</span>
          <span class="chip-value number">{count(each.findings)}</span>
        </button>
      ))}
    </div>
  );
}

function List() {
  const found = slice.value;
  const rows = found?.rows ?? [];
  const hasBytes = rows.some(({ bytes }) => bytes > 0);
  const select = (index: number) => rows[index] && (finding.value = rows[index].finding);
  const onKey = (event: KeyboardEvent): boolean => {
    const row = rows[selectedIndex.peek()];
    if (!row) return false;
    if (event.key === 'Enter' || event.key === 'o') open(row);
    else if (event.key === 'c') copy(row);
    else if (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) {
      const bounds = (event.currentTarget as HTMLElement).getBoundingClientRect();
      openMenu(bounds.left + 40, bounds.top + 40, menuItems(row));
    } else return false;
    return true;
  };
  return (
    <div class="function-table">
      <VirtualTable
        label="Findings"
        testId="finding-list"
        className={hasBytes ? 'findings-grid with-bytes' : 'findings-grid'}
        rowCount={rows.length}
        columnCount={hasBytes ? 4 : 3}
        active={selectedIndex.value}
        header={<Header hasBytes={hasBytes} />}
        cells={(index) => rows[index] && <Cells row={rows[index]} hasBytes={hasBytes} />}
        rowAttributes={(index) => (rows[index] ? attributes(rows[index], () => select(index)) : {})}
        onMove={select}
        onKey={onKey}
        onSee={() => undefined}
        initialTop={0}
        onScroll={() => undefined}
        goTo={null}
        isStale={found === null}
      />
      {found && rows.length === 0 && (
        <p class="table-empty dim">{search.value === '' ? 'There is no finding of this kind.' : `No finding matches “${search.value}”${kind.value === '' ? '' : ' among this kind'}.`}</p>
      )}
      <div class="status dim number" role="status">
        {found && (found.matching > rows.length
          ? `${count(rows.length)} of ${counted(found.matching, 'finding')}. A search finds the others.`
          : `${counted(found.matching, 'finding')}${found.matching < (overview.value?.findingCount ?? 0) ? ` of ${count(overview.value?.findingCount ?? 0)}` : ''}`)}
      </div>
    </div>
  );
}

function open(row: FindingRow): void {
  if (row.place && isOpenable(row.place.file)) openSource(row.place.file, row.place.line);
}

function copy(row: FindingRow): void {
  ask('finding', { finding: row.finding }).then((found) => tell({ type: 'copy', text: findingText(found) }), failed);
}

function menuItems(row: FindingRow): MenuItem[] {
  return [
    ...(row.place && isOpenable(row.place.file) ? [{ label: OPEN_COMMAND, key: 'Enter', run: () => open(row) }] : []),
    { label: 'Copy as Text', key: 'C', run: () => copy(row) },
    { label: 'Only This Kind', run: () => (kind.value = row.kind) },
  ];
}

function attributes(row: FindingRow, select: () => void): Record<string, unknown> {
  return {
    'data-testid': 'finding-row',
    'data-finding': row.finding,
    onClick: select,
    onDblClick: () => open(row),
    onContextMenu: (pressed: MouseEvent) => {
      pressed.preventDefault();
      select();
      openMenu(pressed.clientX, pressed.clientY, menuItems(row));
    },
  };
}

function Header({ hasBytes }: { readonly hasBytes: boolean }) {
  return (
    <>
      <div role="columnheader" class="cell dim">Message</div>
      <div role="columnheader" class="cell right dim">Count</div>
      {hasBytes && <div role="columnheader" class="cell right dim">Bytes</div>}
      <div role="columnheader" class="cell cell-place dim">Location</div>
    </>
  );
}

function Cells({ row, hasBytes }: { readonly row: FindingRow; readonly hasBytes: boolean }) {
  const { place } = row;
  return (
    <>
      <div role="gridcell" class="cell" title={`${row.message}${place ? `\n${fullLocation(place.file, place.line) || place.object}` : ''}`}>
        <SeverityIcon severity={row.severity} /> {row.message}
      </div>
      <div role="gridcell" class="cell right"><Quantity value={row.count} unit="count" /></div>
      {hasBytes && <div role="gridcell" class="cell right">{row.bytes > 0 && <Quantity value={row.bytes} unit="bytes" />}</div>}
      <div role="gridcell" class="cell cell-place">{place && <LocationLink file={place.file} line={place.line} otherwise={place.object} inTable />}</div>
    </>
  );
}
