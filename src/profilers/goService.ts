import { unfinished } from './unfinished.ts';

export const goService = unfinished('go-service');
