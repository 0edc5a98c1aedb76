// A mocha reporter that appends each result to a file as it happens, so that a crash loses only what never ran.
import { appendFileSync, writeFileSync } from 'node:fs';
import { inspect } from 'node:util';

/**
 * The reason a test or a suite around it was skipped for: test/tools.ts puts it there as `skipReason`.
 */
function skipReason(test) {
  for (let at = test; at; at = at.parent) if (at.skipReason) return at.skipReason;
  return 'no reason given';
}

/** An error as a reader wants it: message and difference in full, without mocha's and Node's own frames. */
function errorText(error) {
  const text = error instanceof Error ? (error.stack ?? String(error)) : inspect(error);
  const lines = text.split('\n').filter((line) => !/^\s+at .*(node:internal|node_modules\/mocha\/)/.test(line));
  const cause = error instanceof Error && error.cause !== undefined ? `\ncaused by: ${errorText(error.cause)}` : '';
  return lines.join('\n') + cause;
}

/** Lines of JSON: `{ name, state: 'passed' | 'failed' | 'skipped', ms, error?, reason? }`, and `{ finished: true }` last. */
export class ResultsReporter {
  /** `options.reporterOptions.results`: the file to write. */
  constructor(runner, options) {
    const file = options.reporterOptions.results;
    const write = (line) => appendFileSync(file, `${JSON.stringify(line)}\n`);
    const result = (test, state, more) => write({ name: test.fullTitle(), state, ms: test.duration ?? 0, ...more });
    writeFileSync(file, '');
    runner.on('pass', (test) => result(test, 'passed'));
    runner.on('fail', (test, error) => result(test, 'failed', { error: errorText(error) }));
    runner.on('pending', (test) => result(test, 'skipped', { reason: skipReason(test) }));
    runner.once('end', () => write({ finished: true }));
  }
}
