/** The frame and the style of the SVG flame graph. */
import { GROUP_CLASS, MUTED_CLASS, NEUTRAL_CLASS, palette, type Paint, type Palette } from '../core/flameColors.ts';
import { xmlText } from './xmlText.ts';

/** Pixels. The script makes the picture as wide as the window. */
export const PAGE_WIDTH = 1184;
export const ROW_HEIGHT = 18;
export const HEADER_HEIGHT = 64;

export interface SvgFacts {
  readonly title: string;
  /** What is shown, and how much of it. */
  readonly what: string;
  readonly unit: string;
  readonly estimated: boolean;
  readonly truncated: boolean;
  /** Deepest levels that are not drawn. */
  readonly levelsLeft: number;
  readonly height: number;
  /** Every box of the graph is there. */
  readonly isWhole: boolean;
  readonly hasScript: boolean;
}

/** Everything before the boxes. */
export function svgHead({ title, what, unit, estimated, truncated, levelsLeft, height, isWhole, hasScript }: SvgFacts): string {
  const notes = [
    what, unit === '' || unit === 'count' ? '' : `unit: ${unit}`, estimated ? 'estimated: the tool recorded calls, not stacks' : '',
    truncated ? 'the file ended too early' : '', levelsLeft > 0 ? `${levelsLeft} deeper levels left out` : '',
  ].filter(Boolean);
  const width = PAGE_WIDTH + 16;
  return `<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-size="12" font-family="system-ui, -apple-system, 'Segoe UI', sans-serif"${isWhole ? '' : ' data-partial="1"'}>
<title>${xmlText(title)}</title>
<rect id="page" width="100%" height="100%"/>
<text id="heading" x="8" y="22">${xmlText(title)}</text>
<text id="subtitle" class="note" x="8" y="40">${xmlText(notes.join(' · '))}</text>
<text id="details" class="note" x="8" y="57"> </text>
${hasScript ? CONTROLS : ''}`;
}

/** Shown by the script alone: without it they would do nothing. */
const CONTROLS = `<foreignObject id="controls" x="0" y="8" width="100%" height="32" style="display: none">
<div xmlns="http://www.w3.org/1999/xhtml" class="bar" role="search">
<span id="matched" role="status"></span>
<input id="search" type="search" placeholder="Search (text or /regular expression/)" aria-label="Search functions: text, or a regular expression between slashes" autocomplete="off" spellcheck="false"/>
<button id="reset" type="button" title="Show the whole graph (Escape)" disabled="disabled">Reset Zoom</button>
</div>
</foreignObject>
`;

export function svgStyle(): string {
  return `<style><![CDATA[
${theme('light')}
@media (prefers-color-scheme: dark) {
${theme('dark')}
}
#heading { font-size: 15px; font-weight: 600; }
#graph rect { height: ${ROW_HEIGHT - 1}px; rx: 1px; }
/* Neighbours of one colour are told apart; very thin ones would vanish behind a border. */
#graph .wide rect { stroke: var(--page); stroke-width: 1px; }
#graph text { pointer-events: none; font: 11px ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
#graph g { cursor: pointer; outline: none; }
#graph .thin { cursor: default; }
#graph:not(.searched) .above { opacity: 0.55; }
#graph .hidden { display: none; }
#graph g:hover rect, #graph g:focus-visible rect { stroke: var(--ink); stroke-width: 1px; }
.bar { display: flex; justify-content: flex-end; align-items: center; gap: 8px; height: 32px; padding: 0 8px; box-sizing: border-box; font-size: 12px; color: var(--ink); }
.bar input { width: clamp(60px, 25vw, 250px); }
.bar input, .bar button { box-sizing: border-box; height: 26px; padding: 0 8px; border: 1px solid var(--edge); border-radius: 3px; background: var(--field); color: var(--ink); font: inherit; }
.bar button { flex: none; }
.bar button:disabled { opacity: 0.5; }
.bar input:focus-visible, .bar button:focus-visible { outline: 2px solid var(--focus); outline-offset: -1px; }
.bar input[aria-invalid="true"] { border-color: var(--bad); outline-color: var(--bad); }
#matched { white-space: nowrap; font-variant-numeric: tabular-nums; }
]]></style>
`;
}

const PAGES = {
  light: { background: [255, 255, 255], ink: '#1f1f1f', note: '#5a5a5a', edge: '#c8c8c8', field: '#ffffff', focus: '#005fb8', bad: '#c72e0f' },
  dark: { background: [31, 31, 31], ink: '#e0e0e0', note: '#a8a8a8', edge: '#4a4a4a', field: '#2b2b2b', focus: '#4aa3ff', bad: '#f48771' },
} as const;

function theme(kind: 'light' | 'dark'): string {
  const { background, ink, note, edge, field, focus, bad } = PAGES[kind];
  const colors: Palette = palette(kind, background);
  const rule = (name: string, paint: Paint, dimmed: Paint): string => (
    `.${name} { fill: ${paint.fill}; } .${name} + text { fill: ${paint.text}; } .searched .${name} { fill: ${dimmed.fill}; } .searched .${name} + text { fill: ${dimmed.text}; }`);
  return [
    `svg { --page: rgb(${background.join(', ')}); --ink: ${ink}; --edge: ${edge}; --field: ${field}; --focus: ${focus}; --bad: ${bad}; color-scheme: ${kind}; }`,
    `:root { background: var(--page); } #page { fill: var(--page); } text { fill: ${ink}; } .note { fill: ${note}; }`,
    ...colors.groups.map((paint, at) => rule(GROUP_CLASS + at, paint, colors.dimmed[at])),
    rule(MUTED_CLASS, colors.muted, colors.mutedDimmed),
    rule(NEUTRAL_CLASS, colors.neutral, colors.neutralDimmed),
    `#graph.searched .found rect { fill: ${colors.match.fill}; } #graph.searched .found text { fill: ${colors.match.text}; }`,
  ].join('\n');
}
