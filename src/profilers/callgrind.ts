import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { callgrind as callgrindFormat } from '../formats/callgrind.ts';
import { list } from './options.ts';
import type { Profiler } from './profiler.ts';
import { hasBytes } from './recordedFiles.ts';
import { isLaunched } from './target.ts';
import { checkValgrind, stopValgrind, valgrindPath } from './valgrind.ts';

const PREFIX = 'callgrind.out';

const moreOptions = list({
  setting: 'callgrind.options', label: 'Further options', default: [],
  description: 'Further options of callgrind, such as `--cache-sim=yes`, `--branch-sim=yes`, `--dump-instr=yes`.',
});

/** Valgrind's call graph profiler: every instruction counted, the same numbers on every run. */
export const callgrind: Profiler = {
  id: 'callgrind',
  label: 'Callgrind',
  question: 'Exactly how many instructions does each line and each call execute?',
  cost: 'about 25 to 50 times slower',
  options: [moreOptions, valgrindPath],
  suits: (target) => (isLaunched(target) ? { c: 50, cpp: 50, native: 50, go: 0, python: 0, script: 0 }[target.language] : 0),
  preflight: (_target, context) => checkValgrind(context),
  async plan(target, folder, { read }) {
    return {
      command: [
        read(valgrindPath), '--tool=callgrind', `--callgrind-out-file=${path.join(folder, PREFIX).replaceAll('%', '%%')}.%p`, ...read(moreOptions),
        target.program!, ...target.args,
      ],
      cwd: target.cwd, env: target.env, notes: [],
    };
  },
  stop: stopValgrind,
  async collect(folder) {
    const names = (await readdir(folder)).filter((name) => name.startsWith(PREFIX)).sort();
    const files: string[] = [];
    for (const name of names) if (await hasBytes(path.join(folder, name))) files.push(name);
    return files.length > 0 ? { files, format: callgrindFormat.id } : undefined;
  },
};
