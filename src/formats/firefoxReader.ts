import { ProfileBuilder } from '../core/builder.ts';
import type { EventInfo, Profile, Unit } from '../core/profile.ts';
import { FirefoxStacks, type Lib } from './firefoxStacks.ts';
import { OpenTables, readColumns, type Columns } from './firefoxTables.ts';
import { FormatError } from './format.ts';
import { JsonReader } from './jsonReader.ts';

const WEIGHTS: Readonly<Record<string, EventInfo>> = {
  samples: { name: 'samples', unit: 'count', label: 'Samples' },
  'tracing-ms': { name: 'time', unit: 'milliseconds', label: 'Time' },
  bytes: { name: 'bytes', unit: 'bytes', label: 'Bytes' },
};
const CPU_UNITS: Readonly<Record<string, Unit>> = { ns: 'nanoseconds', '\u00b5s': 'microseconds', us: 'microseconds', ms: 'milliseconds' };

/** What `meta` says, as far as it is used. */
interface Meta {
  version: number;
  product: string;
  system: string;
  interval: number;
  startTime: number;
  cpuUnit: string;
}

/**
 * Reads Firefox profiles. A sample counts with its weight (1 without one) at its stack, as in the call tree there; samples without a
 * stack are left out as there. CPU time that a sample brings is an event of its own.
 */
export class FirefoxReader {
  private readonly builder = new ProfileBuilder();
  private name = '';
  private meta: Meta = { version: NaN, product: '', system: '', interval: NaN, startTime: NaN, cpuUnit: '' };
  private libs: Lib[] = [];
  private shared: OpenTables | undefined;
  private sharedStacks: FirefoxStacks | undefined;
  private threads = 0;
  private withoutStack = 0;

  /** @throws FormatError */
  add(name: string, bytes: Uint8Array): void {
    this.name = name;
    this.libs = [];
    this.shared = this.sharedStacks = undefined;
    this.threads = 0;
    const failures: FormatError[] = [];
    const places = new Map<string, number>();
    const attempt = (json: JsonReader, read: () => void) => {
      try {
        read();
      } catch (error) {
        if (!(error instanceof FormatError) || !json.cut) throw error;
        failures.push(error);
      }
    };
    const json = new JsonReader(bytes, name);
    attempt(json, () => {
      json.beginObject('a Firefox profile: a JSON object');
      for (let key = json.nextKey(); key !== undefined; key = json.nextKey()) {
        // Threads refer to all else, which may stand behind them.
        places.set(key, json.at);
        if (key === 'meta') this.readMeta(json);
        else if (key === 'libs') this.libs = readLibs(json);
        else if (key === 'shared') this.readShared(json);
        else json.skip();
      }
      json.end();
    });
    for (const key of ['threads', 'processes']) {
      const at = places.get(key);
      if (at === undefined) continue;
      const again = new JsonReader(bytes, name);
      again.at = at;
      attempt(again, () => (key === 'threads' ? this.readThreads(again) : this.readProcesses(again)));
    }
    if (!places.has('meta') || (!places.has('threads') && failures.length === 0)) {
      throw failures[0] ?? new FormatError(name, `byte ${bytes.length}`, places.has('meta') ? 'threads' : 'meta');
    }
    if (failures.length > 0) {
      if (this.threads === 0) throw failures[0];
      this.builder.truncated(`${name} was cut off at byte ${bytes.length}; the ${this.threads} threads until there are shown`);
    }
  }

  finish(): Profile {
    const { builder, meta } = this;
    if (builder.events.length === 0) builder.event(WEIGHTS['samples']);
    if (builder.sampleCount === 0) builder.warn('this profile has no samples with stacks');
    if (this.withoutStack > 0) builder.warn(`${this.withoutStack} samples have no stack and are not counted`);
    const facts: (readonly [string, string])[] = [];
    if (meta.system !== '') facts.push(['System', meta.system]);
    facts.push(['Format', Number.isNaN(meta.version) ? 'raw Gecko profile' : `processed profile, version ${meta.version}`]);
    return builder.finish({
      format: 'firefox',
      ...(meta.product === '' ? {} : { tool: meta.product }),
      ...(meta.startTime > 0 ? { startTime: meta.startTime } : {}),
      ...(meta.interval > 0 ? { frequency: 1000 / meta.interval } : {}),
      facts,
    });
  }

  private readMeta(json: JsonReader): void {
    const { meta } = this;
    const number = () => (json.peekType() === 'number' ? json.number() : (json.skip(), NaN));
    const string = () => (json.peekType() === 'string' ? json.string() : (json.skip(), ''));
    json.beginObject('meta: an object');
    for (let key = json.nextKey(); key !== undefined; key = json.nextKey()) {
      if (key === 'preprocessedProfileVersion') meta.version = number();
      else if (key === 'product') meta.product = string();
      else if (key === 'oscpu') meta.system = string();
      else if (key === 'interval') meta.interval = number();
      else if (key === 'startTime') meta.startTime = number();
      else if (key === 'sampleUnits' && json.peekType() === 'object') {
        json.beginObject();
        for (let unit = json.nextKey(); unit !== undefined; unit = json.nextKey()) {
          const value = string();
          if (unit === 'threadCPUDelta') meta.cpuUnit = value;
        }
      } else json.skip();
    }
  }

  private readShared(json: JsonReader): void {
    const tables = new OpenTables();
    json.beginObject('the shared tables');
    for (let key = json.nextKey(); key !== undefined; key = json.nextKey()) if (!tables.take(json, key)) json.skip();
    this.shared = tables;
    if (tables.hasStacks) this.sharedStacks = new FirefoxStacks(this.builder, this.name, tables.with(undefined), this.libs);
  }

  /** Processes below the first one, in raw profiles: profiles in a profile. */
  private readProcesses(json: JsonReader): void {
    for (json.beginArray('an array of processes'); json.more(); ) {
      if (json.peekType() !== 'object') {
        json.skip();
        continue;
      }
      json.beginObject();
      for (let key = json.nextKey(); key !== undefined; key = json.nextKey()) {
        if (key === 'threads') this.readThreads(json);
        else json.skip();
      }
    }
  }

  private readThreads(json: JsonReader): void {
    for (json.beginArray('an array of threads'); json.more(); ) {
      // Raw profiles of old held those of other processes as text.
      if (json.peekType() === 'string') json.skip();
      else this.readThread(json);
    }
  }

  private readThread(json: JsonReader): void {
    const tables = new OpenTables();
    let name = '';
    let pid = 0;
    let tid = 0;
    let process = '';
    let weightType = 'samples';
    let samples: Columns | undefined;
    json.beginObject('a thread');
    for (let key = json.nextKey(); key !== undefined; key = json.nextKey()) {
      if (tables.take(json, key)) continue;
      if (key === 'name') name = json.string();
      else if (key === 'processName') process = json.peekType() === 'string' ? json.string() : (json.skip(), '');
      else if (key === 'pid') pid = idOf(json);
      else if (key === 'tid') tid = idOf(json);
      else if (key === 'samples') {
        const start = json.at;
        samples = readColumns(json);
        weightType = typeOfWeights(json.bytes, start, json.at, this.name);
      } else json.skip();
    }
    const label = process !== '' && process !== name && name === 'GeckoMain' ? `${name} (${process})` : name;
    const thread = this.builder.thread(pid, tid, label);
    if (samples) this.addSamples(samples, weightType, this.stacksOf(tables), thread);
    this.threads++;
  }

  private stacksOf(tables: OpenTables): FirefoxStacks {
    if (!tables.hasStacks && this.sharedStacks) return this.sharedStacks;
    return new FirefoxStacks(this.builder, this.name, tables.with(this.shared), this.libs);
  }

  private addSamples(samples: Columns, weightType: string, stacks: FirefoxStacks, thread: number): void {
    const { builder, meta } = this;
    const stack = samples.get('stack');
    if (!stack) return;
    const weight = samples.get('weight');
    const time = samples.get('time');
    const deltas = samples.get('timeDeltas');
    const cpu = samples.get('threadCPUDelta');
    const event = builder.event(WEIGHTS[weightType] ?? { name: weightType, unit: 'count' });
    const cpuUnit = CPU_UNITS[meta.cpuUnit];
    const cpuEvent = cpu && cpuUnit ? builder.event({ name: 'cpu', unit: cpuUnit, label: 'CPU time' }) : -1;
    const weights = builder.events.map(() => 0);
    let now = 0;
    for (let row = 0; row < stack.length; row++) {
      if (deltas && row < deltas.length) now += deltas[row];
      if (Number.isNaN(stack[row])) {
        this.withoutStack++;
        continue;
      }
      // A raw sample without a place for the weight, and null in the column, both count once.
      const own = weight ? weight[row] : 1;
      weights[event] = own === undefined || Number.isNaN(own) ? 1 : own;
      if (cpuEvent >= 0) weights[cpuEvent] = Number.isFinite(cpu?.[row]) ? cpu![row] : 0;
      const at = time ? time[row] : deltas ? now : NaN;
      builder.sample(stacks.row(stack[row]), weights, at === undefined ? NaN : at * 1e6, thread);
    }
  }
}

/** A process or thread id: a number, or text that begins with one (`123.1` is a second use of 123). */
function idOf(json: JsonReader): number {
  const type = json.peekType();
  if (type !== 'number' && type !== 'string') {
    json.skip();
    return 0;
  }
  const value = type === 'number' ? json.number() : Number.parseInt(json.string(), 10);
  return Number.isSafeInteger(value) && value >= 0 ? value : 0;
}

/** `weightType` of a table of samples, which is text among its columns. */
function typeOfWeights(bytes: Uint8Array, start: number, end: number, name: string): string {
  const json = new JsonReader(bytes.subarray(0, end), name);
  json.at = start;
  if (json.peekType() !== 'object') return 'samples';
  json.beginObject();
  for (let key = json.nextKey(); key !== undefined; key = json.nextKey()) {
    if (key === 'weightType' && json.peekType() === 'string') return json.string();
    json.skip();
  }
  return 'samples';
}

function readLibs(json: JsonReader): Lib[] {
  const libs: Lib[] = [];
  if (json.peekType() !== 'array') {
    json.skip();
    return libs;
  }
  for (json.beginArray(); json.more(); ) {
    let name = '';
    let path = '';
    json.beginObject('a library');
    for (let key = json.nextKey(); key !== undefined; key = json.nextKey()) {
      if (key === 'name' && json.peekType() === 'string') name = json.string();
      else if (key === 'path' && json.peekType() === 'string') path = json.string();
      else json.skip();
    }
    libs.push({ name, path });
  }
  return libs;
}
