import { unfinished } from './unfinished.ts';

export const perfWall = unfinished('perf-wall');
