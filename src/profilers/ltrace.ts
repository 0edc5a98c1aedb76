import { unfinished } from './unfinished.ts';

export const ltrace = unfinished('ltrace');
