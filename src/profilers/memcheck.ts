import { unfinished } from './unfinished.ts';

export const memcheck = unfinished('memcheck');
