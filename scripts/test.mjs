// npm test: everything, from a fresh clone to the last line "N passed, N failed, N skipped".
//   npm test -- [check] [unit] [adapter] [host] [e2e] [--file NAME]... [--grep TEXT] [--no-install]
// --file names the beginning of a test file's name; --grep a part of a test's.
// Only Node's own modules may be imported here at the top: the dependencies may not be installed yet.
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { installDependencies } from './dependencies.mjs';
import { runJobs, slowest } from './jobs.mjs';
import { outFolder, root } from './project.mjs';
import { onStop, run, stopEverythingOnSignals } from './processes.mjs';
import { installSystemTools, missingTools, useInstalledTools } from './system-tools.mjs';
import { Steps, Tally, tail } from './test-report.mjs';

const parts = ['check', 'unit', 'adapter', 'host', 'e2e'];
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { grep: { type: 'string' }, file: { type: 'string', multiple: true }, 'no-install': { type: 'boolean' } },
});
const unknown = positionals.filter((part) => !parts.includes(part));
if (unknown.length > 0) {
  console.error(`unknown part ${unknown.join(', ')}: choose from ${parts.join(', ')}`);
  process.exit(2);
}
const wants = (...some) => positionals.length === 0 || some.some((part) => positionals.includes(part));
const { grep, file: only } = options;

const steps = new Steps();
const say = (text) => steps.say(text);
const tally = new Tally(say);
stopEverythingOnSignals(() => say('stopping'));

// Whatever this run and its children leave in the system's temporary folder goes with the run. On macOS that folder's
// own name is too long already for the sockets that VS Code puts in it.
const temporary = mkdtempSync(path.join(process.platform === 'darwin' ? '/tmp' : os.tmpdir(), 'heatline-'));
process.env.TMPDIR = temporary;
const removeTemporary = () => rm(temporary, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
onStop(removeTemporary);

/** Runs a program of the project with Node; its exit code is one passed or failed test. */
async function program(name, args) {
  const { code, output } = await run(process.execPath, args, { cwd: root, timeoutMs: 600_000 });
  if (code === 0) tally.pass(name);
  else tally.fail(name, `exit code ${code}\n${tail(output, 200)}`);
  return code === 0;
}

/** The types of each project and the style of all. */
function checks() {
  const tsc = (name, project) => ({ name: `types: ${name}`, args: ['node_modules/typescript/bin/tsc', '--noEmit', '-p', project] });
  return [
    { name: 'lint', args: ['node_modules/eslint/bin/eslint.js', '.'] },
    tsc('extension', 'tsconfig.json'),
    tsc('viewer', 'webview/tsconfig.json'),
    tsc('tests', 'test/tsconfig.json'),
  ].map(({ name, args }) => ({ name, run: () => program(name, args) }));
}

/** Names of files that compare times that were measured: they run when nothing else does. */
const measuring = ['python-attach', 'python-children', 'python-sample', 'python-targets', 'python-tasks'];

/**
 * Names of files that take long, which begin early. Those that build with Go come one after the other: the first fills Go's cache,
 * which is empty on a new machine.
 */
const longFirst = ['pdb-debugpy', 'go-cpu', 'lint', 'perf-levels', 'cli-', 'go-service', 'launcher-owner', 'go-test', 'delve-attach', 'delve-values', 'pdb-', 'delve-', 'types', 'callgrind', 'cachegrind', 'perf', 'gperftools', 'profiler'];

/** All that needs no window, in one go: what only waits leaves the processor to others. */
async function withoutWindow() {
  const { mochaJobs } = await import('./mocha-tests.mjs');
  const chosen = { ending: '.test.ts', testTimeoutMs: 60_000, fileTimeoutMs: 600_000, grep, only };
  const jobs = {
    'types and lint': wants('check') ? checks() : [],
    'unit tests': wants('unit') ? await mochaJobs({ folder: 'test/unit', ...chosen }, tally) : [],
    'adapter tests': wants('adapter') ? await mochaJobs({ folder: 'test/adapter', ...chosen }, tally) : [],
  };
  const names = Object.keys(jobs).filter((name) => jobs[name].length > 0);
  if (names.length === 0) return;
  // One more than there are processors, because profiled programs sleep and are waited for.
  const times = await steps.step(names.join(', '), () => runJobs(names.flatMap((name) => jobs[name]), {
    atOnce: os.availableParallelism() + 1, first: longFirst, alone: measuring,
  }));
  say(slowest(times));
}

/**
 * What needs a window of VS Code, two at a time: starting one keeps a processor busy, and most of the rest is waiting. The
 * package comes before, because it builds what the extension host reads.
 */
async function withWindow(built) {
  const { endToEndJobs, hostJobs } = await import('./workbench-tests.mjs');
  if (!built) {
    tally.fail('host and end-to-end tests', 'not run, because the build failed');
    return;
  }
  const vsix = path.join(outFolder, 'heatline.vsix');
  const packaged = wants('e2e') && await steps.step('package', () => program('package', ['scripts/package.mjs', '--out', vsix]));
  if (wants('e2e') && !packaged) tally.fail('end-to-end tests', 'not run, because there is no package');
  const jobs = {
    'host tests': wants('host') ? await hostJobs({ steps, tally, grep }) : [],
    'end-to-end tests': packaged ? await endToEndJobs({ steps, tally, grep, only, vsix }) : [],
  };
  const names = Object.keys(jobs).filter((name) => jobs[name].length > 0);
  if (names.length === 0) return;
  // The view of the machine is tested with every processor kept busy, which would starve what runs beside it.
  const times = await steps.step(names.join(', '), () => runJobs(names.flatMap((name) => jobs[name]), {
    atOnce: 2, first: ['host', 'formats', 'picker', 'debug', 'mainJob'], alone: ['machine'],
  }));
  say(slowest(times));
}

async function main() {
  await steps.step('dependencies', installDependencies);
  useInstalledTools();
  if (!options['no-install'] && wants('unit', 'adapter', 'host', 'e2e') && missingTools().length > 0) {
    const missing = await steps.step('system tools', () => installSystemTools({ say }));
    for (const { tool, why } of missing) say(`  not installed: ${tool} (${why}); tests that need it are skipped by name`);
  }
  // From here on dependencies are there.

  const built = await steps.step('build', () => program('build', ['esbuild.mjs']));
  if (wants('check', 'unit', 'adapter')) await withoutWindow();
  if (wants('host', 'e2e')) await withWindow(built);
}

try {
  await main();
} catch (error) {
  tally.fail('test run', error.stack ?? String(error));
}
await removeTemporary().catch((error) => say(error.message));
process.exit(tally.finish());
