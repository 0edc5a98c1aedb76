import type { Profiler } from './profiler.ts';

/** Holds a place in the list while a profiler is written. */
export function unfinished(id: string): Profiler {
  return {
    id, label: id, question: 'Not written yet.', cost: 'nothing', options: [], suits: () => 0,
    preflight: () => Promise.resolve({ code: 'unfinished', message: `${id} is not written yet.`, why: '', remedies: [] }),
    plan: () => Promise.reject(new Error('not written yet')), stop: () => Promise.resolve(), collect: () => Promise.resolve(undefined),
  };
}
