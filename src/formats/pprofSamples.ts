import type { ProfileBuilder } from '../core/builder.ts';
import { FormatError } from './format.ts';
import { decimal, ZERO } from './int64.ts';
import { PprofFrames } from './pprofFrames.ts';
import { PprofLabels, type PprofLabel } from './pprofLabels.ts';
import type { PprofPruning } from './pprofPrune.ts';
import type { PprofTables } from './pprofTables.ts';
import { ProtobufError, ProtobufReader, Wire } from './protobuf.ts';

/** Reads the samples of a profile into a builder: locations become frames, and stacks are interned from the root on. */
export class PprofSamples {
  readonly labels: PprofLabels;
  /** Samples that name a location which a cut file does not have any more. */
  lost = 0;
  /** Samples that lost frames to the profile's drop_frames. */
  pruned = 0;
  read = 0;
  private readonly reader: ProtobufReader;
  private readonly frames: PprofFrames;
  /** Locations of the sample that is read, innermost first. */
  private locations = new Int32Array(256);
  private depth = 0;
  private readonly values: number[];
  /** The values by the builder's rows of the events. */
  private readonly weights: number[];
  private valueCount = 0;
  private sampleLabels: PprofLabel[] = [];
  /** The stack of the sample before, outermost first: most samples share its outer part. */
  private pathLocation = new Int32Array(256);
  private pathStack = new Int32Array(256);
  private pathDepth = 0;
  private readonly keepSamples: boolean;

  /** `events` are the builder's rows of the sample types. */
  constructor(
    private readonly name: string, private readonly tables: PprofTables, private readonly builder: ProfileBuilder,
    private readonly events: readonly number[], private readonly pruning: PprofPruning | undefined, private readonly defaultType: number, mayKeepSamples: boolean,
  ) {
    this.reader = new ProtobufReader(tables.data);
    this.labels = new PprofLabels(tables, builder);
    this.frames = new PprofFrames(tables, builder, pruning);
    this.values = events.map(() => 0);
    this.weights = builder.events.map(() => 0);
    try {
      this.keepSamples = mayKeepSamples && this.anyTellingLabel();
      for (let row = 0; row < tables.sampleStart.length; row++) this.sample(tables.sampleStart.data[row], tables.sampleStop.data[row]);
    } catch (error) {
      if (!(error instanceof ProtobufError)) throw error;
      throw new FormatError(name, `byte ${error.offset}`, error.expected, error.found);
    }
  }

  /** Looks at the keys of labels alone. */
  private anyTellingLabel(): boolean {
    const { reader, tables } = this;
    for (let row = 0; row < tables.sampleStart.length; row++) {
      const stop = tables.sampleStop.data[row];
      for (reader.at = tables.sampleStart.data[row]; reader.next(stop);) {
        if (reader.field !== 3) continue;
        if (this.labels.isTelling(this.label().key)) return true;
      }
    }
    return false;
  }

  private sample(start: number, stop: number): void {
    const { reader, values, pruning } = this;
    this.depth = 0;
    this.valueCount = 0;
    if (this.sampleLabels.length > 0) this.sampleLabels = [];
    let missing = false;
    for (reader.at = start; reader.next(stop);) {
      if (reader.field === 1) missing = !this.addLocations() || missing;
      else if (reader.field === 2) this.addValues();
      else if (reader.field === 3) this.sampleLabels.push(this.label());
    }
    if (this.valueCount !== values.length) this.fail(start, `a sample of ${values.length} values`, String(this.valueCount));
    if (missing) {
      this.lost++;
      return;
    }
    this.read++;
    this.labels.take(this.sampleLabels, values[this.defaultType]);
    const cut = pruning ? pruning.cut(this.locations, this.depth) : 0;
    if (cut > 0) this.pruned++;
    const stack = this.stackFrom(cut);
    if (this.keepSamples) {
      const { weights } = this;
      weights.fill(0);
      for (let type = 0; type < values.length; type++) weights[this.events[type]] += values[type];
      this.builder.sample(stack, weights, this.labels.time, this.labels.thread);
    } else {
      for (let type = 0; type < values.length; type++) if (values[type] !== 0) this.builder.addSelf(stack, this.events[type], values[type]);
    }
  }

  /** Appends the locations of the field read last; false when one is not there any more. */
  private addLocations(): boolean {
    const { reader } = this;
    const { data, stop } = reader;
    if (reader.wire === Wire.Varint) return this.addLocation(reader.high, reader.low);
    reader.expect(Wire.Bytes);
    let whole = true;
    let at = reader.start;
    while (at < stop) {
      // Ids are small numbers nearly always.
      const first = data[at];
      let low = first;
      let high = 0;
      if (first < 0x80) {
        at++;
      } else if (at + 1 < stop && data[at + 1] < 0x80) {
        low = (first & 0x7f) | (data[at + 1] << 7);
        at += 2;
      } else if (at + 2 < stop && data[at + 2] < 0x80) {
        low = (first & 0x7f) | ((data[at + 1] & 0x7f) << 7) | (data[at + 2] << 14);
        at += 3;
      } else {
        reader.at = at;
        reader.varint(stop);
        ({ high, low } = reader);
        ({ at } = reader);
      }
      if (!this.addLocation(high, low)) whole = false;
    }
    reader.at = stop;
    return whole;
  }

  private addLocation(high: number, low: number): boolean {
    const row = this.tables.locationIds.row(high, low);
    if (row < 0) {
      if (!this.tables.cut) this.fail(this.reader.fieldStart, 'the ids of locations', decimal(high, low));
      return false;
    }
    if (this.depth === this.locations.length) this.locations = grown(this.locations);
    this.locations[this.depth++] = row;
    return true;
  }

  private addValues(): void {
    const { reader } = this;
    if (reader.wire === Wire.Varint) return this.addValue();
    reader.expect(Wire.Bytes);
    const { stop } = reader;
    for (reader.at = reader.start; reader.at < stop;) {
      reader.varint(stop);
      this.addValue();
    }
  }

  private addValue(): void {
    const value = this.reader.signed();
    if (!Number.isSafeInteger(value)) this.builder.warn('counts above 2^53 occur and are rounded');
    if (this.valueCount < this.values.length) this.values[this.valueCount] = value;
    this.valueCount++;
  }

  private label(): PprofLabel {
    const { reader } = this;
    reader.expect(Wire.Bytes);
    const { stop } = reader;
    let [key, text, unit, number] = [0, 0, 0, ZERO];
    for (reader.at = reader.start; reader.next(stop);) {
      if (reader.field < 1 || reader.field > 4) continue;
      reader.expect(Wire.Varint);
      const { high, low } = reader;
      if (reader.field === 3) {
        number = { high, low };
        continue;
      }
      if (high !== 0 || low < 0 || (low >= this.tables.stringCount && !this.tables.cut)) {
        this.fail(reader.fieldStart, `the number of one of ${this.tables.stringCount} strings`, decimal(high, low));
      }
      if (reader.field === 1) key = low;
      else if (reader.field === 2) text = low;
      else unit = low;
    }
    return { key, text, number, unit };
  }

  /** The stack of the sample without its `cut` innermost locations. */
  private stackFrom(cut: number): number {
    const { locations, builder, frames } = this;
    const depth = this.depth - cut;
    // A sample without a stack counts as well.
    if (depth === 0) return builder.stack(-1, builder.frame(builder.func({ name: '[no stack]' })));
    if (depth > this.pathLocation.length) {
      this.pathLocation = grown(this.pathLocation, depth);
      this.pathStack = grown(this.pathStack, depth);
    }
    const { pathLocation, pathStack } = this;
    const last = this.depth - 1;
    let level = 0;
    const shared = Math.min(depth, this.pathDepth);
    while (level < shared && pathLocation[level] === locations[last - level]) level++;
    let stack = level === 0 ? -1 : pathStack[level - 1];
    for (; level < depth; level++) {
      const location = locations[last - level];
      const first = frames.first(location);
      const end = first + frames.count[location];
      for (let i = first; i < end; i++) stack = builder.stack(stack, frames.rows.data[i]);
      pathLocation[level] = location;
      pathStack[level] = stack;
    }
    this.pathDepth = depth;
    return stack;
  }

  private fail(offset: number, expected: string, found: string): never {
    throw new FormatError(this.name, `byte ${offset}`, expected, found);
  }
}

function grown(column: Int32Array, atLeast = 0): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(Math.max(column.length * 2, atLeast));
  larger.set(column);
  return larger;
}
