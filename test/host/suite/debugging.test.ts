// Debugging Python in the real extension host: configurations, sessions, the console's commands and what the editor makes of them.
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { toolEnvironment } from '../../../scripts/system-tools.mjs';
import { needsTool } from '../../tools.ts';
import { checkedConfigurations } from '../debugContribution.ts';
import { breakAt, DebugRecorder, fileOf, showsHexadecimal, until } from '../debugRecorder.ts';
import { folder, put } from '../workspaceFiles.ts';

const PROGRAM = `import os
import sys


def price(count, each=3):
    total = 0
    for index in range(count):
        total += each
    return total  # stop here


def main():
    first = price(4)
    second = price(2, each=first)
    print('sum', first + second, sys.argv[1:], os.path.basename(os.getcwd()), os.environ.get('HL_GIVEN'))


main()
`;

describe('debugging Python', function () {
  this.timeout(120_000);
  let recorder: DebugRecorder;
  let program: vscode.Uri;

  before(async function () {
    needsTool(this, 'python3');
    program = await put('debugged/shop.py', PROGRAM);
    recorder = new DebugRecorder('pdb');
    // Terminals of tests would stay open.
    await vscode.workspace.getConfiguration('heatline.debug').update('console', 'internalConsole', vscode.ConfigurationTarget.Global);
  });

  afterEach(async () => {
    await recorder.reset();
    for (const name of ['args', 'env']) await vscode.workspace.getConfiguration('heatline').update(name, undefined, vscode.ConfigurationTarget.Global);
  });

  after(async () => {
    recorder?.dispose();
    await vscode.workspace.getConfiguration('heatline.debug').update('console', undefined, vscode.ConfigurationTarget.Global);
    for (const name of ['debugged', '.vscode']) await rm(path.join(folder.uri.fsPath, name), { recursive: true, force: true });
  });

  it('contributes configurations that its own schema accepts, with words for every attribute', () => {
    assert.equal(checkedConfigurations('pdb').length, 10);
  });

  it('starts the Python file in front by F5 without launch.json, stops at a breakpoint and shows variables', async () => {
    await vscode.window.showTextDocument(program);
    await breakAt(program, '# stop here');
    await vscode.commands.executeCommand('workbench.action.debug.start');
    const stop = await recorder.stop();
    assert.equal(stop.reason, 'breakpoint');
    assert.deepEqual(stop.frames.map(({ name, line }) => [name, line]).slice(0, 3), [['price', 9], ['main', 13], ['<module>', 18]]);
    assert.equal(fileOf(stop.frames[0]), program.path);
    const { configuration } = stop.session;
    assert.equal(configuration.name, 'Python: shop.py');
    assert.equal(configuration.cwd, folder.uri.fsPath);
    assert.equal(configuration.debugger, 'pdb');
    const { count, each, index, total } = await recorder.locals(stop);
    assert.deepEqual({ count, each, index, total }, { count: '4', each: '3', index: '3', total: '12' });
    await vscode.commands.executeCommand('workbench.action.debug.continue');
    assert.equal((await recorder.locals(await recorder.stop())).total, '24');
    await vscode.commands.executeCommand('workbench.action.debug.continue');
    await recorder.allEnded();
    assert.match(recorder.output(), /sum 36 \[\]/);
  });

  it('debugs a file with the arguments and environment that it is profiled with', async () => {
    const values = vscode.workspace.getConfiguration('heatline');
    await values.update('args', ['one two'], vscode.ConfigurationTarget.Global);
    await values.update('env', { HL_GIVEN: 'yes' }, vscode.ConfigurationTarget.Global);
    assert.equal(await vscode.commands.executeCommand('heatline.debugFile', program), true);
    await recorder.allEnded();
    assert.match(recorder.output(), new RegExp(`sum 36 \\['one two'\\] ${path.basename(folder.uri.fsPath)} yes`));
  });

  it('shows breakpoints that console commands set and take away, and keeps the condition when the editor sends its own', async () => {
    await breakAt(program, '# stop here');
    await vscode.commands.executeCommand('heatline.debugFile', program);
    const stop = await recorder.stop();
    assert.match(await recorder.type(stop, 'b 14, first == 12'), /Breakpoint \d+ at .*shop\.py:14/);
    const [added] = await until('the event', () => recorder.events('breakpoint').filter(({ reason }) => reason === 'new')) as { breakpoint: { line: number; source: { path: string } } }[];
    assert.equal(added.breakpoint.line, 14);
    assert.equal(path.basename(added.breakpoint.source.path), 'shop.py');
    // The editor sends the whole file's breakpoints anew, the console's among them: it knows it.
    await breakAt(program, 'print(');
    const sent = await until('the editor\'s set', () => recorder.requests('setBreakpoints').map(({ breakpoints }) => (breakpoints as { line: number }[]).map(({ line }) => line)).find((lines) => lines.includes(15)));
    assert.deepEqual(sent, [9, 14, 15]);
    assert.match(await recorder.type(stop, 'b'), /shop\.py:14\n\s+stop only if first == 12/);
    await recorder.type(stop, 'cl 2');
    await until('the removal', () => recorder.events('breakpoint').some(({ reason }) => reason === 'removed'));
    vscode.debug.removeBreakpoints(vscode.debug.breakpoints.filter((each) => each instanceof vscode.SourceBreakpoint && each.location.range.start.line === 14));
    assert.deepEqual(await until('the editor\'s next set', () => recorder.requests('setBreakpoints').map(({ breakpoints }) => (breakpoints as { line: number }[]).map(({ line }) => line)).find((lines, at) => at > 1 && !lines.includes(15))), [9]);
  });

  it('brings the editor to the frame that u and d choose', async () => {
    await breakAt(program, '# stop here');
    await vscode.commands.executeCommand('heatline.debugFile', program);
    const stop = await recorder.stop();
    const focused = (line: number) => until(`the frame of line ${line}`, () => {
      const item = vscode.debug.activeStackItem;
      return item && 'frameId' in item && stop.frames.find(({ id }) => id === item.frameId)?.line === line;
    });
    await focused(9);
    await recorder.type(stop, 'u');
    await focused(13);
    assert.equal(vscode.window.activeTextEditor?.selection.active.line, 12);
    await stop.session.customRequest('evaluate', { expression: 'u', context: 'repl', frameId: stop.frames[1].id });
    await focused(18);
    await stop.session.customRequest('evaluate', { expression: 'd 2', context: 'repl', frameId: stop.frames[2].id });
    await focused(9);
  });

  it('debugs a test of pytest from its lens, and stops where it fails', async function () {
    needsTool(this, 'pytest');
    await vscode.workspace.getConfiguration('heatline').update('env', toolEnvironment('pytest'), vscode.ConfigurationTarget.Global);
    const tests = await put('debugged/test_shop.py', 'from shop import price\n\n\ndef test_price():\n    wrong = 13\n    assert price(4) == wrong\n\n\ndef test_other():\n    raise SystemError\n');
    await vscode.window.showTextDocument(tests);
    const lenses = await until('the lenses', async () => {
      const found = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', tests);
      return found.length > 0 && found;
    });
    const [lens] = lenses.filter(({ command }) => command?.command === 'heatline.debugTest');
    assert.equal(lens.range.start.line, 3);
    assert.match(lens.command!.title, /Debug$/);
    void vscode.commands.executeCommand(lens.command!.command, ...(lens.command!.arguments ?? []));
    const stop = await recorder.stop();
    assert.equal(stop.reason, 'exception');
    const inTest = stop.frames.find((frame) => fileOf(frame) === tests.path);
    assert.equal(inTest?.line, 6);
    assert.match(((await stop.session.customRequest('exceptionInfo', { threadId: stop.threadId })) as { exceptionId: string }).exceptionId, /AssertionError/);
  });

  it('shows numbers as hexadecimal ones when asked, and whole values in an editor', async () => {
    await breakAt(program, '# stop here');
    await vscode.commands.executeCommand('heatline.debugFile', program);
    const stop = await recorder.stop();
    await showsHexadecimal(recorder, stop, 'total', '12', '0xc');
    await vscode.commands.executeCommand('heatline.debug.showWholeValue', { variable: { name: 'x', value: '', evaluateName: "'ab' * 3000" } });
    const shown = vscode.window.activeTextEditor!.document;
    assert.equal(shown.uri.scheme, 'heatline-value');
    assert.equal(shown.languageId, 'python');
    assert.equal(shown.getText().replaceAll("'", ''), 'ab'.repeat(3000));
  });

  it('completes a configuration of launch.json, and says what is wrong in one', async () => {
    await put('.vscode/launch.json', JSON.stringify({ version: '0.2.0', configurations: [
      { name: 'ok', type: 'pdb', request: 'launch', program: '${workspaceFolder}/debugged/shop.py', args: ['a', '${workspaceFolderBasename}'], cwd: '${workspaceFolder}/debugged' },
      { name: 'gone', type: 'pdb', request: 'launch', program: '${workspaceFolder}/debugged/not-there.py' },
      { name: 'no python', type: 'pdb', request: 'launch', program: '${workspaceFolder}/debugged/shop.py', python: '/not/there/python' },
    ] }));
    await until('the configurations', () => (vscode.workspace.getConfiguration('launch', folder.uri).get<unknown[]>('configurations') ?? []).length === 3);
    assert.equal(await vscode.debug.startDebugging(folder, 'ok'), true);
    await recorder.allEnded();
    assert.match(recorder.output(), new RegExp(`sum 36 \\['a', '${path.basename(folder.uri.fsPath)}'\\] debugged`));
    for (const [name, words] of [['gone', /not-there\.py does not exist/], ['no python', /interpreter \/not\/there\/python was not found/]] as const) {
      await vscode.debug.startDebugging(folder, name);
      const failed = await until('the failure', () => recorder.said.find(({ type, command, success, session }) => type === 'response' && command === 'launch' && !success && session.name === name));
      assert.match(failed.message ?? '', words);
      // Told by our own message with ways out, not by VS Code's dialog.
      assert.equal((failed.body as { error: { showUser: boolean } }).error.showUser, false);
    }
  });

  it('gives values beside the lines from the variables of the frame', async () => {
    await breakAt(program, '# stop here');
    await vscode.window.showTextDocument(program);
    await vscode.commands.executeCommand('heatline.debugFile', program);
    const stop = await recorder.stop();
    const line = (at: number) => new vscode.Range(at, 0, at, 0);
    const values = await vscode.commands.executeCommand<vscode.InlineValue[]>('vscode.executeInlineValueProvider', program, new vscode.Range(0, 0, 17, 0), { frameId: stop.frames[0].id, stoppedLocation: line(8) });
    assert.deepEqual((values as vscode.InlineValueVariableLookup[]).map(({ variableName, range }) => `${range.start.line + 1} ${variableName}`), ['5 count', '5 each', '6 total', '7 index', '7 count', '8 total', '8 each', '9 total']);
  });
});
