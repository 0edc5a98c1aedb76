// npm: the project's dependencies, and the command line to call npm itself without a shell.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './project.mjs';
import { run } from './processes.mjs';

/**
 * Runs npm with the arguments given. Under `npm test` and `npm start` the same npm is used again (npm names its own
 * program in `npm_execpath`); elsewhere the one on PATH.
 * @param {string[]} args
 * @param {{ cwd: string, onOutput?: (text: string) => void }} options
 */
export function npm(args, options) {
  const program = process.env.npm_execpath;
  const ours = program && path.basename(program).startsWith('npm-cli');
  return ours ? run(process.execPath, [program, ...args], options) : run('npm', args, options);
}

/** The `packages` table of a lock file; undefined when the file is missing or broken. */
function lockedPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/**
 * Must `npm ci` run: does node_modules lack a package that the lock file asks for, or hold another version of it?
 * Versions are compared, not times: npm touches the two files in either order, and a checkout touches only one.
 */
export function dependenciesAreStale() {
  const wanted = lockedPackages(path.join(root, 'package-lock.json')) ?? {};
  // npm writes this file last, so an interrupted install has none.
  const installed = lockedPackages(path.join(root, 'node_modules', '.package-lock.json'));
  if (!installed) return true;
  return Object.entries(wanted).some(([folder, { version, optional }]) =>
    folder !== '' && !(optional && !installed[folder]) && installed[folder]?.version !== version);
}

/**
 * Installs the project's dependencies where they are stale.
 * @returns {Promise<boolean>} whether anything was installed
 * @throws with npm's output when npm fails
 */
export async function installDependencies() {
  if (!dependenciesAreStale()) return false;
  const { code, output } = await npm(['ci', '--no-audit', '--no-fund'], { cwd: root });
  if (code !== 0) throw new Error(`npm ci failed with exit code ${code}\n${output}`);
  return true;
}
