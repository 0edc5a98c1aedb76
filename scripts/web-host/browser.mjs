// A headless Chromium that leaves when we do.
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { findTool } from '../system-tools.mjs';
import { onStop } from '../processes.mjs';

/** The path of a Chromium or Chrome: named by HEATLINE_CHROMIUM, on PATH, or installed by Playwright; else undefined. */
export function findChromium() {
  const installed = chromium.executablePath();
  return process.env.HEATLINE_CHROMIUM || findTool('chromium') || (installed && existsSync(installed) ? installed : undefined);
}

/** @throws when no browser is found or it does not start */
export async function launchBrowser() {
  const executablePath = findChromium();
  if (!executablePath) throw new Error('no Chromium found: install one, or name it in HEATLINE_CHROMIUM');
  const browser = await chromium.launch({
    executablePath,
    headless: true,
    // We stop the server ourselves on a signal; Playwright would exit before that is done.
    handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false,
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  browser.on('disconnected', onStop(() => browser.close()));
  return browser;
}
