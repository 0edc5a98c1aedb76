/** The flame graph's palette, computed per theme so that every text on it can be read. Pure: colours in, colours out. */
import { FunctionKind, text, type Profile } from './profile.ts';
import { MERGED_FUNCTION, ROOT_FUNCTION } from './flame.ts';

/** Red, green and blue from 0 to 255. */
export type Rgb = readonly [number, number, number];

export type ThemeKind = 'dark' | 'light' | 'hc-dark' | 'hc-light';

/** A box's colour and that of the text on it, as CSS. */
export interface Paint {
  readonly fill: string;
  readonly text: string;
}

export interface Palette {
  readonly groups: readonly Paint[];
  /** The same colours, faded into the background: what a search did not hit. */
  readonly dimmed: readonly Paint[];
  /** Library, interpreter and kernel code. */
  readonly muted: Paint;
  readonly mutedDimmed: Paint;
  /** The root, and boxes too thin to draw apart. */
  readonly neutral: Paint;
  readonly neutralDimmed: Paint;
  readonly match: Paint;
}

/** WCAG 2.2's contrast for text. */
export const READABLE = 4.5;

const HUES = 12;

/** Lightness (two shades, so that neighbours in hue still differ) and chroma in OKLCH. */
const SHADES: Record<ThemeKind, { readonly lightness: readonly [number, number]; readonly chroma: number; readonly muted: number; readonly neutral: number }> = {
  dark: { lightness: [0.42, 0.49], chroma: 0.075, muted: 0.38, neutral: 0.33 },
  light: { lightness: [0.87, 0.81], chroma: 0.06, muted: 0.9, neutral: 0.93 },
  'hc-dark': { lightness: [0.35, 0.44], chroma: 0.1, muted: 0.28, neutral: 0.22 },
  'hc-light': { lightness: [0.92, 0.86], chroma: 0.07, muted: 0.93, neutral: 0.96 },
};

const INK: Record<'dark' | 'light', Rgb> = { dark: [24, 24, 24], light: [245, 245, 245] };

/** The palette for a kind of theme on its background. */
export function palette(kind: ThemeKind, background: Rgb): Palette {
  const shade = SHADES[kind];
  const fills: Rgb[] = [];
  for (let hue = 0; hue < HUES; hue++) {
    for (const lightness of shade.lightness) fills.push(oklch(lightness, shade.chroma, (hue * 360) / HUES + 20));
  }
  const muted = oklch(shade.muted, 0.012, 250);
  const neutral = oklch(shade.neutral, 0, 0);
  const match = oklch(0.8, 0.15, 75);
  return {
    groups: fills.map(paint),
    dimmed: fills.map((fill) => faded(fill, background)),
    muted: paint(muted), mutedDimmed: faded(muted, background),
    neutral: paint(neutral), neutralDimmed: faded(neutral, background),
    match: paint(match),
  };
}

/** How a box is painted. `found`: true for a match, false for what a search did not hit, undefined without a search. */
export function paintOf(colors: Palette, func: number, group: number, kind: number, found: boolean | undefined): Paint {
  if (found) return colors.match;
  const dim = found === false;
  if (func === ROOT_FUNCTION || func === MERGED_FUNCTION) return dim ? colors.neutralDimmed : colors.neutral;
  if (isMuted(group, kind)) return dim ? colors.mutedDimmed : colors.muted;
  return (dim ? colors.dimmed : colors.groups)[groupColor(group)];
}

/** Classes of boxes where a style sheet paints them: the fixed ones, and the prefix of a group's. */
export const MUTED_CLASS = 'm';
export const NEUTRAL_CLASS = 'n';
export const GROUP_CLASS = 'c';

/** Class of a function's box; the counterpart of `paintOf` for style sheets. */
export function paintClass(group: number, kind: number): string {
  return isMuted(group, kind) ? MUTED_CLASS : GROUP_CLASS + groupColor(group);
}

function isMuted(group: number, kind: number): boolean {
  return group < 0 || kind === FunctionKind.Builtin || kind === FunctionKind.Kernel;
}

/** Row of the palette for a group: the same for the same group, whatever else is drawn. */
export function groupColor(group: number): number {
  // Finalizer of MurmurHash3: neighbouring group numbers get unlike colours.
  let hash = group | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % (HUES * 2);
}

/** Colour key of a function: a hash of its file's or else its object's path, so that it is the same in every run. Not negative. */
export function colorGroup(profile: Profile, func: number): number {
  const { file, object } = profile.functions;
  return hashText(text(profile, file[func] >= 0 ? file[func] : object[func]));
}

/** FNV-1a of the characters, as a non-negative integer. */
function hashText(value: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < value.length; at++) hash = Math.imul(hash ^ value.charCodeAt(at), 0x01000193);
  return hash & 0x7fffffff;
}

function paint(fill: Rgb): Paint {
  const text = contrast(INK.light, fill) >= contrast(INK.dark, fill) ? INK.light : INK.dark;
  return { fill: css(fill), text: css(text) };
}

function faded(fill: Rgb, background: Rgb): Paint {
  const pale = mix(fill, background, 0.72);
  const ink = contrast(INK.light, pale) >= contrast(INK.dark, pale) ? INK.light : INK.dark;
  // As faint as it may be and still be read.
  for (let strength = 0.5; strength < 1; strength += 0.05) {
    const text = mix(pale, ink, strength);
    if (contrast(text, pale) >= READABLE) return { fill: css(pale), text: css(text) };
  }
  return { fill: css(pale), text: css(ink) };
}

export function mix(a: Rgb, b: Rgb, share: number): Rgb {
  return [0, 1, 2].map((i) => Math.round(a[i] + (b[i] - a[i]) * share)) as unknown as Rgb;
}

/** WCAG 2.2, "relative luminance". */
function luminance(color: Rgb): number {
  const [red, green, blue] = color.map((byte) => {
    const value = byte / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** WCAG 2.2's contrast ratio, 1 to 21. */
export function contrast(a: Rgb, b: Rgb): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

/** sRGB of a colour in OKLCH (B. Ottosson's OKLab, 2020), hue in degrees; chroma is lowered until the colour exists. */
export function oklch(lightness: number, chroma: number, hue: number): Rgb {
  const angle = (hue * Math.PI) / 180;
  for (let c = chroma; ; c -= 0.005) {
    const linear = linearRgb(lightness, Math.max(0, c) * Math.cos(angle), Math.max(0, c) * Math.sin(angle));
    if (c <= 0 || linear.every((value) => value >= -0.0005 && value <= 1.0005)) return linear.map(toByte) as unknown as Rgb;
  }
}

function linearRgb(lightness: number, a: number, b: number): number[] {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

function toByte(linear: number): number {
  const value = Math.min(1, Math.max(0, linear));
  return Math.round(255 * (value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055));
}

export function css(color: Rgb): string {
  return `rgb(${color.join(', ')})`;
}

/** Reads what `getComputedStyle` gives for a colour, or a theme's own `#rgb`, `#rrggbb` and `#rrggbbaa`. undefined for anything else. */
export function parseColor(text: string): Rgb | undefined {
  const hex = /^#([\da-f]{3,8})$/i.exec(text.trim());
  if (hex) {
    const digits = hex[1].length <= 4 ? Array.from(hex[1], (digit) => digit + digit).join('') : hex[1];
    return [0, 2, 4].map((at) => parseInt(digits.slice(at, at + 2), 16)) as unknown as Rgb;
  }
  const parts = /^rgba?\(\s*([\d.]+)[\s,]+([\d.]+)[\s,]+([\d.]+)/.exec(text.trim());
  return parts ? [Number(parts[1]), Number(parts[2]), Number(parts[3])] : undefined;
}
