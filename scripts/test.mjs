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

async function check() {
  const tsc = (name, project) => () => program(`types: ${name}`, ['node_modules/typescript/bin/tsc', '--noEmit', '-p', project]);
  const waiting = [
    () => program('lint', ['node_modules/eslint/bin/eslint.js', '.']),
    tsc('extension', 'tsconfig.json'),
    tsc('viewer', 'webview/tsconfig.json'),
    tsc('tests', 'test/tsconfig.json'),
  ];
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await next();
  };
  await Promise.all([worker(), worker()]);
}

async function main() {
  await steps.step('dependencies', installDependencies);
  useInstalledTools();
  if (!options['no-install'] && wants('unit', 'adapter', 'host', 'e2e') && missingTools().length > 0) {
    const missing = await steps.step('system tools', () => installSystemTools({ say }));
    for (const { tool, why } of missing) say(`  not installed: ${tool} (${why}); tests that need it are skipped by name`);
  }
  // From here on dependencies are there.
  const { testSources } = await import('./bundle-tests.mjs');
  const { mochaTests } = await import('./mocha-tests.mjs');
  const { endToEndTests, hostTests } = await import('./workbench-tests.mjs');

  const built = await steps.step('build', () => program('build', ['esbuild.mjs']));
  if (wants('check')) await steps.step('types and lint', check);
  if (wants('unit')) {
    const times = await steps.step('unit tests', () => mochaTests({
      folder: 'test/unit', ending: '.test.ts', alone: ['python-'], testTimeoutMs: 60_000, fileTimeoutMs: 300_000, grep, only,
    }, tally));
    // Where the time goes: the whole must stay quick.
    if (times.length > 10) say(`  slowest: ${times.slice(0, 8).map(({ source, seconds }) => `${path.basename(source, '.test.ts')} ${seconds.toFixed(0)} s`).join(', ')}`);
  }
  if (wants('adapter') && (await testSources('test/adapter', '.test.ts')).length > 0) {
    await steps.step('adapter tests', () => mochaTests({
      folder: 'test/adapter', ending: '.test.ts', atOnce: 1, testTimeoutMs: 60_000, fileTimeoutMs: 600_000, grep, only,
    }, tally));
  }
  if (wants('host')) {
    if (built) await hostTests({ steps, tally, grep });
    else tally.fail('host tests', 'not run, because the build failed');
  }
  if (wants('e2e')) {
    const vsix = path.join(outFolder, 'heatline.vsix');
    const packaged = built && await steps.step('package', () => program('package', ['scripts/package.mjs', '--out', vsix]));
    if (packaged) await endToEndTests({ steps, tally, grep, only, vsix });
    else tally.fail('end-to-end tests', 'not run, because there is no package');
  }
}

try {
  await main();
} catch (error) {
  tally.fail('test run', error.stack ?? String(error));
}
await removeTemporary().catch((error) => say(error.message));
process.exit(tally.finish());
