import path from 'node:path';
import { parseArgs } from 'node:util';
import { formatQuantity, formatShare } from '../core/quantities.ts';
import { isInputError, openProfile, UnknownFormatError } from '../engine/open.ts';
import { ProfileQueries } from '../engine/queries.ts';
import { readManifest, RUN_EXTENSION } from '../profilers/run.ts';

const USAGE = `heatline: look at profiles without an editor

  heatline top FILE [--event E] [--by self|total] [--limit N] [--json]    the costliest functions
  heatline lines FILE [--event E] [--limit N] [--json]                    the costliest lines

FILE is a profile, or the ${RUN_EXTENSION} file of a run.
Exit codes: 0 fine, 2 wrong usage, 3 unreadable input.`;

/** Wrong words on the command line. */
class UsageError extends Error {}

async function main(words: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...words], allowPositionals: true,
    options: { event: { type: 'string' }, by: { type: 'string', default: 'self' }, limit: { type: 'string', default: '20' }, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
  const [verb, file, ...rest] = positionals;
  if (values.help || verb === 'help') return void console.log(USAGE);
  if ((verb !== 'top' && verb !== 'lines') || !file || rest.length > 0) throw new UsageError(USAGE);
  if (values.by !== 'self' && values.by !== 'total') throw new UsageError('--by takes self or total');
  const limit = Number(values.limit);
  if (!Number.isInteger(limit) || limit < 0) throw new UsageError('--limit takes a whole number');
  const queries = await open(file);
  const overview = queries.overview();
  const event = values.event === undefined ? overview.defaultEvent : overview.events.findIndex(({ name }) => name === values.event);
  if (event < 0) throw new UsageError(`no event ${values.event}; there are: ${overview.events.map(({ name }) => name).join(', ')}`);
  const info = overview.events[event];
  const report = { format: overview.format, events: overview.events.map(({ name, unit, total }) => ({ name, unit, total })), event: info?.name ?? null, total: info?.total ?? 0 };
  const rows = info === undefined ? [] : verb === 'top'
    ? queries.functions({ event, sort: values.by, descending: true, search: '', from: 0, count: limit }).rows
    : queries.hottestLines(event, limit);
  if (values.json) {
    const facts = { estimated: overview.estimated, truncated: overview.truncated, warnings: overview.warnings };
    console.log(JSON.stringify(verb === 'top'
      ? { ...report, ...facts, functions: rows.map((row) => ({ name: row.name, file: row.file, line: row.line, object: 'object' in row ? row.object : '', self: row.self, total: row.total, calls: 'calls' in row ? row.calls : -1 })) }
      : { ...report, ...facts, lines: rows }));
    return;
  }
  for (const warning of overview.warnings) console.error(`warning: ${warning}`);
  if (!info) return void console.log('The profile is empty.');
  console.log(`${info.label}: ${formatQuantity(info.total, info.unit)}`);
  console.log(`${'self'.padStart(8)} ${''.padStart(10)}  ${'total'.padStart(8)} ${''.padStart(10)}`);
  for (const row of rows) {
    const cells = [row.self, row.total].map((value) => `${formatShare(value, info.total).padStart(8)} ${formatQuantity(value, info.unit).padStart(10)}`);
    console.log(`${cells.join('  ')}  ${row.name}${row.file ? `  ${row.file}:${row.line}` : ''}`);
  }
}

async function open(file: string): Promise<ProfileQueries> {
  const folder = path.dirname(file);
  const recording = file.endsWith(RUN_EXTENSION) ? (await readManifest(file)).recording : undefined;
  if (file.endsWith(RUN_EXTENSION) && !recording) throw new UnknownFormatError(file);
  const { profile, formatLabel } = await openProfile(recording
    ? { files: recording.files.map((name) => path.join(folder, name)), format: recording.format, symbols: recording.symbols && path.join(folder, recording.symbols) }
    : { files: [file], resolve: true });
  return new ProfileQueries(profile, formatLabel);
}

main(process.argv.slice(2)).catch((error: NodeJS.ErrnoException) => {
  const usage = error instanceof UsageError || error.code?.startsWith('ERR_PARSE_ARGS');
  const unreadable = isInputError(error);
  console.error(usage || unreadable ? error.message : error.stack);
  process.exitCode = unreadable ? 3 : 2;
});
