// The desktop VS Code for tests: downloaded once, where there is a screen to open it on and a network that has it.
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { downloadAndUnzipVSCode, SilentReporter } from '@vscode/test-electron';
import { cacheFolder, hasDisplay } from './project.mjs';
import { findProgram } from './system-tools.mjs';

const ANSWER_MS = 5000;
const DOWNLOAD_MS = 240_000;
const FORGET_AFTER_MS = 24 * 3600 * 1000;

/** The command that gives a program a screen: none where there is one, xvfb-run where it is installed, else undefined. */
export function screenCommand() {
  if (hasDisplay()) return [];
  return findProgram('xvfb-run') ? ['xvfb-run', '-a'] : undefined;
}

function within(promise, ms) {
  let timer;
  const late = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms / 1000} s`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/**
 * The desktop executable, or undefined where tests have to do without. That it could not be had is remembered for a day.
 * @param {(text: string) => void} say
 */
export async function desktopExecutable(say) {
  if (!screenCommand()) return undefined;
  const reminder = path.join(cacheFolder, 'desktop-not-available');
  const failedAt = await stat(reminder).then(({ mtimeMs }) => mtimeMs, () => 0);
  if (Date.now() - failedAt < FORGET_AFTER_MS) return undefined;
  try {
    const executable = await within(downloadAndUnzipVSCode({
      version: 'stable', cachePath: path.join(cacheFolder, 'desktop'), timeout: ANSWER_MS, reporter: new SilentReporter(),
    }), DOWNLOAD_MS);
    await rm(reminder, { force: true });
    return executable;
  } catch (error) {
    say(`no desktop VS Code to be had (${error.message}); the web host is used`);
    await mkdir(cacheFolder, { recursive: true });
    await writeFile(reminder, `${error.message}\n`);
    return undefined;
  }
}
