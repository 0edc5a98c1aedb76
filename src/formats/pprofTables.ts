import { IntColumn } from '../core/columns.ts';
import { decodeText } from './byteStrings.ts';
import { FormatError } from './format.ts';
import { compareUnsigned, decimal, difference, IdTable, ZERO, type Int64 } from './int64.ts';
import { PprofStrings } from './pprofStrings.ts';
import { ProtobufError, ProtobufReader, Wire } from './protobuf.ts';

/** The quantity of a sample type or of the period; string numbers. */
export interface ValueType {
  readonly type: number;
  readonly unit: number;
}

export interface PprofMapping {
  readonly start: Int64;
  readonly limit: Int64;
  readonly offset: number;
  /** String numbers. */
  readonly file: number;
  readonly buildId: number;
}

/**
 * The tables of a profile.proto message as they stand in the file: strings, functions, locations and mappings refer to each
 * other by number, and samples come before all of them, so everything but the samples is read first.
 * Source: github.com/google/pprof, proto/profile.proto; what is refused is what profile/encode.go and CheckValid refuse.
 * @throws FormatError
 */
export class PprofTables {
  readonly sampleTypes: ValueType[] = [];
  /** Where each sample's message lies in the data. */
  readonly sampleStart = new IntColumn();
  readonly sampleStop = new IntColumn();
  readonly mappings: PprofMapping[] = [];
  /** String numbers by function. */
  readonly functionName = new IntColumn();
  readonly functionSystemName = new IntColumn();
  readonly functionFile = new IntColumn();
  readonly functionLine = new IntColumn();
  readonly locationIds = new IdTable();
  /** Row in `mappings` by location; -1 without. */
  readonly locationMapping = new IntColumn();
  /** The lines of location `row` are `lineFirst[row]` until `lineFirst[row + 1]`, innermost first. */
  readonly lineFirst = new IntColumn();
  /** Row of the function; -1 when the file ended before it. */
  readonly lineFunction = new IntColumn();
  readonly line = new IntColumn();
  readonly column = new IntColumn();
  foldedLocations = 0;
  dropFrames = 0;
  keepFrames = 0;
  /** Nanoseconds since 1970; zero when unknown. */
  time = ZERO;
  /** Nanoseconds. */
  duration = 0;
  periodType: ValueType = { type: 0, unit: 0 };
  period = 0;
  defaultType = 0;
  docUrl = 0;
  readonly comments: number[] = [];
  /** True when the data ended inside of a field. */
  cut = false;

  private readonly mappingIds = new IdTable();
  private readonly functionIds = new IdTable();
  private readonly addressHigh = new IntColumn();
  private readonly addressLow = new IntColumn();
  private readonly strings: PprofStrings;
  private readonly reader: ProtobufReader;
  /** Ids that can be followed only when everything is read, as two halves each. */
  private readonly mappingRefs = new IntColumn();
  private readonly functionRefs = new IntColumn();
  private readonly functionRefAt = new IntColumn();

  constructor(private readonly name: string, readonly data: Uint8Array) {
    this.reader = new ProtobufReader(data);
    this.strings = new PprofStrings(data);
    try {
      while (this.reader.next(data.length)) this.topField();
    } catch (error) {
      if (!(error instanceof ProtobufError)) throw error;
      if (!error.cut) throw new FormatError(name, `byte ${error.offset}`, error.expected, error.found);
      this.cut = true;
    }
    this.follow();
  }

  /** Number of strings. */
  get stringCount(): number {
    return this.strings.length;
  }

  /** The text of a string by its number; '' for those that a cut file lacks. */
  text(index: number): string {
    return this.strings.text(index);
  }

  /**
   * The address of a location: its offset in the file that is mapped there, as symbols are looked up; the address itself without a
   * mapping. -1 without an address, and for one that a double cannot hold.
   */
  address(location: number): number {
    const address = { high: this.addressHigh.data[location], low: this.addressLow.data[location] };
    if (address.high === 0 && address.low === 0) return -1;
    const mapping = this.locationMapping.data[location] < 0 ? undefined : this.mappings[this.locationMapping.data[location]];
    const inside = mapping && compareUnsigned(mapping.start, address) <= 0 && compareUnsigned(address, mapping.limit) < 0;
    const value = inside ? difference(address, mapping.start) + mapping.offset : difference(address, ZERO);
    return Number.isSafeInteger(value) ? value : -1;
  }

  private topField(): void {
    const { reader } = this;
    const { start, stop, fieldStart } = reader;
    switch (reader.field) {
      case 1: this.sampleTypes.push(this.valueType()); break;
      case 2:
        reader.expect(Wire.Bytes);
        this.sampleStart.push(start);
        this.sampleStop.push(stop);
        break;
      case 3: this.mapping(); break;
      case 4: this.location(); break;
      case 5: this.func(); break;
      case 6:
        reader.expect(Wire.Bytes);
        if (this.strings.length === 0 && stop > start) this.fail(start, 'an empty first string', decodeText(this.data, start, Math.min(stop, start + 100)));
        this.strings.add(start, stop);
        break;
      case 7: this.dropFrames = this.index(); break;
      case 8: this.keepFrames = this.index(); break;
      case 9:
        if (this.time !== ZERO) this.fail(fieldStart, 'one profile', 'a second one behind it');
        this.time = this.halves();
        break;
      case 10: this.duration = this.int(); break;
      case 11: this.periodType = this.valueType(); break;
      case 12: this.period = this.int(); break;
      case 13:
        if (reader.wire === Wire.Varint) this.comments.push(this.index());
        else {
          reader.expect(Wire.Bytes);
          for (reader.at = start; reader.at < stop;) {
            reader.varint(stop);
            this.comments.push(this.indexRead());
          }
        }
        break;
      case 14: this.defaultType = this.index(); break;
      case 15: this.docUrl = this.index(); break;
      default:
    }
  }

  /** Calls `each` for every field of the message read last. */
  private fields(each: (field: number) => void): void {
    const { reader } = this;
    reader.expect(Wire.Bytes);
    const { stop } = reader;
    for (reader.at = reader.start; reader.next(stop);) each(reader.field);
  }

  private halves(): Int64 {
    this.reader.expect(Wire.Varint);
    return { high: this.reader.high, low: this.reader.low };
  }

  private int(): number {
    this.reader.expect(Wire.Varint);
    return this.reader.signed();
  }

  /** A string's number. */
  private index(): number {
    this.reader.expect(Wire.Varint);
    return this.indexRead();
  }

  private indexRead(): number {
    const { high, low, fieldStart } = this.reader;
    if (high !== 0 || low < 0) this.fail(fieldStart, 'the number of a string', this.reader.signed());
    this.strings.refer(low, fieldStart);
    return low;
  }

  private valueType(): ValueType {
    let type = 0;
    let unit = 0;
    this.fields((field) => {
      if (field === 1) type = this.index();
      else if (field === 2) unit = this.index();
    });
    return { type, unit };
  }

  private mapping(): void {
    const at = this.reader.fieldStart;
    const mapping = { start: ZERO, limit: ZERO, offset: 0, file: 0, buildId: 0 };
    let id = ZERO;
    this.fields((field) => {
      if (field === 1) id = this.halves();
      else if (field === 2) mapping.start = this.halves();
      else if (field === 3) mapping.limit = this.halves();
      else if (field === 4) mapping.offset = difference(this.halves(), ZERO);
      else if (field === 5) mapping.file = this.index();
      else if (field === 6) mapping.buildId = this.index();
    });
    this.addId(this.mappingIds, id, at, 'mapping');
    this.mappings.push(mapping);
  }

  private location(): void {
    const at = this.reader.fieldStart;
    let [id, mapping, address] = [ZERO, ZERO, ZERO];
    this.lineFirst.push(this.line.length);
    this.fields((field) => {
      if (field === 1) id = this.halves();
      else if (field === 2) mapping = this.halves();
      else if (field === 3) address = this.halves();
      else if (field === 4) this.lineOfLocation();
      else if (field === 5 && this.int() !== 0) this.foldedLocations++;
    });
    this.addId(this.locationIds, id, at, 'location');
    this.mappingRefs.push(mapping.high);
    this.mappingRefs.push(mapping.low);
    this.addressHigh.push(address.high);
    this.addressLow.push(address.low);
  }

  private lineOfLocation(): void {
    let [func, line, column] = [ZERO, 0, 0];
    this.functionRefAt.push(this.reader.fieldStart);
    this.fields((field) => {
      if (field === 1) func = this.halves();
      else if (field === 2) line = this.int();
      else if (field === 3) column = this.int();
    });
    this.functionRefs.push(func.high);
    this.functionRefs.push(func.low);
    this.line.push(lineNumber(line));
    this.column.push(lineNumber(column));
  }

  private func(): void {
    const at = this.reader.fieldStart;
    let [id, name, systemName, file, line] = [ZERO, 0, 0, 0, 0];
    this.fields((field) => {
      if (field === 1) id = this.halves();
      else if (field === 2) name = this.index();
      else if (field === 3) systemName = this.index();
      else if (field === 4) file = this.index();
      else if (field === 5) line = this.int();
    });
    this.addId(this.functionIds, id, at, 'function');
    this.functionName.push(name);
    this.functionSystemName.push(systemName);
    this.functionFile.push(file);
    this.functionLine.push(lineNumber(line));
  }

  private addId(ids: IdTable, { high, low }: Int64, at: number, what: string): void {
    if (high === 0 && low === 0) this.fail(at, `a ${what} with an id`, 0);
    if (!ids.add(high, low)) this.fail(at, `an id of a ${what} of its own`, `${decimal(high, low)} again`);
  }

  /** Turns ids into rows, once everything is read. */
  private follow(): void {
    this.lineFirst.push(this.line.length);
    const { missing } = this.strings;
    if (missing && !this.cut) this.fail(missing.at, `the number of one of ${this.strings.length} strings`, missing.index);
    for (let row = 0; row < this.locationIds.length; row++) {
      // As for pprof itself, a mapping that is not there is none.
      this.locationMapping.push(this.mappingIds.row(this.mappingRefs.data[row * 2], this.mappingRefs.data[row * 2 + 1]));
    }
    for (let row = 0; row < this.line.length; row++) {
      const [high, low] = [this.functionRefs.data[row * 2], this.functionRefs.data[row * 2 + 1]];
      const func = this.functionIds.row(high, low);
      if (func < 0 && !this.cut && (high !== 0 || low !== 0)) this.fail(this.functionRefAt.data[row], 'the id of a function', decimal(high, low));
      this.lineFunction.push(func);
    }
  }

  private fail(offset: number, expected: string, found: string | number): never {
    throw new FormatError(this.name, `byte ${offset}`, expected, String(found));
  }
}

/** Lines and columns that are none, or beyond all files, are unknown. */
function lineNumber(value: number): number {
  return value > 0 && value < 0x7fffffff ? value : 0;
}
