import { ProfileBuilder } from '../core/builder.ts';
import type { EventInfo, Profile, ProfileMeta } from '../core/profile.ts';
import { decodeText } from './byteStrings.ts';
import type { Format, Input, ReadOptions } from './format.ts';
import { FormatError } from './format.ts';
import { AddressStacks, GperftoolsMaps } from './gperftoolsMaps.ts';
import { firstLines, LineReader, readLines } from './lineReader.ts';

const HEADER = /heap profile: *(\d+): *(\d+) *\[ *(\d+): *(\d+) *\] *@ *(heap[_a-z0-9]*|growthz?|fragmentationz?)\/?(\d*)/;
const SAMPLE = /^\s*(-?\d+): *(-?\d+) *\[ *(\d+): *(\d+) *\] @([ x0-9a-f]*)\s*$/;
const MAPS = /--- Memory map: ---|MAPPED_LIBRARIES:/;

const IN_USE: readonly EventInfo[] = [{ name: 'objects', unit: 'count', label: 'Objects in use' }, { name: 'space', unit: 'bytes', label: 'Memory in use' }];
const ALL: readonly EventInfo[] = [
  { name: 'alloc_objects', unit: 'count', label: 'Objects allocated' }, { name: 'alloc_space', unit: 'bytes', label: 'Memory allocated' },
  { name: 'inuse_objects', unit: 'count', label: 'Objects in use' }, { name: 'inuse_space', unit: 'bytes', label: 'Memory in use' },
];

/**
 * The text of a heap profile: what tcmalloc writes (HEAPPROFILE=, and its sampled heap `heap_v2`), and Go with `debug=1`.
 * `<objects in use>: <bytes> [<objects allocated>: <bytes>] @ <addresses>`, innermost first, then the map of the program. Sampled heaps are
 * scaled up to what they stand for.
 * Source: github.com/google/pprof, profile/legacy_profile.go, parseHeap.
 */
export const gperftoolsHeap: Format = {
  id: 'gperftools-heap',
  label: 'gperftools heap profile',
  names: [],
  sniff: (head) => HEADER.test((firstLines(head, 1)[0] ?? '').slice(0, 500)),
  read: readHeap,
};

async function readHeap(inputs: readonly Input[], options?: ReadOptions): Promise<Profile> {
  const builder = new ProfileBuilder([]);
  let bytes = 0;
  let meta: ProfileMeta | undefined;
  for (const input of inputs) {
    const parser = new HeapParser(input.name, builder, () => reader.lineNumber);
    const reader: LineReader = new LineReader((line, start, end) => parser.line(decodeText(line, start, end), reader.torn), input.name);
    bytes = await readLines(input, reader, options, bytes);
    const own = parser.finish();
    meta ??= own;
  }
  return builder.finish(meta ?? { format: 'gperftools-heap' });
}

class HeapParser {
  private readonly maps = new GperftoolsMaps();
  private stacks: AddressStacks | undefined;
  private events: readonly EventInfo[] = IN_USE;
  private rows: readonly number[] = [];
  private kind = '';
  private period = 0;
  private sampled = false;
  private inMaps = false;
  private torn = false;

  constructor(private readonly name: string, private readonly builder: ProfileBuilder, private readonly lineNumber: () => number) {}

  line(text: string, torn: boolean): void {
    if (!this.stacks) return this.header(text);
    if (this.inMaps) return this.maps.add(text);
    if (/^\s*(?:#|$)/.test(text)) return;
    if (MAPS.test(text)) {
      this.inMaps = true;
      return;
    }
    const cells = SAMPLE.exec(text);
    if (torn) {
      // The last address may have lost digits.
      this.torn = true;
    } else if (!cells) {
      this.fail('<objects>: <bytes> [<objects>: <bytes>] @ <addresses>', text);
    } else {
      this.sample(cells, this.stacks);
    }
  }

  finish(): ProfileMeta {
    const { stacks, builder, name } = this;
    if (!stacks) throw new FormatError(name, 'line 1', 'the header of a heap profile', 'nothing');
    // Go's text has no map, and needs none.
    if (this.torn || (!this.inMaps && this.kind !== 'heap')) builder.truncated(`${name} was cut off after ${stacks.length} stacks: the map of the program is missing`);
    if (stacks.length === 0) builder.warn(`${name} has no allocations`);
    stacks.build(builder, this.maps, this.rows);
    builder.defaultEvent = this.rows[this.rows.length - 1];
    const facts: [string, string][] = [];
    if (this.sampled && this.period > 1) facts.push(['Sampling', `one allocation in ${this.period.toLocaleString('en-US')} bytes, scaled up to all`]);
    if (this.maps.program !== '') facts.push(['Program', this.maps.program]);
    return { format: 'gperftools-heap', tool: this.kind === 'heap' ? 'runtime/pprof' : 'tcmalloc', facts };
  }

  private header(text: string): void {
    const cells = HEADER.exec(text);
    if (!cells) this.fail('heap profile: <objects>: <bytes> [<objects>: <bytes>] @ <kind>', text);
    const [, objects, bytes, allObjects, allBytes, kind, period] = cells;
    this.kind = kind;
    this.sampled = /^heapz?_v2$|^heap$/.test(kind);
    if (!this.sampled && !/^(?:heapprofile|growthz?|fragmentationz?)$/.test(kind)) this.fail('a heap profile of a known kind', kind);
    // Go writes twice the rate.
    this.period = kind === 'heap' ? Math.trunc(Number(period) / 2) : this.sampled ? Number(period) : 1;
    if (kind.startsWith('heap') && ((allObjects !== objects && allObjects !== '0') || (allBytes !== bytes && allBytes !== '0'))) this.events = ALL;
    this.rows = this.events.map((event) => this.builder.event(event));
    this.stacks = new AddressStacks(this.events.length);
  }

  private sample(cells: RegExpExecArray, stacks: AddressStacks): void {
    const [, objects, bytes, allObjects, allBytes, addresses] = cells;
    const weights = [...(this.events === ALL ? this.scaled(allObjects, allBytes) : []), ...this.scaled(objects, bytes)];
    stacks.begin(weights);
    for (const [hex] of addresses.matchAll(/0x[0-9a-f]+/g)) {
      const address = Number(hex);
      if (!(address < 2 ** 64)) this.fail('an address of 64 bits', hex);
      // All are where calls return to: behind the call.
      stacks.push(address - 1);
    }
  }

  /** Objects and bytes, scaled by how likely an allocation of their mean size is sampled: 1 - exp(-size / period). */
  private scaled(objects: string, bytes: string): [number, number] {
    const count = Number(objects);
    const size = Number(bytes);
    if (!(Math.abs(count) < 2 ** 63 && Math.abs(size) < 2 ** 63)) this.fail('numbers of 64 bits', `${objects}: ${bytes}`);
    if (count === 0 && size !== 0) this.fail('no bytes of no objects', `${objects}: ${bytes}`);
    if (!Number.isSafeInteger(count) || !Number.isSafeInteger(size)) this.builder.warn('counts above 2^53 occur and are rounded');
    if (!this.sampled || this.period <= 1) return [count, size];
    if (count === 0 || size === 0) return [0, 0];
    const scale = 1 / (1 - Math.exp(-(size / count) / this.period));
    return Number.isFinite(scale) ? [Math.trunc(count * scale), Math.trunc(size * scale)] : [count, size];
  }

  private fail(expected: string, found: string): never {
    throw new FormatError(this.name, `line ${this.lineNumber()}`, expected, found);
  }
}
