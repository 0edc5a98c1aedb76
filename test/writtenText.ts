// What a writer makes of a profile, and profiles with something in every table.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Profile } from '../src/core/profile.ts';
import type { WriteOptions, Writer } from '../src/formats/format.ts';
import { detectFormat, FORMATS } from '../src/formats/index.ts';
import { inputOf } from './stackText.ts';

const fixtures = fileURLToPath(new URL('fixtures', import.meta.url));

/** All pieces as one text. */
export async function writtenText(writer: Writer, profile: Profile, options: WriteOptions = {}): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of writer.write(profile, options)) pieces.push(Buffer.from(piece as string));
  return Buffer.concat(pieces).toString('utf8');
}

/** The profile in a fixture, by its path below test/fixtures; the folder names the format. */
export function fixtureProfile(name: string, formatId: string): Promise<Profile> {
  const format = FORMATS.find(({ id }) => id === formatId);
  if (!format) throw new Error(`no format ${formatId}`);
  return format.read([inputOf(path.basename(name), readFileSync(path.join(fixtures, name)))]);
}

/** Every fixture that one of the readers knows and can read by itself. */
export async function* everyFixture(): AsyncIterable<readonly [name: string, profile: Profile]> {
  for (const name of readdirSync(fixtures, { recursive: true, encoding: 'utf8' }).sort()) {
    if (name.startsWith('src') || name.endsWith('.md') || !statSync(path.join(fixtures, name)).isFile()) continue;
    const bytes = readFileSync(path.join(fixtures, name));
    const format = detectFormat(bytes.subarray(0, 65536), path.basename(name));
    const profile = await format?.read([inputOf(path.basename(name), bytes)]).catch(() => undefined);
    if (profile) yield [name, profile];
  }
}

/** One fixture for each kind of profile: stacks with samples, a call graph, values over time with trees, findings. */
export const KINDS_OF_PROFILE: readonly (readonly [file: string, format: string])[] = [
  ['perf/shapes.multi.txt', 'perf-script'], ['callgrind/calls.instr.out', 'callgrind'], ['pstats/cprofile-3.13.pstats', 'pstats'],
  ['massif/heap.stacks.out', 'massif'], ['valgrind-xml/faults.memcheck.xml', 'valgrind-xml'], ['austin/full.austin', 'austin'],
];
