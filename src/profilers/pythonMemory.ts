import { unfinished } from './unfinished.ts';

export const pythonMemory = unfinished('python-memory');
