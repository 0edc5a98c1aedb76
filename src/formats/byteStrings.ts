/**
 * Interns byte slices: equal bytes have one index, in order of first use. Readers look names up here by their bytes, so a
 * string is made once for each distinct name and not once for each line.
 */
export class ByteStrings {
  private arena = new Uint8Array(65536);
  private arenaView = viewOf(this.arena);
  /** The bytes that were looked at last; views read words faster than arrays read bytes. */
  private source = this.arena as Uint8Array;
  private sourceView = this.arenaView;
  private used = 0;
  /** Where each entry ends in the arena. */
  private ends = new Float64Array(1024);
  private hashes = new Int32Array(1024);
  private slots = new Int32Array(4096).fill(-1);
  length = 0;

  /** The index of `bytes[start..end)`. It is new when it equals the `length` before the call. */
  intern(bytes: Uint8Array, start: number, end: number): number {
    if (bytes !== this.source) {
      this.source = bytes;
      this.sourceView = viewOf(bytes);
    }
    const view = this.sourceView;
    const hash = hashBytes(view, start, end);
    const mask = this.slots.length - 1;
    let slot = hash & mask;
    for (let index = this.slots[slot]; index !== -1; index = this.slots[slot]) {
      if (this.hashes[index] === hash) {
        const own = index === 0 ? 0 : this.ends[index - 1];
        if (this.ends[index] - own === end - start && equalBytes(this.arenaView, own, view, start, end - start)) return index;
      }
      slot = (slot + 1) & mask;
    }
    const index = this.length++;
    this.slots[slot] = index;
    this.store(index, hash, bytes, start, end);
    if (this.length * 2 > this.slots.length) this.rehash();
    return index;
  }

  /** The text of an entry, decoded as UTF-8. */
  text(index: number): string {
    return decodeText(this.arena, index === 0 ? 0 : this.ends[index - 1], this.ends[index]);
  }

  private store(index: number, hash: number, bytes: Uint8Array, start: number, end: number): void {
    const needed = this.used + end - start;
    if (needed > this.arena.length) {
      const grown = new Uint8Array(Math.max(needed, this.arena.length * 2));
      grown.set(this.arena.subarray(0, this.used));
      this.arena = grown;
      this.arenaView = viewOf(grown);
    }
    if (index >= this.ends.length) {
      const ends = new Float64Array(this.ends.length * 2);
      ends.set(this.ends);
      this.ends = ends;
      const hashes = new Int32Array(this.hashes.length * 2);
      hashes.set(this.hashes);
      this.hashes = hashes;
    }
    this.arena.set(bytes.subarray(start, end), this.used);
    this.used = needed;
    this.ends[index] = needed;
    this.hashes[index] = hash;
  }

  private rehash(): void {
    this.slots = new Int32Array(this.slots.length * 2).fill(-1);
    const mask = this.slots.length - 1;
    for (let index = 0; index < this.length; index++) {
      let slot = this.hashes[index] & mask;
      while (this.slots[slot] !== -1) slot = (slot + 1) & mask;
      this.slots[slot] = index;
    }
  }
}

/** Mixes four bytes at a time: one multiplication for each byte would take most of the reading time. */
function hashBytes(view: DataView, start: number, end: number): number {
  let hash = end - start;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    hash = Math.imul(hash ^ view.getInt32(at, true), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  for (; at < end; at++) hash = Math.imul(hash ^ view.getUint8(at), 0x9e3779b1);
  return hash ^ (hash >>> 16);
}

function equalBytes(first: DataView, firstStart: number, second: DataView, secondStart: number, length: number): boolean {
  let i = 0;
  for (; i + 4 <= length; i += 4) if (first.getInt32(firstStart + i, true) !== second.getInt32(secondStart + i, true)) return false;
  for (; i < length; i++) if (first.getUint8(firstStart + i) !== second.getUint8(secondStart + i)) return false;
  return true;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** `bytes[start..end)` decoded as UTF-8; what is not UTF-8 becomes U+FFFD. */
export function decodeText(bytes: Uint8Array, start: number, end: number): string {
  return decoder.decode(bytes.subarray(start, end));
}

/** Whether `bytes[start..end)` begins with this ASCII text. */
export function startsWith(bytes: Uint8Array, start: number, end: number, ascii: string): boolean {
  if (end - start < ascii.length) return false;
  for (let i = 0; i < ascii.length; i++) if (bytes[start + i] !== ascii.charCodeAt(i)) return false;
  return true;
}
