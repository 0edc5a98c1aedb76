// Profiles that other tools wrote, opened as a person would: values over time, findings, text and back, export.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { FrameLocator } from 'playwright-core';
import { needsTool } from '../tools.ts';
import { start, type Workbench } from './workbench.ts';

/** Grows, shrinks, leaks and reads what it freed; `// LOST` and `// STALE` mark the lines that memcheck must name. */
const PROGRAM = `#include <stdlib.h>
#include <string.h>

struct node { struct node *next; char text[120]; };

static struct node *push(struct node *list, int value) {
  struct node *node = malloc(sizeof *node);
  memset(node->text, value, sizeof node->text);
  node->next = list;
  return node;
}

static struct node *build(int count) {
  struct node *list = NULL;
  for (int i = 0; i < count; i++) list = push(list, i);
  return list;
}

static void drop(struct node *list) {
  while (list) {
    struct node *next = list->next;
    free(list);
    list = next;
  }
}

static char *table(size_t size) {
  char *made = calloc(size, 1);
  made[0] = 1;
  return made;
}

int main(void) {
  struct node *first = build(3000);
  char *big = table(200000);
  struct node *second = build(5000);
  drop(first);
  free(big);
  char *lost = table(4000); // LOST
  lost = NULL;
  int stale = second->text[0];
  struct node *head = second;
  second = second->next;
  free(head);
  stale += head->text[3]; // STALE
  drop(second);
  return stale == 12345 && lost;
}
`;

/** What `perf stat -j -I 50` prints. */
const PERF_STAT = [0.05, 0.1, 0.15, 0.2].flatMap((time, at) => [
  `{"interval" : ${time}, "counter-value" : "${40 + at * 3}.5", "unit" : "msec", "event" : "task-clock", "event-runtime" : 17524370, "pcnt-running" : 100.00, "metric-value" : 0.350160, "metric-unit" : "CPUs utilized"}\n`,
  `{"interval" : ${time}, "counter-value" : "${12 - at}.000000", "unit" : "", "event" : "page-faults", "event-runtime" : 17524370, "pcnt-running" : 100.00, "metric-value" : 2.8, "metric-unit" : "K/sec"}\n`,
]).join('');

const lineOf = (marker: string): number => PROGRAM.split('\n').findIndex((line) => line.includes(`// ${marker}`)) + 1;

function run(folder: string, command: string, ...args: string[]): void {
  const { status, stderr } = spawnSync(command, args, { cwd: folder, encoding: 'utf8', timeout: 60_000 });
  assert.equal(status, 0, `${command} ${args.join(' ')}: ${stderr}`);
}

describe('profiles of other tools, in both themes', function () {
  let folder: string;
  let workbench: Workbench;
  let page: FrameLocator;

  before(async function () {
    needsTool(this, 'gcc', 'valgrind');
    folder = await mkdtemp(path.join(os.tmpdir(), 'heatline-formats-'));
    await writeFile(path.join(folder, 'grow.c'), PROGRAM);
    run(folder, 'gcc', '-g', '-O0', '-o', 'grow', 'grow.c');
    run(folder, 'valgrind', '-q', '--tool=massif', '--time-unit=B', '--detailed-freq=4', '--massif-out-file=massif.out.1', './grow');
    run(folder, 'valgrind', '-q', '--leak-check=full', '--xml=yes', '--xml-file=memcheck.xml', './grow');
    await writeFile(path.join(folder, 'noise.pstats'), 'this is no profile at all\n');
    await writeFile(path.join(folder, 'counters.json'), PERF_STAT);
    workbench = await start(folder);
    page = workbench.webview();
    // Editors of extensions are known a moment after the window is usable.
    await workbench.page.locator('.activitybar [aria-label^="Heatline"]').first().waitFor();
  });

  after(async () => {
    await workbench?.stop();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  const range = async () => {
    const chart = page.getByTestId('series-chart');
    return [Number(await chart.getAttribute('data-from')), Number(await chart.getAttribute('data-to'))];
  };

  /** The editor that was replaced leaves a moment after the new one is there. */
  async function onlyTab(name: string): Promise<void> {
    const tabs = workbench.page.locator('.tab', { hasText: name });
    for (let waited = 0; waited < 100 && (await tabs.count()) !== 1; waited++) await workbench.page.waitForTimeout(100);
    assert.equal(await tabs.count(), 1);
  }

  it('shows a massif file over time, with the tree of the peak', async () => {
    await workbench.openFromExplorer('massif.out.1');
    await page.getByTestId('tree-row').first().waitFor();
    assert.equal(await page.getByTestId('tab-series').getAttribute('aria-selected'), 'true');
    assert.match(await page.getByTestId('snapshot-tree').innerText(), /grow\.c/);
    await workbench.shots((theme) => `massif-${theme}`);
  });

  it('zooms by a drag and back by a double click', async () => {
    await workbench.inBothThemes(async (theme) => {
      const whole = await range();
      const plot = (await page.locator('.u-over').boundingBox())!;
      await workbench.page.mouse.move(plot.x + plot.width * 0.3, plot.y + plot.height / 2);
      await workbench.page.mouse.down();
      await workbench.page.mouse.move(plot.x + plot.width * 0.6, plot.y + plot.height / 2, { steps: 5 });
      await workbench.shot(`massif-drag-${theme}`);
      await workbench.page.mouse.up();
      await page.getByTestId('series-reset').waitFor();
      const [from, to] = await range();
      const share = (value: number) => (value - whole[0]) / (whole[1] - whole[0]);
      assert.ok(Math.abs(share(from) - 0.3) < 0.01 && Math.abs(share(to) - 0.6) < 0.01, `${share(from)} to ${share(to)}`);
      await workbench.shot(`massif-zoomed-${theme}`);
      await workbench.page.mouse.dblclick(plot.x + plot.width / 2, plot.y + plot.height / 2);
      await page.getByTestId('series-reset').waitFor({ state: 'detached' });
      assert.deepEqual(await range(), whole);
    });
  });

  it('steps through the snapshots with the arrow keys', async () => {
    const name = page.getByTestId('snapshot-name');
    await page.getByTestId('series-chart').focus();
    const before = await name.innerText();
    await workbench.page.keyboard.press('ArrowRight');
    await name.filter({ hasNotText: before }).waitFor();
    await workbench.page.keyboard.press('ArrowLeft');
    await name.filter({ hasText: before }).waitFor();
  });

  it('walks the tree by keyboard and opens the line that allocated', async () => {
    const tree = page.getByTestId('snapshot-tree');
    await tree.focus();
    for (const key of ['Home', 'ArrowRight', 'ArrowDown']) await workbench.page.keyboard.press(key);
    await workbench.shots((theme) => `massif-tree-${theme}`);
    await workbench.page.keyboard.press('Enter');
    await workbench.page.locator('.tab', { hasText: 'grow.c' }).waitFor();
  });

  it('shows it as text, and as a profile again', async () => {
    await workbench.page.locator('.tab', { hasText: 'massif.out' }).first().click();
    await workbench.page.locator('.editor-actions [aria-label="Reopen as Text"]').first().click();
    await workbench.page.locator('.view-line', { hasText: 'mem_heap_B' }).first().waitFor();
    await onlyTab('massif.out');
    await workbench.page.locator('.editor-actions [aria-label="Reopen as Profile"]').first().click();
    await page.getByTestId('tree-row').first().waitFor();
    await onlyTab('massif.out');
  });

  it('opens what memcheck wrote from the menu of the explorer, and its findings lead to the source', async () => {
    await workbench.page.locator('.explorer-viewlet .monaco-list-row', { hasText: 'memcheck.xml' }).first().click({ button: 'right' });
    const item = workbench.page.locator('.context-view .action-label', { hasText: 'Open as Profile' }).first();
    await item.waitFor();
    // A menu ignores the button's release just after it was opened.
    await workbench.page.waitForTimeout(700);
    await item.click();
    const rows = page.getByTestId('finding-row');
    await rows.first().waitFor();
    assert.equal(await rows.count(), 2);
    await page.getByTestId('finding-kind').filter({ hasText: 'Invalid read' }).click();
    await page.getByText('1 finding of 2').waitFor();
    await page.getByTestId('finding-stack').nth(1).waitFor();
    await workbench.shots((theme) => `memcheck-${theme}`);
    await page.getByTestId('finding-frame').first().focus();
    await workbench.page.keyboard.press('Enter');
    const place = workbench.page.locator('.statusbar-item', { hasText: `Ln ${lineOf('STALE')},` });
    await place.first().waitFor();
    await workbench.shots((theme) => `memcheck-source-${theme}`);
  });

  it('finds the leak by a search, and its line is hot by what it lost', async () => {
    await workbench.page.locator('.tab', { hasText: 'memcheck.xml' }).first().click();
    await page.getByTestId('finding-kind').first().click();
    await page.getByTestId('search').locator('input').fill('definitely table');
    await page.getByText('1 finding of 2').waitFor();
    await page.getByTestId('tab-functions').click();
    await page.getByTestId('search').locator('input').fill('');
    await page.getByTestId('function-row').first().waitFor();
    await page.getByTestId('tab-flame').click();
    await page.getByTestId('flame-canvas').waitFor();
    await workbench.shots((theme) => `memcheck-flame-${theme}`);
    await page.getByTestId('tab-summary').click();
    await page.getByTestId('summary-kind').nth(1).waitFor();
    assert.match(await page.locator('.summary-facts').innerText(), /2 findings, 2 kinds/);
    await workbench.shots((theme) => `memcheck-summary-${theme}`);
  });

  it('shows counters at intervals over time, and hides one of them', async () => {
    await workbench.page.locator('.explorer-viewlet .monaco-list-row', { hasText: 'counters.json' }).first().dblclick();
    await workbench.page.locator('.view-line', { hasText: 'task-clock' }).first().waitFor();
    await workbench.palette('Heatline: Reopen as Profile');
    const rows = page.getByTestId('series-toggle');
    await rows.nth(1).waitFor();
    await workbench.shots((theme) => `perf-stat-${theme}`);
    await rows.filter({ hasText: /page-faults(?! per second)/ }).click();
    assert.equal(await rows.filter({ hasText: /page-faults(?! per second)/ }).getAttribute('aria-selected'), 'false');
  });

  it('shows a trace of system calls, its counters over time among them', async function () {
    needsTool(this, 'strace');
    run(folder, 'strace', '-f', '-ttt', '-T', '-o', 'list.strace', 'ls', '/');
    await workbench.openFromExplorer('list.strace');
    await page.getByTestId('hot-function').first().waitFor();
    await page.getByTestId('tab-series').click();
    await page.getByTestId('series-toggle').filter({ hasText: 'calls' }).first().waitFor();
    await workbench.shots((theme) => `strace-${theme}`);
  });

  it('opens a file that is dropped on the list', async () => {
    await workbench.page.locator('.activitybar [aria-label^="Heatline"]').first().click();
    const list = workbench.page.locator('.pane-body .monaco-list-rows').first();
    await list.waitFor();
    await list.evaluate((element) => {
      const data = new DataTransfer();
      data.items.add(new File(['main;work 5\nmain;rest 3\n'], 'dropped.folded'));
      const { x, y } = element.getBoundingClientRect();
      for (const type of ['dragenter', 'dragover', 'drop']) {
        element.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, composed: true, dataTransfer: data, clientX: x + 40, clientY: y + 10 }));
      }
    });
    await workbench.page.locator('.tab.active', { hasText: 'dropped.folded' }).waitFor();
    await page.getByTestId('hot-function').first().waitFor();
    await workbench.page.locator('.activitybar [aria-label^="Explorer"]').first().click();
  });

  it('exports a profile, and what it wrote opens again', async () => {
    await workbench.page.locator('.tab', { hasText: 'massif.out' }).first().click();
    await page.getByTestId('tree-row').first().waitFor();
    await workbench.choose('Heatline: Export Profile As...', 'collapsed stacks');
    // The box of the save dialog comes after the list has left.
    const name = workbench.quickInput.locator('input').filter({ visible: true }).first();
    // It fills in the name that is proposed by itself, over what was typed too early.
    for (let waited = 0; waited < 100 && !(await name.inputValue()).endsWith('.folded'); waited++) await workbench.page.waitForTimeout(100);
    await workbench.answer(path.join(folder, 'heap.folded'));
    await workbench.notification('heap.folded was written');
    assert.match(await readFile(path.join(folder, 'heap.folded'), 'utf8'), /main;build;push \d+/);
    await workbench.clearNotifications();
  });

  it('says what it reads when a file is no profile, and shows the file', async () => {
    await workbench.openFromExplorer('noise.pstats');
    const failed = page.getByTestId('state-failed');
    await failed.waitFor();
    assert.match(await failed.innerText(), /noise\.pstats is not a profile.*It reads: .*Massif/s);
    await workbench.shots((theme) => `no-profile-${theme}`);
    await page.getByTestId('reopen-as-text').click();
    await workbench.page.locator('.view-line', { hasText: 'no' }).first().waitFor();
  });

  it('remembers what was opened', async () => {
    await workbench.page.locator('.activitybar [aria-label^="Heatline"]').first().click();
    const rows = workbench.page.locator('.pane-body .monaco-list-row');
    await rows.filter({ hasText: 'memcheck.xml' }).first().waitFor();
    await workbench.shots((theme) => `opened-files-${theme}`);
    await rows.filter({ hasText: 'massif.out.1' }).first().click();
    await page.getByTestId('tree-row').first().waitFor();
    await rows.filter({ hasText: 'memcheck.xml' }).first().hover();
    await rows.filter({ hasText: 'memcheck.xml' }).first().locator('[aria-label="Remove from List"]').click();
    await rows.filter({ hasText: 'memcheck.xml' }).first().waitFor({ state: 'detached' });
    assert.ok((await readFile(path.join(folder, 'memcheck.xml'))).length > 0, 'the file itself stays');
  });
});
