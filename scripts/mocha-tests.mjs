// Runs bundled test files with mocha, each in a process of its own, and counts what came of it.
import { mkdir } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleTests } from './bundle-tests.mjs';
import { outFolder, root } from './project.mjs';
import { run } from './processes.mjs';
import { earlyEnd, readResults, tail } from './test-report.mjs';

const runner = fileURLToPath(new URL('run-mocha.mjs', import.meta.url));

async function runFile({ source, bundle }, { testTimeoutMs, fileTimeoutMs, grep, env }, tally) {
  const resultsFile = `${bundle}.results`;
  const args = ['--enable-source-maps', runner, resultsFile, String(testTimeoutMs), bundle, ...(grep ? [grep] : [])];
  const { code, output } = await run(process.execPath, args, { cwd: root, env: { ...process.env, ...env }, timeoutMs: fileTimeoutMs });
  const outcome = readResults(resultsFile);
  const { results, finished } = outcome;
  tally.add(source, results);
  const anyFailed = results.some(({ state }) => state === 'failed');
  if (!finished || (code !== 0 && !anyFailed)) {
    tally.fail(source, `${earlyEnd(code, outcome)}\n${tail(output)}`);
  } else if (results.length === 0 && !grep) {
    tally.fail(source, 'the file has no tests');
  }
}

/**
 * Bundles and runs the tests of a folder, several files at a time. No files is not an error. `only`: how the names of the files wanted begin;
 * `alone`: of those that measure time, and so run when nothing else does.
 * @param {{ folder: string, ending: string, only?: string[], alone?: string[], atOnce?: number, testTimeoutMs: number, fileTimeoutMs: number, grep?: string, env?: NodeJS.ProcessEnv }} options
 * @param {import('./test-report.mjs').Tally} tally
 * @returns {Promise<{ source: string, seconds: number }[]>} how long each file took, the slowest first
 */
export async function mochaTests({ folder, ending, only = [], alone = [], atOnce = os.availableParallelism(), ...options }, tally) {
  let files;
  try {
    files = await bundleTests({ folder, ending });
  } catch (error) {
    tally.fail(folder, error.message);
    return [];
  }
  await mkdir(outFolder, { recursive: true });
  const isOneOf = (names) => ({ source }) => names.some((name) => path.basename(source).startsWith(name));
  const chosen = files.filter((file) => only.length === 0 || isOneOf(only)(file));
  const waiting = chosen.filter((file) => !isOneOf(alone)(file));
  const times = [];
  const timed = async (file) => {
    const began = performance.now();
    await runFile(file, options, tally);
    times.push({ source: file.source, seconds: (performance.now() - began) / 1000 });
  };
  const worker = async () => {
    for (let file = waiting.shift(); file; file = waiting.shift()) await timed(file);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, files.length) }, worker));
  for (const file of chosen.filter(isOneOf(alone))) await timed(file);
  return times.sort((a, b) => b.seconds - a.seconds);
}
