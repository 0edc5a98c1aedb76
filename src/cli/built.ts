import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder of the built program: this file is in its bundle. */
export const BUILT_FOLDER = path.dirname(fileURLToPath(import.meta.url));

/** Our Python programs. */
export const PYTHON_FOLDER = path.join(BUILT_FOLDER, 'python');

/** The bundled engine worker. */
export const WORKER_FILE = path.join(BUILT_FOLDER, 'worker.cjs');

/** The text of a file that was built with the program. */
export function builtFile(name: string): Promise<string> {
  return readFile(path.join(BUILT_FOLDER, name), 'utf8');
}
