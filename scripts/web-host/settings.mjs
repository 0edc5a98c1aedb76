// User settings that make a workbench quiet and the same on every machine.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Names of VS Code's own themes, by what they look like. */
export const themes = {
  dark: 'Dark Modern',
  light: 'Light Modern',
  'high-contrast-dark': 'Default High Contrast',
  'high-contrast-light': 'Default High Contrast Light',
};

/** Nothing that asks, updates, phones home, or changes from run to run. */
const quiet = {
  'chat.disableAIFeatures': true,
  'debug.toolBarLocation': 'docked',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'files.hotExit': 'off',
  'git.enabled': false,
  'npm.autoDetect': 'off',
  'telemetry.telemetryLevel': 'off',
  'terminal.integrated.confirmOnExit': 'never',
  'terminal.integrated.defaultProfile.linux': 'bash',
  'terminal.integrated.gpuAcceleration': 'off',
  'typescript.disableAutomaticTypeAcquisition': true,
  'update.mode': 'none',
  'window.autoDetectColorScheme': false,
  'window.confirmBeforeClose': 'never',
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
};

/**
 * Writes the user settings of a profile folder: the quiet ones, then `more`, which wins.
 * @param {string} userDataDir
 * @param {Record<string, unknown>} [more]
 */
export async function writeSettings(userDataDir, more = {}) {
  const folder = path.join(userDataDir, 'User');
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'settings.json'), `${JSON.stringify({ ...quiet, ...more }, null, 2)}\n`);
}
