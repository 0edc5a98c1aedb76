import { access } from 'node:fs/promises';
import path from 'node:path';
import { memorySamples } from '../formats/memorySamples.ts';
import { agentCommand } from './agents/index.ts';
import { attachDuration } from './attach.ts';
import { commandLine } from './commandLine.ts';
import { number } from './options.ts';
import type { Profiler } from './profiler.ts';
import { hasBytes } from './recordedFiles.ts';
import { isLaunched, kindOf } from './target.ts';
import { stopBelow } from './stopping.ts';

const OUTPUT = 'memory.heatline-memory';

const interval = number({
  setting: 'memory.interval', label: 'Interval', default: 50, min: 1, max: 60_000, unit: 'ms',
  description: 'Milliseconds between two looks at the memory of the program and its children. They become more where looking takes more than a twentieth of a processor.',
});

/** Memory of a program and its children over time, as Linux accounts for it. */
export const memory: Profiler = {
  id: 'memory',
  label: 'Memory of Processes',
  question: 'How much memory do the program and each of its children hold over time, and how much of it do they share?',
  cost: 'at most 5 % of one processor',
  options: [interval, attachDuration],
  suits(target) {
    if (kindOf(target) === 'process') return 50;
    return isLaunched(target) ? { python: 40, script: 40, c: 30, cpp: 30, native: 30, go: 30 }[target.language] : 0;
  },
  async preflight(target) {
    if (process.platform !== 'linux') {
      return { code: 'memory-platform', message: 'Memory of processes is read on Linux only.', why: 'Other systems do not tell what processes share. Open the folder on a Linux machine, in WSL or in a container.', remedies: [] };
    }
    const pid = kindOf(target) === 'process' ? target.pid : undefined;
    if (pid !== undefined && !(await access(`/proc/${pid}`).then(() => true, () => false))) {
      return { code: 'no-process', message: `There is no process ${pid}.`, why: 'It has ended; choose one that runs.', remedies: [] };
    }
    return undefined;
  },
  plan(target, folder, context) {
    const { read } = context;
    const common = ['--out', path.join(folder, OUTPUT), '--interval', String(read(interval))];
    const what = kindOf(target) === 'process' ? ['--pid', String(target.pid), '--seconds', String(read(attachDuration))] : ['--', ...commandLine(target)];
    const { command, env } = agentCommand(context, 'memory', [...common, ...what]);
    return Promise.resolve({ command, cwd: target.cwd, env: { ...target.env, ...env }, notes: [] });
  },
  stop: stopBelow,
  async collect(folder) {
    return (await hasBytes(path.join(folder, OUTPUT))) ? { files: [OUTPUT], format: memorySamples.id } : undefined;
  },
};
