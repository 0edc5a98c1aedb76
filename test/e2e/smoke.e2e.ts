import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { start, type Workbench } from './workbench.ts';

describe('the installed package', () => {
  let folder: string;
  let workbench: Workbench;

  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'heatline-folder-'));
    await writeFile(path.join(folder, 'notes.txt'), 'first line\nsecond line\n');
    workbench = await start(folder);
  });

  after(async () => {
    await workbench?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('opens a file of the folder', async () => {
    const editor = await workbench.openFile('notes.txt');
    // The editor draws spaces as no-break spaces.
    const shown = (await editor.locator('.view-lines').innerText()).replaceAll('\u00a0', ' ');
    assert.match(shown, /first line/);
  });

  it('lists its commands in the palette', async () => {
    const rows = await workbench.showPalette('Heatline: ');
    const titles = await rows.allInnerTexts();
    await workbench.shot('palette');
    assert.ok(titles.some((title) => title.includes('Heatline: Profile Current File')), titles.join('\n'));
    await workbench.page.keyboard.press('Escape');
  });

  it('runs a command from the palette', async () => {
    await workbench.palette('Heatline: Show Log');
    await workbench.page.locator('.panel .output-view, .part.panel .output').first().waitFor();
  });
});
