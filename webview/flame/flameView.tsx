/** The flame graph's page: toolbar, canvas, tooltip, and a bar with the selected box. The root is on top and callees hang below, so
 * that a deep graph begins where reading and scrolling begin, as the editor's own call trees do. */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { FlameOrder } from '../../src/protocol/engine.ts';
import { formatQuantity, formatShare } from '../../src/core/quantities.ts';
import { ask, tell } from '../channel.ts';
import { openMenu } from '../contextMenu.tsx';
import { Button, Dropdown } from '../controls.ts';
import { shortLocation } from '../location.ts';
import { counted } from '../numbers.tsx';
import { currentEvent, event, failed, OPEN_COMMAND, OPEN_HINT, order, overview, search, view, zoom } from '../state.ts';
import { FlameController } from './flameController.ts';
import { FlameDetail } from './flameDetail.tsx';
import { copyName, listenToInput, openBox } from './flameInput.ts';
import type { FlameBox } from './flameState.ts';
import { detailOf, found, isWaiting, nodeDetails, rootTotal, ROOT_NAME, selectedBox } from './flameState.ts';
import { FlameTooltip } from './flameTooltip.tsx';

const ORDERS: readonly { readonly value: FlameOrder; readonly label: string }[] = [
  { value: 'left-heavy', label: 'Left heavy' },
  { value: 'by-name', label: 'By name' },
];

export function FlameView() {
  const scroller = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const spacer = useRef<HTMLDivElement>(null);
  const [controller, setController] = useState<FlameController | null>(null);
  useLayoutEffect(() => {
    if (!canvas.current || !scroller.current || !spacer.current) return undefined;
    const made = new FlameController(canvas.current, scroller.current, spacer.current);
    const stop = listenToInput(made, scroller.current, (box, x, y) => openMenu(x, y, menuItems(made, box)));
    setController(made);
    return () => {
      stop();
      made.dispose();
    };
  }, []);
  return (
    <div class="flame">
      <FlameToolbar controller={controller} />
      <div class="flame-graph">
        {isWaiting.value && <div class="busy" role="progressbar" aria-label="Waiting for the flame graph" />}
        <div class="flame-scroller" ref={scroller} tabIndex={-1}>
          <canvas
            ref={canvas}
            class="flame-canvas"
            data-testid="flame-canvas"
            tabIndex={0}
            role="application"
            aria-roledescription="flame graph"
            aria-label={`Flame graph. Arrow keys move between boxes, Enter zooms in, Escape zooms out, O: ${OPEN_HINT.toLowerCase()}.`}
            aria-describedby="flame-spoken"
          />
          <div class="flame-spacer" ref={spacer} />
        </div>
        <FlameTooltip />
        {currentEvent.value.total === 0 && <p class="flame-nothing dim">{currentEvent.value.label} has no cost here. Another event may have.</p>}
      </div>
      <FlameDetail onZoom={(box) => controller?.zoomToBox(box)} />
      <Spoken />
    </div>
  );
}

function FlameToolbar({ controller }: { readonly controller: FlameController | null }) {
  return (
    <div class="toolbar">
      <Dropdown value={order.value} options={ORDERS} label="Order of siblings" onChange={(value) => (order.value = value)} testId="flame-order" />
      {overview.value?.estimated && (
        <span
          class="badge"
          tabIndex={0}
          data-testid="flame-estimated"
          title="The profiler recorded which function called which, not whole stacks. This graph shares each function's cost among its callers in proportion, so a path may be longer or shorter than it was. The tables are exact."
        >
          estimated
        </span>
      )}
      <Crumbs controller={controller} />
      <SearchResult />
    </div>
  );
}

/** The way in, from the whole graph to what is shown. */
function Crumbs({ controller }: { readonly controller: FlameController | null }) {
  const steps = zoom.value;
  const list = useRef<HTMLOListElement>(null);
  // Where one is now is the last: it stays in sight.
  useEffect(() => {
    if (list.current) list.current.scrollLeft = list.current.scrollWidth;
  }, [steps]);
  if (steps.length === 0) return null;
  return (
    <nav class="crumbs" aria-label="Zoom">
      <ol ref={list}>
        {[ROOT_NAME, ...steps.map(({ label, from, to }) => label || rangeName(from, to))].map((label, at) => (
          <li key={at} class="crumb">
            {at > 0 && <span class="codicon codicon-chevron-right" aria-hidden="true" />}
            {at === steps.length
              ? <span class="crumb-text" aria-current="step" title={label}>{label}</span>
              : <button type="button" class="crumb-text link" title={`Zoom out to ${label}`} onClick={() => controller?.zoomBack(at)}>{label}</button>}
          </li>
        ))}
      </ol>
      <Button secondary testId="flame-reset" title="Show the whole graph (0)" onClick={() => controller?.zoomBack(0)}>Reset zoom</Button>
    </nav>
  );
}

function rangeName(from: number, to: number): string {
  return to - from < 0.001 ? 'close-up' : `${(from * 100).toFixed(1)} – ${(to * 100).toFixed(1)} %`;
}

function SearchResult() {
  const result = found.value;
  if (search.value === '' || !result) return null;
  return (
    <span class="search-result number" role="status" data-testid="search-result">
      {counted(result.functions.size, 'function')}, {formatShare(result.total, rootTotal())}
    </span>
  );
}

/** What a screen reader says of the selected box. */
function Spoken() {
  const box = selectedBox.value;
  const { unit } = currentEvent.value;
  const detail = box ? nodeDetails.value.get(box.node) : undefined;
  const place = detail ? shortLocation(detail.row.file, detail.row.line) : '';
  return (
    <div class="spoken" id="flame-spoken" aria-live="polite">
      {box && [
        box.name,
        `total ${formatShare(box.total, rootTotal())}, ${formatQuantity(box.total, unit)}`,
        `self ${formatShare(box.self, rootTotal())}`,
        `level ${box.depth}`,
        place,
      ].filter(Boolean).join(', ')}
    </div>
  );
}

function menuItems(controller: FlameController, box: FlameBox) {
  const zoomItem = { label: 'Zoom to Box', key: 'Enter', run: () => controller.zoomToBox(box) };
  if (box.func < 0) return [zoomItem];
  return [
    { label: OPEN_COMMAND, key: 'O', run: () => openBox(box) },
    zoomItem,
    { label: 'Show in Functions', run: () => (view.value = 'functions') },
    { label: 'Copy Name', key: 'C', run: () => copyName(box) },
    { label: 'Copy as Text', run: () => copyAsText(box) },
    { label: 'Copy Stack', run: () => copyStack(box) },
  ];
}

function copyAsText(box: FlameBox): void {
  const { unit } = currentEvent.peek();
  const cost = (value: number) => `${formatQuantity(value, unit)} (${formatShare(value, rootTotal())})`;
  detailOf(box.node).then((detail) => {
    const place = detail ? shortLocation(detail.row.file, detail.row.line) : '';
    tell({ type: 'copy', text: [box.name, place, `self ${cost(box.self)}`, `total ${cost(box.total)}`].filter(Boolean).join('  ') });
  }, failed);
}

/** The names from the outermost function to the box, one a line. */
function copyStack(box: FlameBox): void {
  ask('flameNode', { event: event.peek(), order: order.peek(), node: box.node, withPath: true })
    .then((detail) => tell({ type: 'copy', text: detail.path.join('\n') }), failed);
}
