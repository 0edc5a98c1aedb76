// The same commands typed at a real pdb and at our console.
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { PdbClient } from './pdbClient.ts';

/** A line of the console; with an array, the lines that follow answer the prompts of the first. `null` ends the input (Ctrl-D). */
export type Typed = string | readonly (string | null)[];

export interface Session {
  readonly python: string;
  readonly program: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * pdb with its prompt marked, so that a prompt can be told from the same text in `help`. `str` of the prompt is the mark;
 * its length stays, because `help` indents by it.
 */
const REAL = `
import os, pdb
class Prompt(str):
    def __str__(self):
        return '\\1'
def made(self, *args, before=pdb.Pdb.__init__, Prompt=Prompt, **options):  # pdb clears this module's globals
    before(self, *args, **options)
    self.prompt = Prompt(self.prompt)
pdb.Pdb.__init__ = made
os.dup2(1, 2)
pdb.main()
`;

/** What a real pdb prints after each command: stdout and stderr as one. */
export async function realTranscript({ python, program, env }: Session, commands: readonly Typed[]): Promise<string[]> {
  // A file: code of -c is named '<string>', as what pdb itself runs.
  const script = path.join(path.dirname(program), '_real_pdb.py');
  await writeFile(script, REAL);
  const child = spawn(python, ['-u', script, program], { cwd: path.dirname(program), env, stdio: ['pipe', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => void (text += chunk));
  child.stdin.on('error', () => undefined);
  // The end of stdin is the Ctrl-D of the last command.
  child.stdin.end(commands.flat().filter((line) => line !== null).map((line) => `${line}\n`).join(''));
  const late = setTimeout(() => child.kill('SIGKILL'), 50_000);
  await new Promise((resolve) => child.once('close', resolve));
  clearTimeout(late);
  // The first piece is the place of the first stop.
  return text.split('\x01').slice(1);
}

/** What stands at the end of the output when somebody wants a line. */
const PROMPT = /(?:\) |>>> |\.\.\. {1,3}|\? )$/;

/** What our console answers and prints after each command, through the adapter. The program is stopped at its first line. */
export async function ourTranscript(client: PdbClient, commands: readonly Typed[]): Promise<string[]> {
  const pieces: string[] = [];
  for (const command of commands) {
    try {
      pieces.push(await typed(client, typeof command === 'string' ? [command] : command));
    } catch (error) {
      throw new Error(`command ${pieces.length + 1}, ${JSON.stringify(command)}: ${(error as Error).message}`);
    }
  }
  return pieces;
}

async function typed(client: PdbClient, [line, ...answers]: readonly (string | null)[]): Promise<string> {
  const before = client.output('console').length;
  let done = false;
  const answer = client.evaluateRequest({ expression: line ?? '', context: 'repl' }).finally(() => (done = true));
  answer.catch(() => undefined);
  let seen = before;
  for (const reply of answers) {
    await client.waitFor(`a prompt for ${JSON.stringify(reply)}`, () => done || PROMPT.test(client.output('console').slice(seen)));
    if (done) throw new Error(`ended before it took ${JSON.stringify(reply)}: ${client.output('console').slice(before)}`);
    seen = client.output('console').length;
    await client.evaluateRequest({ expression: reply ?? '\x04', context: 'repl' });
  }
  const { body } = await answer;
  if ((body as { resumed?: boolean }).resumed) await client.waitForStop();
  return client.output('console').slice(before) + body.result;
}
