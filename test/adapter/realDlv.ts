// dlv's own terminal, as a person has it: what it prints for each command of a script.
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** The answers of `dlv exec` to commands, in their order. Both of its streams go to one file, so that their order is a terminal's. `tests` come between: their answers are those of the commands alone. */
export async function realAnswers(dlv: string, env: Readonly<Record<string, string>>, binary: string, cwd: string, scratch: string, commands: readonly string[]): Promise<string[]> {
  const file = path.join(scratch, `terminal-${path.basename(path.dirname(dlv))}.txt`);
  const fd = openSync(file, 'w');
  try {
    const child = spawn(dlv, ['exec', '--allow-non-terminal-interactive=true', '-r', `stdout:${path.join(scratch, 'program.txt')}`, binary], { cwd, env: { ...process.env, ...env, TERM: 'dumb' }, stdio: ['pipe', fd, fd] });
    child.stdin?.end(commands.map((each, at) => `${each}\nprint "mark ${at}"\n`).join('') + 'exit\n');
    await new Promise((resolve, reject) => child.once('close', resolve).once('error', reject));
  } finally {
    closeSync(fd);
  }
  const text = (await readFile(file, 'utf8')).replace(/^[\s\S]*?Type 'help' for list of commands\.\n/, '');
  const answers: string[] = [];
  let rest = text;
  for (let at = 0; at < commands.length; at++) {
    const mark = `"mark ${at}"\n`;
    const end = rest.indexOf(mark);
    if (end < 0) throw new Error(`dlv ended before "${commands[at]}" was answered:\n${rest}`);
    answers.push(rest.slice(0, end).replace(/^\(dlv\) /, '').replace(/\(dlv\) $/, ''));
    rest = rest.slice(end + mark.length);
  }
  return answers;
}
