import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { callgrind as callgrindFormat } from '../formats/callgrind.ts';
import { installRemedy } from './install.ts';
import { findProgram, runProcess, sendSignal } from './process.ts';
import type { Profiler } from './profiler.ts';
import { hasBytes } from './pythonSample.ts';

const PREFIX = 'callgrind.out';

/** Valgrind's call graph profiler: every instruction counted, the same numbers on every run. */
export const callgrind: Profiler = {
  id: 'callgrind',
  label: 'Callgrind',
  question: 'Exactly how many instructions does each line and each call execute?',
  cost: 'about 25 to 50 times slower',
  suits: ({ language }) => ({ c: 50, cpp: 50, native: 50, go: 0, python: 0, script: 0 })[language],
  async preflight(_target, { settings }) {
    if (await findProgram(settings.valgrind.path)) return undefined;
    return {
      code: 'valgrind-missing',
      message: `${settings.valgrind.path} was not found.`,
      why: 'Callgrind is a part of Valgrind. Install it, or name yours in heatline.valgrind.path.',
      remedies: [...(await installRemedy('valgrind')), { kind: 'setting', label: 'Open Setting', setting: 'heatline.valgrind.path' }],
    };
  },
  async plan(target, folder, { settings }) {
    return {
      command: [
        settings.valgrind.path, '--tool=callgrind', `--callgrind-out-file=${path.join(folder, PREFIX).replaceAll('%', '%%')}.%p`, ...settings.callgrind.options,
        target.program!, ...target.args,
      ],
      cwd: target.cwd, env: target.env, notes: [],
    };
  },
  async stop(pid, _folder, attempt) {
    // Valgrind writes its profile when a signal ends the program. One that catches the signal is made to dump, then killed.
    if (attempt === 0) sendSignal(pid, 'SIGINT');
    else if (attempt === 1) sendSignal(pid, 'SIGTERM');
    else {
      await runProcess('vgdb', [`--pid=${pid}`, 'dump'], { timeout: 10_000 }).catch(() => undefined);
      sendSignal(pid, 'SIGKILL');
    }
  },
  async collect(folder) {
    const names = (await readdir(folder)).filter((name) => name.startsWith(PREFIX)).sort();
    const files: string[] = [];
    for (const name of names) if (await hasBytes(path.join(folder, name))) files.push(name);
    return files.length > 0 ? { files, format: callgrindFormat.id } : undefined;
  },
};
