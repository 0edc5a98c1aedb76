import path from 'node:path';
import { readElf } from './symbols/elf.ts';

/** What the headers of an executable say about the tools that run it. */
export interface Executable {
  /** ELF's number of the processor. */
  readonly machine: number;
  /** No loader starts it, so that no library can be put before its own (LD_PRELOAD). */
  readonly isStatic: boolean;
  readonly isGo: boolean;
  /** Whether lines are known: debug information in it, or in a file of its own. */
  readonly hasLines: boolean;
  /** Whether functions have names. */
  readonly hasNames: boolean;
}

/** Reads the headers; undefined when the file is no ELF file or cannot be read. */
export async function readExecutable(program: string): Promise<Executable | undefined> {
  const elf = await readElf(program).catch(() => undefined);
  if (!elf) return undefined;
  const has = (...names: string[]) => elf.sections.some(({ name }) => names.includes(name));
  const hasLines = has('.debug_line', '.zdebug_line', '.gnu_debuglink', '.gnu_debugaltlink');
  return { machine: elf.machine, isStatic: !elf.interpreted, isGo: has('.go.buildinfo', '.gopclntab'), hasLines, hasNames: hasLines || has('.symtab') };
}

/** What a person should know when names or lines will be missing. */
export function debugNotes(program: string, executable: Executable | undefined): string[] {
  const name = path.basename(program);
  if (!executable || executable.hasLines) return [];
  return [executable.hasNames ? `${name} was built without -g: its functions are shown, but no lines.` : `${name} has neither symbols nor debug information: its functions have no names. Build it with -g.`];
}
