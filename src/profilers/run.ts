import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { targetTitle } from './commandLine.ts';
import type { OptionValue } from './options.ts';
import type { Recording } from './profiler.ts';
import type { Target } from './target.ts';

/** Ending of the file that describes a run and is opened as its profile. */
export const RUN_EXTENSION = '.heatline';

/** One run of a profiler, as kept beside its raw files. */
export interface RunManifest {
  readonly version: 1;
  readonly profiler: string;
  readonly profilerLabel: string;
  readonly target: Target;
  /** What ran in the terminal. */
  readonly command: readonly string[];
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** 0 while it is recording. */
  readonly endedAt: number;
  /** null: ended by a signal, or nobody saw the end. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** The person ended it early. */
  readonly stopped: boolean;
  /** Absent when there is no profile: still recording, or failed. */
  readonly recording?: Recording;
  /** Why there is no profile. */
  readonly failure?: string;
  readonly notes: readonly string[];
  /** Options that were changed for this run alone, by setting. */
  readonly options?: Readonly<Record<string, OptionValue>>;
  /** Process id of the terminal program that recorded it, when one did. */
  readonly recorder?: number;
}

/** Makes the folder of a new run and returns the absolute path of its manifest, which is not written yet. */
export async function createRun(runsFolder: string, target: Target, profilerLabel: string, startedAt: number): Promise<string> {
  const stamp = new Date(startedAt).toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  const base = targetTitle(target).replace(/[^\w.+-]+/g, '_').slice(0, 80);
  for (let attempt = 0; ; attempt++) {
    const folder = path.join(runsFolder, `${stamp}-${base}${attempt ? `-${attempt}` : ''}`);
    try {
      await mkdir(runsFolder, { recursive: true });
      await mkdir(folder);
      return path.join(folder, `${base} (${profilerLabel})${RUN_EXTENSION}`);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/** Writes the manifest so that it is never seen half. */
export async function writeManifest(file: string, manifest: RunManifest): Promise<void> {
  await writeFile(`${file}.new`, JSON.stringify(manifest, null, 1));
  await rename(`${file}.new`, file);
}

/** Reads a manifest. Throws an Error that names the file when it is not one. */
export async function readManifest(file: string): Promise<RunManifest> {
  const content = await readFile(file, 'utf8');
  let manifest: Partial<RunManifest> | undefined;
  try {
    manifest = JSON.parse(content) as Partial<RunManifest>;
  } catch {
    // Told below, with the file's name.
  }
  const isRun = manifest?.version === 1 && typeof manifest.profiler === 'string' && typeof manifest.target?.file === 'string';
  if (!isRun || (manifest?.recording !== undefined && !isRecording(manifest.recording))) {
    throw new ManifestError(`${path.basename(file)} is not a Heatline run, or was cut short.`);
  }
  return manifest as RunManifest;
}

/** A file that should describe a run and does not. */
export class ManifestError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ManifestError';
  }
}

/** A manifest may come from anywhere: it may name files beside itself and no others. */
function isRecording(value: unknown): boolean {
  const { files, format, symbols } = (value ?? {}) as Partial<Recording>;
  return Array.isArray(files) && files.every(isPlainName) && typeof format === 'string' && (symbols === undefined || isPlainName(symbols));
}

function isPlainName(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && value !== '.' && value !== '..' && !/[\\/\0]/.test(value);
}
