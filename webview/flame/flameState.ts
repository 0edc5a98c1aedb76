/** The flame graph's own state, and the questions behind it. It outlives the view, so that switching tabs loses nothing. */
import { computed, effect, signal } from '@preact/signals';
import type { FlameNodeDetail } from '../../src/protocol/engine.ts';
import { ask, engine } from '../channel.ts';
import { LatestQuestion } from '../questions.ts';
import { currentEvent, event, failed, flameTop, order, overview, search, selectedFunc, selectedNode, selectFunction, view, zoom } from '../state.ts';
import { FlameLayers } from './flameLayers.ts';
import type { ZoomStep } from './zoomHistory.ts';
import { zoomTo } from './zoomHistory.ts';

/** A box that is pointed at or selected. */
export interface FlameBox {
  readonly node: number;
  /** Row of the function, ROOT_FUNCTION or MERGED_FUNCTION. */
  readonly func: number;
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly depth: number;
  readonly self: number;
  readonly total: number;
}

export interface Hover {
  readonly box: FlameBox;
  /** Pointer, CSS pixels within the canvas. */
  readonly x: number;
  readonly y: number;
}

export const ROOT_NAME = 'all';
/** Boxes narrower than this share of the width are zoomed to when they are shown from elsewhere. */
const TOO_NARROW_TO_FIND = 0.1;
const REMEMBERED_NODES = 500;

export const layers = new FlameLayers();
/** Answers of another event or order are in `layers` until the first of the new ones comes. */
export const layersOf = { scope: '' };
export const scope = computed(() => `${event.value} ${order.value}`);

export const selectedBox = signal<FlameBox | null>(null);
/** The selected box has still to be brought into sight. */
export const mustReveal = signal(false);
export const hover = signal<Hover | null>(null);
export const isWaiting = signal(false);
/** What the engine told of boxes, by node; replaced whenever something is added. */
export const nodeDetails = signal<ReadonlyMap<number, FlameNodeDetail>>(new Map());

/** Functions that the search found and the share of the cost they take part in; null without a search. */
export const found = signal<{ readonly functions: ReadonlySet<number>; readonly total: number } | null>(null);

// Apart, so that pointing at another box does not overtake the question about the selected one.
const hoverQuestion = new LatestQuestion(engine, 'flameNode', true);
const selectionQuestion = new LatestQuestion(engine, 'flameNode', true);
const placeQuestion = new LatestQuestion(engine, 'flameNodeOf');
const searchQuestion = new LatestQuestion(engine, 'flameSearch');

/** Asks for the source location of a box that is pointed at or selected, and remembers it. */
export function loadDetail(node: number, isSelected: boolean): void {
  if (node < 1 || nodeDetails.peek().has(node)) return;
  const asked = scope.peek();
  (isSelected ? selectionQuestion : hoverQuestion).ask({ event: event.peek(), order: order.peek(), node, withPath: false })
    .then((detail) => {
      if (detail && asked === scope.peek()) remember(detail);
    }, failed);
}

function remember(detail: FlameNodeDetail): void {
  const kept = [...nodeDetails.peek()].slice(-REMEMBERED_NODES);
  nodeDetails.value = new Map([...kept, [detail.node, detail]]);
}

/** A box's detail, now or when it has come. The root has none. */
export async function detailOf(node: number): Promise<FlameNodeDetail | undefined> {
  if (node < 1) return undefined;
  const known = nodeDetails.peek().get(node);
  if (known) return known;
  const detail = await ask('flameNode', { event: event.peek(), order: order.peek(), node, withPath: false });
  remember(detail);
  return detail;
}

/** Selects a box, and with it its function in the other views. */
export function selectBox(box: FlameBox | null, isStep = false): void {
  selectedBox.value = box;
  selectedNode.value = box?.node ?? -1;
  selectFunction(box?.func ?? -1, isStep);
  if (box) loadDetail(box.node, true);
}

function boxOf(detail: FlameNodeDetail): FlameBox {
  const { node, row, start, end, depth, self, total } = detail;
  return { node, func: row.func, name: row.name, start, end, depth, self, total };
}

/** Selects the widest box of a function, zooming in when it would be hard to see. */
function reveal(detail: FlameNodeDetail, mayZoom: boolean): void {
  remember(detail);
  selectedBox.value = boxOf(detail);
  selectedNode.value = detail.node;
  if (mayZoom && detail.end - detail.start < TOO_NARROW_TO_FIND) {
    const step: ZoomStep = { from: detail.start, to: detail.end, label: detail.row.name, node: detail.node, top: flameTop.peek() };
    zoom.value = zoomTo([], step);
  } else if (mayZoom) zoom.value = [];
  mustReveal.value = true;
}

/** Switches to the flame graph and shows a function's widest box. */
export function showInFlame(func: number): void {
  view.value = 'flame';
  selectFunction(func);
  placeQuestion.ask({ event: event.peek(), order: order.peek(), func })
    .then((detail) => detail && reveal(detail, true), failed);
}

/** Keeps selection and search in step with the other views. Runs as long as the page. */
export function keepFlameInStep(): void {
  let lastScope = '';
  let lastProfile: unknown;
  effect(() => {
    const profile = overview.value;
    const now = scope.value;
    if (!profile || (now === lastScope && profile === lastProfile)) return;
    // Nodes belong to one event and order. The first time, what was saved still holds.
    const wasShown = lastProfile === profile;
    if (lastProfile !== profile) {
      layers.clear();
      layersOf.scope = '';
      selectedBox.value = null;
    }
    lastScope = now;
    lastProfile = profile;
    nodeDetails.value = new Map();
    hover.value = null;
    if (wasShown) {
      zoom.value = [];
      selectedBox.value = null;
      selectedNode.value = -1;
    }
  });
  // A function that was selected elsewhere is selected here once the graph is looked at.
  effect(() => {
    const func = selectedFunc.value;
    const now = scope.value;
    if (view.value !== 'flame' || !overview.value) return;
    const box = selectedBox.peek();
    if (func < 0) {
      if (box && box.func >= 0) selectBox(null);
      return;
    }
    if (box?.func === func) return;
    const node = selectedNode.peek();
    const question = box === null && node > 0
      ? ask('flameNode', { event: event.peek(), order: order.peek(), node, withPath: false }).catch(() => null)
      : placeQuestion.ask({ event: event.peek(), order: order.peek(), func });
    question.then((detail) => {
      if (now !== scope.peek() || selectedFunc.peek() !== func || selectedBox.peek()?.func === func) return;
      if (detail) reveal(detail, false);
      else selectedBox.value = null;
    }, failed);
  });
  effect(() => {
    const words = search.value;
    const now = scope.value;
    if (!overview.value || words === '') {
      found.value = null;
      return;
    }
    if (view.value !== 'flame') return;
    searchQuestion.ask({ event: event.peek(), order: order.peek(), search: words })
      .then((result) => {
        if (!result || now !== scope.peek() || words !== search.peek()) return;
        found.value = { functions: new Set(result.functions), total: result.total };
      }, failed);
  });
}

/** Total of the root: what shares are of. */
export function rootTotal(): number {
  return layers.total || currentEvent.value.total;
}
