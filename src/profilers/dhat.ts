import { unfinished } from './unfinished.ts';

export const dhat = unfinished('dhat');
