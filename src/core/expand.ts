import { ProfileBuilder } from './builder.ts';
import type { Profile } from './profile.ts';
import { text } from './profile.ts';

/** One source-level frame at an address: several for inlined code, innermost first. */
export interface ResolvedFrame {
  readonly name: string;
  /** '' when unknown. */
  readonly file: string;
  /** 0 when unknown. */
  readonly line: number;
  readonly column?: number;
}

/**
 * The profile with frames replaced by what a symboliser found out about them: `resolved[frame]` lists the source frames of
 * that address, innermost first; undefined leaves the frame as it is. Weights, samples and threads are unchanged, so every
 * total stays what it was. Inlined frames become callers and callees like any others, marked `inlined`.
 */
export function expandFrames(profile: Profile, resolved: readonly (readonly ResolvedFrame[] | undefined)[]): Profile {
  const builder = new ProfileBuilder([...profile.events]);
  builder.defaultEvent = profile.defaultEvent;
  const { frames, functions, stacks } = profile;
  // Old frame -> its new frames, outermost first.
  const replacement: number[][] = [];
  for (let frame = 0; frame < frames.length; frame++) {
    const func = frames.func[frame];
    const object = text(profile, functions.object[func]);
    const kind = functions.kind[func];
    const found = resolved[frame];
    if (!found?.length) {
      const same = builder.func({ name: text(profile, functions.name[func]), file: text(profile, functions.file[func]), object, line: functions.line[func], kind });
      replacement.push([builder.frame(same, frames.line[frame], frames.column[frame], {
        file: builder.string(text(profile, frames.file[frame])), address: frames.address[frame], inlined: frames.inlined[frame] === 1,
      })]);
      continue;
    }
    replacement.push(found.map((source, index) => {
      const row = builder.func({ name: source.name, file: source.file, object, kind });
      return builder.frame(row, source.line, source.column ?? 0, { address: frames.address[frame], inlined: index < found.length - 1 });
    }).reverse());
  }
  const rank = new Int32Array(stacks.length);
  for (let stack = 0; stack < stacks.length; stack++) {
    let place = stacks.parent[stack] < 0 ? -1 : rank[stacks.parent[stack]];
    for (const frame of replacement[stacks.frame[stack]]) place = builder.stack(place, frame);
    rank[stack] = place;
  }
  // Samples name threads by row, so that equal ones stay apart.
  for (const thread of profile.threads) builder.addThread(thread);
  const { samples } = profile;
  if (samples) {
    const weights = new Array<number>(profile.events.length).fill(0);
    for (let row = 0; row < samples.length; row++) {
      for (let event = 0; event < weights.length; event++) weights[event] = samples.weights[event][row];
      builder.sample(rank[samples.stack[row]], weights, samples.time[row], samples.thread[row]);
    }
  } else {
    for (let event = 0; event < profile.events.length; event++) {
      for (let stack = 0; stack < stacks.length; stack++) {
        const weight = profile.stackSelf[event][stack];
        if (weight !== 0) builder.addSelf(rank[stack], event, weight);
      }
    }
  }
  for (const warning of profile.warnings) builder.warn(warning);
  const expanded = builder.finish(profile.meta);
  return { ...expanded, truncated: profile.truncated, series: profile.series, seriesAxis: profile.seriesAxis };
}
