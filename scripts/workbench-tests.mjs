// The two kinds of tests that need VS Code itself: suites inside its extension host, and scenarios in its window.
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { bundleTests } from './bundle-tests.mjs';
import { desktopExecutable, screenCommand } from './desktop.mjs';
import { mochaJobs } from './mocha-tests.mjs';
import { outFolder, root } from './project.mjs';
import { run } from './processes.mjs';
import { earlyEnd, readResults, tail } from './test-report.mjs';
import { findChromium } from './web-host/browser.mjs';
import { webHost, webHostSupported } from './web-host/install.mjs';
import { installExtension } from './web-host/server.mjs';

/** Why the web host cannot run here; undefined when it can. */
function webHostObstacle() {
  if (!webHostSupported) return `there is no web host for ${process.platform} on ${process.arch}`;
  return findChromium() ? undefined : 'Chromium is missing';
}

/** Under CI=true a test that could not run for want of a tool is a failure. */
function skip(tally, name, reason) {
  if (process.env.CI === 'true') tally.fail(name, `not run: ${reason}`);
  else tally.skip(name, reason);
}

/** Runs the suites with results counted; `executable` is the desktop's, undefined for the web host. */
async function runHostSuites({ executable, tally, grep }) {
  try {
    await bundleTests({ folder: 'test/host', ending: '.ts', format: 'cjs' });
  } catch (error) {
    return tally.fail('host tests', error.message);
  }
  const workspace = await mkdtemp(path.join(os.tmpdir(), 'heatline-workspace-'));
  const resultsFile = path.join(outFolder, 'test/host/results');
  try {
    if (existsSync(path.join(root, 'examples'))) await cp(path.join(root, 'examples'), workspace, { recursive: true });
    const [command, ...args] = [
      ...(executable ? screenCommand() : []), process.execPath, path.join(root, 'scripts/host-suite.mjs'), workspace,
      ...(executable ? [executable] : []),
    ];
    const env = { ...process.env, HEATLINE_HOST_RESULTS: resultsFile, HEATLINE_HOST_GREP: grep ?? '' };
    const { code, output } = await run(command, args, { cwd: root, env, timeoutMs: 600_000 });
    const outcome = readResults(resultsFile);
    const { results, finished } = outcome;
    tally.add('host', results);
    const anyFailed = results.some(({ state }) => state === 'failed');
    if (!finished || (code !== 0 && !anyFailed)) {
      tally.fail('host tests', `VS Code ${earlyEnd(code, outcome)}\n${tail(output)}`);
    } else if (results.length === 0 && !grep) {
      tally.fail('host tests', 'the suite has no tests');
    }
  } finally {
    await rm(workspace, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

/**
 * Runs test/host/suite in a real extension host: the desktop's where it can be had, else the web host's. The workspace is
 * a fresh copy of examples/.
 * @returns {Promise<import('./jobs.mjs').Job[]>} one job; none, and a skip counted, where there is no VS Code
 */
export async function hostJobs({ steps, tally, grep }) {
  const executable = await desktopExecutable((text) => steps.say(text));
  if (!executable) {
    const obstacle = webHostObstacle();
    if (obstacle) {
      skip(tally, 'host tests', obstacle);
      return [];
    }
    await steps.step('web host', () => webHost({ say: (text) => steps.say(text) }));
  }
  return [{ name: 'host', run: () => runHostSuites({ executable, tally, grep }) }];
}

/**
 * Runs test/e2e: each scenario opens a real workbench with an empty profile that has the package. VS Code installs it once, as
 * a person would; the scenarios get copies of the folder that this makes, because each install starts a server of its own.
 * @returns {Promise<import('./jobs.mjs').Job[]>} one a scenario; none, and a skip or a failure counted, where there can be none
 */
export async function endToEndJobs({ steps, tally, grep, only, vsix }) {
  const obstacle = webHostObstacle();
  if (obstacle) {
    skip(tally, 'end-to-end tests', obstacle);
    return [];
  }
  await mkdir(path.join(outFolder, 'screenshots'), { recursive: true });
  const installed = await mkdtemp(path.join(os.tmpdir(), 'heatline-installed-'));
  const extensionsDir = path.join(installed, 'extensions');
  try {
    await steps.step('installation', async () => {
      const host = await webHost({ say: (text) => steps.say(text) });
      await installExtension({ host, vsix, userDataDir: path.join(installed, 'user-data'), extensionsDir });
    });
  } catch (error) {
    tally.fail('end-to-end tests', error.message);
    return [];
  }
  return mochaJobs({
    folder: 'test/e2e', ending: '.e2e.ts', testTimeoutMs: 120_000, fileTimeoutMs: 600_000, grep, only, env: { HEATLINE_EXTENSIONS: extensionsDir },
  }, tally);
}
