import { detectFormat, readHead } from '../formats/index.ts';
import { fileInput } from '../engine/open.ts';
import { lineCosts, type LineCosts } from '../core/lines.ts';
import { text, type Profile } from '../core/profile.ts';
import type { Command } from './command.ts';
import { ExitCode, parseWords, UsageError, wholeNumber } from './command.ts';
import { annotatedFile, type Annotation } from './annotation.ts';
import { eventLine } from './costTable.ts';
import { chooseEvent, openInput, reportHead, SUMS, type OpenedInput } from './input.ts';
import { printable, printJson, printLines, printWarnings } from './output.ts';

/** Source lines shown around a costly one when no file was asked for. */
const CONTEXT = 4;
/** Share of the total below which a line is not costly. */
const COSTLY = 0.005;
/** Files that are listed when no file was asked for. */
const MOST_FILES = 10;

/** The costs of one file's lines, in the order of the lines. */
interface FileCosts {
  readonly file: string;
  readonly self: number;
  readonly lines: readonly { readonly line: number; readonly self: number; readonly total: number; readonly approximate: boolean }[];
}

/** `heatline lines`: the costs of source lines, as data or beside the source. */
export const lines: Command = {
  help: `heatline lines FILE... [SOURCE] [--event E] [--limit N] [--json]

The costs of source lines. With SOURCE (a path, its end, or a base name) the whole of that file with its costs beside it; without, the
costly lines of the hottest files with the lines around them. A source file is looked for where the profile says, in the working
directory, beside the profile, and where the program ran; if it is nowhere, the costs are listed alone. ~ marks lines where only the function was known.

  --event E    the event to show; default: the profile's main one
  --limit N    only the N lines with the highest self cost
  --json       {event, total, files: [{file, lines: [{line, self, total}]}]}, files by self cost, lines in order; also format, events, estimated,
               truncated, warnings as heatline top has them`,
  async run(words) {
    const { values, positionals } = parseWords(words, { event: { type: 'string' }, limit: { type: 'string' }, json: { type: 'boolean' } });
    const limit = values.limit === undefined ? Infinity : wholeNumber('--limit', values.limit);
    const { files, source } = await profileAndSource(positionals);
    const input = await openInput(files, SUMS);
    const event = chooseEvent(input.profile, values.event);
    const all = event < 0 ? [] : costsByFile(input.profile, lineCosts(input.profile, event), limit);
    const chosen = source === undefined ? all : all.filter(({ file }) => isNamed(file, source));
    if (source !== undefined && chosen.length === 0 && limit > 0) {
      throw new UsageError(`The profile has no costs in ${source}. ${all.length > 0 ? `It has in: ${all.slice(0, 10).map(({ file }) => printable(file)).join(', ')}${all.length > 10 ? ' ...' : ''}` : 'It names no source lines.'}`);
    }
    if (values.json) {
      await printJson(reportHead(input, event), {
        files: chosen.map(({ file, lines }) => ({ file, lines: lines.map(({ line, self, total }) => ({ line, self, total })) })),
      });
      return ExitCode.Fine;
    }
    printWarnings(input.profile.warnings);
    if (event < 0) {
      console.log('The profile is empty.');
      return ExitCode.Fine;
    }
    await printLines([eventLine(input.profile, event)]);
    await listing(input, event, chosen, source === undefined);
    return ExitCode.Fine;
  },
};

/** The last word is a source file when there are several and it is no profile. */
async function profileAndSource(words: readonly string[]): Promise<{ files: readonly string[]; source?: string }> {
  const last = words[words.length - 1];
  if (words.length < 2 || last === '-' || (await isProfile(last))) return { files: words };
  return { files: words.slice(0, -1), source: last };
}

async function isProfile(file: string): Promise<boolean> {
  try {
    const input = await fileInput(file);
    return detectFormat(await readHead(input), input.name) !== undefined;
  } catch {
    return false;
  }
}

/** Whether a profile's path is what was asked for: the same, one ending in it at a folder's bound, or its end. */
function isNamed(file: string, source: string): boolean {
  const [path, wanted] = [file, source].map((name) => name.replaceAll('\\', '/').replace(/^(\.\/)+/, ''));
  return path === wanted || path.endsWith(`/${wanted}`) || (wanted.startsWith('/') && wanted.endsWith(`/${path}`));
}

/** Lines with cost by file, the file with the highest self cost first; of the `limit` lines with the highest self cost. */
function costsByFile(profile: Profile, costs: LineCosts, limit: number): FileCosts[] {
  let rows = Array.from({ length: costs.length }, (_, row) => row).filter((row) => costs.self[row] !== 0 || costs.total[row] !== 0);
  if (limit < rows.length) rows = rows.sort((a, b) => costs.self[b] - costs.self[a] || costs.total[b] - costs.total[a] || a - b).slice(0, limit);
  const byFile = new Map<number, number[]>();
  for (const row of rows) {
    const known = byFile.get(costs.file[row]);
    if (known) known.push(row);
    else byFile.set(costs.file[row], [row]);
  }
  const files = [...byFile].map(([file, own]): FileCosts => ({
    file: text(profile, file),
    self: own.reduce((sum, row) => sum + costs.self[row], 0),
    lines: own.sort((a, b) => costs.line[a] - costs.line[b])
      .map((row) => ({ line: costs.line[row], self: costs.self[row], total: costs.total[row], approximate: costs.approximate[row] === 1 })),
  }));
  return files.sort((a, b) => b.self - a.self || (a.file < b.file ? -1 : 1));
}

async function listing(input: OpenedInput, event: number, files: readonly FileCosts[], excerpts: boolean): Promise<void> {
  const { profile } = input;
  const costly = (costs: { readonly self: number; readonly total: number }) => Math.max(costs.self, costs.total) >= profile.totals[event] * COSTLY;
  const shown = excerpts ? files.filter(({ lines: own }) => own.some(costly)).slice(0, MOST_FILES) : files;
  for (const { file, lines: own } of shown) {
    const annotation: Annotation = { file, lines: own, context: excerpts ? { around: CONTEXT, isCostly: costly } : undefined };
    await printLines(await annotatedFile(input, event, annotation));
  }
  if (excerpts && shown.length < files.length) await printLines(['', `${files.length - shown.length} more files with less cost; heatline lines FILE SOURCE shows one of them.`]);
}
