import { flameGraph, visibleBoxes, type FlameGraph, type VisibleBoxes } from '../core/flame.ts';
import { colorGroup, NEUTRAL_CLASS, paintClass } from '../core/flameColors.ts';
import { isEstimated, text, type Profile, type Unit } from '../core/profile.ts';
import { formatExact, formatQuantity, formatShare } from '../core/quantities.ts';
import { shortenName } from '../core/shortenName.ts';
import type { WriteOptions, Writer } from './format.ts';
import { HEADER_HEIGHT, PAGE_WIDTH, ROW_HEIGHT, svgHead, svgStyle } from './svgPage.ts';
import { ESTIMATED_LOSS } from './writtenStacks.ts';
import { xmlText } from './xmlText.ts';

/** Boxes thinner than this share of a pixel are merged with their neighbours or left out. */
const THINNEST_PIXELS = 0.1;
const MOST_BOXES = 20_000;
/** Deeper levels are left out: browsers scroll no picture that is much higher. */
const MOST_LEVELS = 2000;
/** Most characters of a name; a program's longest ones say nothing more. */
const LONGEST_NAME = 400;

/** Pixels from which a box has a border; the page's script knows it too. */
const WIDE = 4;

/** Average width of a character at the text's size; the page's script measures. */
const CHARACTER_WIDTH = 6.6;

/**
 * A flame graph that stands alone: opened in a browser it can be searched, zoomed and walked by keyboard; where scripts do not run (an
 * image in a page) it is the picture. The root is at the top, as in the viewer, and colours are the viewer's. Boxes below a tenth of a
 * pixel are merged or left out, at most 20,000 are drawn, and names are cut to 400 characters, so that the size is bounded.
 * `options.assets` gives the script (`webview/svgPage.js`); without it the picture does not move.
 */
export const svgWriter: Writer = {
  id: 'svg',
  label: 'SVG flame graph',
  extension: '.svg',
  losses: (profile) => (isEstimated(profile) ? [ESTIMATED_LOSS] : []),
  async* write(profile, options) {
    const script = options.assets ? await options.assets('webview/svgPage.js') : '';
    yield* picture(profile, options, script);
  },
};

function* picture(profile: Profile, options: WriteOptions, script: string): Iterable<string> {
  const event = options.event ?? profile.defaultEvent;
  const info = profile.events[event];
  const graph = info ? flameGraph(profile, event, 'left-heavy') : null;
  const { boxes, mostLevels } = graph ? boundedBoxes(graph) : { boxes: null, mostLevels: 0 };
  const levels = boxes ? boxes.depth.reduce((most, depth) => Math.max(most, depth), 0) + 1 : 1;
  const height = HEADER_HEIGHT + levels * ROW_HEIGHT + ROW_HEIGHT;
  const title = options.title ?? profile.meta.command ?? profile.meta.format;
  const total = graph?.total[0] ?? 0;
  const what = info ? `${info.label ?? info.name}: ${formatQuantity(total, info.unit)}` : 'nothing was measured';
  const isWhole = !graph || !boxes || boxes.row.filter((row) => row >= 0).length === graph.length;
  const levelsLeft = graph ? graph.depthCount - mostLevels : 0;
  yield svgHead({
    title: clipped(title), what, unit: info?.unit ?? '', estimated: isEstimated(profile), truncated: profile.truncated, levelsLeft, height, isWhole, hasScript: script !== '',
  });
  yield svgStyle();
  yield '<svg id="graph" x="8" y="0" width="1184" overflow="visible" role="tree" aria-label="Flame graph">\n';
  if (graph && boxes && info) {
    const colors = new Map<number, string>();
    for (let box = 0; box < boxes.row.length; box++) yield boxText(profile, graph, boxes, box, info.unit, colors);
  }
  yield '</svg>\n';
  if (!(total > 0)) yield `<text class="note" x="12" y="${HEADER_HEIGHT + 14}">Nothing was measured.</text>\n`;
  // The end of a CDATA section must not occur in it; the script knows nothing of the profile, so it holds no names.
  if (script !== '') yield `<script><![CDATA[\n${script.replaceAll(']]>', ']]]]><![CDATA[>')}\n]]></script>\n`;
  yield '</svg>\n';
}

/** The boxes of the whole graph; where there are too many, those that would be thinnest go first, and then the deepest. */
function boundedBoxes(graph: FlameGraph): { readonly boxes: VisibleBoxes; readonly mostLevels: number } {
  // visibleBoxes keeps what is at least half a pixel wide.
  let width = (PAGE_WIDTH * 0.5) / THINNEST_PIXELS;
  let levels = Math.min(MOST_LEVELS, graph.depthCount);
  for (;;) {
    const boxes = visibleBoxes(graph, 0, 1, width, 0, levels - 1);
    if (boxes.row.length <= MOST_BOXES) return { boxes, mostLevels: levels };
    if (width > PAGE_WIDTH / 4) width /= 1.25;
    else levels = Math.max(1, Math.floor(levels / 1.25));
  }
}

function boxText(profile: Profile, graph: FlameGraph, boxes: VisibleBoxes, box: number, unit: Unit, colors: Map<number, string>): string {
  const row = boxes.row[box];
  const start = boxes.start[box];
  const width = boxes.end[box] - start;
  const y = HEADER_HEIGHT + boxes.depth[box] * ROW_HEIGHT;
  const all = graph.total[0];
  const func = row < 0 ? -1 : graph.func[row];
  const name = row === 0 ? 'all' : row < 0 ? 'several functions too thin to draw' : clipped(text(profile, profile.functions.name[func]) || '(unnamed)');
  const color = row <= 0 ? NEUTRAL_CLASS : colorOf(profile, func, colors);
  const total = row < 0 ? width * all : graph.total[row];
  const lines = [name];
  if (row > 0) {
    const place = placeOf(profile, func);
    if (place !== '') lines.push(place);
  }
  lines.push(`total ${formatQuantity(total, unit)} (${formatShare(total, all)}), ${formatExact(total, unit)}`);
  if (row > 0 && graph.self[row] !== 0) lines.push(`self ${formatQuantity(graph.self[row], unit)} (${formatShare(graph.self[row], all)})`);
  const shown = row < 0 ? '' : shortenName(name, (width * PAGE_WIDTH - 8) / CHARACTER_WIDTH, (part) => part.length);
  const label = shown === '' ? '' : `<text x="${percent(start)}" y="${y + 13}" dx="4">${xmlText(shown)}</text>`;
  const kind = row < 0 ? ' class="thin"' : width * PAGE_WIDTH >= WIDE ? ' class="wide"' : '';
  return `<g${kind}><title>${xmlText(lines.join('\n'))}</title><rect class="${color}" x="${percent(start)}" y="${y}" width="${percent(width)}"/>${label}</g>\n`;
}

function colorOf(profile: Profile, func: number, known: Map<number, string>): string {
  let color = known.get(func);
  if (color === undefined) known.set(func, (color = paintClass(colorGroup(profile, func), profile.functions.kind[func])));
  return color;
}

function placeOf(profile: Profile, func: number): string {
  const { functions } = profile;
  const file = text(profile, functions.file[func]);
  const line = functions.line[func];
  return clipped(file === '' ? text(profile, functions.object[func]) : line > 0 ? `${file}:${line}` : file);
}

/** A text of bounded length on one line, cut in the middle. */
function clipped(value: string): string {
  // Shortening by rules takes time that grows with the square of a name's length.
  const bounded = value.length > 4 * LONGEST_NAME ? `${value.slice(0, LONGEST_NAME)}…${value.slice(-2 * LONGEST_NAME)}` : value;
  const short = bounded.length > LONGEST_NAME ? shortenName(bounded, LONGEST_NAME, (part) => part.length) : bounded;
  return short.replace(/\s+/g, ' ');
}

/** A share of the width. A millionth of a percent is far below what is drawn, and makes neighbours meet. */
function percent(share: number): string {
  return `${Number((share * 100).toFixed(6))}%`;
}
