import * as vscode from 'vscode';
import { pythonModuleTarget } from '../../profilers/commandTarget.ts';
import { joinWords, splitWords } from '../../profilers/words.ts';
import { pickOrType } from '../pickOrType.ts';
import { pythonInterpreter } from '../python.ts';
import type { Recent } from '../recent.ts';
import { workspaceFolder } from './program.ts';
import type { TargetSource } from './targetSource.ts';

const QUESTION = 'pythonModule';

/** A Python module, as `python -m` runs it. */
export function pythonModuleSource(recent: Recent): TargetSource {
  return {
    id: 'module', label: '$(package) Python Module...', detail: 'What python -m runs: a package of yours, pytest, a tool.',
    async choose(name) {
      const line = name ?? (await pickOrType({
        title: 'Profile a Python module', placeholder: 'Type a module with its arguments', verb: 'Run python -m',
        last: recent.list<string>(QUESTION).map((value) => ({ label: value, value })), parse: (text) => joinWords(moduleWords(text)),
      }));
      if (line === undefined) return undefined;
      const [module, ...args] = moduleWords(line);
      const cwd = workspaceFolder();
      await recent.add(QUESTION, line);
      return pythonModuleTarget(module, args, { interpreter: (await pythonInterpreter(vscode.Uri.file(cwd))) ?? ['python3'], cwd, env: {} });
    },
    nameOf: ({ module, args }) => (module ? joinWords([module, ...args]) : undefined),
  };
}

/** @throws Error for a line that names no module */
function moduleWords(line: string): string[] {
  const words = splitWords(line.replace(/^\s*(?:python[\d.]*\s+)?-m\s+/, ''));
  if (!/^[\p{L}_][\p{L}\p{N}_]*(\.[\p{L}_][\p{L}\p{N}_]*)*$/u.test(words[0] ?? '')) throw new Error(`${words[0] ?? 'Nothing'} is no name of a module. Type one such as package.module.`);
  return words;
}
