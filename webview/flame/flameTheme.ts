/** Reads VS Code's theme for the canvas, which no style sheet reaches, and tells when it changes. */
import { signal } from '@preact/signals';
import type { Palette, Rgb, ThemeKind } from '../../src/core/flameColors.ts';
import { contrast, css, palette, parseColor } from '../../src/core/flameColors.ts';

export interface FlameTheme {
  readonly palette: Palette;
  readonly background: string;
  readonly font: string;
  /** Border of every box; '' except in high contrast. */
  readonly border: string;
  /** Around the box that is selected or pointed at. */
  readonly outline: string;
}

/** Counts up with every change of the theme. */
export const themeVersion = signal(0);

/** Watches for other themes, other fonts and forced colours. Runs as long as the page. */
export function watchTheme(): void {
  const changed = () => void themeVersion.value++;
  const observer = new MutationObserver(changed);
  observer.observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-id'] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });
  matchMedia('(forced-colors: active)').addEventListener('change', changed);
}

/** The theme as the element shows it; its own background and text colour are the graph's. */
export function readTheme(element: Element): FlameTheme {
  const style = getComputedStyle(element);
  const background: Rgb = parseColor(style.backgroundColor) ?? [30, 30, 30];
  const foreground: Rgb = parseColor(style.color) ?? [204, 204, 204];
  const kind = themeKind(background, foreground);
  const isContrast = kind === 'hc-dark' || kind === 'hc-light';
  const forced = matchMedia('(forced-colors: active)').matches;
  const token = (name: string) => (forced ? '' : style.getPropertyValue(name).trim());
  return {
    palette: palette(kind, background),
    background: css(background),
    font: `${style.fontSize} ${style.fontFamily}`,
    border: isContrast ? token('--vscode-contrastBorder') || css(foreground) : '',
    outline: isContrast ? token('--vscode-contrastActiveBorder') || css(foreground) : css(foreground),
  };
}

function themeKind(background: Rgb, foreground: Rgb): ThemeKind {
  const classes = document.body.classList;
  const isDark = contrast(background, [255, 255, 255]) > contrast(background, [0, 0, 0]);
  const isContrast = classes.contains('vscode-high-contrast') || classes.contains('vscode-high-contrast-light')
    || (matchMedia('(forced-colors: active)').matches && contrast(background, foreground) > 7);
  return isContrast ? (isDark ? 'hc-dark' : 'hc-light') : isDark ? 'dark' : 'light';
}
