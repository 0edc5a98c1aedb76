// What a checker found stands in the Problems panel; sources of other machines are found by the source map; the tools are checked.
import assert from 'node:assert/strict';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { findTool } from '../../../scripts/system-tools.mjs';
import { needsTool } from '../../tools.ts';

const folder = vscode.workspace.workspaceFolders![0].uri;

const LEAK = `#include <stdlib.h>

static char *volatile lost;

static __attribute__((noinline)) char *keep(size_t size) {
  char *block = malloc(size); /* leaks */
  block[0] = 1;
  return block;
}

int main(void) {
  lost = keep(1000);
  lost = NULL;
  int *small = malloc(4 * sizeof *small);
  int sum = small[0] = 1;
  sum += small[4]; /* reads behind the block */
  free(small);
  return sum == 12345;
}
`;

const lineOf = (text: string) => LEAK.split('\n').findIndex((line) => line.includes(text));

async function until<T>(what: string, get: () => T | Promise<T>, is: (value: T) => boolean): Promise<T> {
  for (let waited = 0; waited < 300; waited++) {
    const value = await get();
    if (is(value)) return value;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`waited in vain for ${what}`);
}

describe('findings and sources in the editor', () => {
  afterEach(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.commands.executeCommand('heatline.clearHeat');
  });

  it('puts what memcheck found at the lines of the source, with stacks, and takes it away with the heat', async function () {
    needsTool(this, 'valgrind', 'gcc');
    const file = vscode.Uri.joinPath(folder, 'leaky.c');
    await writeFile(file.fsPath, LEAK);
    const outcome = await vscode.commands.executeCommand<{ profiler: string } | undefined>('heatline.profileFile', file, { profiler: 'memcheck' });
    assert.equal(outcome?.profiler, 'memcheck');
    const found = await until('findings', () => vscode.languages.getDiagnostics(file), (list) => list.length >= 2);
    const at = (line: number) => found.find(({ range }) => range.start.line === line);
    const leak = at(lineOf('leaks'));
    assert.match(leak?.message ?? JSON.stringify(found), /1,000 bytes in 1 blocks are definitely lost/);
    assert.equal(leak?.code, 'Leak_DefinitelyLost');
    assert.ok(leak?.relatedInformation?.some(({ location, message }) => location.range.start.line === lineOf('keep(1000)') && message === 'called from main'), JSON.stringify(leak?.relatedInformation));
    const read = at(lineOf('behind the block'));
    assert.match(read?.message ?? JSON.stringify(found), /Invalid read of size 4/);
    assert.equal(read?.severity, vscode.DiagnosticSeverity.Error);
    assert.ok(read?.relatedInformation?.some(({ message }) => /bytes after a block/.test(message)), 'where the block was allocated can be followed');
    await vscode.commands.executeCommand('heatline.clearHeat');
    await until('no findings', () => vscode.languages.getDiagnostics(file), (list) => list.length === 0);
    await rm(file.fsPath);
  });

  it('finds the sources of a container by heatline.sourceMap, once it is set', async () => {
    const away = await mkdtemp(path.join(os.tmpdir(), 'heatline-sources-'));
    try {
      await mkdir(path.join(away, 'here'));
      const source = path.join(away, 'here', 'main.py');
      await writeFile(source, 'def hot():\n    return 1\n\nhot()\n');
      const profile = path.join(away, 'far.callgrind');
      await writeFile(profile, '# callgrind format\nevents: Ir\n\nfl=/container/app/main.py\nfn=hot\n2 900\nfn=main\n4 100\n');
      await vscode.commands.executeCommand('heatline.openProfile', vscode.Uri.file(profile));
      const document = await vscode.workspace.openTextDocument(source);
      await vscode.window.showTextDocument(document);
      const hover = async () => (await vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', document.uri, new vscode.Position(1, 6)))
        .flatMap(({ contents }) => contents.map((content) => (typeof content === 'string' ? content : content.value))).join('\n');
      assert.doesNotMatch(await hover(), /90/);
      const values = vscode.workspace.getConfiguration('heatline');
      await values.update('sourceMap', { '/container': '/nowhere', '/container/app': path.join(away, 'here') }, vscode.ConfigurationTarget.Global);
      try {
        assert.match(await until('heat', hover, (text) => text.includes('90')), /90\.0 %/);
      } finally {
        await values.update('sourceMap', undefined, vscode.ConfigurationTarget.Global);
      }
    } finally {
      await rm(away, { recursive: true, force: true });
    }
  });

  it('tells for each profiler and for dlv whether it can run here, or why not and what mends it', async () => {
    const found = await vscode.commands.executeCommand<readonly { id: string; cost: string; usable: boolean; problem: { message: string; commands: string[] } | null }[]>('heatline.checkTools');
    await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
    assert.ok(found.length >= 20, String(found.length));
    for (const { id, usable, problem } of found) assert.ok(usable ? problem === null : problem && problem.message.endsWith('.'), id);
    assert.ok(found.some(({ id, usable }) => id === 'python-sample' && usable));
    const dlv = found.find(({ id }) => id === 'delve');
    if (findTool('dlv')) assert.match(dlv?.cost ?? '', /^dlv \d+\.\d+\.\d+: .*dlv$/);
    else if (!dlv?.usable) assert.deepEqual(dlv?.problem?.commands, ['go install github.com/go-delve/delve/cmd/dlv@latest']);
  });
});
