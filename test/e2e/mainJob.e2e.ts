// The main job, as a person does it: open a file, run the command, look at the gutter, the numbers and the viewer.
import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { needsTool } from '../tools.ts';
import { start, type Workbench } from './workbench.ts';

interface Example {
  readonly title: string;
  readonly file: string;
  /** The function with the planted line. */
  readonly hot: RegExp;
  readonly tools: readonly string[];
}

const EXAMPLES: readonly Example[] = [
  { title: 'a Python program', file: 'hot.py', hot: /^edit_distance$/, tools: ['python3'] },
  { title: 'a C program', file: 'matrix.c', hot: /^row_times_column/, tools: ['gcc', 'perf'] },
  { title: 'a Go program', file: 'primes.go', hot: /smallestDivisor$/, tools: ['go', 'perf', 'llvm-symbolizer'] },
];

/** Longest that a run of an example may take on a busy machine. */
const RUN_MS = 90_000;

describe('profiling the current file', () => {
  let folder: string;
  let workbench: Workbench;

  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'heatline-examples-'));
    await cp(path.resolve('examples'), folder, { recursive: true });
    workbench = await start(folder);
  });

  after(async () => {
    await workbench?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  for (const { title, file, hot, tools } of EXAMPLES) {
    it(`marks the planted line and function of ${title} as the hottest, in both themes`, async function () {
      needsTool(this, ...tools);
      const planted = await plantedLine(folder, file);
      await workbench.palette('View: Close All Editors');
      await workbench.openFile(file);
      await workbench.palette('Heatline: Profile Current File');
      const viewer = workbench.webview();
      try {
        await viewer.getByTestId('hot-line').first().waitFor({ timeout: RUN_MS });
      } catch (error) {
        await workbench.shot(`failed-${workbench.theme}-${file}`);
        throw error;
      }
      await workbench.goToLine(file, planted);
      await workbench.inBothThemes(async (theme) => {
        const heat = await hottestLine(workbench);
        await workbench.shot(`${theme}-${file}-summary`);
        assert.equal(heat.line, planted, `the hottest gutter mark is on line ${heat.line} in the ${theme} theme: ${heat.text}`);
        assert.match(heat.text, /\d+\.\d %.*\d (s|ms)/);
      });

      await viewer.getByTestId('tab-functions').click();
      const top = viewer.getByTestId('function-row').first();
      await top.waitFor();
      assert.match((await top.getAttribute('data-name')) ?? '', hot);
      await top.click();
      await viewer.getByTestId('callers').waitFor();
      await workbench.shots((theme) => `${theme}-${file}-functions`);

      await viewer.getByTestId('tab-flame').click();
      const canvas = viewer.getByTestId('flame-canvas');
      await canvas.waitFor();
      await workbench.inBothThemes(async (theme) => {
        for (let waited = 0; waited < 100 && !(Number(await canvas.getAttribute('data-boxes')) > 2); waited++) await workbench.page.waitForTimeout(50);
        assert.ok(Number(await canvas.getAttribute('data-boxes')) > 2, 'the flame graph draws boxes');
        await workbench.shot(`${theme}-${file}-flame`);
      });
    });
  }
});

/** The 1-based number of the line that is marked HOT in an example. */
async function plantedLine(folder: string, file: string): Promise<number> {
  const found = file.endsWith('.go') ? path.join(folder, 'primes', file) : path.join(folder, file);
  const line = (await readFile(found, 'utf8')).split('\n').findIndex((text) => /(#|\/\*|\/\/) HOT/.test(text)) + 1;
  assert.ok(line > 0, `${file} has no line marked HOT`);
  return line;
}

/** The line with the longest heat mark in the gutter, and the text beside it, in the editor with marks. */
async function hottestLine(workbench: Workbench): Promise<{ line: number; text: string }> {
  const { page } = workbench;
  // Each decoration type has a class of its own; its gutter image names the step.
  const marks = page.locator('.monaco-editor .cgmr[class*="ced-"]');
  await marks.first().waitFor();
  const steps = await marks.evaluateAll((elements) => elements.map((element) => {
    const style = getComputedStyle(element).backgroundImage;
    return { step: Number(/heat-(\d)-/.exec(decodeURIComponent(style))?.[1] ?? 0), top: element.getBoundingClientRect().top };
  }));
  const hottest = steps.reduce((best, mark) => (mark.step > best.step ? mark : best), { step: 0, top: 0 });
  assert.ok(hottest.step > 0, 'no heat mark is shown');
  const numbers = await page.locator('.monaco-editor .margin-view-overlays .line-numbers').evaluateAll(
    (elements) => elements.map((element) => ({ line: Number(element.textContent), top: element.getBoundingClientRect().top })),
  );
  const nearest = numbers.reduce((best, number) => (Math.abs(number.top - hottest.top) < Math.abs(best.top - hottest.top) ? number : best));
  const lines = await page.locator('.monaco-editor .view-lines .view-line').evaluateAll(
    (elements) => elements.map((element) => ({
      top: element.getBoundingClientRect().top,
      text: element.textContent + [...element.querySelectorAll('span')].map((span) => getComputedStyle(span, '::after').content).filter((content) => content !== 'none').join(' '),
    })),
  );
  const beside = lines.reduce((best, line) => (Math.abs(line.top - hottest.top) < Math.abs(best.top - hottest.top) ? line : best));
  return { line: nearest.line, text: beside.text };
}
