// Debugging Go in the real extension host: configurations, sessions, and what the editor makes of dlv.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { findTool } from '../../../scripts/system-tools.mjs';
import { needsTool } from '../../tools.ts';
import { checkedConfigurations } from '../debugContribution.ts';
import { breakAt, DebugRecorder, fileOf, showsHexadecimal, until } from '../debugRecorder.ts';
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
  let tests: vscode.Uri;

  before(async function () {
    needsTool(this, 'go', 'dlv');
    await put('shop/go.mod', 'module example.com/shop\n\ngo 1.19\n');
    program = await put('shop/main.go', PROGRAM);
    library = await put('shop/price/price.go', PRICE);
    tests = await put('shop/price/price_test.go', TESTS);
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
    for (const name of ['shop', 'shop2', '.vscode']) await rm(path.join(folder.uri.fsPath, name), { recursive: true, force: true });
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

  it('debugs a program with the arguments, environment and working folder that it is profiled with', async () => {
    const values = vscode.workspace.getConfiguration('heatline');
    await values.update('args', ['one two'], vscode.ConfigurationTarget.Global);
    await values.update('env', { HL_GIVEN: 'yes' }, vscode.ConfigurationTarget.Global);
    assert.equal(await vscode.commands.executeCommand('heatline.debugFile', program), true);
    await recorder.allEnded();
    assert.match(recorder.output(), new RegExp(`sum 36 \\[one two\\] ${path.basename(folder.uri.fsPath)} yes`));
  });

  it('offers the tests of its package and the programs of the folder for a file that is neither', async () => {
    const started = vscode.commands.executeCommand('heatline.debugFile', library);
    await breakAt(tests, '// in the sub-test');
    // The list is there once it takes an answer: the first of its entries are the tests.
    await until('the choice', async () => {
      await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
      return recorder.sessions.length > 0;
    });
    assert.equal(await started, true);
    const stop = await recorder.stop();
    assert.equal(fileOf(stop.frames[0]), tests.path);
    const { mode, program: what, name } = stop.session.configuration;
    assert.deepEqual([mode, what, name], ['test', path.dirname(library.fsPath), 'Tests: price']);
  });

  it('has "Debug" above tests, sub-tests and benchmarks, each of which starts just that', async () => {
    await vscode.window.showTextDocument(tests);
    const lenses = (await until('the lenses', async () => {
      const found = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', tests);
      return found.length > 0 && found;
    })).filter(({ command }) => command?.command === 'heatline.debugTest');
    assert.deepEqual(lenses.map(({ command }) => command?.tooltip), ['Debug TestOf', 'Debug TestTable', 'Debug TestTable/none_at_all', 'Debug BenchmarkOf']);
    await breakAt(library, '// stop here');
    for (const [index, line, caller] of [[0, 7, 'price.TestOf'], [2, 14, 'price.TestTable.func1'], [3, 22, 'price.BenchmarkOf']] as const) {
      const { command } = lenses[index];
      assert.equal(await vscode.commands.executeCommand(command!.command, ...(command!.arguments ?? [])), true);
      const stop = await recorder.stop();
      assert.deepEqual([stop.frames[1].line, stop.frames[1].name], [line, caller]);
      await vscode.debug.stopDebugging();
      await recorder.allEnded();
    }
  });

  it('says by ${command:TestAtCursor} which test is meant, and finds a benchmark as one', async () => {
    const editor = await vscode.window.showTextDocument(tests);
    for (const [text, wanted] of [['// in the sub-test', '^TestTable$/^none_at_all$'], ['// fails', '^TestOf$'], ['// in the benchmark', '^BenchmarkOf$']]) {
      const line = TESTS.split('\n').findIndex((each) => each.includes(text));
      editor.selection = new vscode.Selection(line, 0, line, 0);
      assert.equal(await vscode.commands.executeCommand('heatline.debug.testAtCursor', { type: 'delve' }), wanted);
    }
    await breakAt(tests, '// in the benchmark');
    await vscode.debug.startDebugging(folder, { type: 'delve', request: 'launch', name: 'cursor', mode: 'test', program: '${fileDirname}', run: '${command:TestAtCursor}' });
    const { session } = await recorder.stop();
    assert.deepEqual([session.configuration.run, session.configuration.bench], ['^$', '^BenchmarkOf$']);
  });

  it('shows numbers as hexadecimal ones when asked, whole values in an editor, and values beside the lines', async () => {
    await breakAt(library, '// stop here');
    await vscode.commands.executeCommand('heatline.debugFile', program);
    const stop = await recorder.stop();
    await showsHexadecimal(recorder, stop, 'total', '12', '0xc');
    await vscode.commands.executeCommand('heatline.debug.showWholeValue', { variable: { name: 'total', value: '', evaluateName: 'total' } });
    const shown = vscode.window.activeTextEditor!.document;
    assert.deepEqual([shown.uri.scheme, shown.languageId, shown.getText()], ['heatline-value', 'go', '12']);
    const values = await vscode.commands.executeCommand<vscode.InlineValue[]>('vscode.executeInlineValueProvider', library, new vscode.Range(0, 0, 9, 0), { frameId: stop.frames[0].id, stoppedLocation: new vscode.Range(8, 0, 8, 0) });
    assert.deepEqual((values as vscode.InlineValueVariableLookup[]).map(({ variableName, range }) => `${range.start.line + 1} ${variableName}`), ['4 count', '4 each', '5 total', '6 index', '6 count', '7 total', '7 each', '9 total']);
  });

  it('brings the editor to the frame that up and down choose, and shows breakpoints that the console sets and takes away', async () => {
    await breakAt(library, '// stop here');
    await vscode.commands.executeCommand('heatline.debugFile', program);
    const stop = await recorder.stop();
    const focused = (line: number) => until(`the frame of line ${line}`, () => {
      const item = vscode.debug.activeStackItem;
      return item && 'frameId' in item && stop.frames.find(({ id }) => id === item.frameId)?.line === line;
    });
    await focused(9);
    await recorder.type(stop, 'up');
    await focused(12);
    assert.equal(vscode.window.activeTextEditor?.document.uri.path, program.path);
    await recorder.type({ ...stop, frames: stop.frames.slice(1) }, 'down');
    await focused(9);
    assert.match(await recorder.type(stop, 'b main.go:15'), /Breakpoint \d+ set at .*main\.go:15/);
    const added = await until('the event', () => recorder.events('breakpoint').find(({ reason }) => reason === 'new')) as { breakpoint: { line: number; source: { path: string } } };
    assert.deepEqual([added.breakpoint.line, path.basename(added.breakpoint.source.path)], [15, 'main.go']);
    await breakAt(program, '// here');
    // The editor sends the whole file's breakpoints anew, the console's among them: it knows it.
    await until('the editor\'s set', () => recorder.requests('setBreakpoints').map(({ breakpoints }) => (breakpoints as { line: number }[]).map(({ line }) => line)).find((lines) => lines.join() === '13,15'));
  });

  it('shows and hides the goroutines of the runtime', async () => {
    await breakAt(library, '// stop here');
    await vscode.commands.executeCommand('heatline.debugFile', program);
    const { session } = await recorder.stop();
    const count = async () => ((await session.customRequest('threads')) as { threads: unknown[] }).threads.length;
    const before = await count();
    await vscode.commands.executeCommand('heatline.debug.toggleSystemGoroutines', { sessionId: session.id });
    assert.ok(await count() > before);
    assert.ok(recorder.events('invalidated').some(({ areas }) => (areas as string[])[0] === 'threads'));
    await vscode.commands.executeCommand('heatline.debug.toggleSystemGoroutines');
    assert.equal(await count(), before);
  });

  it('completes a configuration of launch.json, and says what is wrong in one with what mends it', async () => {
    await put('.vscode/launch.json', JSON.stringify({ version: '0.2.0', configurations: [
      { name: 'ok', type: 'delve', request: 'launch', mode: 'debug', program: 'shop', args: ['a', '${workspaceFolderBasename}'], cwd: 'shop/price' },
      { name: 'gone', type: 'delve', request: 'launch', mode: 'debug', program: './not-there' },
      { name: 'no dlv', type: 'delve', request: 'launch', mode: 'debug', program: '${workspaceFolder}/shop', dlv: '/not/there/dlv' },
      { name: 'broken', type: 'delve', request: 'launch', mode: 'debug', program: '${workspaceFolder}/shop/broken' },
    ] }));
    await until('the configurations', () => (vscode.workspace.getConfiguration('launch', folder.uri).get<unknown[]>('configurations') ?? []).length === 4);
    assert.equal(await vscode.debug.startDebugging(folder, 'ok'), true);
    await recorder.allEnded();
    assert.match(recorder.output(), new RegExp(`sum 36 \\[a ${path.basename(folder.uri.fsPath)}\\] price`));
    const failure = async (name: string): Promise<Record<string, string>> => {
      await vscode.debug.startDebugging(folder, name);
      const failed = await until('the failure', () => recorder.said.find(({ type, command, success, session }) => type === 'response' && command === 'launch' && !success && session.name === name));
      const { error } = failed.body as { error: { showUser: boolean; variables: Record<string, string> } };
      // Told by our own message with ways out, not by VS Code's dialog.
      assert.equal(error.showUser, false);
      return { message: failed.message ?? '', ...error.variables };
    };
    assert.match((await failure('gone')).message, /not-there does not exist/);
    const missing = await failure('no dlv');
    assert.match(missing.message, /debugger \/not\/there\/dlv was not found/);
    assert.deepEqual(JSON.parse(missing._remedies), [{ kind: 'setting', label: 'Open Settings', setting: 'heatline.debug.dlv.path' }]);
    // The first of the message's buttons.
    await until('the settings', async () => {
      await vscode.commands.executeCommand('notification.acceptPrimaryAction');
      return vscode.window.tabGroups.activeTabGroup.activeTab?.label === 'Settings';
    });
    const broken = await put('shop/broken/main.go', 'package main\n\nfunc main() {\n\tvar unused int\n\tmissing()\n}\n');
    const complaints = () => vscode.languages.getDiagnostics(broken).filter(({ source }) => source === 'go');
    assert.equal((await failure('broken'))._code, 'delve-build');
    const found = await until('the problems', () => complaints().length > 0 && complaints());
    assert.deepEqual(found.map(({ message, range }) => [range.start.line, range.start.character, message]).sort(), [[3, 5, 'declared and not used: unused'], [4, 1, 'undefined: missing']]);
    await put('shop/broken/main.go', 'package main\n\nfunc main() {\n}\n');
    assert.equal(await vscode.debug.startDebugging(folder, 'broken'), true);
    await recorder.allEnded();
    assert.deepEqual(complaints(), []);
  });

  it('asks where the sources of a program are that was built elsewhere, and starts again with them', async () => {
    const away = await mkdtemp(path.join(os.tmpdir(), 'heatline-away-'));
    const built = path.join(folder.uri.fsPath, 'shop', 'built');
    await cp(path.join(folder.uri.fsPath, 'shop'), away, { recursive: true });
    execFileSync(findTool('go')!, ['build', '-gcflags=all=-N -l', '-o', built, '.'], { cwd: away });
    await rm(away, { recursive: true });
    // Two folders have that module, so that nobody knows which is meant.
    await cp(path.join(folder.uri.fsPath, 'shop'), path.join(folder.uri.fsPath, 'shop2'), { recursive: true });
    await breakAt(library, '// stop here');
    assert.equal(await vscode.debug.startDebugging(folder, { type: 'delve', request: 'launch', name: 'elsewhere', mode: 'exec', program: built, cwd: folder.uri.fsPath }), true);
    const [{ candidates }] = await until('the question', () => recorder.events('chooseSources').length > 0 && recorder.events('chooseSources')) as { candidates: string[] }[];
    assert.ok(candidates.includes(path.dirname(built)), candidates.join());
    await until('the next session', async () => {
      await vscode.commands.executeCommand('notification.acceptPrimaryAction');
      await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
      return recorder.sessions.length > 1;
    });
    const { substitutePath } = recorder.sessions[1].configuration as { substitutePath?: { from: string; to: string }[] };
    assert.deepEqual(substitutePath, [{ from: candidates[0], to: away }]);
  });
});
