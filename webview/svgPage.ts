/**
 * What makes the SVG flame graph move (src/formats/svgWriter.ts): search, zoom, keyboard, and names that fit the window. It runs in
 * the picture itself, so it reads everything from there and knows nothing else.
 */
import { shortenName } from '../src/core/shortenName.ts';

interface Box {
  readonly group: SVGGElement;
  readonly rect: SVGRectElement;
  readonly name: string;
  /** What is searched: name and place. */
  readonly hay: string;
  readonly title: string;
  /** Shares of the root's width in percent. */
  readonly start: number;
  readonly width: number;
  readonly depth: number;
  label: SVGTextElement | null;
}

const SVG = 'http://www.w3.org/2000/svg';
/** Percent; rounding of what was written is a hundredth of it. */
const SLACK = 1e-4;
/** Pixels of a level, and above the first, as they are written. */
const ROW_HEIGHT = 18;
const HEADER_HEIGHT = 64;
/** Pixels from which a box has a border. */
const WIDE = 4;
/** Pixels at each side of a name. */
const MARGIN = 4;

const root = document.documentElement as unknown as SVGSVGElement;
const find = <T extends Element>(id: string): T => document.getElementById(id) as unknown as T;
const graph = find<SVGSVGElement>('graph');
const controls = find<SVGForeignObjectElement>('controls');
const heading = find<SVGTextElement>('heading');
const subtitle = find<SVGTextElement>('subtitle');
const details = find<SVGTextElement>('details');
const field = find<HTMLInputElement>('search');
const reset = find<HTMLButtonElement>('reset');
const matched = find<HTMLElement>('matched');

const boxes = Array.from(graph.querySelectorAll('g'), readBox);
const byGroup = new Map<Element, Box>(boxes.map((box) => [box.group, box]));
const top = boxes.length > 0 ? boxes[0] : null;
let zoomed = top;
let current = top;
let graphWidth = 1;
let characterWidth = 6.6;

function readBox(group: SVGGElement): Box {
  const rect = group.querySelector('rect') as SVGRectElement;
  const title = group.querySelector('title')?.textContent ?? '';
  const hay = title.slice(0, Math.max(0, title.lastIndexOf('\ntotal ')));
  return {
    group, rect, title, name: title.split('\n', 1)[0], hay: group.classList.contains('thin') ? '' : hay,
    start: parseFloat(rect.getAttribute('x') ?? '0'), width: parseFloat(rect.getAttribute('width') ?? '0'),
    depth: Math.round((parseFloat(rect.getAttribute('y') ?? '0') - HEADER_HEIGHT) / ROW_HEIGHT), label: group.querySelector('text'),
  };
}

const isThin = (box: Box) => box.group.classList.contains('thin');
const end = (box: Box) => box.start + box.width;
const covers = (outer: Box, inner: Box) => outer.start <= inner.start + SLACK && end(outer) >= end(inner) - SLACK;

function fitText(element: SVGTextElement, text: string, width: number): void {
  element.textContent = text;
  const length = element.getComputedTextLength();
  if (length > width && length > 0) element.textContent = shortenName(text, width, (part) => (part.length / text.length) * length);
}

/** Places every box for the zoom, and writes names that fit. */
function draw(): void {
  if (!zoomed) return;
  const focus = zoomed;
  const scale = 100 / focus.width;
  for (const box of boxes) {
    const isAbove = box.depth < focus.depth && covers(box, focus);
    const isShown = isAbove || (box.depth >= focus.depth && covers(focus, box));
    box.group.classList.toggle('hidden', !isShown);
    if (!isShown) continue;
    box.group.classList.toggle('above', isAbove);
    const x = isAbove ? 0 : Math.max(0, (box.start - focus.start) * scale);
    const width = isAbove ? 100 : Math.min(100 - x, box.width * scale);
    box.rect.setAttribute('x', `${x}%`);
    box.rect.setAttribute('width', `${width}%`);
    box.group.classList.toggle('wide', !isThin(box) && (width / 100) * graphWidth >= WIDE);
    writeName(box, x, width);
  }
  reset.disabled = focus === top;
}

function writeName(box: Box, x: number, width: number): void {
  const room = (width / 100) * graphWidth - 2 * MARGIN;
  const text = isThin(box) || room < 3 * characterWidth ? '' : shortenName(box.name, room / characterWidth, (part) => part.length);
  if (text === '' && !box.label) return;
  if (!box.label) {
    box.label = document.createElementNS(SVG, 'text');
    box.label.setAttribute('y', String(parseFloat(box.rect.getAttribute('y') ?? '0') + 13));
    box.label.setAttribute('dx', String(MARGIN));
    box.group.append(box.label);
  }
  box.label.setAttribute('x', `${x}%`);
  box.label.textContent = text;
}

function resize(): void {
  const width = root.clientWidth || root.getBoundingClientRect().width;
  graphWidth = Math.max(1, width - 16);
  graph.setAttribute('width', String(graphWidth));
  controls.setAttribute('width', String(width));
  fitTitles();
  draw();
}

/** The controls are at the right of title and subtitle, and say more while something is searched. */
function fitTitles(): void {
  const room = Math.max(60, matched.getBoundingClientRect().left - root.getBoundingClientRect().left - 24);
  for (const element of [heading, subtitle]) fitText(element, element.dataset.text ?? '', room);
}

function zoom(box: Box | null): void {
  if (!box || isThin(box)) return;
  zoomed = box;
  draw();
}

function describe(box: Box | null): void {
  fitText(details, box ? box.title.split('\n').join(' · ') : ' ', graphWidth);
}

function select(box: Box): void {
  current?.group.setAttribute('tabindex', '-1');
  current = box;
  box.group.setAttribute('tabindex', '0');
  box.group.focus({ preventScroll: false });
}

/** What is looked for; undefined while a regular expression is not complete. */
function matcher(query: string): ((text: string) => boolean) | null | undefined {
  if (query === '') return null;
  const pattern = /^\/(.+?)\/?$/.exec(query);
  if (pattern) {
    try {
      const expression = new RegExp(pattern[1], 'i');
      return (text) => expression.test(text);
    } catch {
      return undefined;
    }
  }
  const words = query.toLowerCase().split(/\s+/);
  return (text) => {
    const lower = text.toLowerCase();
    return words.every((word) => lower.includes(word));
  };
}

function search(): void {
  const matches = matcher(field.value.trim());
  field.setAttribute('aria-invalid', String(matches === undefined));
  graph.classList.toggle('searched', Boolean(matches));
  const known = new Map<string, boolean>();
  let share = 0;
  let outermost: Box | null = null;
  for (const box of boxes) {
    let found = false;
    if (matches && box.hay !== '') {
      found = known.get(box.hay) ?? matches(box.hay);
      known.set(box.hay, found);
    }
    box.group.classList.toggle('found', found);
    // Boxes stand depth first: what lies in a match is behind it and deeper.
    if (outermost && box.depth <= outermost.depth) outermost = null;
    if (found && !outermost) {
      outermost = box;
      share += box.width;
    }
  }
  const least = root.dataset.partial && share < 100 ? 'at least ' : '';
  matched.textContent = matches ? (share > 0 ? `${least}${share.toFixed(1)} % matched` : 'nothing found') : matches === undefined ? 'not a regular expression' : '';
  fitTitles();
}

/** The next box that can be selected in the direction of an arrow key. */
function neighbour(from: Box, key: string): Box | undefined {
  const shown = boxes.filter((box) => !isThin(box) && !box.group.classList.contains('hidden'));
  switch (key) {
    case 'ArrowUp':
      return shown.find((box) => box.depth === from.depth - 1 && covers(box, from));
    case 'ArrowDown':
      return shown.filter((box) => box.depth === from.depth + 1 && covers(from, box)).reduce<Box | undefined>((widest, box) => (widest && widest.width >= box.width ? widest : box), undefined);
    case 'ArrowRight':
      return shown.filter((box) => box.depth === from.depth && box.start > from.start).reduce<Box | undefined>((next, box) => (next && next.start <= box.start ? next : box), undefined);
    case 'ArrowLeft':
      return shown.filter((box) => box.depth === from.depth && box.start < from.start).reduce<Box | undefined>((next, box) => (next && next.start >= box.start ? next : box), undefined);
    default:
      return undefined;
  }
}

const boxOf = (target: EventTarget | null) => (target instanceof Element ? byGroup.get(target.closest('g') ?? target) ?? null : null);

function onKey(event: KeyboardEvent): void {
  if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key === 'f') {
    // Pressed once more it is the browser's own.
    if (document.activeElement === field) return;
    event.preventDefault();
    field.focus();
    field.select();
    return;
  }
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.key === 'Escape') {
    if (document.activeElement !== field && zoomed !== top) zoom(top);
    else if (field.value !== '') {
      field.value = '';
      search();
    } else zoom(top);
    return;
  }
  const box = boxOf(event.target);
  if (!box) return;
  if (event.key === 'Enter' || event.key === ' ') {
    event.preventDefault();
    zoom(box);
    return;
  }
  const next = neighbour(box, event.key);
  if (!next) return;
  event.preventDefault();
  select(next);
}

function start(): void {
  // As wide as the window: everything in it is placed by shares of the width.
  root.removeAttribute('viewBox');
  root.setAttribute('width', '100%');
  controls.style.display = '';
  for (const element of [heading, subtitle]) element.dataset.text = element.textContent ?? '';
  const probe = document.createElementNS(SVG, 'text');
  probe.textContent = 'm'.repeat(100);
  graph.append(probe);
  characterWidth = probe.getComputedTextLength() / 100 || characterWidth;
  probe.remove();
  for (const box of boxes) {
    if (isThin(box)) continue;
    box.group.setAttribute('role', 'treeitem');
    box.group.setAttribute('aria-level', String(box.depth + 1));
    box.group.setAttribute('tabindex', box === top ? '0' : '-1');
  }
  graph.addEventListener('click', (event) => {
    const box = boxOf(event.target);
    if (!box || isThin(box)) return;
    select(box);
    zoom(box);
  });
  graph.addEventListener('mouseover', (event) => describe(boxOf(event.target)));
  graph.addEventListener('mouseleave', () => describe(null));
  field.addEventListener('input', search);
  reset.addEventListener('click', () => zoom(top));
  // Not on the graph: an SVG element that listens to focus gets it by Tab itself.
  window.addEventListener('focusin', (event) => describe(boxOf(event.target)));
  window.addEventListener('keydown', onKey);
  window.addEventListener('resize', resize);
  resize();
}

start();
