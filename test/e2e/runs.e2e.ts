// The list of runs: what was profiled is there, can be opened, run again and deleted.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { needsTool } from '../tools.ts';
import { start, type Workbench } from './workbench.ts';

const PROGRAM = 'def work():\n    return sum(i * i for i in range(2000000))\n\nprint(work())\n';

describe('the list of runs', function () {
  let folder: string;
  let workbench: Workbench;

  before(async function () {
    needsTool(this, 'python3');
    folder = await mkdtemp(path.join(os.tmpdir(), 'heatline-runs-'));
    await writeFile(path.join(folder, 'quick.py'), PROGRAM);
    workbench = await start(folder, { theme: 'light' });
  });

  after(async () => {
    await workbench?.stop();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  const rows = (): Locator => workbench.page.locator('.pane-body .monaco-list-row', { hasText: 'quick.py' });

  async function rowCount(expected: number): Promise<void> {
    for (let waited = 0; waited < 200 && (await rows().count()) !== expected; waited++) await workbench.page.waitForTimeout(100);
    assert.equal(await rows().count(), expected);
  }

  it('says what to do when it is empty', async () => {
    await workbench.page.locator('.activitybar [aria-label^="Heatline"]').first().click();
    await workbench.page.locator('.welcome-view', { hasText: 'Nothing was profiled here yet' }).waitFor();
    await workbench.shot('runs-empty');
  });

  it('shows a run when there is one', async () => {
    await workbench.openFile('quick.py');
    await workbench.palette('Heatline: Profile Current File');
    await workbench.webview().getByTestId('hot-line').first().waitFor();
    await rowCount(1);
    assert.match(await rows().first().innerText(), /Python Sampler/);
  });

  it('runs it again from the viewer', async () => {
    await workbench.webview().getByTestId('run-again').click();
    await rowCount(2);
    await workbench.page.locator('.tab', { hasText: 'quick.py (Python Sampler)' }).nth(1).waitFor();
    await workbench.shot('runs');
  });

  it('deletes a run after asking', async () => {
    const dialog = workbench.page.locator('.monaco-dialog-box', { hasText: 'cannot be undone' });
    await rows().nth(1).click();
    await workbench.page.locator('.pane-body .monaco-list-row.focused', { hasText: 'quick.py' }).waitFor();
    await workbench.page.keyboard.press('Delete');
    await dialog.waitFor();
    await workbench.shot('runs-delete');
    await dialog.locator('.monaco-button', { hasText: 'Delete' }).click();
    await rowCount(1);
  });
});
