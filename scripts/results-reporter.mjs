// A mocha reporter that appends each result to a file as it happens, so that a crash loses only what never ran.
import { appendFileSync, writeFileSync } from 'node:fs';
import { findSourceMap } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect, stripVTControlCharacters } from 'node:util';
import Mocha from 'mocha';

/**
 * The reason a test or a suite around it was skipped for: test/tools.ts puts it there as `skipReason`.
 */
function skipReason(test) {
  for (let at = test; at; at = at.parent) if (at.skipReason) return at.skipReason;
  return 'no reason given';
}

/** A stack line with its place in the source. Node maps stacks itself, but VS Code puts its own way in that place. */
function inSource(line) {
  const match = /^(\s+at .*?\(?)([^\s()]+):(\d+):(\d+)(\)?)$/.exec(line);
  if (!match) return line;
  const [, before, file, lineNumber, column, after] = match;
  const entry = findSourceMap(path.resolve(file))?.findEntry(Number(lineNumber) - 1, Number(column) - 1);
  if (!entry?.originalSource) return line;
  const source = entry.originalSource.startsWith('file:') ? fileURLToPath(entry.originalSource) : entry.originalSource;
  return `${before}${path.relative('', source)}:${entry.originalLine + 1}:${entry.originalColumn + 1}${after}`;
}

/** An error as a reader wants it: message and difference in full, without mocha's and Node's own frames. */
function errorText(error) {
  const text = error instanceof Error ? (error.stack ?? String(error)) : inspect(error);
  const lines = stripVTControlCharacters(text).split('\n').filter((line) => !/^\s+at .*(node:internal|node_modules\/mocha\/)/.test(line));
  const cause = error instanceof Error && error.cause !== undefined ? `\ncaused by: ${errorText(error.cause)}` : '';
  return lines.map(inSource).join('\n') + cause;
}

/**
 * Lines of JSON: `{ started }` when a test begins, `{ name, state: 'passed' | 'failed' | 'skipped', ms, error?, reason? }` when
 * it ends, and `{ finished: true }` last.
 */
export class ResultsReporter extends Mocha.reporters.Base {
  /** `options.reporterOptions.results`: the file to write. */
  constructor(runner, options) {
    super(runner, options);
    const file = options.reporterOptions.results;
    const write = (line) => appendFileSync(file, `${JSON.stringify(line)}\n`);
    const result = (test, state, more) => write({ name: test.fullTitle(), state, ms: test.duration ?? 0, ...more });
    writeFileSync(file, '');
    runner.on('test', (test) => write({ started: test.fullTitle() }));
    runner.on('pass', (test) => result(test, 'passed'));
    runner.on('fail', (test, error) => result(test, 'failed', { error: errorText(error) }));
    runner.on('pending', (test) => result(test, 'skipped', { reason: skipReason(test) }));
    runner.once('end', () => write({ finished: true }));
  }
}
