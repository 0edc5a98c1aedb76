import { wholeNumber } from './traceLine.ts';
import type { TraceSeries } from './traceSeries.ts';

/** mmap rounds up to pages; most machines have pages of this size. */
const PAGE = 4096;
/** Regions of a process that are told apart; the kernel allows 65,530 unless asked for more (vm.max_map_count). */
const MAX_REGIONS = 65536;
const MAP_ANONYMOUS = 0x20;

/** What one process has asked of the kernel since it began or last called execve. */
export class ProcessMemory {
  /** Where the heap began; NaN as long as it is unknown. */
  heapStart = NaN;
  /** Bytes from there to the program break. */
  heap = 0;
  /** Bytes of anonymous mappings. */
  mapped = 0;
  /** Anonymous mappings, ascending and apart: starts at even, ends at odd places. */
  private regions: number[] = [];

  clear(): void {
    this.heapStart = NaN;
    this.heap = this.mapped = 0;
    this.regions = [];
  }

  map(start: number, length: number): void {
    this.unmap(start, length);
    const end = start + pages(length);
    if (!(end > start) || this.regions.length >= MAX_REGIONS * 2) return;
    const at = this.place(start);
    const joinsLower = at > 0 && this.regions[at - 1] === start;
    const joinsUpper = this.regions[at] === end;
    if (joinsLower && joinsUpper) this.regions.splice(at - 1, 2);
    else if (joinsLower) this.regions[at - 1] = end;
    else if (joinsUpper) this.regions[at] = start;
    else this.regions.splice(at, 0, start, end);
    this.mapped += end - start;
  }

  /** Takes a range out of the anonymous mappings; the bytes of it that were in them. */
  unmap(start: number, length: number): number {
    const end = start + pages(length);
    if (!(end > start)) return 0;
    const { regions } = this;
    const from = this.place(start);
    const kept: number[] = [];
    // The region below may reach into the range.
    let first = from;
    let removed = 0;
    if (from > 0 && regions[from - 1] > start) {
      first = from - 2;
      kept.push(regions[first], start);
    }
    let past = first;
    while (past < regions.length && regions[past] < end) {
      removed += Math.min(regions[past + 1], end) - Math.max(regions[past], start);
      if (regions[past + 1] > end) kept.push(end, regions[past + 1]);
      past += 2;
    }
    if (removed > 0) regions.splice(first, past - first, ...kept);
    this.mapped -= removed;
    return removed;
  }

  /** Index of the first region that starts at or above `start`. */
  private place(start: number): number {
    let low = 0;
    let high = this.regions.length / 2;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.regions[middle * 2] < start) low = middle + 1;
      else high = middle;
    }
    return low * 2;
  }
}

function pages(length: number): number {
  return Math.ceil(length / PAGE) * PAGE;
}

/** Whether addresses and sizes are such that sums stay exact. */
function plausible(...numbers: number[]): boolean {
  return numbers.every((number) => number >= 0 && number < 2 ** 52);
}

/** Follows brk, mmap, munmap and mremap of all processes into two series: `heap (brk)` and `mmap`, bytes of living processes. */
export class StraceMemory {
  private heap = 0;
  private mapped = 0;

  constructor(private readonly series: TraceSeries) {}

  /** A call that has succeeded; `args` as strace prints them, `result` the address. */
  call(memory: ProcessMemory, name: string, args: string, result: number): void {
    this.change(memory, () => {
      switch (name) {
        case 'brk':
          if (!plausible(result)) return;
          if (Number.isNaN(memory.heapStart)) memory.heapStart = result;
          memory.heap = Math.max(0, result - memory.heapStart);
          return;
        case 'munmap': {
          const [start, length] = args.split(', ', 2).map(wholeNumber);
          if (plausible(start, length)) memory.unmap(start, length);
          return;
        }
        case 'mremap': {
          const [start, before, after] = args.split(', ', 3).map(wholeNumber);
          if (!plausible(start, before, after, result)) return;
          // Only what was anonymous stays so.
          if (memory.unmap(start, before) > 0) memory.map(result, after);
          else memory.unmap(result, after);
          return;
        }
        default: {
          const [, length, , flags] = args.split(', ', 4);
          const bytes = wholeNumber(length ?? '');
          if (!plausible(result, bytes)) return;
          const raw = wholeNumber(flags ?? '');
          const anonymous = Number.isNaN(raw) ? /\bMAP_ANON/.test(flags ?? '') : (raw & MAP_ANONYMOUS) !== 0;
          if (anonymous) memory.map(result, bytes);
          else memory.unmap(result, bytes);
        }
      }
    });
  }

  /** The process has ended or called execve: its memory is gone. */
  release(memory: ProcessMemory): void {
    this.change(memory, () => memory.clear());
  }

  private change(memory: ProcessMemory, action: () => void): void {
    const { heap, mapped } = memory;
    action();
    if (memory.heap !== heap) {
      this.heap += memory.heap - heap;
      this.series.set('heap (brk)', this.heap);
    }
    if (memory.mapped !== mapped) {
      this.mapped += memory.mapped - mapped;
      this.series.set('mmap', this.mapped, 'bytes', 'Anonymous memory mapped (mmap)');
    }
  }
}
