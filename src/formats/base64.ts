const DIGITS = Uint8Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/', (digit) => digit.charCodeAt(0));
const PADDING = '='.charCodeAt(0);

/** The ASCII bytes of base64 (RFC 4648, section 4). Texts of pieces whose lengths are multiples of three can be joined. */
export function base64(bytes: Uint8Array): Uint8Array {
  const text = new Uint8Array(Math.ceil(bytes.length / 3) * 4).fill(PADDING);
  let to = 0;
  for (let from = 0; from < bytes.length; from += 3) {
    const left = bytes.length - from;
    const bits = (bytes[from] << 16) | ((left > 1 ? bytes[from + 1] : 0) << 8) | (left > 2 ? bytes[from + 2] : 0);
    text[to++] = DIGITS[bits >>> 18];
    text[to++] = DIGITS[(bits >>> 12) & 63];
    if (left > 1) text[to] = DIGITS[(bits >>> 6) & 63];
    to++;
    if (left > 2) text[to] = DIGITS[bits & 63];
    to++;
  }
  return text;
}
