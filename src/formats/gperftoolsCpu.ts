import { ProfileBuilder } from '../core/builder.ts';
import type { Profile, ProfileMeta } from '../core/profile.ts';
import { decodeText } from './byteStrings.ts';
import type { Format, Input, ReadOptions } from './format.ts';
import { FormatError } from './format.ts';
import { AddressStacks, GperftoolsMaps } from './gperftoolsMaps.ts';
import { wholeInputs } from './wholeInput.ts';

/** Words before the first sample: 0, 3, version 0, period in microseconds, 0. */
const HEADER_WORDS = 5;
/** Deeper stacks are none: the profiler stops at 254 frames. */
const DEEPEST = 1 << 20;
/** One sample in so many may differ and a frame still be that of the signal handler. */
const SIMILAR = 32;

/**
 * What libprofiler of gperftools writes (CPUPROFILE=): words of 4 or 8 bytes in the byte order of the machine - a header, then for each stack its
 * count, its depth and its addresses, innermost first, then 0, 1, 0 - and the text of /proc/self/maps.
 * Source: gperftools, docs/cpuprofile-fileformat.html; github.com/google/pprof, profile/legacy_profile.go.
 */
export const gperftoolsCpu: Format = {
  id: 'gperftools-cpu',
  label: 'gperftools CPU profile',
  names: [],
  sniff: (head) => layoutOf(head) !== undefined,
  read: readCpu,
};

interface Layout {
  readonly bytes: 4 | 8;
  readonly little: boolean;
}

const LAYOUTS: readonly Layout[] = [{ bytes: 4, little: true }, { bytes: 4, little: false }, { bytes: 8, little: true }, { bytes: 8, little: false }];

/** Words of a file by its layout. */
class Words {
  private readonly view: DataView;

  constructor(private readonly data: Uint8Array, readonly layout: Layout) {
    this.view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  }

  get length(): number {
    return Math.floor(this.data.length / this.layout.bytes);
  }

  /** Word `index`; those beyond 2^53 are rounded. */
  at(index: number): number {
    const { bytes, little } = this.layout;
    const first = this.view.getUint32(index * bytes, little);
    if (bytes === 4) return first;
    const second = this.view.getUint32(index * bytes + 4, little);
    return little ? second * 0x100000000 + first : first * 0x100000000 + second;
  }
}

/** The layout in which the header reads as one; undefined when there is none. */
function layoutOf(data: Uint8Array): Layout | undefined {
  return LAYOUTS.find((layout) => {
    const words = new Words(data, layout);
    if (words.length < HEADER_WORDS) return false;
    // Version 1 are Java programs, whose addresses are ids of names.
    if (words.at(0) !== 0 || words.at(1) !== 3 || words.at(2) !== 0 || !(words.at(3) > 0 && words.at(3) < 1e9) || words.at(4) !== 0) return false;
    return words.length < HEADER_WORDS + 2 || words.at(HEADER_WORDS + 1) <= DEEPEST;
  });
}

async function readCpu(inputs: readonly Input[], options?: ReadOptions): Promise<Profile> {
  const builder = new ProfileBuilder([{ name: 'samples', unit: 'count' }, { name: 'cpu', unit: 'nanoseconds', label: 'CPU time' }]);
  builder.defaultEvent = 1;
  let meta: ProfileMeta | undefined;
  for await (const { name, data } of wholeInputs(inputs, options)) {
    const own = readOne(name, data, builder);
    meta ??= own;
  }
  return builder.finish(meta ?? { format: 'gperftools-cpu', tool: 'gperftools' });
}

function readOne(name: string, data: Uint8Array, builder: ProfileBuilder): ProfileMeta {
  const layout = layoutOf(data);
  if (!layout) throw new FormatError(name, 'byte 0', 'the header of a gperftools CPU profile: 0, 3, 0, the period, 0');
  const words = new Words(data, layout);
  const period = words.at(3);
  const stacks = new AddressStacks(2);
  let at = HEADER_WORDS;
  let [ended, count] = [false, 0];
  while (at + 2 <= words.length) {
    const weight = words.at(at);
    const depth = words.at(at + 1);
    if (depth > DEEPEST) throw new FormatError(name, `byte ${(at + 1) * layout.bytes}`, 'the depth of a stack', String(depth));
    if (at + 2 + depth > words.length) break;
    at += 2;
    if (weight === 0 && depth === 1 && words.at(at) === 0) {
      ended = true;
      at++;
      break;
    }
    if (weight > Number.MAX_SAFE_INTEGER) builder.warn('counts above 2^53 occur and are rounded');
    count += weight;
    stacks.begin([weight, weight * period * 1000]);
    // Where a call returns to is behind the call; the innermost address is no call.
    for (let level = 0; level < depth; level++) stacks.push(level === 0 ? words.at(at + level) : words.at(at + level) - 1);
    at += depth;
  }
  const maps = new GperftoolsMaps();
  if (ended) for (const line of decodeText(data, at * layout.bytes, data.length).split(/\r?\n/)) maps.add(line);
  else builder.truncated(`${name} was cut off at byte ${data.length}: it has neither its end nor the map of the program, so addresses are all that is known`);
  if (stacks.length === 0) builder.warn(`${name} has no samples`);
  const skipped = artefacts(stacks);
  stacks.build(builder, maps, [0, 1], (row) => skipped[row]);
  const left = skipped.reduce((sum, frames) => sum + (frames > 0 ? 1 : 0), 0);
  const facts: [string, string][] = [['Samples', count.toLocaleString('en-US')]];
  if (left > 0) facts.push(['Left out', `the frame next to the innermost one in ${left} of ${stacks.length} stacks: it is the profiler's, by the rule of pprof`]);
  if (maps.program !== '') facts.push(['Program', maps.program]);
  return { format: 'gperftools-cpu', tool: 'gperftools', frequency: 1e6 / period, facts };
}

/**
 * How many addresses behind the innermost one are the profiler's own in each stack: an address that nearly all stacks have there is that of the
 * signal handler (up to two of them), and one that equals the innermost address is that address again, as the unwinder found it.
 */
function artefacts(stacks: AddressStacks): Int32Array {
  const skipped = new Int32Array(stacks.length);
  const needed = stacks.length - Math.floor(stacks.length / SIMILAR);
  for (let round = 0; round < 2; round++) {
    const seen = new Map<number, number>();
    let handler: number | undefined;
    for (let row = 0; row < stacks.length; row++) {
      if (stacks.depth(row) <= 1 + skipped[row]) continue;
      const second = stacks.address(row, 1 + skipped[row]);
      const times = (seen.get(second) ?? 0) + 1;
      seen.set(second, times);
      if (times >= needed) handler = second;
    }
    if (handler === undefined) continue;
    for (let row = 0; row < stacks.length; row++) {
      if (stacks.depth(row) > 1 + skipped[row] && stacks.address(row, 1 + skipped[row]) === handler) skipped[row]++;
    }
  }
  for (let row = 0; row < stacks.length; row++) {
    if (stacks.depth(row) > 1 + skipped[row] && stacks.address(row, 0) === stacks.address(row, 1 + skipped[row]) + 1) skipped[row]++;
  }
  return skipped;
}
