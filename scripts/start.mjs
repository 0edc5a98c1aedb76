// npm start: VS Code with the extension, on a file that it profiles at once.
//   npm start [-- FILE] [--once]
// FILE is examples/hot.py unless given; its folder is opened. --once ends when the profile is there (exit code 1: it failed).
// Only Node's own modules may be imported here at the top: the dependencies may not be installed yet.
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { installDependencies } from './dependencies.mjs';
import { outFolder, hasDisplay, root } from './project.mjs';
import { onStop, run, stopAll, stopEverythingOnSignals } from './processes.mjs';
import { findProgram } from './system-tools.mjs';

const POLL_MS = 200;
/** With --once nobody waits for a program that never ends. */
const ONCE_MS = 600_000;

const { values: options, positionals } = parseArgs({ allowPositionals: true, options: { once: { type: 'boolean', default: false } } });
// npm changes to the root; what the user typed is relative to where npm was called.
const file = path.resolve(process.env.INIT_CWD ?? process.cwd(), positionals[0] ?? path.join(root, 'examples/hot.py'));
if (!existsSync(file)) {
  console.error(`there is no file ${file}`);
  process.exit(2);
}
const folder = path.dirname(file);

async function mustRun(what, args) {
  console.log(what);
  const { code, output } = await run(process.execPath, args, { cwd: root });
  if (code !== 0) throw new Error(`${what} failed with exit code ${code}\n${output}`);
}

/** The outcome of the profile, once the companion extension has written it or `failed` has resolved with a reason. */
async function outcomeOf(resultFile, failed) {
  let reason;
  void failed.then((text) => { reason = text; });
  const deadline = options.once ? Date.now() + ONCE_MS : Infinity;
  for (;;) {
    if (existsSync(resultFile)) return JSON.parse(await readFile(resultFile, 'utf8'));
    if (reason !== undefined) return { error: reason };
    if (Date.now() > deadline) return { error: `no profile within ${ONCE_MS / 60_000} minutes` };
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function main() {
  if (await installDependencies()) console.log('installed the dependencies');
  const { buildAutostart } = await import('./autostart/build.mjs');
  const { openDesktop, openWebHost } = await import('./open-workbench.mjs');

  const exchange = await mkdtemp(path.join(os.tmpdir(), 'heatline-start-'));
  onStop(() => rm(exchange, { recursive: true, force: true }));
  const request = path.join(exchange, 'request.json');
  const result = path.join(exchange, 'result.json');
  await writeFile(request, JSON.stringify({ file, result }));

  const companion = await buildAutostart();
  const code = hasDisplay() ? findProgram('code') : undefined;
  let window;
  if (code) {
    await mustRun('building', ['esbuild.mjs']);
    window = await openDesktop({ code, extensions: [root, companion.folder], folder, file, request });
  } else {
    const vsix = path.join(outFolder, 'heatline.vsix');
    await mustRun('building and packaging', ['scripts/package.mjs', '--out', vsix]);
    window = await openWebHost({ vsix, companion: companion.folder, folder, request, say: console.log });
  }
  console.log(`profiling ${path.relative(process.cwd(), file)}`);
  const outcome = await outcomeOf(result, window.failed);
  console.log(`\n${companion.outcomeText(outcome, folder)}`);
  await window.finish();
  if (options.once) return outcome.error ? 1 : 0;
  if (window.ended) {
    console.log('\nCtrl-C ends it.');
    await window.ended;
  }
  return 0;
}

stopEverythingOnSignals(() => console.log('\nstopping'));
let exitCode = 1;
try {
  exitCode = await main();
} catch (error) {
  console.error(error.message);
}
await stopAll();
process.exit(exitCode);
