import type { Format } from './format.ts';
import { FormatError } from './format.ts';

/** Not written yet; recognises nothing. */
export const perfScript: Format = {
  id: 'perf-script',
  label: 'perf',
  sniff: () => false,
  read: (inputs) => Promise.reject(new FormatError(inputs[0].name, 'line 1', 'a reader that is not there yet')),
};

/** Fields of `perf script -F`. */
export const PERF_SCRIPT_FIELDS = 'comm,pid,tid,time,event,period,ip,sym,dso';
