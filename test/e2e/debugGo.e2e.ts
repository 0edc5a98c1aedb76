// Debugging Go as a person does: breakpoints by click, F5, steps, the Variables view, dlv's commands in the Debug Console, goroutines, the standard library, a failing test, a build that fails.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { findTool } from '../../scripts/system-tools.mjs';
import { needsTool } from '../tools.ts';
import { DebugView } from './debugView.ts';
import { start, type Workbench } from './workbench.ts';

const SHOP = `package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"
)

type item struct {
	kind  string
	price float64
}

var rates = map[string]float64{"books": 0.125, "food": 0.125, "other": 0.25}

func doubleit(n int) int {
	return n * 2
}

func tax(kind string, price float64) float64 {
	rate, known := rates[kind] // in tax
	if !known {
		rate = rates["other"]
	}
	return price * rate
}

func total(basket []item) float64 {
	amount := 0.0
	for _, each := range basket {
		amount += each.price + tax(each.kind, each.price) // here
	}
	return amount
}

func deliver(door int, parcels <-chan string, done *sync.WaitGroup) {
	defer done.Done()
	for parcel := range parcels { // waits
		fmt.Println("door", door, parcel)
	}
}

func main() {
	parcels := make(chan string)
	var done sync.WaitGroup
	for door := 1; door <= 3; door++ {
		done.Add(1)
		go deliver(door, parcels, &done)
	}
	time.Sleep(100 * time.Millisecond) // until they wait
	basket := []item{{"books", 20}, {"toys", 10}, {"food", 5}}
	fmt.Println("to pay:", total(basket), doubleit(3))

	shop := httptest.NewServer(http.NotFoundHandler())
	answer, err := http.Get(shop.URL) // asks
	fmt.Println(answer.Status, err)
	shop.Close()
	close(parcels)
	done.Wait()
}
`;

const TESTS = `package main

import "testing"

func TestTax(t *testing.T) {
	check := func(t *testing.T, kind string, want float64) {
		if got := tax(kind, 100); got != want {
			t.Errorf("tax of %s: %v, not %v", kind, got, want) // fails
		}
	}
	t.Run("books", func(t *testing.T) { check(t, "books", 12.5) })
	t.Run("toys", func(t *testing.T) { check(t, "toys", 20) })
}
`;

const BROKEN = `package main

func main() {
	var price int = "twenty" // wrong
	println(price)
}
`;

/** The number of the one line of a text that holds `mark`; 1-based. */
function lineOf(text: string, mark: string): number {
  const hits = text.split('\n').flatMap((line, at) => (line.includes(mark) ? [at + 1] : []));
  assert.equal(hits.length, 1, `"${mark}" stands in ${hits.length} lines`);
  return hits[0] ?? 0;
}

describe('debugging Go', function () {
  let folder: string;
  let workbench: Workbench;
  let debug: DebugView;

  before(async function () {
    needsTool(this, 'go', 'dlv');
    folder = await mkdtemp(path.join(os.tmpdir(), 'heatline-debug-'));
    await writeFile(path.join(folder, 'go.mod'), 'module example.com/shop\n\ngo 1.22\n');
    await writeFile(path.join(folder, 'main.go'), SHOP);
    await writeFile(path.join(folder, 'main_test.go'), TESTS);
    await mkdir(path.join(folder, 'broken'));
    await writeFile(path.join(folder, 'broken', 'broken.go'), BROKEN);
    const settings = { 'heatline.debug.dlv.path': findTool('dlv'), 'heatline.debug.console': 'internalConsole' };
    workbench = await start(folder, { theme: 'dark', settings, size: { width: 1500, height: 950 } });
    debug = new DebugView(workbench);
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await workbench?.shot(`failed-debugGo-${this.currentTest.title.slice(0, 30).replace(/\W+/g, '-')}`);
  });

  after(async () => {
    await workbench?.stop();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  it('stops at a breakpoint that was set by a click, shows arguments and locals, steps over, into and out', async () => {
    await workbench.openFile('main.go');
    await workbench.goToLine('main.go', lineOf(SHOP, '// here'));
    await debug.clickMargin(lineOf(SHOP, '// here'));
    await debug.breakpointCount(1);
    await workbench.page.keyboard.press('F5');
    await debug.stoppedAt(lineOf(SHOP, '// here'));
    await debug.frame('main.total').waitFor();
    await debug.openLocals();
    await debug.variable(/^amount\s*=\s*0/).waitFor();
    await debug.variable(/^basket\s*=.*len: 3/).waitFor();
    await workbench.page.keyboard.press('F10');
    await debug.stoppedAt(lineOf(SHOP, 'range basket'));
    await debug.variable(/^amount\s*=\s*22\.5/).waitFor();
    await workbench.page.keyboard.press('F5');
    await debug.stoppedAt(lineOf(SHOP, '// here'));
    await workbench.page.keyboard.press('F11');
    await debug.stoppedAt(lineOf(SHOP, 'func tax'));
    await workbench.page.keyboard.press('F10');
    await debug.stoppedAt(lineOf(SHOP, '// in tax'));
    await debug.variable(/^kind\s*=\s*"toys"/).waitFor();
    await debug.variable(/^price\s*=\s*10/).waitFor();
    await workbench.page.locator('.view-lines', { hasText: 'price = 10' }).first().waitFor();
    await workbench.shots((theme) => `${theme}-debugGo-stopped`);
    await workbench.page.keyboard.press('Shift+F11');
    await debug.stoppedAt(lineOf(SHOP, '// here'));
  });

  it('calls a function of the program in the Debug Console, and runs dlv\'s commands there; the editor follows', async () => {
    await workbench.palette('Debug Console: Focus on Debug Console View');
    await debug.type('call doubleit(6)');
    await debug.consoleText('~r0: 12').waitFor();
    await debug.type('goroutines');
    await debug.consoleText(/Goroutine 1 - User: .*main\.total/).waitFor();
    await debug.type('bt');
    await debug.consoleText(/in main\.total/).waitFor();
    await debug.type('up');
    await debug.stoppedAt(lineOf(SHOP, 'to pay:'), '-focused');
    await debug.variable(/^parcels\s*=/).waitFor();
    await debug.type('down');
    await debug.variable(/^amount\s*=/).waitFor();
    // A breakpoint of the console is one of the editor's, where a click takes it away.
    await debug.type(`b main.go:${lineOf(SHOP, 'return amount')}`);
    await debug.consoleText(/Breakpoint \d+ set at/).waitFor();
    await debug.breakpointCount(2);
    await workbench.shots((theme) => `${theme}-debugGo-console`);
    await debug.clickMargin(lineOf(SHOP, 'return amount'));
    await debug.breakpointCount(1);
    await debug.type('n');
    await debug.stoppedAt(lineOf(SHOP, 'range basket'));
    await debug.type('c');
    await debug.stoppedAt(lineOf(SHOP, '// here'));
    await debug.variable(/^each\s*=.*food/).waitFor();
  });

  it('shows the stack of another goroutine, and its values', async () => {
    await debug.frame(/^\[Go \d+\] main\.deliver/).locator('.monaco-tl-twistie').click();
    await debug.frame(/^main\.deliver/).click();
    await debug.stoppedAt(lineOf(SHOP, '// waits'));
    await debug.variable(/^door\s*=\s*[123]/).waitFor();
    await workbench.shots((theme) => `${theme}-debugGo-goroutine`);
  });

  it('stops inside net/http, at a breakpoint that was set by a click there', async () => {
    const client = readFileSync(path.join(execFileSync('go', ['env', 'GOROOT'], { encoding: 'utf8', cwd: folder }).trim(), 'src/net/http/client.go'), 'utf8');
    const inGet = lineOf(client, 'func (c *Client) Get(') + 1;
    await workbench.palette('Remove All Breakpoints');
    await workbench.goToLine('main.go', lineOf(SHOP, '// asks'));
    await debug.clickMargin(lineOf(SHOP, '// asks'));
    await debug.breakpointCount(1);
    await workbench.page.keyboard.press('F5');
    await debug.stoppedAt(lineOf(SHOP, '// asks'));
    await workbench.page.keyboard.press('F11');
    await workbench.page.locator('.tab.active', { hasText: 'client.go' }).waitFor();
    await debug.stoppedAt(lineOf(client, 'func Get('));
    await workbench.goToLine('client.go', inGet);
    await debug.clickMargin(inGet);
    await debug.breakpointCount(1);
    await workbench.page.keyboard.press('F5');
    await debug.stoppedAt(inGet);
    await debug.frame('(*Client).Get').waitFor();
    await debug.variable(/^url\s*=\s*"http:\/\/127\.0\.0\.1/).waitFor();
    await workbench.shots((theme) => `${theme}-debugGo-library`);
    await workbench.page.keyboard.press('F5');
    await debug.consoleText('404 Not Found').waitFor();
    await workbench.page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
  });

  it('debugs a failing sub-test from its lens', async () => {
    await workbench.palette('Remove All Breakpoints');
    await workbench.openFile('main_test.go');
    // Lenses move the lines below them.
    const lens = workbench.editor().locator('.codelens-decoration a', { hasText: 'Debug' });
    await lens.nth(2).waitFor();
    await debug.clickMargin(lineOf(TESTS, '// fails'));
    await debug.breakpointCount(1);
    await lens.nth(2).click();
    await debug.stoppedAt(lineOf(TESTS, '// fails'));
    await debug.openLocals();
    await debug.variable(/^got\s*=\s*25/).waitFor();
    await debug.variable(/^want\s*=\s*20/).waitFor();
    await workbench.shots((theme) => `${theme}-debugGo-test`);
    await workbench.page.keyboard.press('F5');
    await debug.consoleText('tax of toys').waitFor();
  });

  it('shows in the Problems view why a program was not built', async () => {
    await workbench.palette('Remove All Breakpoints');
    await workbench.openFile('broken.go');
    await workbench.page.keyboard.press('F5');
    await workbench.editor().locator('.squiggly-error').first().waitFor({ timeout: 60_000 });
    await workbench.pressInNotification('twenty', 'Show Problems');
    await workbench.page.locator('.markers-panel .monaco-list-row', { hasText: /cannot use "twenty"/ }).waitFor();
    await workbench.shots((theme) => `${theme}-debugGo-build`);
  });
});
