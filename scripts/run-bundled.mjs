// Bundles the programs of a folder below test/ and runs them one after the other: measurements and fuzzers.
import path from 'node:path';
import { bundleTests } from './bundle-tests.mjs';
import { root } from './project.mjs';
import { start, stopEverythingOnSignals } from './processes.mjs';

/**
 * Runs every program of `folder` whose name starts with one of `names` (none: all), with `args`; their output is shown
 * as it comes.
 * @param {{ folder: string, names?: string[], args?: string[] }} options
 * @returns {Promise<number>} how many ended with another exit code than 0
 */
export async function runBundled({ folder, names = [], args = [] }) {
  stopEverythingOnSignals();
  const all = await bundleTests({ folder, ending: '.ts' });
  const chosen = all.filter(({ source }) => names.length === 0 || names.some((name) => path.basename(source).startsWith(name)));
  if (chosen.length === 0) throw new Error(`no program in ${folder}${names.length > 0 ? ` is called ${names.join(' or ')}` : ''}`);
  let failed = 0;
  for (const { source, bundle } of chosen) {
    console.log(`\n${source}`);
    const child = start(process.execPath, ['--enable-source-maps', bundle, ...args], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
    const code = await new Promise((resolve) => child.once('exit', resolve));
    if (code !== 0) {
      console.error(`${source} ended with exit code ${code}`);
      failed++;
    }
  }
  return failed;
}
