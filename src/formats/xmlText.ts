/**
 * Text for XML content and for attributes in double or single quotes; names of functions are hostile input. Characters that XML 1.0 has no
 * form for (controls, halves of surrogate pairs, U+FFFE and U+FFFF) become U+FFFD. Fits HTML as well.
 */
export function xmlText(value: string): string {
  return value.replace(BAD, '\ufffd').replace(/[&<>"']/g, (character) => ENTITIES[character]);
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

// Without the flag for code points a pair would be two characters; with it a lone half is one of its own.
const BAD = /[^\t\n\r -\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;
