import path from 'node:path';
import { streamProfile, writeProfile } from '../engine/write.ts';
import type { WriteOptions } from '../formats/format.ts';
import { WRITERS } from '../formats/writers.ts';
import type { Command } from './command.ts';
import { ExitCode, oneOf, parseWords, UsageError } from './command.ts';
import { builtText } from './built.ts';
import { chooseEvent, openInput } from './input.ts';
import { printable, printWarnings } from './output.ts';

const IDS = WRITERS.map(({ id }) => id);

/** A file that could not be written. */
class OutputError extends Error {
  constructor(file: string, why: string) {
    super(`${file} could not be written: ${why}`);
    this.name = 'OutputError';
  }
}

/** `heatline convert`: a profile in another format. */
export const convert: Command = {
  help: `heatline convert FILE... --to FORMAT [--event E] [--naming plain|flamegraph] [--title T] [-o OUT]

Writes a profile in another format. What the format cannot hold is said on standard error. OUT is replaced when all is written, and not
before.

  --to FORMAT    ${IDS.join(', ')}; without it the ending of OUT decides
  --event E      the event that formats for one event only are written with; default: the profile's main one
  --naming N     names in collapsed stacks: plain, as Heatline shows them, or flamegraph, as FlameGraph's stackcollapse scripts write them
  --title T      the title of pages and graphs; default: the name of FILE
  -o OUT         the file to write; default and -: standard output`,
  async run(words) {
    const { values, positionals } = parseWords(words, {
      to: { type: 'string' }, event: { type: 'string' }, naming: { type: 'string' }, title: { type: 'string' }, output: { type: 'string', short: 'o' },
    });
    const output = values.output === '-' ? undefined : values.output;
    // The longest ending that fits: .speedscope.json is no plain JSON.
    const byEnding = [...WRITERS].sort((a, b) => b.extension.length - a.extension.length).find(({ extension }) => output?.endsWith(extension))?.id;
    const to = values.to ?? byEnding;
    if (to === undefined) throw new UsageError(`--to is missing; it takes one of ${IDS.join(', ')}`);
    oneOf('--to', to, IDS);
    const writer = WRITERS.find(({ id }) => id === to)!;
    const naming = values.naming === undefined ? undefined : oneOf('--naming', values.naming, ['plain', 'flamegraph']);
    if (output === undefined && writer.gzip && process.stdout.isTTY) {
      throw new UsageError(`${writer.label} is binary and would garble the terminal: name a file with -o, or send it on with | or >.`);
    }
    const input = await openInput(positionals);
    const event = chooseEvent(input.profile, values.event);
    const options: WriteOptions = {
      ...(event < 0 ? {} : { event }), ...(naming === undefined ? {} : { naming }), title: values.title ?? input.name, assets: builtText,
    };
    printWarnings([...input.profile.warnings, ...(writer.losses?.(input.profile, options) ?? []).map((loss) => `${writer.label} is written without ${loss}`)]);
    if (output === undefined) await streamProfile(input.profile, writer, options, process.stdout);
    else await writeFile(output, (signal) => writeProfile(input.profile, writer, options, output, signal));
    return ExitCode.Fine;
  },
};

/** Runs a write that Ctrl-C ends without leaving a draft behind. */
async function writeFile(file: string, write: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const abort = new AbortController();
  const stop = () => abort.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    await write(abort.signal);
  } catch (error) {
    if (abort.signal.aborted) throw new OutputError(printable(path.basename(file)), 'stopped before it was complete.');
    const { code, message } = error as NodeJS.ErrnoException;
    throw code?.startsWith('E') ? new OutputError(printable(file), message) : error;
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}
