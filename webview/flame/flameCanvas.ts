/** Draws the flame graph. Knows nothing of messages, signals or events: a scene goes in, pixels come out. */
import { FunctionKind } from '../../src/core/profile.ts';
import type { Palette } from '../../src/core/flameColors.ts';
import { paintOf } from '../../src/core/flameColors.ts';
import { firstEndingAfter, MERGED_FUNCTION, ROOT_FUNCTION, rowBounds } from './flameIndex.ts';
import type { Layer } from './flameLayers.ts';
import type { Range } from './flameLayout.ts';
import { ROW_HEIGHT, toX } from './flameLayout.ts';
import type { Measure } from '../../src/core/shortenName.ts';
import { shortenName } from '../../src/core/shortenName.ts';

/** Where a box is; enough to outline it. */
export interface BoxPlace {
  readonly start: number;
  readonly end: number;
  readonly depth: number;
}

export interface Scene {
  /** CSS pixels. */
  readonly width: number;
  readonly height: number;
  /** Device pixels per CSS pixel. */
  readonly scale: number;
  readonly range: Range;
  /** How far the graph is scrolled down, in CSS pixels. */
  readonly top: number;
  /** From the bottom up. */
  readonly layers: readonly Layer[];
  readonly palette: Palette;
  /** CSS family and size of the text. */
  readonly font: string;
  readonly background: string;
  /** Border of every box in high contrast; '' for none. */
  readonly border: string;
  readonly outline: string;
  /** Functions that a search found; null without a search. */
  readonly found: ReadonlySet<number> | null;
  readonly selected: (BoxPlace & { readonly func: number }) | null;
  readonly hovered: BoxPlace | null;
  readonly rootName: string;
}

/** Space between a box's edge and its text, CSS pixels. */
const TEXT_PADDING = 5;
/** Narrower boxes would be nothing but border. */
const NARROWEST_BORDER = 6;
/** Narrower boxes stay without text: not even a shortened name says something there. */
const NARROWEST_TEXT = 28;

/** Draws a scene and returns the number of boxes that it shows. */
export function drawFlame(context: CanvasRenderingContext2D, scene: Scene): number {
  const { scale, width, height } = scene;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.fillStyle = scene.background;
  context.fillRect(0, 0, Math.ceil(width * scale), Math.ceil(height * scale));
  context.font = scaledFont(scene.font, scale);
  context.textBaseline = 'middle';
  context.fontKerning = 'none';
  const measure = measureWith(context);
  let drawn = 0;
  for (const [at, layer] of scene.layers.entries()) {
    if (at > 0) clear(context, scene, layer);
    drawn += drawLayer(context, scene, layer, measure);
  }
  if (scene.hovered) outline(context, scene, scene.hovered, 1);
  if (scene.selected) outline(context, scene, scene.selected, 2);
  return drawn;
}

function clear(context: CanvasRenderingContext2D, scene: Scene, layer: Layer): void {
  const { scale } = scene;
  const left = Math.max(0, Math.round(toX(layer.from, scene.range, scene.width) * scale));
  const right = Math.min(scene.width * scale, Math.round(toX(layer.to, scene.range, scene.width) * scale));
  const top = (layer.minDepth * ROW_HEIGHT - scene.top) * scale;
  const bottom = ((layer.maxDepth + 1) * ROW_HEIGHT - scene.top) * scale;
  context.fillStyle = scene.background;
  context.fillRect(left, Math.round(top), right - left, Math.round(bottom - top));
}

function drawLayer(context: CanvasRenderingContext2D, scene: Scene, layer: Layer, measure: Measure): number {
  const { scale, range, width, found, selected, palette } = scene;
  const { slice, order } = layer.index;
  const deviceWidth = Math.round(width * scale);
  const from = Math.max(range.from, layer.from);
  const to = Math.min(range.to, layer.to);
  const firstDepth = Math.max(layer.minDepth, Math.floor(scene.top / ROW_HEIGHT));
  const lastDepth = Math.min(layer.maxDepth, Math.ceil((scene.top + scene.height) / ROW_HEIGHT));
  // One device pixel between boxes, where they are wide enough to lose one.
  const gap = Math.max(1, Math.round(scale));
  const padding = Math.round(TEXT_PADDING * scale);
  const fills = new Batches();
  const frames = new Batches();
  const labels: (readonly [color: string, label: string, x: number, y: number])[] = [];
  let drawn = 0;
  for (let depth = firstDepth; depth <= lastDepth; depth++) {
    const y = Math.round((depth * ROW_HEIGHT - scene.top) * scale);
    const tall = Math.round(((depth + 1) * ROW_HEIGHT - scene.top) * scale) - y - gap;
    const stop = rowBounds(layer.index, depth)[1];
    let painted = 0;
    for (let at = firstEndingAfter(layer.index, depth, from); at < stop; at++) {
      const box = order[at];
      if (slice.start[box] >= to) break;
      const right = Math.min(deviceWidth, Math.round(toX(slice.end[box], range, width) * scale));
      // A slice may be finer than the screen: what falls on a pixel that is painted already is not seen.
      if (right <= painted) continue;
      const left = Math.max(painted, Math.round(toX(slice.start[box], range, width) * scale));
      const wide = Math.max(1, right - left - (right - left > 3 ? gap : 0));
      painted = left + wide;
      const func = slice.func[box];
      const hit = found === null ? undefined : found.has(func);
      const { fill, text } = paintOf(palette, func, slice.group[box], slice.kind?.[box] ?? FunctionKind.Unknown, hit);
      fills.add(fill, left, y, wide, tall);
      drawn++;
      if (scene.border !== '' && wide >= NARROWEST_BORDER * scale) frames.add(scene.border, left, y, wide, tall);
      if (selected && selected.func === func && func >= 0 && wide >= 3) frames.add(text, left, y, wide, tall);
      if (func === MERGED_FUNCTION || wide < NARROWEST_TEXT * scale) continue;
      const name = func === ROOT_FUNCTION ? scene.rootName : slice.names.get(func) ?? '';
      const label = shortenName(name, wide - 2 * padding, measure);
      if (label !== '') labels.push([text, label, left + padding, y + Math.round(tall / 2) + 0.5]);
    }
  }
  fills.each((x, y, wide, tall) => context.fillRect(x, y, wide, tall), (color) => (context.fillStyle = color));
  context.lineWidth = gap;
  frames.each((x, y, wide, tall) => context.strokeRect(x + gap / 2, y + gap / 2, wide - gap, tall - gap), (color) => (context.strokeStyle = color));
  for (const [color, label, x, y] of labels) {
    context.fillStyle = color;
    context.fillText(label, x, y);
  }
  return drawn;
}

/** Rectangles by colour. Setting a colour costs a canvas more than drawing with it, and boxes never overlap. */
class Batches {
  private readonly byColor = new Map<string, number[]>();

  add(color: string, x: number, y: number, wide: number, tall: number): void {
    const batch = this.byColor.get(color);
    if (batch) batch.push(x, y, wide, tall);
    else this.byColor.set(color, [x, y, wide, tall]);
  }

  each(draw: (x: number, y: number, wide: number, tall: number) => void, begin: (color: string) => void): void {
    for (const [color, batch] of this.byColor) {
      begin(color);
      for (let at = 0; at < batch.length; at += 4) draw(batch[at], batch[at + 1], batch[at + 2], batch[at + 3]);
    }
  }
}

function outline(context: CanvasRenderingContext2D, scene: Scene, place: BoxPlace, thickness: number): void {
  const { scale, range, width } = scene;
  const gap = Math.max(1, Math.round(scale));
  const line = Math.round(thickness * scale);
  const left = Math.max(-line, Math.round(toX(place.start, range, width) * scale));
  const right = Math.min(Math.round(width * scale) + line, Math.round(toX(place.end, range, width) * scale));
  if (right <= 0 || left >= width * scale) return;
  const y = Math.round((place.depth * ROW_HEIGHT - scene.top) * scale);
  const tall = Math.round(ROW_HEIGHT * scale) - gap;
  const wide = Math.max(line, right - left - (right - left > 3 ? gap : 0));
  context.strokeStyle = scene.outline;
  context.lineWidth = line;
  context.strokeRect(left + line / 2, y + line / 2, Math.max(1, wide - line), tall - line);
}

/** `12px sans-serif` for a device: the size times the pixel ratio. */
function scaledFont(font: string, scale: number): string {
  return font.replace(/^([\d.]+)px/, (_, size: string) => `${Number(size) * scale}px`);
}

const widths = new Map<string, Map<string, number>>();

/** Sums the widths of characters, each measured once per font: names are measured thousands of times a frame. */
function measureWith(context: CanvasRenderingContext2D): Measure {
  let known = widths.get(context.font);
  if (!known) widths.set(context.font, (known = new Map<string, number>()));
  const table = known;
  return (text) => {
    let sum = 0;
    for (const character of text) {
      let width = table.get(character);
      if (width === undefined) table.set(character, (width = context.measureText(character).width));
      sum += width;
    }
    return sum;
  };
}
