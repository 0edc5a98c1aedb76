// The Python interpreters that the adapter is tested on: those of pyenv, and python3 on PATH.
import { spawnSync } from 'node:child_process';
import { findProgram } from '../../scripts/system-tools.mjs';
import { pyenvPythons } from '../pyenv.ts';

export interface TestedInterpreter {
  /** `3.11` */
  readonly name: string;
  readonly python: string;
  /** [3, 11, 7] */
  readonly version: readonly number[];
}

let found: TestedInterpreter[] | undefined;

/** One interpreter for each version from 3.8 that is found here, oldest first. */
export function interpreters(): readonly TestedInterpreter[] {
  return (found ??= look().filter(({ version }) => version[0] === 3 && version[1] >= 8));
}

/** An interpreter older than the helper runs on, if there is one: `2.7`. */
export function interpreterOf(name: string): TestedInterpreter | undefined {
  return look().find((each) => each.name === name);
}

/** The newest and the oldest interpreter: where one feature is enough on the two ways of tracing. */
export function extremeInterpreters(): readonly TestedInterpreter[] {
  const all = interpreters();
  return all.length > 1 ? [all[0], all[all.length - 1]] : all;
}

function look(): TestedInterpreter[] {
  const byName = new Map<string, TestedInterpreter>();
  const add = (python: string, version: readonly number[]) => {
    const name = version.slice(0, 2).join('.');
    if (!byName.has(name)) byName.set(name, { name, python, version });
  };
  for (const { folder, python } of pyenvPythons()) if (/^\d+\.\d+\.\d+$/.test(folder)) add(python, folder.split('.').map(Number));
  const python3 = findProgram('python3');
  if (python3) {
    const { stdout } = spawnSync(python3, ['-c', 'import sys; print(*sys.version_info[:3])'], { encoding: 'utf8' });
    const version = stdout.trim().split(' ').map(Number);
    if (version.length === 3) add(python3, version);
  }
  return [...byName.values()].sort((a, b) => a.version[0] - b.version[0] || a.version[1] - b.version[1]);
}
