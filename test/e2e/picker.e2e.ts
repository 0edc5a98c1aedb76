// The verb as a person uses it: what to profile, with which profiler, with which options; and running processes.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { needsTool } from '../tools.ts';
import { start, type Workbench } from './workbench.ts';

/** A process that anybody would find at the top of the list. */
const SPINNING = 'import time\nuntil = time.time() + 300\nwhile time.time() < until:\n    sum(range(1000))\n';

/** Callgrind's option that is a list. */
const LIST = 'Further options';

describe('choosing what to profile and how, in both themes', () => {
  let folder: string;
  let workbench: Workbench;
  let spinning: ChildProcess | undefined;

  before(async function () {
    needsTool(this, 'python3');
    folder = await mkdtemp(path.join(os.tmpdir(), 'heatline-picker-'));
    await cp(path.resolve('examples'), folder, { recursive: true });
    await mkdir(path.join(folder, '.vscode'));
    await writeFile(path.join(folder, 'spinning.py'), SPINNING);
    await writeFile(path.join(folder, '.vscode/launch.json'), JSON.stringify({
      version: '0.2.0',
      configurations: [
        { name: 'Hot, short', type: 'debugpy', request: 'launch', program: '${workspaceFolder}/hot.py', args: ['--short'], env: { WHO: 'launch' } },
        { name: 'Server', type: 'node', request: 'launch', program: 'server.js' },
      ],
    }));
    await writeFile(path.join(folder, '.vscode/tasks.json'), JSON.stringify({
      version: '2.0.0',
      tasks: [
        { label: 'Profile the short one', type: 'heatline', program: '${workspaceFolder}/hot.py', args: ['--short'], profiler: 'python-cprofile', problemMatcher: [] },
        { label: 'Profile nothing', type: 'heatline', program: 'nothing.py', problemMatcher: [] },
      ],
    }));
    workbench = await start(folder, { settings: { 'heatline.valgrind.path': '/nowhere/valgrind' } });
  });

  after(async () => {
    spinning?.kill('SIGKILL');
    await workbench?.stop();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  const rowTexts = async () => (await workbench.quickRows()).allInnerTexts();
  const title = (text: string) => workbench.quickInput.locator('.quick-input-title', { hasText: text }).waitFor();

  /** The list of tasks is drawn anew as tasks are found, so a click may miss: the name is typed. */
  async function runTask(name: string): Promise<void> {
    await workbench.palette('Tasks: Run Task');
    await workbench.quickInput.locator('input[placeholder^="Select the task"]').waitFor();
    await (await workbench.quickRows()).filter({ hasText: name }).first().waitFor();
    await workbench.quickInput.locator('input').first().fill(name);
    assert.ok((await (await workbench.settledRows()).first().innerText()).includes(name), `${name} is not the first`);
    await workbench.page.keyboard.press('Enter');
  }

  it('asks what to profile, the current file first', async () => {
    await workbench.openFile('hot.py');
    await workbench.palette('Heatline: Profile...');
    await title('Profile');
    const rows = await rowTexts();
    assert.match(rows[0], /Current File[\s\S]*hot\.py/);
    for (const each of ['Launch Configuration', 'Task', 'Program', 'Python Module', 'Running Process', 'Go Service']) assert.ok(rows.some((row) => row.includes(each)), `${each} is not offered`);
    await workbench.settledRows();
    await workbench.shots((theme) => `${theme}-picker-what`);
  });

  it('offers the profilers that apply, with what each answers and costs', async () => {
    await workbench.pick('Launch Configuration');
    await title('Profile a launch configuration');
    const configurations = await rowTexts();
    assert.equal(configurations.length, 1, 'only what can be profiled is listed');
    await workbench.pick('Hot, short');
    await title('Profile Hot, short with');
    const rows = await rowTexts();
    assert.match(rows[0], /Python Sampler/);
    assert.match(rows[0], /slower/);
    assert.ok(rows.every((row) => !/Callgrind/.test(row)), 'what does not apply is not offered');
    await workbench.settledRows();
    await workbench.shots((theme) => `${theme}-picker-profiler`);
  });

  it('changes an option for one run, and says so', async () => {
    const { quickInput } = workbench;
    const row = (await workbench.quickRows()).filter({ hasText: 'Python Sampler' }).first();
    await row.hover();
    await row.locator('.action-label').first().click();
    await title('Options of Python Sampler for this run');
    await workbench.pick('Interval');
    await title('Python Sampler: Interval');
    await quickInput.locator('input').first().fill('5000');
    await quickInput.locator('.quick-input-message', { hasText: 'between 0 and 1000' }).waitFor();
    await workbench.shots((theme) => `${theme}-picker-complaint`);
    await workbench.answer('8');
    await title('Options of Python Sampler for this run');
    const changed = (await workbench.quickRows()).filter({ hasText: 'Interval' }).first();
    assert.match((await changed.innerText()).replace(/\s+/g, ' '), /8 ms.*changed for this run/);
    await workbench.settledRows();
    await workbench.shots((theme) => `${theme}-picker-options`);
  });

  it('goes back to the profilers, and runs with the changed option', async () => {
    const { page, quickInput } = workbench;
    await quickInput.locator('.quick-input-left-action-bar .action-label, .quick-input-titlebar .codicon-quick-input-back').first().click();
    await title('Profile Hot, short with');
    assert.match((await rowTexts())[0].replace(/\s+/g, ' '), /1 changed for this run/);
    await workbench.pick('Python Sampler');
    await workbench.webview().getByTestId('hot-line').first().waitFor({ timeout: 90_000 });
    await page.locator('.tab', { hasText: 'Hot_short (Python Sampler)' }).or(page.locator('.tab', { hasText: 'Hot' })).first().waitFor();
    await workbench.shots((theme) => `${theme}-picker-ran`);
    await workbench.palette('View: Close All Editors');
  });

  it('offers what was chosen last first', async () => {
    await workbench.palette('Heatline: Profile...');
    await title('Profile');
    assert.match((await rowTexts())[0], /Hot, short[\s\S]*launch configuration/);
    await workbench.settledRows();
    await workbench.shots((theme) => `${theme}-picker-last`);
    await workbench.page.keyboard.press('Escape');
  });

  it('puts what cannot run here at the end, says why, and what to do', async function () {
    needsTool(this, 'gcc', 'perf');
    await workbench.openFile('matrix.c');
    await workbench.palette('Heatline: Profile Current File With...');
    await title('Profile matrix.c with');
    const callgrind = (await workbench.quickRows()).filter({ hasText: 'Callgrind' }).filter({ hasText: 'was not found' }).first();
    await callgrind.waitFor();
    const rows = await rowTexts();
    assert.match(rows[0], /^\s*perf/);
    assert.ok(rows.findIndex((row) => /Callgrind/.test(row)) > 0);
    await workbench.settledRows();
    await workbench.shots((theme) => `${theme}-picker-unusable`);
    await callgrind.click();
    const toast = await workbench.notification('/nowhere/valgrind was not found');
    assert.ok((await toast.locator('.monaco-button').allInnerTexts()).includes('Open Setting'));
    await workbench.clearNotifications();
  });

  it('shows the options of a profiler that has several, and edits a choice', async function () {
    needsTool(this, 'gcc', 'perf');
    await workbench.palette('Heatline: Profile Current File With...');
    await title('Profile matrix.c with');
    const row = (await workbench.quickRows()).filter({ hasText: 'processor spend its time' }).first();
    await row.hover();
    await row.locator('.action-label').first().click();
    await title('Options of perf for this run');
    await workbench.pick('Call graph');
    await title('perf: Call graph');
    await workbench.settledRows();
    await workbench.shots((theme) => `${theme}-picker-choice`);
    await workbench.pick('dwarf');
    await title('Options of perf for this run');
    const changed = (await workbench.quickRows()).filter({ hasText: 'Call graph' }).first();
    assert.match((await changed.innerText()).replace(/\s+/g, ' '), /dwarf.*changed for this run/);
    await workbench.settledRows();
    await workbench.shots((theme) => `${theme}-picker-options-perf`);
    await workbench.quickInput.locator('.quick-input-titlebar .codicon-discard').first().click();
    await (await workbench.quickRows()).filter({ hasText: /Call graph\s*fp/ }).first().waitFor();
    assert.ok((await rowTexts()).every((text) => !text.includes('changed for this run')));
    await workbench.page.keyboard.press('Escape');
  });

  it('edits a list, with what is typed', async function () {
    needsTool(this, 'gcc', 'valgrind');
    await writeFile(path.join(folder, '.vscode/settings.json'), JSON.stringify({ 'heatline.valgrind.path': 'valgrind' }));
    await workbench.page.waitForTimeout(3000);
    await workbench.palette('Heatline: Profile Current File With...');
    await title('Profile matrix.c with');
    const row = (await workbench.quickRows()).filter({ hasText: 'Callgrind' }).first();
    await row.hover();
    await row.locator('.action-label').first().click();
    await title('Options of Callgrind for this run');
    const rows = await rowTexts();
    await workbench.pick(LIST);
    await title(`Callgrind: ${LIST}`);
    const input = workbench.quickInput.locator('input[type="text"], input:not([type="checkbox"])').first();
    for (const typed of ['--cache-sim=yes', '--branch-sim=yes']) {
      await input.fill(typed);
      await (await workbench.quickRows()).filter({ hasText: typed }).first().click();
      await workbench.settledRows();
    }
    await input.fill('');
    await workbench.settledRows();
    await workbench.shots((theme) => `${theme}-picker-list`);
    await workbench.page.keyboard.press('Enter');
    await title('Options of Callgrind for this run');
    await (await workbench.quickRows()).filter({ hasText: LIST }).filter({ hasText: /--(cache|branch)-sim=yes, --(cache|branch)-sim=yes/ }).filter({ hasText: 'changed for this run' }).first().waitFor();
    assert.equal((await rowTexts()).length, rows.length);
    await workbench.page.keyboard.press('Escape');
  });

  it('runs tasks of type heatline from the list of tasks, and tells in their terminal what is wrong', async () => {
    await runTask('Profile nothing');
    await workbench.page.locator('.xterm-rows:visible', { hasText: 'nothing.py was not found' }).first().waitFor();
    await workbench.shots((theme) => `${theme}-picker-task-wrong`);
    await workbench.palette('View: Close All Editors');
    await runTask('Profile the short one');
    await workbench.page.locator('.tab', { hasText: 'hot.py (cProfile)' }).waitFor({ timeout: 90_000 });
    await workbench.webview().getByTestId('tab-functions').waitFor();
    await workbench.shots((theme) => `${theme}-picker-task`);
    await workbench.palette('View: Close All Editors');
  });

  it('lists running processes, the busiest first, and finds one by typing', async () => {
    spinning = spawn('python3', ['spinning.py', 'for', 'the', 'list'], { cwd: folder, stdio: 'ignore' });
    await workbench.choose('Heatline: Profile...', 'Running Process');
    await title('Profile a running process');
    await (await workbench.quickRows()).first().waitFor();
    await workbench.settledRows();
    await workbench.shots((theme) => `${theme}-picker-processes`);
    await workbench.quickInput.locator('input').first().fill(String(spinning.pid));
    const found = (await workbench.quickRows()).filter({ hasText: 'spinning.py for the list' }).first();
    await found.waitFor();
    assert.match((await found.innerText()).replace(/\s+/g, ' '), new RegExp(`spinning\\.py.*${spinning.pid} · .* %.*(MB|MiB)`));
    await workbench.page.keyboard.press('Escape');
    assert.equal(spinning.exitCode, null);
    spinning.kill('SIGKILL');
  });

  it('takes a typed command line', async () => {
    await workbench.choose('Heatline: Profile...', 'Program...');
    await title('Profile a program');
    await workbench.quickInput.locator('input').first().fill('python3 "hot.py');
    await (await workbench.quickRows()).filter({ hasText: 'is not closed' }).first().waitFor();
    await workbench.quickInput.locator('input').first().fill('python3 hot.py --short');
    await (await workbench.quickRows()).filter({ hasText: 'Run python3 hot.py --short' }).first().waitFor();
    await workbench.settledRows();
    await workbench.shots((theme) => `${theme}-picker-program`);
    await workbench.page.keyboard.press('Enter');
    await workbench.quickInput.locator('.quick-input-message', { hasText: 'Working directory' }).waitFor();
    await workbench.page.keyboard.press('Enter');
    await title('Profile hot.py with');
    await workbench.page.keyboard.press('Escape');
  });
});
