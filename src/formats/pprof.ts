import { ProfileBuilder } from '../core/builder.ts';
import { nanosecondsPer } from '../core/quantities.ts';
import type { Profile, ProfileMeta } from '../core/profile.ts';
import type { Format, Input, ReadOptions } from './format.ts';
import { FormatError } from './format.ts';
import { PprofPruning, pruningOf } from './pprofPrune.ts';
import { PprofSamples } from './pprofSamples.ts';
import { looksLikePprof } from './pprofSniff.ts';
import { PprofTables } from './pprofTables.ts';
import { eventOf } from './pprofUnits.ts';
import { wholeInputs } from './wholeInput.ts';

/**
 * What runtime/pprof of Go, `pprof -proto` and the profilers of many other languages write: one profile.proto message, gzip or not.
 * Source: github.com/google/pprof, proto/profile.proto, and how its own tool reads it (profile/encode.go, internal/graph).
 */
export const pprof: Format = {
  id: 'pprof',
  label: 'pprof',
  names: ['*.pprof', '*.pb.gz'],
  sniff: looksLikePprof,
  read: readPprof,
};

async function readPprof(inputs: readonly Input[], options?: ReadOptions): Promise<Profile> {
  const builder = new ProfileBuilder([]);
  let meta: ProfileMeta | undefined;
  // The first sample may refer to the last string, so the message is kept whole, as bytes.
  for await (const { name, data } of wholeInputs(inputs, options)) {
    const own = readOne(name, data, builder, meta === undefined, options?.samples !== false, inputs.length > 1);
    meta = meta ? joined(meta, own) : own;
  }
  const profile = builder.finish(meta ?? { format: 'pprof' });
  if (profile.totals.every((total) => Number.isSafeInteger(total))) return profile;
  return { ...profile, warnings: [...profile.warnings, 'totals above 2^53 occur and are rounded'] };
}

function readOne(name: string, data: Uint8Array, builder: ProfileBuilder, first: boolean, keepSamples: boolean, isPart: boolean): ProfileMeta {
  const tables = new PprofTables(name, data);
  if (tables.sampleTypes.length === 0) throw new FormatError(name, `byte ${data.length}`, 'sample types', data.length === 0 ? 'nothing' : 'none');
  // Profiles that are opened together share events of one name; within one, each sample type is an event of its own.
  const taken = new Set<string>();
  const prefix = isPart ? waitingKind(name, tables.sampleTypes.map(({ type }) => tables.text(type))) : '';
  const events = tables.sampleTypes.map(({ type, unit }) => {
    const event = eventOf(prefix + tables.text(type), tables.text(unit), taken);
    taken.add(event.name);
    return builder.event(event);
  });
  const named = tables.defaultType > 0 ? tables.sampleTypes.findIndex(({ type }) => tables.text(type) === tables.text(tables.defaultType)) : -1;
  const shown = named >= 0 ? named : events.length - 1;
  if (first) builder.defaultEvent = events[shown];
  const pruning = pruningOf(tables);
  if (typeof pruning === 'string') builder.warn(`${name} wants frames like ${JSON.stringify(tables.text(tables.dropFrames))} left out, which is not done: ${pruning}`);
  const samples = new PprofSamples(name, tables, builder, events, pruning instanceof PprofPruning ? pruning : undefined, shown, keepSamples);
  if (tables.cut) {
    builder.truncated(`${name} was cut off at byte ${data.length}; ${samples.lost === 0 ? '' : `${samples.lost} samples have lost their stacks and are left out, `}${samples.read} are shown`);
  } else if (samples.read === 0) {
    builder.warn(`${name} has no samples`);
  }
  return metaOf(tables, samples, typeof pruning === 'object');
}

/**
 * What Go's block and mutex profiles put before the names of their events when they are parts of one profile: both call them contentions and delay, and nothing in
 * the file tells one from the other but its name. In Go's style: `block_delay`, as `alloc_space`.
 */
function waitingKind(name: string, types: readonly string[]): string {
  if (types.length !== 2 || types[0] !== 'contentions' || types[1] !== 'delay') return '';
  const kind = /(?:^|[^a-z])(block|mutex)/i.exec(name)?.[1];
  return kind ? `${kind.toLowerCase()}_` : '';
}

/** What is said of two inputs: the facts of the first but for its number of samples, from the start of the earlier to the end of the later. */
function joined({ facts, ...rest }: ProfileMeta, other: ProfileMeta): ProfileMeta {
  const one = { ...rest, facts: facts?.filter(([label]) => label !== 'Samples') };
  if (one.startTime === undefined || other.startTime === undefined) return one;
  const startTime = Math.min(one.startTime, other.startTime);
  const end = Math.max(...[one, other].map(({ startTime: start, duration = 0 }) => start! * 1e6 + duration));
  const duration = end - startTime * 1e6;
  return { ...one, startTime, ...(duration > 0 ? { duration } : {}) };
}

function metaOf(tables: PprofTables, samples: PprofSamples, pruned: boolean): ProfileMeta {
  const text = (index: number) => tables.text(index);
  const facts: [string, string][] = [];
  const add = (label: string, value: string) => {
    if (value !== '') facts.push([label, value]);
  };
  const period = eventOf(text(tables.periodType.type), text(tables.periodType.unit), new Set());
  const nanoseconds = tables.period * nanosecondsPer(period.unit);
  if (tables.period > 0) add('Sampling period', `${tables.period} ${text(tables.periodType.unit)} (${text(tables.periodType.type)})`.replace(/ \(\)$/, ''));
  add('Samples', samples.read.toLocaleString('en-US'));
  for (const comment of tables.comments) add('Comment', text(comment));
  add('Documentation', text(tables.docUrl));
  if (pruned) add('Left out', `frames like ${text(tables.dropFrames)}${tables.keepFrames ? ` but not ${text(tables.keepFrames)}` : ''}, in ${samples.pruned} samples`);
  if (tables.foldedLocations > 0) add('Folded code', `${tables.foldedLocations} locations, where the linker joined equal functions`);
  const [main] = tables.mappings;
  if (main) {
    add('Program', text(main.file));
    add('Build id', text(main.buildId));
  }
  facts.push(...samples.labels.facts());
  const startTime = (tables.time.high * 0x100000000 + (tables.time.low >>> 0)) / 1e6;
  return {
    format: 'pprof',
    ...(startTime === 0 ? {} : { startTime }),
    ...(tables.duration > 0 ? { duration: tables.duration } : {}),
    ...(nanoseconds > 0 ? { frequency: 1e9 / nanoseconds } : {}),
    facts,
  };
}
