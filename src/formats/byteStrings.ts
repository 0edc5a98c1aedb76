/** Integers of a slot of what `recall` knows, and of a bucket of two: half a cache line. */
const SLOT = 4;
const BUCKET = 8;
/** Bytes that `recall` hashes. */
const RECALL_BYTES = 16;

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
  /** What `recall` knows, by the hash of the first bytes. */
  private recallSlots = new Int32Array(1024 * BUCKET);
  /** Where the line that `recall` found ends, its newline included. */
  recalledEnd = 0;

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

  /**
   * Finds a line by its first bytes and compares the rest, which is quicker than `intern` because the line's end need not be known and
   * most of the line is not hashed. The index of an entry that `recall` may know and that stands at `start`, ended by a newline (or CR
   * LF); `recalledEnd` is the place behind that. -1 when there is none, which proves nothing.
   */
  recall(bytes: Uint8Array, start: number, limit: number): number {
    if (start + RECALL_BYTES > limit) return -1;
    if (bytes !== this.source) {
      this.source = bytes;
      this.sourceView = viewOf(bytes);
    }
    const view = this.sourceView;
    const { recallSlots } = this;
    const hash = recallHash(view, start);
    // A bucket is two slots; each is index + 1, hash, and where the entry begins and ends.
    const bucket = (hash & (recallSlots.length / BUCKET - 1)) * BUCKET;
    for (let slot = bucket; slot < bucket + BUCKET; slot += SLOT) {
      if (recallSlots[slot] === 0) return -1;
      if (recallSlots[slot + 1] !== hash) continue;
      const own = recallSlots[slot + 2];
      const length = recallSlots[slot + 3] - own;
      const end = start + length;
      if (end >= limit || !equalBytes(this.arenaView, own, view, start, length)) continue;
      if (bytes[end] === 10) this.recalledEnd = end + 1;
      else if (bytes[end] === 13 && end + 1 < limit && bytes[end + 1] === 10) this.recalledEnd = end + 2;
      else continue;
      return recallSlots[slot] - 1;
    }
    return -1;
  }

  /** Makes an entry known to `recall`. Of entries with the same first bytes the two latest are kept, and none far into a huge arena. */
  remember(index: number): void {
    const own = index === 0 ? 0 : this.ends[index - 1];
    const end = this.ends[index];
    if (end - own < RECALL_BYTES || end > 0x7fffffff) return;
    if (this.length * BUCKET > this.recallSlots.length) this.regrow();
    this.enter(index, own, end);
  }

  private enter(index: number, own: number, end: number): void {
    const { recallSlots } = this;
    const hash = recallHash(this.arenaView, own);
    const bucket = (hash & (recallSlots.length / BUCKET - 1)) * BUCKET;
    if (recallSlots[bucket] === index + 1 || recallSlots[bucket + SLOT] === index + 1) return;
    recallSlots.copyWithin(bucket + SLOT, bucket, bucket + SLOT);
    recallSlots[bucket] = index + 1;
    recallSlots[bucket + 1] = hash;
    recallSlots[bucket + 2] = own;
    recallSlots[bucket + 3] = end;
  }

  private regrow(): void {
    const old = this.recallSlots;
    this.recallSlots = new Int32Array(old.length * 4);
    for (let slot = 0; slot < old.length; slot += SLOT) if (old[slot] !== 0) this.enter(old[slot] - 1, old[slot + 2], old[slot + 3]);
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

function recallHash(view: DataView, start: number): number {
  let hash = Math.imul(view.getInt32(start, true) ^ 0x2c1b3c6d, 0x9e3779b1);
  hash = Math.imul((hash ^ (hash >>> 15)) ^ view.getInt32(start + 4, true), 0x9e3779b1);
  hash = Math.imul((hash ^ (hash >>> 15)) ^ view.getInt32(start + 8, true), 0x9e3779b1);
  hash = Math.imul((hash ^ (hash >>> 15)) ^ view.getInt32(start + 12, true), 0x9e3779b1);
  return hash ^ (hash >>> 16);
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

/**
 * Compares by doubles, two at a time, which is quicker than by smaller numbers. As NaN is unequal to itself, and 0 equals -0, those are looked
 * at again.
 */
function equalBytes(first: DataView, firstStart: number, second: DataView, secondStart: number, length: number): boolean {
  let i = 0;
  for (; i + 16 <= length; i += 16) {
    const value = first.getFloat64(firstStart + i, true);
    const next = first.getFloat64(firstStart + i + 8, true);
    if (value === second.getFloat64(secondStart + i, true) && next === second.getFloat64(secondStart + i + 8, true) && value * next !== 0) continue;
    if (!equalEight(first, firstStart + i, second, secondStart + i) || !equalEight(first, firstStart + i + 8, second, secondStart + i + 8)) return false;
  }
  if (i === length) return true;
  // The last bytes, together with some that were compared already.
  if (length >= 16) return equalEight(first, firstStart + length - 16, second, secondStart + length - 16) && equalEight(first, firstStart + length - 8, second, secondStart + length - 8);
  for (; i < length; i++) if (first.getUint8(firstStart + i) !== second.getUint8(secondStart + i)) return false;
  return true;
}

function equalEight(first: DataView, firstStart: number, second: DataView, secondStart: number): boolean {
  return first.getInt32(firstStart, true) === second.getInt32(secondStart, true) && first.getInt32(firstStart + 4, true) === second.getInt32(secondStart + 4, true);
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
