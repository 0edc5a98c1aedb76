import path from 'node:path';
import { pstats } from '../formats/pstats.ts';
import type { Profiler } from './profiler.ts';
import { checkInterpreter, pythonCommand, stopPython, STOP_FILE } from './pythonTarget.ts';
import { hasBytes } from './recordedFiles.ts';
import { isLaunched } from './target.ts';

const OUTPUT = 'cprofile.pstats';

/** The standard library's deterministic profiler: exact call counts, at a price that can turn the ranking upside down. */
export const pythonCprofile: Profiler = {
  id: 'python-cprofile',
  label: 'cProfile',
  question: 'How often is each function called, and what does each function call?',
  cost: 'about 2 times slower; many small calls look dearer than they are',
  options: [],
  suits: (target) => (target.language === 'python' && isLaunched(target) ? 60 : 0),
  preflight: (target) => checkInterpreter(target),
  async plan(target, folder, { pythonFolder }) {
    const options = ['--out', path.join(folder, OUTPUT), '--stop', path.join(folder, STOP_FILE)];
    return { command: pythonCommand(target, pythonFolder, 'heatline_cprofile.py', options), cwd: target.cwd, env: target.env, notes: [] };
  },
  stop: stopPython,
  async collect(folder) {
    return (await hasBytes(path.join(folder, OUTPUT))) ? { files: [OUTPUT], format: pstats.id } : undefined;
  },
};
