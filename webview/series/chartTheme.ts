/** VS Code's colours for the chart's canvas, which no style sheet reaches. */
import { contrast, css, parseColor, type Rgb } from '../../src/core/flameColors.ts';
import { COLOR_NAMES } from './lines.ts';

export interface ChartTheme {
  readonly font: string;
  readonly text: string;
  readonly dim: string;
  readonly grid: string;
  readonly mark: string;
  readonly lines: readonly string[];
  /** Lines are wider where contrast is asked for. */
  readonly lineWidth: number;
}

/** WCAG 2.2's contrast for what is no text. */
const SEEN = 3;

/** The colour, moved towards that of the text until it can be seen: some themes' chart colours are nearly the background's. */
function readable(color: string, style: CSSStyleDeclaration): string {
  const [line, text] = [parseColor(color), parseColor(style.color)];
  const background = parseColor(style.getPropertyValue('--vscode-editor-background').trim());
  if (!line || !text || !background) return color;
  for (let share = 0; share < 1; share += 0.1) {
    const mixed: Rgb = [0, 1, 2].map((at) => Math.round(line[at] + (text[at] - line[at]) * share)) as unknown as Rgb;
    if (contrast(mixed, background) >= SEEN) return css(mixed);
  }
  return css(text);
}

/** The theme as the element shows it. */
export function readChartTheme(element: Element): ChartTheme {
  const style = getComputedStyle(element);
  const token = (...names: string[]) => names.map((name) => style.getPropertyValue(`--vscode-${name}`).trim()).find(Boolean) ?? style.color;
  const isForced = matchMedia('(forced-colors: active)').matches;
  const isContrast = isForced || document.body.classList.contains('vscode-high-contrast');
  return {
    font: `${style.fontSize} ${style.fontFamily}`,
    text: style.color,
    dim: isContrast ? style.color : token('descriptionForeground'),
    grid: isForced ? 'GrayText' : style.getPropertyValue('--grid').trim() || style.color,
    mark: token('descriptionForeground'),
    lines: COLOR_NAMES.map((name) => (isForced ? style.color : readable(token(name), style))),
    lineWidth: isContrast ? 2 : 1.5,
  };
}
