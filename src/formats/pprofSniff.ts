import { ProtobufError, ProtobufReader, Wire } from './protobuf.ts';

/** Fields that are messages, with the highest field that each has. */
const MESSAGES: Readonly<Record<number, number>> = { 1: 2, 2: 3, 3: 10, 4: 5, 5: 5, 11: 2 };
const STRING = 6;
/** A repeated number, which may be packed. */
const COMMENTS = 13;
const LAST_FIELD = 15;
/** Fields that are looked at; by then chance is ruled out. */
const ENOUGH = 200;

/**
 * Whether these bytes begin a profile.proto message. Protobuf has no magic number, so every field that is there must be one of a profile, of
 * its wire type, with plausible content, and a sample type or several messages must be among them.
 */
export function looksLikePprof(head: Uint8Array): boolean {
  const reader = new ProtobufReader(head);
  let [sampleTypes, messages] = [0, 0];
  try {
    for (let count = 0; count < ENOUGH && reader.next(head.length); count++) {
      const { field, wire, start, stop } = reader;
      if (field > LAST_FIELD) return false;
      if (field === STRING) {
        if (wire !== Wire.Bytes) return false;
      } else if (field in MESSAGES) {
        if (wire !== Wire.Bytes || !isMessage(reader, stop, MESSAGES[field])) return false;
        // A sample type names its type.
        if (field === 1 && (stop - start < 2 || head[start] !== 0x08)) return false;
        if (field === 1) sampleTypes++;
        if (stop > start) messages++;
      } else if (wire !== Wire.Varint && !(field === COMMENTS && wire === Wire.Bytes)) return false;
    }
  } catch (error) {
    // The head may end anywhere.
    if (!(error instanceof ProtobufError)) throw error;
    if (!error.cut) return false;
  }
  return sampleTypes > 0 || messages >= 4;
}

/** Whether the field read last holds a message with fields up to `highest`; the reader is behind it then. */
function isMessage(reader: ProtobufReader, stop: number, highest: number): boolean {
  for (reader.at = reader.start; reader.next(stop);) {
    if (reader.field > highest || (reader.wire !== Wire.Varint && reader.wire !== Wire.Bytes)) return false;
  }
  return true;
}
