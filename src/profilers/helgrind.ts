import { unfinished } from './unfinished.ts';

export const helgrind = unfinished('helgrind');
