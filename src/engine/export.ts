import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Profile } from '../core/profile.ts';
import type { WriteOptions } from '../formats/format.ts';
import { WRITERS } from '../formats/writers.ts';
import { writeProfile } from './write.ts';

/** A format that an open profile can be written in. */
export interface ExportOffer {
  readonly id: string;
  readonly label: string;
  /** Ending of file names, with its dot. */
  readonly extension: string;
  /** What the format cannot hold of this profile, for people. */
  readonly losses: readonly string[];
}

export interface ExportOrder {
  /** Writer id. */
  readonly writer: string;
  /** Absolute path of the file to write. */
  readonly file: string;
  /** Row of the event, for formats that hold one only. */
  readonly event?: number;
  readonly title?: string;
}

/** The formats that this profile can be written in, in the order in which people are offered them. */
export function exportOffers(profile: Profile, options: WriteOptions): ExportOffer[] {
  return WRITERS.map((writer) => ({ id: writer.id, label: writer.label, extension: writer.extension, losses: writer.losses?.(profile, options) ?? [] }));
}

/**
 * Writes a profile; what was in the file before stays until all is written. Throws the signal's reason when it is aborted, a
 * RangeError for an unknown writer, and the system's error when the file cannot be written.
 */
export async function exportProfile(profile: Profile, { writer: id, file, event, title }: ExportOrder, signal: AbortSignal): Promise<void> {
  const writer = WRITERS.find((each) => each.id === id);
  if (!writer) throw new RangeError(`there is no format ${id} to write`);
  // Whatever was built with the program lies beside this bundle.
  const options = { event, title, assets: (name: string) => readFile(path.join(__dirname, name), 'utf8') };
  await writeProfile(profile, writer, options, file, signal);
}
