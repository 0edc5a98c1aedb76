// Files of every format through the commands and the custom editor, as far as an extension host can see.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync } from 'node:fs';
import { copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';

/** The repository: the suites run as bundles below it. */
const root = (function up(folder: string): string {
  return existsSync(path.join(folder, 'test', 'fixtures')) ? folder : up(path.dirname(folder));
})(__dirname);
const fixtures = path.join(root, 'test', 'fixtures');

interface Manifest {
  contributes: { customEditors: { viewType: string }[] };
}

function tabOf(file: string): vscode.Tab | undefined {
  return vscode.window.tabGroups.all.flatMap((group) => group.tabs).find(({ input }) => (
    (input instanceof vscode.TabInputCustom || input instanceof vscode.TabInputText) && input.uri.fsPath === file));
}

async function until(what: string, condition: () => boolean): Promise<void> {
  for (let waited = 0; waited < 200; waited++) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`${what} did not come`);
}

function exported(file: string, to: string): Thenable<vscode.Uri | undefined> {
  return vscode.commands.executeCommand('heatline.exportProfile', vscode.Uri.file(file), { format: 'collapsed', file: vscode.Uri.file(to) });
}

describe('profiles of other tools', () => {
  let folder = '';

  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'heatline-host-formats-'));
  });

  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await rm(folder, { recursive: true, force: true });
  });

  for (const format of readdirSync(fixtures).filter((name) => name !== 'src' && !name.includes('.'))) {
    it(`opens a file of ${format} and writes it in another format`, async () => {
      const names = readdirSync(path.join(fixtures, format), { withFileTypes: true }).filter((entry) => entry.isFile() && entry.name !== 'README.md').map(({ name }) => name);
      // Some fixtures are broken on purpose; one that is not is enough here.
      for (const name of names) {
        const file = path.join(folder, name);
        await copyFile(path.join(fixtures, format, name), file);
        const written = await exported(file, path.join(folder, 'out.folded'));
        if (!written) continue;
        await vscode.commands.executeCommand('heatline.openProfile', vscode.Uri.file(file));
        await until('the viewer', () => tabOf(file)?.input instanceof vscode.TabInputCustom);
        return;
      }
      assert.fail(`no file of ${format} can be opened: ${names.join(', ')}`);
    });
  }

  it('opens a claimed name with the viewer by itself, and the others when asked', async () => {
    const claimed = path.join(folder, 'callgrind.out.77');
    const other = path.join(folder, 'profile.txt');
    for (const file of [claimed, other]) await copyFile(path.join(fixtures, 'callgrind', 'calls.out'), file);
    await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(claimed));
    await until('the viewer', () => tabOf(claimed)?.input instanceof vscode.TabInputCustom);
    await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(other));
    await until('the text', () => tabOf(other)?.input instanceof vscode.TabInputText);
    await vscode.commands.executeCommand('heatline.reopenAsProfile', vscode.Uri.file(other));
    await until('the viewer', () => tabOf(other)?.input instanceof vscode.TabInputCustom);
    await vscode.commands.executeCommand('heatline.reopenAsText', vscode.Uri.file(other));
    await until('the text again', () => tabOf(other)?.input instanceof vscode.TabInputText);
  });

  it('opens the parts of one callgrind run as one profile', async () => {
    const parts = ['01', '02', '03'].map((part) => path.join(folder, `callgrind.out.99-${part}`));
    for (const [at, part] of parts.entries()) await copyFile(path.join(fixtures, 'callgrind', `threads.out-0${at + 1}`), part);
    await vscode.commands.executeCommand('heatline.openProfile', vscode.Uri.file(parts[0]), parts.map((part) => vscode.Uri.file(part)));
    const tab = tabOf(parts[0]);
    assert.ok(tab?.input instanceof vscode.TabInputCustom, 'there is no viewer');
    assert.match(tab.input.uri.query, /callgrind\.out\.99-02.*callgrind\.out\.99-03/);
    assert.equal(tabOf(parts[1]), undefined);
  });

  it('refuses to write what it cannot read, and leaves no file', async () => {
    const noise = path.join(folder, 'noise.pstats');
    await writeFile(noise, 'no profile at all');
    const to = path.join(folder, 'noise.folded');
    assert.equal(await exported(noise, to), undefined);
    await assert.rejects(readFile(to), { code: 'ENOENT' });
  });

  it('offers its viewers under the names that the manifest gives', () => {
    const manifest = vscode.extensions.getExtension('heatline.heatline')?.packageJSON as Manifest;
    assert.deepEqual(manifest.contributes.customEditors.map(({ viewType }) => viewType), ['heatline.profile', 'heatline.otherProfile']);
  });
});
