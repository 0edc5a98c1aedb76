// What a person is told when something is missing or wrong: what happened, why, and the way out.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { needsTool } from '../tools.ts';
import { start, type Workbench } from './workbench.ts';

const FILES: Readonly<Record<string, string>> = {
  'plain.py': 'print("hello")\n',
  'good.c': 'int main(void) { return 0; }\n',
  'broken.c': 'int main(void) {\n  return undefined_name;\n}\n',
  'notes.txt': 'no program\n',
  'torn.pstats': '{\u0000\u0000(half of a file',
  'endless.py': 'total = 0\nwhile True:\n    total += 1\n',
};

describe('bad input', () => {
  let folder: string;
  let workbench: Workbench;

  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'heatline-bad-'));
    for (const [name, content] of Object.entries(FILES)) await writeFile(path.join(folder, name), content, 'latin1');
    await mkdir(path.join(folder, '.vscode'));
    await settings({ 'heatline.perf.path': 'no-such-perf', 'heatline.valgrind.path': 'no-such-valgrind' });
    workbench = await start(folder);
  });

  /** Replaces the folder's settings and gives the window the time to notice. */
  async function settings(values: Record<string, unknown>): Promise<void> {
    await writeFile(path.join(folder, '.vscode', 'settings.json'), JSON.stringify(values));
    await workbench?.page.waitForTimeout(1500);
  }

  after(async () => {
    await workbench?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** Profiles a file and returns the message that comes of it, with its buttons. */
  async function complaint(file: string, expected: string): Promise<{ text: string; buttons: string[] }> {
    await workbench.openFile(file);
    await workbench.palette('Heatline: Profile Current File');
    const toast = await workbench.notification(expected);
    const text = await toast.innerText();
    const buttons = await toast.locator('.monaco-button').allInnerTexts();
    await workbench.shot(`bad-${file}`);
    await workbench.clearNotifications();
    return { text, buttons };
  }

  it('names a missing perf and offers callgrind and the installation', async function () {
    needsTool(this, 'gcc');
    const { buttons } = await complaint('good.c', 'no-such-perf was not found');
    assert.ok(buttons.includes('Use Callgrind') && buttons.includes('Show Log'), buttons.join());
  });

  it('goes on with callgrind when that is chosen, and names that it is missing too', async function () {
    needsTool(this, 'gcc');
    await workbench.openFile('good.c');
    await workbench.palette('Heatline: Profile Current File');
    await workbench.pressInNotification('no-such-perf was not found', 'Use Callgrind');
    const next = await workbench.notification('no-such-valgrind was not found');
    assert.match(await next.innerText(), /Callgrind is a part of Valgrind/);
    await workbench.clearNotifications();
  });

  it('says where a file does not compile', async function () {
    needsTool(this, 'gcc', 'perf');
    // The compiler comes after the profiler's own check, so perf must be there.
    await settings({ 'heatline.perf.path': 'perf' });
    const { text } = await complaint('broken.c', 'broken.c does not compile');
    assert.match(text, /broken\.c:2: .*undefined_name/);
  });

  it('names a missing interpreter and the setting', async () => {
    await settings({ 'heatline.python.path': 'no-such-python' });
    const { text, buttons } = await complaint('plain.py', 'No Python interpreter');
    assert.match(text, /heatline\.python\.path/);
    assert.ok(buttons.includes('Open Setting'), buttons.join());
    await settings({});
  });

  it('says which files can be profiled when this one cannot', async () => {
    const { text } = await complaint('notes.txt', 'notes.txt is not a program');
    assert.match(text, /Python, Go, C or C\+\+/);
  });

  it('shows a profile that cannot be read as such, in the viewer', async () => {
    await workbench.openFromExplorer('torn.pstats');
    const failed = workbench.webview().getByTestId('state-failed');
    await failed.waitFor();
    assert.match(await failed.innerText(), /torn\.pstats/);
    await workbench.shot('bad-torn-profile');
    await workbench.palette('View: Close All Editors');
  });

  it('stops an endless program by the progress notification and shows its profile', async function () {
    needsTool(this, 'python3');
    await workbench.openFile('endless.py');
    await workbench.palette('Heatline: Profile Current File');
    const toast = await workbench.notification('Profiling endless.py');
    await workbench.page.locator('.statusbar-item', { hasText: 'Profiling endless.py' }).first().waitFor();
    await workbench.page.waitForTimeout(3000);
    await workbench.shot('recording');
    await toast.hover();
    await toast.locator('.monaco-button', { hasText: 'Cancel' }).click();
    await workbench.webview().getByTestId('hot-line').first().waitFor();
    await workbench.shot('stopped');
  });
});
