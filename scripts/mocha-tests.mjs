// Runs bundled test files with mocha, each in a process of its own, and counts what came of it.
import { mkdir } from 'node:fs/promises';
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
 * Bundles the tests of a folder; no files is not an error. Each file is a job for runJobs(), whose name is that of the file.
 * `only`: how the names of the files wanted begin.
 * @param {{ folder: string, ending: string, only?: string[], testTimeoutMs: number, fileTimeoutMs: number, grep?: string, env?: NodeJS.ProcessEnv }} options
 * @param {import('./test-report.mjs').Tally} tally
 * @returns {Promise<import('./jobs.mjs').Job[]>} none, and a failure counted, when a source does not build
 */
export async function mochaJobs({ folder, ending, only = [], ...options }, tally) {
  let files;
  try {
    files = await bundleTests({ folder, ending });
  } catch (error) {
    tally.fail(folder, error.message);
    return [];
  }
  await mkdir(outFolder, { recursive: true });
  return files
    .map((file) => ({ name: path.basename(file.source, ending), run: () => runFile(file, options, tally) }))
    .filter(({ name }) => only.length === 0 || only.some((beginning) => name.startsWith(beginning)));
}
