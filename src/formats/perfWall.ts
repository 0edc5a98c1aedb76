import { ProfileBuilder } from '../core/builder.ts';
import type { Profile, ProfileMeta } from '../core/profile.ts';
import type { Format, Input, ReadOptions } from './format.ts';
import { FormatError } from './format.ts';
import { firstLines, LineReader, readLines } from './lineReader.ts';
import { lostWarning } from './perfLost.ts';
import { WallCosts } from './perfWallCosts.ts';
import { PerfWallParser } from './perfWallParser.ts';
import { WallThreads } from './perfWallThreads.ts';
import { UNKNOWN } from './waitReasons.ts';

const TITLE = '# heatline perf-wall';

/** What tells the stack of a switch: the tracepoint, the software event, or nothing. */
export type SwitchSource = 'sched_switch' | 'context-switches' | 'none';

/** How a recording was made, as its first lines say. */
export interface WallHeader {
  readonly switches: SwitchSource;
  /** Keep the kernel's functions between a call and what it waits for. */
  readonly kernelFrames: boolean;
  /** The program ran already: its threads are there from the start. */
  readonly attached?: boolean;
}

/** The lines that `perf script`'s text follows. */
export function wallHeader({ switches, kernelFrames, attached }: WallHeader): string {
  return `${TITLE} : 1\n# switches : ${switches}\n# kernel frames : ${kernelFrames ? 'yes' : 'no'}\n${attached ? '# attached : yes\n' : ''}`;
}

/** Arguments of perf that print a recording for this reader. `trace` is only for recordings with the tracepoint. */
export function perfWallArguments(switches: SwitchSource): string[] {
  return [
    'script', '--no-inline', '--ns', '--show-lost-events', '--show-switch-events', '--show-task-events',
    '-F', `comm,pid,tid,time,event,period,ip,sym,dso${switches === 'sched_switch' ? ',trace' : ''}`,
  ];
}

/**
 * Wall clock of native threads: the text of `perf script` for a recording of cpu-clock, of switches off the processor with their stacks, and of the records of
 * switches and tasks (`perfWallArguments`), after `wallHeader`. Each thread's costs add up to its lifetime. A wait is the stack of the switch
 * with a frame on top that says what it waits for. A sample's time is the end of what it stands for.
 */
export const perfWall: Format = {
  id: 'perf-wall',
  label: 'perf wall clock',
  names: [],
  sniff: (head) => firstLines(head, 1)[0]?.startsWith(TITLE) ?? false,
  read: readPerfWall,
};

async function readPerfWall(inputs: readonly Input[], options?: ReadOptions): Promise<Profile> {
  const builder = new ProfileBuilder();
  builder.keepSamples = options?.samples ?? true;
  const costs = new WallCosts(builder);
  let bytes = 0;
  let duration = 0;
  let samples = 0;
  let lost = 0;
  let lines = 0;
  for (const input of inputs) {
    const threads = new WallThreads(builder, costs);
    const parser = new PerfWallParser(builder, threads, input.name, () => reader);
    const reader: LineReader = new LineReader((line, start, end) => {
      if (!reader.torn) parser.parse(line, start, end);
    }, input.name, parser);
    bytes = await readLines(input, reader, options, bytes);
    parser.finish(reader.torn);
    if (reader.torn) builder.truncated(`${input.name} was cut off at line ${reader.lineNumber}; what came before is shown, and threads end there`);
    if (parser.header.get('switches') === 'none') {
      builder.warn('perf may not look into the kernel here: how long threads waited is right, but not known what for, and it stands at the last sample before');
    } else if (threads.withoutStack > 0) {
      builder.warn(`${threads.withoutStack} waits came without their stack; they stand at the last sample before, as ${UNKNOWN.frame}`);
    }
    ({ lost, samples, duration } = { lost: lost + parser.lost, samples: samples + parser.samples, duration: Math.max(duration, parser.duration) });
    lines = reader.lineNumber;
  }
  if (lost > 0) builder.warn(`${lostWarning(lost)}, so some waits may stand at other stacks; frame pointers (perfWall.callGraph) have it write less`);
  if (samples === 0 && duration === 0) throw new FormatError(inputs[0].name, `line ${lines}`, 'at least one record with a time, but the text has none');
  return builder.finish({ format: 'perf-wall', tool: 'perf', ...(duration > 0 ? { duration } : {}) } satisfies ProfileMeta);
}
