// Where pyenv keeps its interpreters.
import { existsSync, readdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** The interpreters of pyenv (PYENV_ROOT, else .pyenv in the home folder), by the name of their version's folder; none where there is no pyenv. */
export function pyenvPythons(): { readonly folder: string; readonly python: string }[] {
  const versions = path.join(process.env['PYENV_ROOT'] ?? path.join(os.homedir(), '.pyenv'), 'versions');
  const folders = existsSync(versions) ? readdirSync(versions) : [];
  return folders.map((folder) => ({ folder, python: path.join(versions, folder, 'bin', 'python') })).filter(({ python }) => existsSync(python));
}
