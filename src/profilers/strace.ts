import { unfinished } from './unfinished.ts';

export const strace = unfinished('strace');
