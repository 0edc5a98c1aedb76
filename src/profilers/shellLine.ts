import path from 'node:path';
import { splitWords } from './words.ts';

/** What only a shell understands: operators, globs, variables, substitutions, comments, a directory of one's own. */
const SHELL_ONLY = /[|&;<>()$`*?[\]{}~!#\n\\]/;

/** The words of a line that means the same without a shell; undefined for one that needs it. */
export function plainWords(line: string): string[] | undefined {
  if (SHELL_ONLY.test(line)) return undefined;
  try {
    const words = splitWords(line);
    return words.length > 0 && !words[0].includes('=') ? words : undefined;
  } catch {
    return undefined;
  }
}

/** How a shell runs one line, as an argument array. `shellArgs` are those that the editor is told to give it. */
export function shellCommand(shell: string, line: string, shellArgs?: readonly string[]): string[] {
  if (shellArgs && shellArgs.length > 0) return [shell, ...shellArgs, line];
  const name = path.basename(shell).toLowerCase().replace(/\.exe$/, '');
  if (name === 'cmd') return [shell, '/d', '/c', line];
  return [shell, name === 'powershell' || name === 'pwsh' ? '-Command' : '-c', line];
}

/** A word as part of a shell's line: as it is where that does no harm, so that globs and variables keep their meaning. */
export function shellWord(word: string): string {
  return word === '' || /\s/.test(word) ? `'${word.replaceAll("'", "'\\''")}'` : word;
}
