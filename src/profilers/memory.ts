import { unfinished } from './unfinished.ts';

export const memory = unfinished('memory');
