import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { sendSignal } from '../process.ts';
import { GO_STOP_FILE } from './collectorSource.ts';

/** Ends a program that has our collector in it: politely, then by the collector, at last by force, which leaves the finished parts. */
export async function stopCollected(pid: number, folder: string, attempt: number): Promise<void> {
  if (attempt < 2) sendSignal(pid, attempt === 0 ? 'SIGINT' : 'SIGTERM');
  else if (attempt === 2) await writeFile(path.join(folder, GO_STOP_FILE), '');
  else sendSignal(pid, 'SIGKILL');
}
