import { readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ProcessIdentity } from './processIdentity.ts';

/** What the launcher is told, in `launch.json` of the run's folder. */
export interface LaunchOrder {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** What is profiled, for the line that the launcher prints at the end. */
  readonly title: string;
  /** Who ordered it; when that process is gone, so must be what it ordered. Absent: runs to its end. */
  readonly owner?: ProcessIdentity;
}

/** What the launcher tells, in `status.json` of the run's folder. */
export interface LaunchStatus {
  /** Process id of the profiler; absent when it could not be started. */
  readonly pid?: number;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** Absent while it runs, and for ever when the launcher itself was killed. */
  readonly endedAt?: number;
  /** null when a signal ended it. */
  readonly code?: number | null;
  readonly signal?: string | null;
  /** Why it could not be started. */
  readonly error?: string;
}

export const ORDER_FILE = 'launch.json';
export const STATUS_FILE = 'status.json';

let lastWrite: Promise<void> = Promise.resolve();

/**
 * Writes the status so that a reader sees the old one or the new one, never half of it. Writes follow one another in the order of
 * the calls: a program may end while its start is still being written down.
 */
export function writeStatus(folder: string, status: LaunchStatus): Promise<void> {
  const file = path.join(folder, STATUS_FILE);
  const write = async () => {
    await writeFile(`${file}.new`, JSON.stringify(status));
    await rename(`${file}.new`, file);
  };
  // One write that failed must not keep the next one from being tried.
  lastWrite = lastWrite.then(write, write);
  return lastWrite;
}

/** The launcher's status; undefined before it has started. */
export async function readStatus(folder: string): Promise<LaunchStatus | undefined> {
  const content = await readFile(path.join(folder, STATUS_FILE), 'utf8').catch(() => undefined);
  return content === undefined ? undefined : (JSON.parse(content) as LaunchStatus);
}
