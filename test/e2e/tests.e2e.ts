// Tests are profiled from where they stand: the lens above a test of pytest, and above a benchmark of Go.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { toolEnvironment } from '../../scripts/system-tools.mjs';
import { needsTool } from '../tools.ts';
import { start, type Workbench } from './workbench.ts';

const PYTEST = `def slow(count):
    total = 0
    for i in range(count):
        total += i * i % 7
    return total


class TestSlow:
    def test_small(self):
        assert slow(10) == 20

    def test_large(self):
        assert slow(6_000_000) > 0  # the cost
`;

const GO_TEST = `package shop

import "testing"

func price(n int) int {
	sum := 0
	for i := 0; i < n; i++ {
		sum += i * i % 7
	}
	return sum
}

func TestPrice(t *testing.T) {
	if price(10) != 20 {
		t.Fatal("wrong price")
	}
}

func BenchmarkPrice(b *testing.B) {
	for i := 0; i < b.N; i++ {
		price(100000)
	}
}
`;

describe('tests and their lenses', function () {
  let folder: string;
  let workbench: Workbench;

  before(async function () {
    needsTool(this, 'pytest', 'go');
    folder = await mkdtemp(path.join(os.tmpdir(), 'heatline-tests-'));
    await writeFile(path.join(folder, 'test_slow.py'), PYTEST);
    await writeFile(path.join(folder, 'price_test.go'), GO_TEST);
    await writeFile(path.join(folder, 'go.mod'), 'module shop\n\ngo 1.19\n');
    workbench = await start(folder, { theme: 'dark', env: toolEnvironment('pytest') });
  });

  after(async () => {
    await workbench?.stop();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  const lenses = () => workbench.page.locator('.editor-instance .codelens-decoration a', { hasText: 'Profile' });

  it('offers to profile each test of pytest, and profiles the one that is chosen', async () => {
    await workbench.openFile('test_slow.py');
    await lenses().nth(2).waitFor();
    assert.equal(await lenses().count(), 3, 'the class and its two tests');
    await lenses().nth(2).click();
    await workbench.webview().getByTestId('hot-line').first().waitFor({ timeout: 60_000 });
    assert.match(await workbench.webview().getByTestId('hot-line').first().innerText(), /test_slow\.py\s*:[34]\b/);
    await workbench.page.locator('.tab', { hasText: 'TestSlow_test_large' }).first().waitFor();
    await workbench.shot('dark-pytest-lens');
  });

  it('offers to profile tests and benchmarks of Go', async () => {
    await workbench.palette('View: Close All Editors');
    await workbench.toggleTheme();
    await workbench.openFile('price_test.go');
    await lenses().nth(1).waitFor();
    assert.equal(await lenses().count(), 2);
    await lenses().nth(1).click();
    const row = workbench.webview().getByTestId('hot-line').first();
    await row.waitFor({ timeout: 120_000 });
    assert.match(await row.innerText(), /price_test\.go\s*:[78]\b/);
    await workbench.shot('light-go-lens');
  });
});
