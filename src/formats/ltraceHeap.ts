import { wholeNumber } from './traceLine.ts';
import type { TraceSeries } from './traceSeries.ts';

/** Where a function has the size of what it allocates: the places of its arguments that are multiplied. */
const ALLOCATORS: ReadonlyMap<string, readonly number[]> = new Map<string, readonly number[]>([
  ...['malloc', 'valloc', 'pvalloc', '_Znwm', '_Znam', '_Znwj', '_Znaj', 'operator new(unsigned long)', 'operator new[](unsigned long)'].map((name) => [name, [0]] as const),
  ...['realloc', 'memalign', 'aligned_alloc'].map((name) => [name, [1]] as const),
  ['calloc', [0, 1]],
  ['reallocarray', [1, 2]],
]);
const REALLOCATORS = new Set(['realloc', 'reallocarray']);
const RELEASERS = new Set([
  'free', 'cfree', '_ZdlPv', '_ZdaPv', '_ZdlPvm', '_ZdaPvm', 'operator delete(void*)', 'operator delete[](void*)',
  'operator delete(void*, unsigned long)', 'operator delete[](void*, unsigned long)',
]);

/** The blocks of one process that are allocated, by address. */
export interface ProcessHeap {
  readonly blocks: Map<number, number>;
  bytes: number;
}

/** Follows malloc, free and their kin into the series `allocated by malloc` (bytes that are not freed) and `allocation size`. */
export class LtraceHeap {
  private live = 0;

  constructor(private readonly series: TraceSeries) {}

  /** Whether a function allocates or frees, so that its arguments are needed. */
  static follows(name: string): boolean {
    return ALLOCATORS.has(name) || RELEASERS.has(name);
  }

  /** A call that has returned; the bytes it allocated. */
  call(heap: ProcessHeap, name: string, args: string, result: number): number {
    const places = ALLOCATORS.get(name);
    const numbers = args.split(',', 4).map(wholeNumber);
    if (!places) {
      this.change(heap, -forget(heap, numbers[0]));
      return 0;
    }
    const size = places.reduce((product, place) => product * (numbers[place] ?? NaN), 1);
    // realloc to nothing frees; one that fails leaves the block as it is.
    const freed = REALLOCATORS.has(name) && (result > 0 || size === 0) ? forget(heap, numbers[0]) : 0;
    if (!(result > 0 && size >= 0 && size < 2 ** 47)) {
      this.change(heap, -freed);
      return 0;
    }
    // The same block is seen again where a function is traced both at its call and at its entry.
    const before = forget(heap, result);
    heap.blocks.set(result, size);
    this.change(heap, size - before - freed);
    if (before === size) return 0;
    this.series.point('allocation size', size, 'bytes', 'Size of each allocation');
    return size;
  }

  /** The process has ended or called exec: its memory is gone. */
  clear(heap: ProcessHeap): void {
    this.change(heap, -heap.bytes);
    heap.blocks.clear();
  }

  private change(heap: ProcessHeap, bytes: number): void {
    if (bytes === 0) return;
    heap.bytes += bytes;
    this.live += bytes;
    this.series.set('allocated by malloc', this.live);
  }
}

/** Takes a block out of the heap; its size, 0 when it is unknown. */
function forget(heap: ProcessHeap, address = 0): number {
  const size = heap.blocks.get(address) ?? 0;
  heap.blocks.delete(address);
  return size;
}
