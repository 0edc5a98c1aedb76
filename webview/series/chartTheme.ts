/** VS Code's colours for the chart's canvas, which no style sheet reaches. */
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
    lines: COLOR_NAMES.map((name) => (isForced ? style.color : token(name))),
    lineWidth: isContrast ? 2 : 1.5,
  };
}
