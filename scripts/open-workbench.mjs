// Opens a window for npm start: in the desktop VS Code, or in the web host with whatever browser there is.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { cacheFolder, hasDisplay, outFolder } from './project.mjs';
import { start } from './processes.mjs';
import { packAutostart } from './autostart/build.mjs';
import { findProgram } from './system-tools.mjs';
import { findChromium, launchBrowser } from './web-host/browser.mjs';
import { webHost } from './web-host/install.mjs';
import { installExtension, startServer, workbenchAddress } from './web-host/server.mjs';
import { writeSettings } from './web-host/settings.mjs';

/** The profile's heat and the viewer are drawn a moment after the command is done. */
const SETTLE_MS = 1500;

/**
 * An open window. `failed` resolves with a reason when the profile cannot come any more; `finish` is called when the profile
 * is there; `ended`, where it is ours to keep running, rejects when it ended by itself.
 * @typedef {{ failed: Promise<string>, finish: () => Promise<void>, ended?: Promise<never> }} Window
 */

const never = new Promise(() => undefined);

/**
 * Opens the desktop VS Code with extensions under development.
 * @returns {Promise<Window>}
 */
export async function openDesktop({ code, extensions, folder, file, request }) {
  const args = ['--new-window', ...extensions.map((extension) => `--extensionDevelopmentPath=${extension}`), folder, file];
  const child = start(code, args, { env: { ...process.env, HEATLINE_START: request }, stdio: ['ignore', 'inherit', 'inherit'] });
  const failed = new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (exitCode) => {
      if (exitCode !== 0) resolve(`${code} ended with exit code ${exitCode}`);
    });
  });
  console.log('Heatline is open in VS Code');
  // The command returns as soon as the window is asked for; the window stays when we end.
  return { failed, finish: async () => undefined };
}

/** Whether nobody listens on a port of the loopback interface. */
function isFree(port) {
  return new Promise((resolve) => {
    const probe = createServer().once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

/**
 * Starts the server on the port of the last time where that is free: a browser and VS Code keep what they know of a folder,
 * such as its runs, by address.
 */
async function startOnUsualPort(options) {
  const note = path.join(cacheFolder, 'start', 'port');
  const usual = Number(await readFile(note, 'utf8').catch(() => '0'));
  const server = await startServer({ ...options, port: usual > 0 && (await isFree(usual)) ? usual : 0 });
  if (usual === 0) await writeFile(note, new URL(server.origin).port);
  return server;
}

/**
 * Starts the web host with the extension and its companion installed, in a profile that is kept from run to run, and opens its
 * address: in the user's browser where there is a screen, else in a headless one, so that the profile really happens.
 * @returns {Promise<Window>}
 */
export async function openWebHost({ vsix, companion, folder, request, say }) {
  const host = await webHost({ say });
  const userDataDir = path.join(cacheFolder, 'start', 'user-data');
  const extensionsDir = path.join(cacheFolder, 'start', 'extensions');
  if (!existsSync(path.join(userDataDir, 'User', 'settings.json'))) await writeSettings(userDataDir);
  say('installing the extension');
  for (const file of [vsix, await packAutostart(companion)]) await installExtension({ host, vsix: file, userDataDir, extensionsDir });
  const server = await startOnUsualPort({ host, userDataDir, extensionsDir, env: { HEATLINE_START: request } });
  const address = workbenchAddress(server, { folder });
  say(`\nHeatline is open at ${address}\n`);
  const died = server.died.then((code) => `the web host ended with exit code ${code}\n${server.output()}`);
  const ended = died.then((text) => {
    throw new Error(text);
  });
  ended.catch(() => undefined);

  const opener = hasDisplay() ? findProgram(process.platform === 'darwin' ? 'open' : 'xdg-open') : undefined;
  if (opener) {
    // Not one of our processes: it may become the user's browser, which stays open when we end.
    spawn(opener, [address], { stdio: 'ignore', detached: true }).unref();
    return { failed: died, finish: async () => undefined, ended };
  }
  if (!findChromium()) {
    say('There is no screen and no Chromium here: open the address in a browser, and the profile starts.');
    return { failed: died, finish: async () => undefined, ended };
  }
  const browser = await launchBrowser();
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  const picture = path.join(outFolder, 'screenshots', 'start.png');
  await mkdir(path.dirname(picture), { recursive: true });
  await page.goto(address);
  // An error is shown to a person who is not there: read it for them.
  const alert = page.locator('.notification-toast', { has: page.locator('.codicon-notifications-error, .codicon-error') }).first();
  const complaint = alert.waitFor({ timeout: 0 }).then(() => alert.locator('.notification-list-item-message').innerText(), () => never);
  return {
    failed: Promise.race([died, complaint]),
    finish: async () => {
      await page.waitForTimeout(SETTLE_MS);
      await page.screenshot({ path: picture });
      await browser.close();
      say(`Picture of the window: ${path.relative(process.cwd(), picture)}`);
    },
    ended,
  };
}
