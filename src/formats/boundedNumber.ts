import type { JsonReader } from './jsonReader.ts';

/** Largest weight or time that is taken: sums of any number of them, in any unit, are still finite. */
export const MOST = 1e200;

/** The number at the cursor, of a size that can be added up. @throws FormatError */
export function boundedNumber(json: JsonReader, expected: string): number {
  json.peekType();
  const start = json.at;
  const value = json.number(expected);
  return Math.abs(value) <= MOST ? value : json.fail(`${expected} below ${MOST}`, start);
}
