import path from 'node:path';
import { pstats } from '../formats/pstats.ts';
import { toggle } from './options.ts';
import type { Profiler } from './profiler.ts';
import { checkInterpreter, filesOfProcesses, pythonCommand, stopPython, STOP_FILE } from './pythonTarget.ts';
import { isLaunched } from './target.ts';

const OUTPUT = 'cprofile.pstats';

const children = toggle({
  setting: 'pythonCprofile.children', label: 'Child processes', default: true,
  description: 'Also count calls in Python processes that the program forks or starts.',
});

/** The standard library's deterministic profiler: exact call counts, at a price that can turn the ranking upside down. */
export const pythonCprofile: Profiler = {
  id: 'python-cprofile',
  label: 'cProfile',
  question: 'How often is each function called, and what does each function call?',
  cost: 'about 2 times slower, 4 with many small calls, which look dearer than they are',
  options: [children],
  suits: (target) => (target.language === 'python' && isLaunched(target) ? 60 : 0),
  preflight: (target) => checkInterpreter(target),
  async plan(target, folder, { read, pythonFolder }) {
    const options = ['--out', path.join(folder, OUTPUT), '--stop', path.join(folder, STOP_FILE)];
    if (read(children)) options.push('--children', 'yes');
    return { command: pythonCommand(target, pythonFolder, 'heatline_cprofile.py', options), cwd: target.cwd, env: target.env, notes: [] };
  },
  stop: stopPython,
  async collect(folder) {
    const files = await filesOfProcesses(folder, OUTPUT);
    return files.length > 0 ? { files, format: pstats.id } : undefined;
  },
};
