// Where things are: the project's root, its cache of big installs, and files that several scripts share.
import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

/** The project's manifest, as it is on disk now. */
export const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));

/** Folder for installs that outlive a clone (the web host, a downloaded VS Code, the profile of npm start). */
export const cacheFolder = path.resolve(process.env.HEATLINE_CACHE || path.join(os.homedir(), '.cache', 'heatline'));

/** Everything that tests and scripts write goes below here; the folder can be deleted at any time. */
export const outFolder = path.join(root, 'out');

/** Is there a screen that a window could open on? */
export function hasDisplay() {
  return process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}
