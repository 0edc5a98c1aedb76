// What a test run prints and counts: the steps with their durations, the skips, the failures and the last line.
import { readFileSync } from 'node:fs';

/**
 * One test's outcome, as results-reporter.mjs writes it.
 * @typedef {{ name: string, state: 'passed' | 'failed' | 'skipped', ms?: number, error?: string, reason?: string }} Result
 */

/** Prints one line a step, with its duration at the end of it. */
export class Steps {
  #lineOpen = false;

  /**
   * Does one step; an error passes through.
   * @template T
   * @param {string} name
   * @param {() => Promise<T>} work
   * @returns {Promise<T>}
   */
  async step(name, work) {
    this.#finishLine();
    process.stdout.write(`${name} ... `);
    this.#lineOpen = true;
    const begin = performance.now();
    try {
      return await work();
    } finally {
      const seconds = `${((performance.now() - begin) / 1000).toFixed(1)} s`;
      process.stdout.write(this.#lineOpen ? `${seconds}\n` : `${name}: ${seconds}\n`);
      this.#lineOpen = false;
    }
  }

  /** Prints text in lines of its own, also in the middle of a step. */
  say(text) {
    this.#finishLine();
    process.stdout.write(`${text}\n`);
  }

  #finishLine() {
    if (this.#lineOpen) process.stdout.write('\n');
    this.#lineOpen = false;
  }
}

const indent = (text) => text.trimEnd().split('\n').map((line) => `    ${line}`).join('\n');

/** The results of everything that ran. */
export class Tally {
  /** @type {{ name: string }[]} */
  passes = [];
  /** @type {{ name: string, error: string }[]} */
  failures = [];
  /** @type {{ name: string, reason: string }[]} */
  skips = [];
  #say;

  /** @param {(text: string) => void} say prints a failure as soon as it is known */
  constructor(say) {
    this.#say = say;
  }

  pass(name) {
    this.passes.push({ name });
  }

  fail(name, error) {
    this.failures.push({ name, error });
    this.#say(`  FAILED ${name}\n${indent(error)}`);
  }

  skip(name, reason) {
    this.skips.push({ name, reason });
  }

  /**
   * Counts results; `where` goes before each name.
   * @param {string} where
   * @param {Result[]} results
   */
  add(where, results) {
    for (const { name, state, error, reason } of results) {
      const full = `${where}: ${name}`;
      if (state === 'passed') this.pass(full);
      else if (state === 'failed') this.fail(full, error);
      else this.skip(full, reason);
    }
  }

  /**
   * Prints the skips, the failures in short, and the sum as the last line.
   * @returns {number} the exit code
   */
  finish() {
    if (this.skips.length > 0) this.#say(`\nSkipped:\n${this.skips.map(({ name, reason }) => `  ${name} (${reason})`).join('\n')}`);
    if (this.failures.length > 0) this.#say(`\nFailed:\n${this.failures.map(({ name, error }) => `  ${name}\n      ${error.trim().split('\n')[0]}`).join('\n')}`);
    this.#say(`\n${this.passes.length} passed, ${this.failures.length} failed, ${this.skips.length} skipped`);
    return this.failures.length > 0 ? 1 : 0;
  }
}

/**
 * Reads the file of a results-reporter.
 * @param {string} file
 * @returns {{ results: Result[], finished: boolean, interrupted?: string }} `finished` is false when the process ended
 *   before its last test did; `interrupted` is the test that was running then
 */
export function readResults(file) {
  let text = '';
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return { results: [], finished: false, interrupted: undefined };
  }
  const lines = text.split('\n').filter(Boolean).map((line) => JSON.parse(line));
  return {
    results: lines.filter((line) => line.name !== undefined),
    finished: lines.some((line) => line.finished),
    interrupted: lines.at(-1)?.started,
  };
}

/**
 * How a process ended, for a failure: its exit code, and what it was at when it had not finished.
 * @param {number} code
 * @param {{ finished: boolean, interrupted?: string }} outcome from readResults()
 */
export function earlyEnd(code, { finished, interrupted }) {
  const at = interrupted === undefined ? 'before its last test did' : `in the test "${interrupted}"`;
  return `ended with exit code ${code}${finished ? '' : ` ${at}`}`;
}

/** The end of a long output, for a failure that has no better explanation. */
export function tail(output, lines = 40) {
  return output.trimEnd().split('\n').slice(-lines).join('\n');
}
