// Debugging Python as a person does: breakpoints by click, F5, steps, the Variables view, pdb's commands in the Debug Console, a failing test.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { toolEnvironment } from '../../scripts/system-tools.mjs';
import { needsTool } from '../tools.ts';
import { start, type Workbench } from './workbench.ts';

const SHOP = `"""A small shop."""
RATES = {'books': 0.07, 'food': 0.07, 'other': 0.19}


def tax(kind, price):
    rate = RATES.get(kind, RATES['other'])
    return round(price * rate, 2)


def total(basket):
    amount = 0
    for kind, price in basket:
        amount += price + tax(kind, price)
    return amount


basket = [('books', 20.0), ('toys', 10.0), ('food', 5.0)]
answer = total(basket)
print('to pay:', answer)
`;

const BREAKS = `def work(items):
    longest = max(items, key=len)
    breakpoint()
    return longest.upper()


print(work(['a', 'bbb', 'cc']))
`;

const TESTS = `from shop import total


def test_total():
    expected = 40.0
    assert total([('books', 20.0)]) == expected


def test_empty():
    assert total([]) == 0
`;

describe('debugging Python', function () {
  let folder: string;
  let workbench: Workbench;

  before(async function () {
    needsTool(this, 'python3', 'pytest');
    folder = await mkdtemp(path.join(os.tmpdir(), 'heatline-debug-'));
    await writeFile(path.join(folder, 'shop.py'), SHOP);
    await writeFile(path.join(folder, 'breaks.py'), BREAKS);
    await writeFile(path.join(folder, 'test_shop.py'), TESTS);
    workbench = await start(folder, { theme: 'dark', env: toolEnvironment('pytest'), size: { width: 1500, height: 950 } });
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await workbench?.shot(`failed-debug-${this.currentTest.title.slice(0, 30).replace(/\W+/g, '-')}`);
  });

  after(async () => {
    await workbench?.stop();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  const locate = (selector: string, options?: Parameters<Workbench['page']['locator']>[1]) => workbench.page.locator(selector, options);
  /** Rows of a view of the debugger, by the text they hold. */
  const variable = (text: string | RegExp) => locate('.debug-variables .monaco-list-row', { hasText: text }).first();
  const frame = (text: string) => locate('.debug-call-stack .monaco-list-row', { hasText: text }).first();
  /** Opens the locals, which VS Code leaves closed at times when its view is just shown. */
  const openLocals = async () => {
    const locals = variable(/^Locals$/);
    await locals.waitFor();
    // It opens them a moment after it shows them; then a click would close them.
    await workbench.page.waitForTimeout(1500);
    if ((await locals.getAttribute('aria-expanded')) === 'false') await locals.click();
  };
  const consoleText = (text: string | RegExp) => locate('.repl .monaco-list-row', { hasText: text }).last();
  /** The margin beside a line (1-based) of the active editor, where breakpoints are set by a click. */
  const margin = async (line: number): Promise<{ x: number; y: number }> => {
    const number = workbench.editor().locator('.margin-view-overlays .line-numbers', { hasText: new RegExp(`^${line}$`) }).first();
    // Lines are drawn anew at every stop: a box may be gone between two looks.
    for (let attempt = 0; ; attempt++) {
      const [numbers, editor] = [await number.boundingBox(), await workbench.editor().boundingBox()];
      if (numbers && editor) return { x: editor.x + 10, y: numbers.y + numbers.height / 2 };
      assert.ok(attempt < 50, `line ${line} is not on the screen`);
      await workbench.page.waitForTimeout(100);
    }
  };
  const clickMargin = async (line: number) => {
    const { x, y } = await margin(line);
    await workbench.page.mouse.move(x, y);
    await workbench.page.mouse.click(x, y);
  };
  const breakpoints = () => workbench.editor().locator('.margin .codicon-debug-breakpoint');
  const type = async (text: string) => {
    const input: Locator = locate('.repl-input-wrapper .monaco-editor').first();
    await input.click();
    await workbench.page.keyboard.type(text);
    // The list of completions would take Enter.
    await workbench.page.keyboard.press('Escape');
    await workbench.page.keyboard.press('Enter');
  };
  /** Waits for the arrow at a line; `-focused` is that of a frame further up. */
  const stoppedAt = async (line: number, kind: '' | '-focused' = '') => {
    const sign = workbench.editor().locator(`.codicon-debug-stackframe${kind}`).first();
    await sign.waitFor({ timeout: 60_000 });
    const arrow = async () => {
      const { y } = await margin(line);
      const box = await sign.boundingBox({ timeout: 1000 }).catch(() => null);
      return box && Math.abs(box.y + box.height / 2 - y) < 8;
    };
    for (let attempt = 0; !(await arrow()); attempt++) {
      if (attempt > 100) throw new Error(`the program does not stand on line ${line}`);
      await workbench.page.waitForTimeout(200);
    }
  };

  it('stops at a breakpoint that was set by a click, steps, and shows values beside the lines', async () => {
    await workbench.openFile('shop.py');
    await clickMargin(13);
    await breakpoints().first().waitFor();
    await workbench.page.keyboard.press('F5');
    await stoppedAt(13);
    await frame('total').waitFor();
    await openLocals();
    await variable(/^kind\s*=/).waitFor();
    await workbench.page.keyboard.press('F10');
    await stoppedAt(12);
    await variable(/^amount\s*=\s*21\.4/).waitFor();
    await workbench.page.keyboard.press('F5');
    await stoppedAt(13);
    await workbench.page.keyboard.press('F11');
    await stoppedAt(6);
    await variable(/^price\s*=\s*10\.0/).waitFor();
    await workbench.page.locator('.view-lines', { hasText: 'price = 10.0' }).first().waitFor();
    await workbench.shot('dark-debug-stopped');
  });

  it('takes a value that is typed into the Variables view', async () => {
    await variable(/^price\s*=/).dblclick();
    const input = locate('.debug-variables .monaco-inputbox input');
    await input.fill('100');
    await workbench.page.keyboard.press('Enter');
    await variable(/^price\s*=\s*100\b/).waitFor();
    await workbench.page.keyboard.press('Shift+F11');
    await stoppedAt(13);
    await variable(/^return\s*=\s*19\.0/).waitFor();
  });

  it('runs pdb\'s commands in the Debug Console, and the editor follows', async () => {
    await workbench.palette('Debug Console: Focus on Debug Console View');
    await type('pp locals()');
    await consoleText("'basket'").waitFor();
    await type('b 7');
    await consoleText('Breakpoint 2 at').waitFor();
    const editor = workbench.editor();
    await editor.locator('.margin .codicon-debug-breakpoint').nth(1).waitFor();
    assert.equal(await breakpoints().count(), 2);
    await type('u');
    await stoppedAt(18, '-focused');
    await variable(/^amount/).waitFor({ state: 'detached' });
    await workbench.shot('dark-debug-console');
    await type('d');
    await workbench.editor().locator('.codicon-debug-stackframe-focused').first().waitFor({ state: 'detached' });
    // The console's breakpoint is one of the editor's: a click takes it away, in the program too.
    await clickMargin(7);
    for (let attempt = 0; (await breakpoints().count()) !== 1; attempt++) {
      assert.ok(attempt < 50, 'the breakpoint stays');
      await workbench.page.waitForTimeout(100);
    }
    await type('b');
    await consoleText('Num Type').waitFor();
    assert.doesNotMatch(await consoleText('Num Type').innerText(), /shop\.py:7/);
    await type('c');
    await stoppedAt(13);
    await type('q');
    await locate('.debug-toolbar, .debug-call-stack .monaco-list-row', { hasText: 'total' }).first().waitFor({ state: 'detached' });
  });

  it('stops at breakpoint() in the light theme, with the program in a terminal', async () => {
    await workbench.toggleTheme();
    await workbench.palette('Remove All Breakpoints');
    await workbench.openFile('breaks.py');
    await workbench.palette('Heatline: Debug Current File');
    await stoppedAt(4);
    await openLocals();
    await variable(/^longest\s*=\s*'bbb'/).waitFor();
    await workbench.shot('light-debug-breakpoint');
    await workbench.page.keyboard.press('F5');
    await locate('.terminal-wrapper.active, .xterm', { hasText: 'BBB' }).first().waitFor();
  });

  it('debugs a failing test from its lens, and stops where it fails', async () => {
    await workbench.openFile('test_shop.py');
    const lens = workbench.editor().locator('.codelens-decoration a', { hasText: 'Debug' });
    await lens.first().waitFor();
    assert.equal(await lens.count(), 2);
    await lens.first().click();
    await workbench.page.locator('.exception-widget').waitFor({ timeout: 90_000 });
    assert.match(await workbench.page.locator('.exception-widget').innerText(), /AssertionError/);
    await openLocals();
    await variable(/^expected\s*=\s*40\.0/).waitFor();
    await workbench.shot('light-debug-test');
    await workbench.page.keyboard.press('Shift+F5');
  });
});
