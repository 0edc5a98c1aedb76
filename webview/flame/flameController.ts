/** Brings the flame graph to its canvas: asks for slices as they come into sight, moves the view, and draws once a frame. */
import { effect } from '@preact/signals';
import type { EngineMethods } from '../../src/protocol/engine.ts';
import { engine } from '../channel.ts';
import { LatestQuestion } from '../questions.ts';
import { event, failed, flameTop, order, overview, view, zoom } from '../state.ts';
import { drawFlame } from './flameCanvas.ts';
import type { Direction } from './flameIndex.ts';
import { boxAt, MERGED_FUNCTION, neighbour, ROOT_FUNCTION } from './flameIndex.ts';
import type { Layer, Window } from './flameLayers.ts';
import { aroundOf } from './flameLayers.ts';
import type { Range } from './flameLayout.ts';
import { between, depthAt, pan, rangeShowing, ROW_HEIGHT, topShowing, toShare, zoomAt } from './flameLayout.ts';
import type { FlameBox } from './flameState.ts';
import { found, hover, isWaiting, layers, layersOf, mustReveal, ROOT_NAME, scope, selectBox, selectedBox } from './flameState.ts';
import type { FlameTheme } from './flameTheme.ts';
import { readTheme, themeVersion } from './flameTheme.ts';
import type { ZoomHistory } from './zoomHistory.ts';
import { zoomBackTo, zoomFreely, zoomRange, zoomTo } from './zoomHistory.ts';

/** Milliseconds of a zoom's movement. */
const GLIDE = 120;
/** Milliseconds after which waiting is shown. */
const PATIENCE = 250;
/** Browsers lay out no taller elements reliably, CSS pixels. */
const TALLEST = 16_000_000;

const question = new LatestQuestion(engine, 'flame', true);

interface Glide {
  readonly from: Range;
  readonly fromTop: number;
  readonly toTop: number;
  readonly began: number;
}

export class FlameController {
  private readonly context: CanvasRenderingContext2D;
  private theme: FlameTheme;
  private shown: Range = zoomRange(zoom.peek());
  private glide: Glide | null = null;
  private frame = 0;
  private width = 0;
  private height = 0;
  private asked = '';
  /** Levels that the graph is known to have before the engine has told how many there are. */
  private fewest = 0;
  private patience: ReturnType<typeof setTimeout> | undefined;
  private readonly stops: (() => void)[] = [];

  constructor(
    readonly canvas: HTMLCanvasElement,
    /** Scrolls vertically; the canvas sticks to its top. */
    private readonly scroller: HTMLElement,
    /** As tall as the whole graph. */
    private readonly spacer: HTMLElement,
  ) {
    const context = canvas.getContext('2d', { alpha: false });
    if (!context) throw new Error('this browser has no canvas');
    this.context = context;
    this.theme = readTheme(scroller);
    const resized = new ResizeObserver(() => this.schedule());
    resized.observe(scroller);
    const onScroll = () => {
      flameTop.value = scroller.scrollTop;
      hover.value = null;
      this.schedule();
    };
    scroller.addEventListener('scroll', onScroll, { passive: true });
    this.stops.push(
      () => resized.disconnect(),
      () => scroller.removeEventListener('scroll', onScroll),
      effect(() => {
        void themeVersion.value;
        this.theme = readTheme(scroller);
        this.schedule();
      }),
      effect(() => {
        void [zoom.value, selectedBox.value, hover.value, found.value, scope.value, mustReveal.value];
        this.schedule();
      }),
      effect(() => {
        void overview.value;
        this.asked = '';
        this.schedule();
      }),
    );
    const onResize = () => this.schedule();
    window.addEventListener('resize', onResize);
    this.stops.push(() => window.removeEventListener('resize', onResize));
    this.fewest = Math.ceil((flameTop.peek() + scroller.clientHeight) / ROW_HEIGHT);
    this.fitSpacer();
    scroller.scrollTop = flameTop.peek();
  }

  dispose(): void {
    for (const stop of this.stops) stop();
    cancelAnimationFrame(this.frame);
    clearTimeout(this.patience);
    hover.value = null;
  }

  /** The box under a point of the canvas, CSS pixels; null where there is none. */
  boxAtPoint(x: number, y: number): FlameBox | null {
    const depth = depthAt(y, this.scroller.scrollTop);
    const share = toShare(x, this.shown, this.width);
    const layer = layers.holding(this.seen(this.shown), depth, share);
    const box = layer ? boxAt(layer.index, depth, share) : -1;
    return layer && box >= 0 ? boxOf(layer, box) : null;
  }

  /** Moves the selection; the first move selects the root. */
  step(direction: Direction): void {
    const from = selectedBox.peek();
    if (!from) {
      selectBox({ node: 0, func: ROOT_FUNCTION, name: ROOT_NAME, start: 0, end: 1, depth: 0, self: 0, total: layers.total });
      this.showSelected();
      return;
    }
    const range = zoomRange(zoom.peek());
    // What lies left and right in sight is reached from the part of a wide box that is seen.
    const middle = Math.min(range.to, Math.max(range.from, (from.start + from.end) / 2));
    const layer = layers.holding(this.seen(range), from.depth, middle);
    const next = layer ? neighbour(layer.index, from.depth, from.start, from.end, direction) : -1;
    if (layer && next >= 0) selectBox(boxOf(layer, next), true);
    this.showSelected();
  }

  /** Zooms to a box so that it takes the whole width. */
  zoomToBox(box: FlameBox): void {
    const top = this.scroller.scrollTop;
    const y = box.depth * ROW_HEIGHT;
    // What is below the box is looked at next: it needs room.
    const toTop = y - top > this.height * 0.6 ? Math.max(0, y - this.height * 0.25) : top;
    const label = box.func === MERGED_FUNCTION ? '' : box.name;
    const steps = box.func === ROOT_FUNCTION ? [] : zoomTo(zoom.peek(), { from: box.start, to: box.end, label, node: box.func === MERGED_FUNCTION ? -1 : box.node, top });
    this.glideTo(steps, toTop);
  }

  /** Goes out to one of the steps of the way in; -1 is one step out. False when all is seen already. */
  zoomBack(steps: number): boolean {
    const history = zoom.peek();
    const kept = steps < 0 ? history.length - 1 : steps;
    if (history.length === 0 || kept >= history.length) return false;
    this.glideTo(zoomBackTo(history, kept), history[Math.max(0, kept)].top);
    return true;
  }

  /** Zooms about a point at once, as a wheel does. */
  zoomAtPoint(x: number, factor: number): void {
    this.moveTo(zoomAt(this.shown, toShare(x, this.shown, this.width), factor));
  }

  /** Zooms about the selected box, or the middle of what is seen. */
  zoomAtSelection(factor: number): void {
    const box = selectedBox.peek();
    const { from, to } = this.shown;
    const left = Math.max(from, box?.start ?? from);
    const right = Math.min(to, box?.end ?? to);
    this.moveTo(zoomAt(this.shown, left < right ? (left + right) / 2 : (from + to) / 2, factor));
  }

  /** Moves sideways by CSS pixels. */
  panBy(pixels: number): void {
    this.moveTo(pan(this.shown, (pixels / this.width) * (this.shown.to - this.shown.from)));
  }

  scrollBy(pixels: number): void {
    this.scroller.scrollTop += pixels;
  }

  pageBy(pages: number): void {
    this.scrollBy(pages * (this.height - ROW_HEIGHT));
  }

  private moveTo(range: Range): void {
    this.glide = null;
    this.shown = range;
    zoom.value = zoomFreely(zoom.peek(), range, this.scroller.scrollTop);
  }

  private glideTo(steps: ZoomHistory, toTop: number): void {
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    this.glide = still ? null : { from: this.shown, fromTop: this.scroller.scrollTop, toTop, began: performance.now() };
    if (still) this.scroller.scrollTop = toTop;
    zoom.value = steps;
  }

  private showSelected(): void {
    const box = selectedBox.peek();
    if (!box) return;
    this.fewest = Math.max(this.fewest, box.depth + 2);
    this.fitSpacer();
    this.scroller.scrollTop = topShowing(box.depth, this.scroller.scrollTop, this.height);
    const range = zoomRange(zoom.peek());
    const moved = rangeShowing({ from: box.start, to: box.end }, range);
    if (moved !== range) this.moveTo(moved);
  }

  private schedule(): void {
    if (this.frame === 0) this.frame = requestAnimationFrame((now) => this.draw(now));
  }

  private draw(now: number): void {
    this.frame = 0;
    if (view.peek() !== 'flame') return;
    this.follow(now);
    this.fit();
    if (this.width === 0 || this.height === 0) return;
    if (mustReveal.peek()) {
      mustReveal.value = false;
      this.showSelected();
    }
    const seen = this.seen(this.shown);
    const theme = this.theme;
    const box = selectedBox.peek();
    const drawn = drawFlame(this.context, {
      width: this.width, height: this.height, scale: devicePixelRatio, range: this.shown, top: this.scroller.scrollTop,
      layers: layers.toDraw(seen), palette: theme.palette, font: theme.font, background: theme.background,
      border: theme.border, outline: theme.outline,
      found: found.peek()?.functions ?? null, selected: box, hovered: hover.peek()?.box ?? null, rootName: ROOT_NAME,
    });
    this.canvas.dataset.boxes = String(drawn);
    this.canvas.dataset.selected = box?.name ?? '';
    this.request();
    if (this.glide) this.schedule();
  }

  /** One frame of the movement to where the zoom leads. */
  private follow(now: number): void {
    const target = zoomRange(zoom.peek());
    const { glide } = this;
    if (!glide) {
      this.shown = target;
      return;
    }
    const done = Math.min(1, Math.max(0, (now - glide.began) / GLIDE));
    const eased = 1 - (1 - done) ** 3;
    this.shown = between(glide.from, target, eased);
    this.scroller.scrollTop = glide.fromTop + (glide.toTop - glide.fromTop) * eased;
    if (done === 1) this.glide = null;
  }

  /** The canvas is as large as what is seen of the graph, in device pixels. */
  private fit(): void {
    this.width = this.scroller.clientWidth;
    this.height = this.scroller.clientHeight;
    const [wide, tall] = [Math.round(this.width * devicePixelRatio), Math.round(this.height * devicePixelRatio)];
    if (this.canvas.width !== wide || this.canvas.height !== tall) {
      this.canvas.width = wide;
      this.canvas.height = tall;
      this.canvas.style.width = `${this.width}px`;
      this.canvas.style.height = `${this.height}px`;
      // The canvas takes room of its own; the spacer is what goes beyond it.
      this.fitSpacer();
    }
  }

  private fitSpacer(): void {
    const levels = layersOf.scope === scope.peek() ? layers.depthCount : Math.max(layers.depthCount, this.fewest);
    this.spacer.style.height = `${Math.max(0, Math.min(TALLEST, levels * ROW_HEIGHT + ROW_HEIGHT / 2) - this.height)}px`;
  }

  private seen(range: Range): Window {
    const top = this.scroller.scrollTop;
    return {
      ...range, width: Math.max(1, Math.round(this.width * devicePixelRatio)),
      minDepth: Math.floor(top / ROW_HEIGHT), maxDepth: Math.ceil((top + this.height) / ROW_HEIGHT),
    };
  }

  /** Asks for what will be seen, unless it is there or was asked for. */
  private request(): void {
    const asking = scope.peek();
    const seen = this.seen(zoomRange(zoom.peek()));
    const window = layersOf.scope === asking ? layers.wanted(seen) : aroundOf(seen);
    if (!window) {
      this.waiting(false);
      return;
    }
    const params: EngineMethods['flame']['params'] = {
      event: event.peek(), order: order.peek(),
      from: window.from, to: window.to, width: window.width, minDepth: window.minDepth, maxDepth: window.maxDepth,
    };
    const key = JSON.stringify(params);
    if (key === this.asked) return;
    this.asked = key;
    this.waiting(true);
    question.ask(params).then((slice) => {
      if (!slice || asking !== scope.peek()) return;
      if (layersOf.scope !== asking) layers.clear();
      layersOf.scope = asking;
      layers.add(params, slice);
      this.asked = '';
      this.fitSpacer();
      this.schedule();
    }, (error: unknown) => {
      this.waiting(false);
      failed(error);
    });
  }

  private waiting(yes: boolean): void {
    if (!yes) {
      clearTimeout(this.patience);
      this.patience = undefined;
      isWaiting.value = false;
    } else this.patience ??= setTimeout(() => (isWaiting.value = true), PATIENCE);
  }
}

function boxOf({ index: { slice } }: Layer, box: number): FlameBox {
  const func = slice.func[box];
  return {
    node: slice.node[box], func, name: func === ROOT_FUNCTION ? ROOT_NAME : slice.names.get(func) ?? '',
    start: slice.start[box], end: slice.end[box], depth: slice.depth[box], self: slice.self[box], total: slice.total[box],
  };
}
