import { unfinished } from './unfinished.ts';

export const goTest = unfinished('go-test');
