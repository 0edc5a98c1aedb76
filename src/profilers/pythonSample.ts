import path from 'node:path';
import { pythonSamples } from '../formats/pythonSamples.ts';
import { agentCommand } from './agents/index.ts';
import type { AttachOrder } from './agents/pythonAttach.ts';
import { attachDuration } from './attach.ts';
import { number, toggle } from './options.ts';
import type { Profiler } from './profiler.ts';
import { checkAttach, gdbPath } from './pythonAttach.ts';
import { checkInterpreter, filesOfProcesses, pythonCommand, stopPython, STOP_FILE } from './pythonTarget.ts';
import { isLaunched, kindOf } from './target.ts';

const OUTPUT = 'samples.heatline-samples';

const interval = number({
  setting: 'pythonSample.interval', label: 'Interval', default: 0, min: 0, max: 1000, unit: 'ms',
  description: 'Milliseconds between two samples of the Python sampler. 0: its own choice.',
});
const children = toggle({
  setting: 'pythonSample.children', label: 'Child processes', default: true,
  description: 'Also sample Python processes that the program forks or starts.',
});

/** Seconds, where the setting leaves it to the sampler. */
const DEFAULT_INTERVAL = 0.005;

/** Samples every thread of a Python program from inside, by the standard library alone. */
export const pythonSample: Profiler = {
  id: 'python-sample',
  label: 'Python Sampler',
  question: 'Where does the time go, line by line, and where does it wait?',
  cost: 'a few percent slower',
  options: [interval, children, attachDuration, gdbPath],
  suits: (target) => (target.language === 'python' && (isLaunched(target) || kindOf(target) === 'process') ? 100 : 0),
  preflight: (target, { read }) => (target.pid !== undefined && kindOf(target) === 'process' ? checkAttach(target.pid, read) : checkInterpreter(target)),
  async plan(target, folder, context) {
    const { read, pythonFolder } = context;
    if (kindOf(target) === 'process') {
      const order: AttachOrder = {
        pid: target.pid ?? 0, pythonFolder, folder, out: path.join(folder, OUTPUT), stop: path.join(folder, STOP_FILE),
        interval: read(interval) / 1000 || DEFAULT_INTERVAL, gdb: read(gdbPath), seconds: read(attachDuration),
      };
      return { ...agentCommand(context, 'python-attach', [JSON.stringify(order)]), cwd: target.cwd, notes: [] };
    }
    const options = ['--out', path.join(folder, OUTPUT), '--stop', path.join(folder, STOP_FILE)];
    if (read(interval) > 0) options.push('--interval', String(read(interval) / 1000));
    if (read(children)) options.push('--children', 'yes');
    return { command: pythonCommand(target, pythonFolder, 'heatline_sample.py', options), cwd: target.cwd, env: target.env, notes: [] };
  },
  stop: stopPython,
  async collect(folder) {
    const files = await filesOfProcesses(folder, OUTPUT);
    return files.length > 0 ? { files, format: pythonSamples.id } : undefined;
  },
};
