import { unfinished } from './unfinished.ts';

export const massif = unfinished('massif');
