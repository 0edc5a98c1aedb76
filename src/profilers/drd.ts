import { unfinished } from './unfinished.ts';

export const drd = unfinished('drd');
