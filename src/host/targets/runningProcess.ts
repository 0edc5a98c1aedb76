import { processTarget } from '../../profilers/processTarget.ts';
import { ProblemError } from '../../profilers/problem.ts';
import { pickProcess } from '../processPicker.ts';
import type { TargetSource } from './targetSource.ts';

/** A process that runs already. It is looked at and goes on. */
export const runningProcessSource: TargetSource = {
  id: 'process', label: '$(server-process) Running Process...', detail: 'A process of this machine, watched for a while; it goes on as if nothing were.',
  async choose(name) {
    if (name !== undefined && !/^[1-9]\d*$/.test(name)) throw new ProblemError({ code: 'no-process', message: `${name} is no process id.`, why: 'A process is named by its number.', remedies: [] });
    const pid = name === undefined ? await pickProcess({ title: 'Profile a running process' }) : Number(name);
    return pid === undefined ? undefined : processTarget(pid);
  },
};
