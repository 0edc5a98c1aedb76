import os from 'node:os';

/**
 * `perf record`'s words for a buffer that holds bursts of dear samples (stacks of debug information are kilobytes each): what does not fit is lost. It is locked
 * memory for every processor, and only root may lock more than perf takes by itself.
 */
export function bufferWords(): string[] {
  return process.getuid?.() === 0 ? ['-m', os.cpus().length > 16 ? '1M' : '8M'] : [];
}
