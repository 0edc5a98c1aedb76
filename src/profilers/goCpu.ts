import { unfinished } from './unfinished.ts';

export const goCpu = unfinished('go-cpu');
