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

const lineOf = (marker: string): number => PROGRAM.split('\n').findIndex((line) => line.includes(`// ${marker}`)) + 1;

function run(folder: string, command: string, ...args: string[]): void {
  const { status, stderr } = spawnSync(command, args, { cwd: folder, encoding: 'utf8', timeout: 60_000 });
  assert.equal(status, 0, `${command} ${args.join(' ')}: ${stderr}`);
}

for (const theme of ['dark', 'light'] as const) {
  describe(`profiles of other tools, ${theme}`, function () {
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
      workbench = await start(folder, { theme });
      page = workbench.webview();
    });

    after(async () => {
      await workbench?.stop();
      if (folder) await rm(folder, { recursive: true, force: true });
    });

    const range = async () => {
      const chart = page.getByTestId('series-chart');
      return [Number(await chart.getAttribute('data-from')), Number(await chart.getAttribute('data-to'))];
    };

    it('shows a massif file over time, with the tree of the peak', async () => {
      await workbench.openFromExplorer('massif.out.1');
      await page.getByTestId('tree-row').first().waitFor().catch(async (error: unknown) => {
        await workbench.shot(`massif-missing-${theme}`);
        throw error;
      });
      assert.equal(await page.getByTestId('tab-series').getAttribute('aria-selected'), 'true');
      assert.match(await page.getByTestId('snapshot-tree').innerText(), /grow\.c/);
      await workbench.shot(`massif-${theme}`);
    });

    it('zooms by a drag and back by a double click', async () => {
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
      await workbench.shot(`massif-tree-${theme}`);
      await workbench.page.keyboard.press('Enter');
      await workbench.page.locator('.tab', { hasText: 'grow.c' }).waitFor();
    });
  });
}
