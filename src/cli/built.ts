import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** Path of a file that the build puts beside the terminal program: `worker.cjs`, `python`. */
export function builtFile(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

/** Text of such a file. */
export function builtText(name: string): Promise<string> {
  return readFile(builtFile(name), 'utf8');
}
