// Debugging Python as a person does: breakpoints by click, F5, steps, the Variables view, pdb's commands in the Debug Console, a failing test.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { toolEnvironment } from '../../scripts/system-tools.mjs';
import { needsTool } from '../tools.ts';
import { DebugView } from './debugView.ts';
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
  let debug: DebugView;

  before(async function () {
    needsTool(this, 'python3', 'pytest');
    folder = await mkdtemp(path.join(os.tmpdir(), 'heatline-debug-'));
    await writeFile(path.join(folder, 'shop.py'), SHOP);
    await writeFile(path.join(folder, 'breaks.py'), BREAKS);
    await writeFile(path.join(folder, 'test_shop.py'), TESTS);
    workbench = await start(folder, { theme: 'dark', env: toolEnvironment('pytest'), size: { width: 1500, height: 950 } });
    debug = new DebugView(workbench);
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await workbench?.shot(`failed-debug-${this.currentTest.title.slice(0, 30).replace(/\W+/g, '-')}`);
  });

  after(async () => {
    await workbench?.stop();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  it('stops at a breakpoint that was set by a click, steps, and shows values beside the lines', async () => {
    await workbench.openFile('shop.py');
    await debug.clickMargin(13);
    await debug.breakpoints().first().waitFor();
    await workbench.page.keyboard.press('F5');
    await debug.stoppedAt(13);
    await debug.frame('total').waitFor();
    await debug.openLocals();
    await debug.variable(/^kind\s*=/).waitFor();
    await workbench.page.keyboard.press('F10');
    await debug.stoppedAt(12);
    await debug.variable(/^amount\s*=\s*21\.4/).waitFor();
    await workbench.page.keyboard.press('F5');
    await debug.stoppedAt(13);
    await workbench.page.keyboard.press('F11');
    await debug.stoppedAt(6);
    await debug.variable(/^price\s*=\s*10\.0/).waitFor();
    await workbench.page.locator('.view-lines', { hasText: 'price = 10.0' }).first().waitFor();
    await workbench.shot('dark-debug-stopped');
  });

  it('takes a value that is typed into the Variables view', async () => {
    await debug.variable(/^price\s*=/).dblclick();
    const input = workbench.page.locator('.debug-variables .monaco-inputbox input');
    await input.fill('100');
    await workbench.page.keyboard.press('Enter');
    await debug.variable(/^price\s*=\s*100\b/).waitFor();
    await workbench.page.keyboard.press('Shift+F11');
    await debug.stoppedAt(13);
    await debug.variable(/^return\s*=\s*19\.0/).waitFor();
  });

  it('runs pdb\'s commands in the Debug Console, and the editor follows', async () => {
    await workbench.palette('Debug Console: Focus on Debug Console View');
    await debug.type('pp locals()');
    await debug.consoleText("'basket'").waitFor();
    await debug.type('b 7');
    await debug.consoleText('Breakpoint 2 at').waitFor();
    await debug.breakpointCount(2);
    await debug.type('u');
    await debug.stoppedAt(18, '-focused');
    await debug.variable(/^amount/).waitFor({ state: 'detached' });
    await workbench.shot('dark-debug-console');
    await debug.type('d');
    await workbench.editor().locator('.codicon-debug-stackframe-focused').first().waitFor({ state: 'detached' });
    // The console's breakpoint is one of the editor's: a click takes it away, in the program too.
    await debug.clickMargin(7);
    await debug.breakpointCount(1);
    await debug.type('b');
    await debug.consoleText('Num Type').waitFor();
    assert.doesNotMatch(await debug.consoleText('Num Type').innerText(), /shop\.py:7/);
    await debug.type('c');
    await debug.stoppedAt(13);
    await debug.type('q');
    await workbench.page.locator('.debug-toolbar, .debug-call-stack .monaco-list-row', { hasText: 'total' }).first().waitFor({ state: 'detached' });
  });

  it('stops at breakpoint() in the light theme, with the program in a terminal', async () => {
    await workbench.toggleTheme();
    await workbench.palette('Remove All Breakpoints');
    await workbench.openFile('breaks.py');
    await workbench.palette('Heatline: Debug Current File');
    await debug.stoppedAt(4);
    await debug.openLocals();
    await debug.variable(/^longest\s*=\s*'bbb'/).waitFor();
    await workbench.shot('light-debug-breakpoint');
    await workbench.page.keyboard.press('F5');
    await workbench.page.locator('.terminal-wrapper.active, .xterm', { hasText: 'BBB' }).first().waitFor();
  });

  it('debugs a failing test from its lens, and stops where it fails', async () => {
    await workbench.openFile('test_shop.py');
    const lens = workbench.editor().locator('.codelens-decoration a', { hasText: 'Debug' });
    await lens.first().waitFor();
    assert.equal(await lens.count(), 2);
    await lens.first().click();
    await workbench.page.locator('.exception-widget').waitFor({ timeout: 90_000 });
    assert.match(await workbench.page.locator('.exception-widget').innerText(), /AssertionError/);
    await debug.openLocals();
    await debug.variable(/^expected\s*=\s*40\.0/).waitFor();
    await workbench.shot('light-debug-test');
    await workbench.page.keyboard.press('Shift+F5');
  });
});
