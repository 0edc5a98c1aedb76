import assert from 'node:assert/strict';
import Module from 'node:module';
import path from 'node:path';
import * as vscode from 'vscode';

interface Manifest {
  contributes?: { commands?: { command: string }[] };
}

describe('activation', () => {
  const extension = vscode.extensions.getExtension<unknown>('heatline.heatline');

  it('finds the extension, not active before it is used', () => {
    assert.ok(extension, 'the extension heatline.heatline is not installed');
    assert.equal(extension.isActive, false);
  });

  it('becomes active with its first command', async () => {
    assert.ok(extension);
    await vscode.commands.executeCommand('heatline.showLog');
    assert.equal(extension.isActive, true);
  });

  it('reads no debugger\'s session before one starts', () => {
    const read = Object.keys((Module as unknown as { readonly _cache: object })._cache).map((file) => path.basename(file));
    assert.ok(read.includes('extension.cjs'), 'what is read is not seen');
    assert.deepEqual(read.filter((name) => name.endsWith('-session.cjs')), []);
  });

  it('registers every command that its manifest declares', async () => {
    assert.ok(extension);
    const declared = ((extension.packageJSON as Manifest).contributes?.commands ?? []).map(({ command }) => command);
    assert.ok(declared.length > 0, 'the manifest declares no commands');
    const registered = new Set(await vscode.commands.getCommands(true));
    assert.deepEqual(declared.filter((command) => !registered.has(command)), []);
  });
});
