import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { costColumns, headings } from './costTable.ts';
import type { OpenedInput } from './input.ts';
import { cell, printable } from './output.ts';

/** Source files larger than this are not shown. */
const LARGEST_SOURCE = 64 * 2 ** 20;

/** A file of the profile as it is to be shown. */
export interface Annotation {
  /** As the profile names it. */
  readonly file: string;
  /** In ascending order. */
  readonly lines: readonly Costs[];
  /** Show only costly lines and so many around them; the whole file when absent. */
  readonly context?: { readonly around: number; isCostly(costs: Costs): boolean };
}

interface Costs {
  readonly line: number;
  readonly self: number;
  readonly total: number;
  readonly approximate: boolean;
}

/** The lines of a listing: source text beside costs, or costs alone when the source is not here. */
export async function annotatedFile(input: OpenedInput, event: number, annotation: Annotation): Promise<string[]> {
  const { file, context } = annotation;
  const found = await findSource(file, input.folders);
  const source = found && (await readFile(found, 'utf8')).split(/\r\n|\r|\n/);
  const costsAt = new Map(annotation.lines.map((costs) => [costs.line, costs]));
  const blank = ' '.repeat(costColumns(input.profile, event, { self: 0, total: 0 }).length);
  const last = source ? source.length - (source[source.length - 1] === '' ? 1 : 0) : 0;
  const width = String(Math.max(last, ...annotation.lines.slice(-1).map(({ line }) => line))).length;
  const row = (line: number, content: string) => {
    const costs = costsAt.get(line);
    const columns = costs ? costColumns(input.profile, event, costs) : blank;
    return `${columns} ${costs?.approximate ? '~' : ' '} ${String(line).padStart(width)}  ${printable(content)}`.trimEnd();
  };
  const head = ['', `-- ${cell(file)}${found === undefined ? ' (its source is not here)' : found === file ? '' : `, shown from ${cell(found)}`}`];
  if (found !== undefined && (await isChanged(found, input))) head.push('-- The source is newer than the profile: lines may have moved.');
  head.push(headings());
  if (!source) return [...head, ...annotation.lines.filter((costs) => context?.isCostly(costs) ?? true).map(({ line }) => row(line, ''))];
  // Costs past the end belong to another version of the file; they are shown without text.
  const past = annotation.lines.filter(({ line }) => line > last).map(({ line }) => row(line, '(past the end of this source)'));
  if (!context) return [...head, ...source.slice(0, last).map((content, at) => row(at + 1, content)), ...past];
  const shown: string[] = [];
  let next = 1;
  for (const { line } of annotation.lines.filter((costs) => context.isCostly(costs) && costs.line <= last)) {
    const from = Math.max(next, line - context.around);
    if (from > next && shown.length > 0) shown.push('--');
    for (next = from; next <= Math.min(last, line + context.around); next++) shown.push(row(next, source[next - 1]));
  }
  return [...head, ...shown, ...past];
}

/** Where a file that the profile names is: there, or below one of the folders under as much of its path as is the same. */
async function findSource(file: string, folders: readonly string[]): Promise<string | undefined> {
  const parts = file.split(/[\\/]/).filter((part) => part !== '' && part !== '.');
  const candidates = path.isAbsolute(file) ? [file] : folders.map((folder) => path.resolve(folder, file));
  for (let from = 0; from < parts.length; from++) {
    const rest = parts.slice(from);
    if (!rest.includes('..')) candidates.push(...folders.map((folder) => path.join(folder, ...rest)));
  }
  for (const candidate of candidates) {
    const info = await stat(candidate).catch(() => undefined);
    if (info?.isFile() && info.size <= LARGEST_SOURCE) return candidate;
  }
  return undefined;
}

async function isChanged(source: string, { profile, run }: OpenedInput): Promise<boolean> {
  const recorded = run?.startedAt ?? profile.meta.startTime;
  return recorded !== undefined && (await stat(source)).mtimeMs > recorded;
}
