import { ProfileBuilder } from '../core/builder.ts';
import { FunctionKind, type Profile } from '../core/profile.ts';
import { nanosecondsPer } from '../core/quantities.ts';
import { boundedNumber } from './boundedNumber.ts';
import { FormatError } from './format.ts';
import { JsonReader } from './jsonReader.ts';
import { eventOf, keepSpan, OneProfile, UNITS } from './speedscopeProfile.ts';

/** `exporter` of files that we wrote: their profiles are named after the event, and the thread if it has a name. */
export const OWN_EXPORTER = 'heatline';
/** Between event and thread in the names of profiles that we write. */
export const THREAD_MARK = ' | ';
const MAX_INT = 0x7fffffff;

/** Reads speedscope files into one profile: threads from its profiles, events from their units. */
export class SpeedscopeReader {
  private readonly builder = new ProfileBuilder();
  private json = new JsonReader(new Uint8Array(0), '');
  private name = '';
  /** Row of each of the file's frames. */
  private frames: number[] = [];
  private idle = -1;
  private exporter = '';
  private title = '';
  private base = NaN;
  private threadCount = 0;
  private active = 0;
  /** Event of each profile, to find that of the active one. */
  private readonly eventOfProfile: number[] = [];
  private complete = 0;

  /** @throws FormatError */
  add(name: string, bytes: Uint8Array): void {
    this.name = name;
    this.frames = [];
    this.complete = 0;
    const json = (this.json = new JsonReader(bytes, name));
    let profilesAt = -1;
    let framesSeen = false;
    let failure: FormatError | undefined;
    try {
      json.beginObject('a speedscope file: a JSON object');
      for (let key = json.nextKey(); key !== undefined; key = json.nextKey()) {
        if (key === 'shared') {
          this.shared();
          framesSeen = true;
        } else if (key === 'profiles') {
          profilesAt = json.at;
          // The names, and who wrote them, may stand behind.
          if (framesSeen && this.exporter !== '') this.profiles();
          else json.skip();
        } else if (key === 'exporter') this.exporter = json.stringOrNull() ?? '';
        else if (key === 'name') this.title = json.stringOrNull() ?? '';
        else if (key === 'activeProfileIndex') this.active = json.integerOrNull('the number of a profile') ?? 0;
        else json.skip();
      }
      json.end();
    } catch (error) {
      if (!(error instanceof FormatError) || !json.cut) throw error;
      failure = error;
    }
    if (profilesAt >= 0 && framesSeen && this.complete === 0) failure = this.again(bytes, profilesAt) ?? failure;
    if (!framesSeen || profilesAt < 0) throw failure ?? new FormatError(name, `byte ${bytes.length}`, framesSeen ? 'profiles' : 'shared frames');
    if (!failure) return;
    if (this.complete === 0) throw failure;
    this.builder.truncated(`${name} was cut off at byte ${bytes.length}; what was read until there is shown`);
  }

  finish(): Profile {
    const { builder } = this;
    if (builder.events.length === 0) builder.event(eventOf('none', ''));
    if (builder.sampleCount === 0) builder.warn('this file has no samples');
    builder.defaultEvent = this.eventOfProfile[this.active] ?? 0;
    return builder.finish({
      format: 'speedscope',
      ...(this.exporter === '' ? {} : { tool: this.exporter }),
      ...(this.title === '' ? {} : { facts: [['Title', this.title]] as const }),
    });
  }

  /** Reads the profiles when all else is known; the error where they are cut. */
  private again(bytes: Uint8Array, at: number): FormatError | undefined {
    const json = (this.json = new JsonReader(bytes, this.name));
    json.at = at;
    try {
      this.profiles();
      return undefined;
    } catch (error) {
      if (!(error instanceof FormatError) || !json.cut) throw error;
      return error;
    }
  }

  private shared(): void {
    const { json } = this;
    json.beginObject('an object with the frames');
    for (let key = json.nextKey(); key !== undefined; key = json.nextKey()) {
      if (key !== 'frames') {
        json.skip();
        continue;
      }
      for (json.beginArray(); json.more(); ) this.frames.push(this.frame());
    }
  }

  private frame(): number {
    const { json, builder } = this;
    const start = json.at;
    let name: string | undefined;
    let file = '';
    let line = 0;
    let column = 0;
    json.beginObject('a frame');
    for (let key = json.nextKey(); key !== undefined; key = json.nextKey()) {
      if (key === 'name') name = json.string('the name of a frame');
      else if (key === 'file') file = json.stringOrNull() ?? '';
      else if (key === 'line') line = this.place();
      else if (key === 'col') column = this.place();
      else json.skip();
    }
    if (name === undefined) json.fail('a frame with a name', start);
    const kind = /\.py[wx]?$/.test(file) ? FunctionKind.Python : FunctionKind.Unknown;
    return builder.frame(builder.func({ name: name || '[unknown]', file, kind }), line, column);
  }

  /** A line or column; 0 when it is none. */
  private place(): number {
    if (this.json.peekType() === 'null') {
      this.json.null();
      return 0;
    }
    const value = this.json.number('a line or column');
    return Number.isInteger(value) && value > 0 && value <= MAX_INT ? value : 0;
  }

  private profiles(): void {
    const { json } = this;
    for (json.beginArray('an array of profiles'); json.more(); ) {
      const one = new OneProfile();
      try {
        this.profile(one);
      } catch (error) {
        if (error instanceof FormatError && json.cut) this.keep(one, true);
        throw error;
      }
      this.keep(one, false);
    }
  }

  private profile(one: OneProfile): void {
    const { json } = this;
    const start = json.at;
    let samples = -1;
    let weights = -1;
    json.beginObject('a profile');
    for (let key = json.nextKey(); key !== undefined; key = json.nextKey()) {
      if (key === 'type') one.type = json.string();
      else if (key === 'name') one.name = json.stringOrNull() ?? '';
      else if (key === 'unit') one.unit = json.string();
      else if (key === 'startValue') one.startValue = boundedNumber(json, 'a value');
      else if (key === 'endValue') one.endValue = boundedNumber(json, 'a value');
      else if (key === 'samples') {
        for (json.beginArray('an array of stacks'); json.more(); ) one.stacks.push(this.sample());
        samples = one.stacks.length;
      } else if (key === 'weights') {
        for (json.beginArray('an array of weights'); json.more(); ) one.weights.push(boundedNumber(json, 'a weight'));
        weights = one.weights.length;
      } else if (key === 'events') this.events(one);
      else json.skip();
    }
    if (one.type !== 'sampled' && one.type !== 'evented') json.fail('a profile of type sampled or evented', start);
    if (!(one.unit in UNITS)) json.fail(`a unit out of ${Object.keys(UNITS).join(', ')} (not ${JSON.stringify(one.unit.slice(0, 40))})`, start);
    if (one.type === 'sampled' && samples !== weights) json.fail(`as many weights as samples (not ${Math.max(weights, 0)} and ${Math.max(samples, 0)})`, start);
    if (one.type === 'evented' && !one.fromEvents) json.fail('an evented profile with events', start);
  }

  private sample(): number {
    const { json, builder, frames } = this;
    let stack = -1;
    for (json.beginArray('a stack'); json.more(); ) stack = builder.stack(stack, frames[json.integer(`a frame from 0 to ${frames.length - 1}`, 0, frames.length - 1)]);
    return stack;
  }

  /** Opened and closed frames; the time between two events is self time of what is open then. */
  private events(one: OneProfile): void {
    const { json, builder, frames } = this;
    const openFrames: number[] = [];
    const openStacks: number[] = [];
    one.fromEvents = true;
    for (json.beginArray('an array of events'); json.more(); ) {
      json.peekType();
      const start = json.at;
      let type = '';
      let at = NaN;
      let frame = -1;
      json.beginObject('an event');
      for (let key = json.nextKey(); key !== undefined; key = json.nextKey()) {
        if (key === 'type') type = json.string();
        else if (key === 'at') at = boundedNumber(json, 'a value');
        else if (key === 'frame') frame = json.integer(`a frame from 0 to ${frames.length - 1}`, 0, frames.length - 1);
        else json.skip();
      }
      if ((type !== 'O' && type !== 'C') || Number.isNaN(at) || frame < 0) json.fail('an event with a type O or C, a value and a frame', start);
      if (at < one.openSince) json.fail(`events in the order of their values (the last was at ${one.openSince})`, start);
      if (one.open >= 0 && at > one.openSince) keepSpan(one, at);
      one.openSince = at;
      if (type === 'O') {
        one.open = builder.stack(one.open, frames[frame]);
        openFrames.push(frame);
        openStacks.push(one.open);
      } else {
        if (openFrames.pop() !== frame) json.fail('the frame that was opened last to be closed first', start);
        openStacks.pop();
        one.open = openStacks[openStacks.length - 1] ?? -1;
      }
    }
  }

  /** Adds what was read of a profile; `cut` tells that the file ended in the middle of it. */
  private keep(one: OneProfile, cut: boolean): void {
    const { builder } = this;
    if (!cut && one.open >= 0 && one.endValue > one.openSince) keepSpan(one, one.endValue);
    const count = Math.min(one.stacks.length, one.weights.length);
    if (cut && (count === 0 || !(one.unit in UNITS))) return;
    const name = this.namesOf(one.name);
    const event = builder.event(eventOf(one.unit, name.event));
    // One event has one unit: seconds in one profile and milliseconds in the next are made the same.
    const scale = nanosecondsPer(UNITS[one.unit]);
    const factor = scale > 0 ? scale / (nanosecondsPer(builder.events[event].unit) || scale) : 1;
    this.eventOfProfile.push(event);
    const thread = name.thread === undefined ? -1 : name.isShared ? this.threadNamed(name.thread) : builder.addThread({ pid: 0, tid: this.threadCount++, name: name.thread });
    if (Number.isNaN(this.base)) this.base = one.startValue;
    let value = one.startValue;
    for (let i = 0; i < count; i++) {
      const weight = one.weights.data[i];
      const time = scale === 0 ? NaN : ((one.fromEvents ? one.times.data[i] : value) - this.base) * scale;
      builder.sampleOf(one.stacks.data[i] < 0 ? this.idleStack() : one.stacks.data[i], event, weight * factor, time, thread);
      value += weight;
    }
    this.complete++;
  }

  /** What the name of a profile says of its event and its thread; `isShared` threads may have several profiles. */
  private namesOf(name: string): { event: string; thread: string | undefined; isShared: boolean } {
    if (this.exporter === OWN_EXPORTER) {
      const mark = name.indexOf(THREAD_MARK);
      return { event: mark < 0 ? name : name.slice(0, mark), thread: mark < 0 ? undefined : name.slice(mark + THREAD_MARK.length), isShared: true };
    }
    // Austin's converter writes the CPU time and the wall clock of a thread, of one unit: added up they would be neither.
    const [, event, thread] = /^(.{1,40}?) profile for (.+)$/s.exec(name) ?? [];
    return event === undefined ? { event: '', thread: name, isShared: false } : { event, thread, isShared: true };
  }

  private threadNamed(label: string): number {
    const [, name = label, pid = '0', tid = '0'] = /^(.*?) ?(\d{1,15})\/(\d{1,15})$/s.exec(label) ?? [];
    return this.builder.thread(Number(pid), Number(tid), name);
  }

  private idleStack(): number {
    if (this.idle < 0) this.idle = this.builder.frame(this.builder.func({ name: '(idle)', kind: FunctionKind.Builtin }));
    return this.builder.stack(-1, this.idle);
  }
}
