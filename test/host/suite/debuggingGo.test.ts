// Debugging Go in the real extension host: configurations, sessions, and what the editor makes of dlv.
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { findTool } from '../../../scripts/system-tools.mjs';
import { needsTool } from '../../tools.ts';
import { checkedConfigurations } from '../debugContribution.ts';
import { breakAt, DebugRecorder, fileOf } from '../debugRecorder.ts';
import { folder, put } from '../workspaceFiles.ts';

const PROGRAM = `package main

import (
	"fmt"
	"os"
	"path/filepath"

	"example.com/shop/price"
)

func main() {
	first := price.Of(4, 3)
	second := price.Of(2, first) // here
	folder, _ := os.Getwd()
	fmt.Println("sum", first+second, os.Args[1:], filepath.Base(folder), os.Getenv("HL_GIVEN"))
}
`;

const PRICE = `package price

// Of is the price of so many.
func Of(count, each int) int {
	total := 0
	for index := 0; index < count; index++ {
		total += each
	}
	return total // stop here
}
`;

const TESTS = `package price

import "testing"

func TestOf(t *testing.T) {
	wrong := 13
	if got := Of(4, 3); got != wrong {
		t.Errorf("got %d", got) // fails
	}
}

func TestTable(t *testing.T) {
	t.Run("none at all", func(t *testing.T) {
		if Of(0, 3) != 0 { // in the sub-test
			t.Fail()
		}
	})
}

func BenchmarkOf(b *testing.B) {
	for i := 0; i < b.N; i++ {
		Of(3, 3) // in the benchmark
	}
}
`;

describe('debugging Go', function () {
  this.timeout(180_000);
  let recorder: DebugRecorder;
  let program: vscode.Uri;
  let library: vscode.Uri;

  before(async function () {
    needsTool(this, 'go', 'dlv');
    await put('shop/go.mod', 'module example.com/shop\n\ngo 1.19\n');
    program = await put('shop/main.go', PROGRAM);
    library = await put('shop/price/price.go', PRICE);
    await put('shop/price/price_test.go', TESTS);
    recorder = new DebugRecorder('delve');
    const values = vscode.workspace.getConfiguration('heatline.debug');
    await values.update('console', 'internalConsole', vscode.ConfigurationTarget.Global);
    await values.update('dlv.path', findTool('dlv'), vscode.ConfigurationTarget.Global);
  });

  afterEach(async () => {
    await recorder.reset();
    for (const name of ['args', 'env']) await vscode.workspace.getConfiguration('heatline').update(name, undefined, vscode.ConfigurationTarget.Global);
  });

  after(async () => {
    recorder?.dispose();
    for (const name of ['console', 'dlv.path']) await vscode.workspace.getConfiguration('heatline.debug').update(name, undefined, vscode.ConfigurationTarget.Global);
    for (const name of ['shop', '.vscode']) await rm(path.join(folder.uri.fsPath, name), { recursive: true, force: true });
  });

  it('contributes configurations that its own schema accepts, with words for every attribute', () => {
    assert.equal(checkedConfigurations('delve').length, 13);
  });

  it('starts the Go file in front by F5 without launch.json, stops at a breakpoint and shows variables', async () => {
    await vscode.window.showTextDocument(program);
    await breakAt(library, '// stop here');
    await vscode.commands.executeCommand('workbench.action.debug.start');
    const stop = await recorder.stop();
    assert.equal(stop.reason, 'breakpoint');
    assert.deepEqual(stop.frames.map(({ name, line }) => [name, line]).slice(0, 2), [['price.Of', 9], ['main.main', 12]]);
    assert.equal(fileOf(stop.frames[0]), library.path);
    const { configuration } = stop.session;
    assert.equal(configuration.name, 'Go: main.go');
    assert.equal(configuration.mode, 'debug');
    assert.equal(configuration.hideSystemGoroutines, true);
    const { count, each, total } = await recorder.locals(stop);
    assert.deepEqual({ count, each, total }, { count: '4', each: '3', total: '12' });
    await vscode.commands.executeCommand('workbench.action.debug.continue');
    assert.equal((await recorder.locals(await recorder.stop())).total, '24');
    await vscode.commands.executeCommand('workbench.action.debug.continue');
    await recorder.allEnded();
    assert.match(recorder.output(), /sum 36 \[\]/);
  });
});
