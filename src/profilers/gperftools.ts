import { unfinished } from './unfinished.ts';

export const gperftools = unfinished('gperftools');
