import path from 'node:path';

/** Compressed input that is broken, cut short or too large. */
export class GzipError extends Error {
  constructor(file: string, why: string) {
    super(`${path.basename(file)}: ${why}`);
    this.name = 'GzipError';
  }
}

/** A perf.data file whose samples cannot be had here; the message says what the file is and what to do. */
export class PerfRefusal extends Error {
  constructor(message: string) {
    super(message.trim());
    this.name = 'PerfRefusal';
  }
}
