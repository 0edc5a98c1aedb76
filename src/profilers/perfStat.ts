import { unfinished } from './unfinished.ts';

export const perfStat = unfinished('perf-stat');
