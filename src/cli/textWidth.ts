/**
 * Columns that characters take in a terminal: 0 for marks that sit on others, 2 for East Asian wide ones and pictures (Unicode's
 * UAX #11 and UTS #51), else 1.
 */
const ZERO = /^[\p{Mn}\p{Me}\p{Cf}]$/u;
const WIDE = /^[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]$|^\p{Emoji_Presentation}$/u;

/** Width of a text in columns. */
export function textWidth(text: string): number {
  // Nearly all names are plain.
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += ZERO.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return width;
}

/** The text with blanks after it up to `width` columns; longer text stays as it is. */
export function padColumns(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - textWidth(text)));
}

/** The text cut to at most `width` columns, with a mark where something is missing; never inside a character. */
export function cutColumns(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let kept = '';
  let used = 0;
  for (const character of text) {
    const next = textWidth(character);
    if (used + next > width - 1) break;
    kept += character;
    used += next;
  }
  return `${kept}…`;
}
