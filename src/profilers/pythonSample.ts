import { stat } from 'node:fs/promises';
import path from 'node:path';
import { pythonSamples } from '../formats/pythonSamples.ts';
import type { Profiler } from './profiler.ts';
import { checkInterpreter, pythonCommand, stopPython, STOP_FILE } from './pythonTarget.ts';

const OUTPUT = 'samples.heatline-samples';

/** Samples every thread of a Python program from inside, by the standard library alone. */
export const pythonSample: Profiler = {
  id: 'python-sample',
  label: 'Python Sampler',
  question: 'Where does the time go, line by line, and where does it wait?',
  cost: 'about 2 to 4 % slower',
  suits: ({ language }) => (language === 'python' ? 100 : 0),
  preflight: (target) => checkInterpreter(target),
  async plan(target, folder, { settings, pythonFolder }) {
    const options = ['--out', path.join(folder, OUTPUT), '--stop', path.join(folder, STOP_FILE)];
    if (settings.pythonSample.interval > 0) options.push('--interval', String(settings.pythonSample.interval));
    return { command: pythonCommand(target, pythonFolder, 'heatline_sample.py', options), cwd: target.cwd, env: target.env, notes: [] };
  },
  stop: stopPython,
  async collect(folder) {
    return (await hasBytes(path.join(folder, OUTPUT))) ? { files: [OUTPUT], format: pythonSamples.id } : undefined;
  },
};

/** Whether the file is there and not empty. */
export async function hasBytes(file: string): Promise<boolean> {
  return stat(file).then((info) => info.size > 0, () => false);
}
