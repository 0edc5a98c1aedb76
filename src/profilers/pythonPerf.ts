import { unfinished } from './unfinished.ts';

export const pythonPerf = unfinished('python-perf');
