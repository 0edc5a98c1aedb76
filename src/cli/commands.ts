import type { Command } from './command.ts';

interface Entry {
  readonly name: string;
  /** One line for the list of subcommands. */
  readonly summary: string;
  /** Only the one that is asked for is loaded: starting is most of the work on a small profile. */
  load(): Promise<Command>;
}

/** Every subcommand, in the order in which they are listed. */
export const COMMANDS: readonly Entry[] = [
  { name: 'top', summary: 'the costliest functions', load: async () => (await import('./top.ts')).top },
  { name: 'lines', summary: 'the costs of source lines, beside the source', load: async () => (await import('./lines.ts')).lines },
  { name: 'edges', summary: 'who calls whom, and what that costs', load: async () => (await import('./edges.ts')).edges },
  { name: 'series', summary: 'values over time', load: async () => (await import('./series.ts')).series },
  { name: 'findings', summary: 'errors, leaks and races that a checker found', load: async () => (await import('./findings.ts')).findings },
  { name: 'convert', summary: 'write a profile in another format', load: async () => (await import('./convert.ts')).convert },
  { name: 'diff', summary: 'compare two profiles', load: async () => (await import('./diff.ts')).diff },
  { name: 'record', summary: 'run a program under a profiler', load: async () => (await import('./record.ts')).record },
  { name: 'profilers', summary: 'which profilers there are, and which can run', load: async () => (await import('./profilers.ts')).profilers },
  { name: 'doctor', summary: 'what is installed, and how to get what is not', load: async () => (await import('./doctor.ts')).doctor },
];
