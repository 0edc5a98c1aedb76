// The two kinds of tests that need VS Code itself: suites inside its extension host, and scenarios in its window.
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { bundleTests } from './bundle-tests.mjs';
import { desktopExecutable, screenCommand } from './desktop.mjs';
import { mochaTests } from './mocha-tests.mjs';
import { outFolder, root } from './project.mjs';
import { run } from './processes.mjs';
import { earlyEnd, readResults, tail } from './test-report.mjs';
import { findChromium } from './web-host/browser.mjs';
import { webHost, webHostSupported } from './web-host/install.mjs';

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

/**
 * Runs test/host/suite in a real extension host: the desktop's where it can be had, else the web host's. The workspace is
 * a fresh copy of examples/.
 */
export async function hostTests({ steps, tally, grep }) {
  const executable = await desktopExecutable((text) => steps.say(text));
  if (!executable) {
    const obstacle = webHostObstacle();
    if (obstacle) return skip(tally, 'host tests', obstacle);
    await steps.step('web host', () => webHost({ say: (text) => steps.say(text) }));
  }
  return steps.step('host tests', async () => {
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
      const { code, output } = await run(command, args, { cwd: root, env, timeoutMs: 300_000 });
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
  });
}

/** Runs test/e2e: each scenario opens a real workbench with an empty profile and installs the package in it. */
export async function endToEndTests({ steps, tally, grep, only, vsix }) {
  const obstacle = webHostObstacle();
  if (obstacle) return skip(tally, 'end-to-end tests', obstacle);
  await mkdir(path.join(outFolder, 'screenshots'), { recursive: true });
  await steps.step('web host', () => webHost({ say: (text) => steps.say(text) }));
  return steps.step('end-to-end tests', () => mochaTests({
    folder: 'test/e2e', ending: '.e2e.ts', atOnce: 1, testTimeoutMs: 120_000, fileTimeoutMs: 600_000, grep, only, env: { HEATLINE_VSIX: vsix },
  }, tally));
}
