import { unfinished } from './unfinished.ts';

export const cachegrind = unfinished('cachegrind');
