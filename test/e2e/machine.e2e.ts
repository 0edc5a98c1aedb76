// The machine's vital signs beside the runs, in a dark and a light theme.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { start, type Workbench } from './workbench.ts';

describe('the view of the machine', function () {
  let folder: string;
  let workbench: Workbench;
  let busy: ChildProcess[] = [];

  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'heatline-machine-'));
    await writeFile(path.join(folder, 'empty.py'), '');
    workbench = await start(folder, { theme: 'dark' });
  });

  const rest = () => {
    for (const child of busy) child.kill('SIGKILL');
    busy = [];
  };

  after(async () => {
    rest();
    await workbench?.stop();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  it('shows the signs of now', async () => {
    await workbench.page.locator('.activitybar [aria-label^="Heatline"]').first().click();
    for (const name of ['Machine', 'Runs']) await workbench.page.locator('.pane-header', { hasText: name }).click();
    const page = workbench.webview();
    await page.getByTestId('verdict').waitFor();
    assert.deepEqual(await page.locator('section h2').allInnerTexts(), ['CPU', 'Run queue', 'Memory', 'Disk', 'Network']);
    assert.match(await page.locator('section[aria-label="Memory"] .detail').innerText(), /GiB of .*GiB|MiB of .*GiB/);
    assert.equal(await page.locator('.core').count(), os.cpus().length);
  });

  it('says when the processor is short', async () => {
    // More threads than cores want to run.
    busy = Array.from({ length: os.cpus().length + 3 }, () => spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }));
    await workbench.webview().getByText('The processor is short').waitFor({ timeout: 60_000 });
    await workbench.page.mouse.move(700, 300);
    await workbench.page.waitForTimeout(3000);
    await workbench.shot('dark-machine');
    rest();
  });

  it('is as readable in a light theme', async () => {
    await workbench.toggleTheme();
    await workbench.webview().getByTestId('verdict').waitFor();
    await workbench.shot('light-machine');
  });
});
