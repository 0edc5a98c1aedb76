import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { parseEnvFile } from '../profilers/envFile.ts';
import { splitWords } from '../profilers/words.ts';
import { fault } from './fault.ts';

type Loose = Readonly<Record<string, unknown>>;

/** Complains of a member of the configuration. */
export function wrong(member: string, value: unknown, wanted: string): Error {
  const shown = JSON.stringify(value) ?? String(value);
  return fault('debug-configuration', `"${member}" of the debug configuration is ${shown.length > 80 ? shown.slice(0, 80) + '...' : shown}.`, `It must be ${wanted}.`);
}

export function optionalText(configuration: object, member: string): string | undefined {
  const value = (configuration as Loose)[member];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') throw wrong(member, value, 'a string');
  return value;
}

/** Words as an array of strings, or as a line that is split like a shell splits it, without one. */
export function words(configuration: object, member: string): string[] {
  const value = (configuration as Loose)[member];
  if (value === undefined || value === null) return [];
  if (typeof value === 'string') {
    try {
      return splitWords(value);
    } catch (error) {
      throw wrong(member, value, `a list of strings, or one line with balanced quotes (${(error as Error).message})`);
    }
  }
  if (!Array.isArray(value) || value.some((each) => typeof each !== 'string' && typeof each !== 'number')) throw wrong(member, value, 'a list of strings, or one line');
  return value.map(String);
}

/** A list of strings; a single string is one entry, blanks and all. */
export function list(configuration: object, member: string): string[] {
  const value = (configuration as Loose)[member];
  if (value === undefined || value === null || value === '') return [];
  if (typeof value === 'string') return [value];
  if (!Array.isArray(value) || value.some((each) => typeof each !== 'string')) throw wrong(member, value, 'a string or a list of strings');
  return value as string[];
}

/** A boolean; `usual` where the configuration says nothing. */
export function flag(configuration: object, member: string, usual = false): boolean {
  const value = (configuration as Loose)[member];
  if (value === undefined || value === null) return usual;
  if (typeof value !== 'boolean') throw wrong(member, value, 'true or false');
  return value;
}

/** A whole number from `least` to `most`; undefined where the configuration says nothing. */
export function wholeNumber(configuration: object, member: string, least: number, most: number): number | undefined {
  const value = (configuration as Loose)[member];
  if (value === undefined || value === null || value === '') return undefined;
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isInteger(number) || number < least || number > most) throw wrong(member, value, `a whole number from ${least} to ${most}`);
  return number;
}

/** @throws ProblemError unless `cwd` is a folder */
export async function mustBeFolder(cwd: string): Promise<void> {
  const info = await stat(cwd).catch(() => undefined);
  if (!info) throw fault('debug-cwd', `The working folder ${cwd} does not exist.`, 'Make it, or correct "cwd" of the debug configuration.');
  if (!info.isDirectory()) throw fault('debug-cwd', `The working folder ${cwd} is a file.`, 'Let "cwd" of the debug configuration name a folder.');
}

/** `env` over `envFile`: differences from the adapter's environment; null takes a variable away. @throws ProblemError for what cannot be one */
export async function environmentOf(configuration: object, cwd: string): Promise<Record<string, string | null>> {
  const env: Record<string, string | null> = {};
  for (const name of list(configuration, 'envFile')) {
    const content = await readFile(path.resolve(cwd, name), 'utf8').catch((error: NodeJS.ErrnoException) => {
      throw fault('debug-env-file', `The environment file ${path.resolve(cwd, name)} cannot be read (${error.code}).`, 'Correct "envFile" of the debug configuration, or take it out.');
    });
    Object.assign(env, parseEnvFile(content));
  }
  const more = (configuration as Loose).env ?? {};
  if (typeof more !== 'object' || Array.isArray(more)) throw wrong('env', more, 'an object of names and values');
  for (const [name, value] of Object.entries(more)) {
    if (!(value === null || ['string', 'number', 'boolean'].includes(typeof value))) throw wrong(`env.${name}`, value, 'a string, or null to take the variable away');
    if (name === '' || /[=\0]/.test(name) || String(value).includes('\0')) throw wrong('env', { [name]: value }, 'names without = and values without the character 0');
    env[name] = value === null ? null : String(value);
  }
  return env;
}

/** The environment of this process with differences; null takes a variable away. */
export function mergedEnvironment(env: Readonly<Record<string, string | null>>): NodeJS.ProcessEnv {
  const all: NodeJS.ProcessEnv = { ...process.env };
  // The desktop's Node is the editor itself in disguise; the program must not inherit the mask.
  delete all.ELECTRON_RUN_AS_NODE;
  for (const [name, value] of Object.entries(env)) {
    if (value === null) delete all[name];
    else all[name] = value;
  }
  return all;
}
