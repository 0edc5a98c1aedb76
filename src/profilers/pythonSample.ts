import path from 'node:path';
import { pythonSamples } from '../formats/pythonSamples.ts';
import { number } from './options.ts';
import type { Profiler } from './profiler.ts';
import { checkInterpreter, pythonCommand, stopPython, STOP_FILE } from './pythonTarget.ts';
import { hasBytes } from './recordedFiles.ts';
import { isLaunched } from './target.ts';

const OUTPUT = 'samples.heatline-samples';

const interval = number({
  setting: 'pythonSample.interval', label: 'Interval', default: 0, min: 0, max: 1000, unit: 'ms',
  description: 'Milliseconds between two samples of the Python sampler. 0: its own choice.',
});

/** Samples every thread of a Python program from inside, by the standard library alone. */
export const pythonSample: Profiler = {
  id: 'python-sample',
  label: 'Python Sampler',
  question: 'Where does the time go, line by line, and where does it wait?',
  cost: 'about 2 to 4 % slower',
  options: [interval],
  suits: (target) => (target.language === 'python' && isLaunched(target) ? 100 : 0),
  preflight: (target) => checkInterpreter(target),
  async plan(target, folder, { read, pythonFolder }) {
    const options = ['--out', path.join(folder, OUTPUT), '--stop', path.join(folder, STOP_FILE)];
    if (read(interval) > 0) options.push('--interval', String(read(interval) / 1000));
    return { command: pythonCommand(target, pythonFolder, 'heatline_sample.py', options), cwd: target.cwd, env: target.env, notes: [] };
  },
  stop: stopPython,
  async collect(folder) {
    return (await hasBytes(path.join(folder, OUTPUT))) ? { files: [OUTPUT], format: pythonSamples.id } : undefined;
  },
};
