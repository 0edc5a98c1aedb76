import { parseArgs, type ParseArgsConfig } from 'node:util';

/** Exit codes, as the README has them. */
export const ExitCode = {
  Fine: 0,
  /** The profiled program failed; its profile was kept. */
  ProgramFailed: 1,
  /** Wrong usage, or a tool failed. */
  Failed: 2,
  /** The input is no profile, or a broken one. */
  Unreadable: 3,
} as const;

/** A subcommand: adding one is one file and one line in `commands.ts`. */
export interface Command {
  /** What `heatline NAME --help` prints: the form, what it does, the options. */
  readonly help: string;
  /** Runs it on the words after its name; the exit code. */
  run(words: readonly string[]): Promise<number>;
}

/** Wrong words on the command line; the message is for people. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

/** Options that a command takes, as `parseArgs` wants them. */
export type OptionSpec = NonNullable<ParseArgsConfig['options']>;

/** Parses words strictly. @throws the TypeError of parseArgs (code ERR_PARSE_ARGS_...) for options that are not there */
export function parseWords<T extends OptionSpec>(words: readonly string[], options: T) {
  return parseArgs({ args: [...words], allowPositionals: true, strict: true, options });
}

/** The value as one of the allowed words. @throws UsageError */
export function oneOf<T extends string>(option: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((word) => word === value);
  if (found === undefined) throw new UsageError(`${option} takes ${allowed.length === 2 ? allowed.join(' or ') : `one of ${allowed.join(', ')}`}, not ${value}`);
  return found;
}

/** The value as a whole number from 0. @throws UsageError */
export function wholeNumber(option: string, value: string): number {
  if (!/^\d{1,15}$/.test(value)) throw new UsageError(`${option} takes a whole number, not ${value}`);
  return Number(value);
}
