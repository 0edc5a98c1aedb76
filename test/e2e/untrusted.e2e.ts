// In a workspace that is not trusted, profiles can be looked at and nothing is run.
import assert from 'node:assert/strict';
import { access, cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { start, type Workbench } from './workbench.ts';

/** Three stacks of a Python program, as our sampler writes them. */
const SAMPLES = [
  'heatline-samples 1',
  'h {"tool":"python-sample","python":"3.11.7","implementation":"cpython","pid":1,"argv":["t.py"],"cwd":"/","interval_ns":5000000,"start_unix_ns":0}',
  'f 0 1 ["<module>","touch.py"]', 'f 1 1 ["work","touch.py"]', 'r 0 0 2 1', 'r 1 1 1 1', 's 0 -1 0', 's 1 0 1', 't 0 1 "MainThread"',
  'x 5000000 0 1 5000000 5000000', 'x 10000000 0 0 5000000 5000000', 'e {"duration_ns":10000000,"exit":0,"samples":2,"stopped":false,"cpu_ns":10000000}', '',
].join('\n');

describe('a workspace that is not trusted', () => {
  let folder: string;
  let workbench: Workbench;

  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'heatline-untrusted-'));
    await cp(path.resolve('examples'), folder, { recursive: true });
    await writeFile(path.join(folder, 'touch.py'), `open(${JSON.stringify(path.join(folder, 'it-ran'))}, 'w')\n`);
    await writeFile(path.join(folder, 'old.heatline-samples'), SAMPLES);
    workbench = await start(folder, { trusted: false });
  });

  after(async () => {
    await workbench?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('runs nothing, and says what to do', async () => {
    await workbench.openFile('touch.py');
    await workbench.palette('Heatline: Profile Current File');
    const toast = await workbench.notification('only in a workspace you trust');
    assert.ok((await toast.locator('.monaco-button').allInnerTexts()).includes('Manage Workspace Trust'));
    await workbench.shot('untrusted');
    await workbench.clearNotifications();
    await workbench.palette('Heatline: Profile...');
    await workbench.notification('only in a workspace you trust');
    await workbench.clearNotifications();
    await workbench.palette('Heatline: Debug Current File');
    await workbench.notification('only in a workspace you trust');
    await workbench.clearNotifications();
    // VS Code itself asks before it debugs.
    await workbench.openFile('touch.py');
    await workbench.page.keyboard.press('F5');
    const dialog = workbench.page.locator('.monaco-dialog-box', { hasText: 'trust' });
    await dialog.waitFor();
    await workbench.shot('untrusted-debug');
    await dialog.locator('.monaco-button', { hasText: 'Cancel' }).click();
    await dialog.waitFor({ state: 'detached' });
    await assert.rejects(access(path.join(folder, 'it-ran')));
  });

  it('shows a profile, with its heat', async () => {
    await workbench.openFromExplorer('old.heatline-samples');
    await workbench.webview().getByTestId('hot-line').first().waitFor();
    await workbench.openFile('touch.py');
    await workbench.page.locator('.monaco-editor .cgmr[class*="ced-"]').first().waitFor();
    await workbench.shot('untrusted-viewer');
  });
});
