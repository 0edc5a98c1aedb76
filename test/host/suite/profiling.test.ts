import assert from 'node:assert/strict';
import { access, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { needsTool } from '../../tools.ts';

/** As the command `heatline.profileFile` returns it. */
interface Outcome {
  readonly run: string;
  readonly profiler: string;
  readonly event: string;
  readonly unit: string;
  readonly total: number;
  readonly exitCode: number | null;
  readonly top: readonly { readonly file: string; readonly line: number; readonly self: number; readonly total: number; readonly name: string; readonly text: string }[];
}

interface Manifest {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stopped: boolean;
  readonly failure?: string;
  readonly recording?: { readonly files: readonly string[] };
}

const folder = vscode.workspace.workspaceFolders![0].uri;

function profile(file: vscode.Uri, profiler?: string): Thenable<Outcome | undefined> {
  return vscode.commands.executeCommand<Outcome | undefined>('heatline.profileFile', file, { profiler });
}

async function source(name: string, content: string): Promise<vscode.Uri> {
  const uri = vscode.Uri.joinPath(folder, name);
  await writeFile(uri.fsPath, content);
  return uri;
}

async function manifestOf(outcome: Outcome): Promise<Manifest> {
  return JSON.parse(await readFile(outcome.run, 'utf8')) as Manifest;
}

async function sleep(milliseconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
}

async function until(what: string, check: () => Promise<boolean> | boolean, milliseconds = 30_000): Promise<void> {
  const deadline = Date.now() + milliseconds;
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await sleep(100);
  }
}

describe('profiling in the extension host', () => {
  afterEach(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  for (const [profiler, event] of [['python-sample', 'wall'], ['python-cprofile', 'time']] as const) {
    it(`runs ${profiler} on the Python example and finds the planted function`, async function () {
      needsTool(this, 'python3');
      this.timeout(120_000);
      const outcome = await profile(vscode.Uri.joinPath(folder, 'hot.py'), profiler);
      assert.ok(outcome, 'the run gave no outcome');
      assert.equal(outcome.profiler, profiler);
      assert.equal(outcome.event, event);
      assert.equal(outcome.exitCode, 0);
      assert.equal(outcome.top[0].name, 'edit_distance');
      if (profiler === 'python-sample') assert.match(outcome.top[0].text, /# HOT$/);
    });
  }

  for (const [profiler, tools] of [['perf', ['gcc', 'perf']], ['callgrind', ['gcc', 'valgrind']]] as const) {
    it(`runs ${profiler} on the C example and finds the planted line`, async function () {
      needsTool(this, ...tools);
      this.timeout(180_000);
      const outcome = await profile(vscode.Uri.joinPath(folder, 'matrix.c'), profiler);
      assert.ok(outcome, 'the run gave no outcome');
      assert.match(outcome.top[0].text, /HOT/);
      assert.equal(outcome.top[0].file, vscode.Uri.joinPath(folder, 'matrix.c').fsPath);
    });
  }

  it('opens the viewer beside the source', async function () {
    needsTool(this, 'python3');
    await source('quick.py', 'sum(i * i for i in range(300000))\n');
    const outcome = await profile(vscode.Uri.joinPath(folder, 'quick.py'));
    assert.ok(outcome);
    const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
    assert.ok(tabs.some((tab) => tab.input instanceof vscode.TabInputCustom && tab.input.uri.fsPath === outcome.run));
  });

  it('keeps the profile of a program that fails, with its exit code', async function () {
    needsTool(this, 'python3');
    const outcome = await profile(await source('fails.py', 'import sys\ntotal = sum(i * i for i in range(500000))\nsys.exit(3)\n'));
    assert.ok(outcome);
    assert.equal(outcome.exitCode, 3);
    assert.ok(outcome.total > 0);
    assert.equal((await manifestOf(outcome)).exitCode, 3);
  });

  it('keeps the profile of a program that crashes, and tells the signal', async function () {
    needsTool(this, 'gcc', 'perf');
    const outcome = await profile(await source('crash.c', [
      '#include <signal.h>', 'int main(void) {', '  volatile unsigned long sum = 0;', '  for (unsigned long i = 0; i < 300000000; i++) sum += i;', '  raise(SIGSEGV);', '}', '',
    ].join('\n')), 'perf');
    assert.ok(outcome);
    assert.equal(outcome.top[0].line, 4);
    assert.equal((await manifestOf(outcome)).signal, 'SIGSEGV');
  });

  for (const [profiler, name, content, tools] of [
    ['python-sample', 'endless.py', 'total = 0\nwhile True:\n    total += 1\n', ['python3']],
    ['python-cprofile', 'endless_calls.py', 'def one():\n    return 1\ntotal = 0\nwhile True:\n    total += one()\n', ['python3']],
    ['perf', 'endless.c', 'int main(void) {\n  volatile unsigned long sum = 0;\n  for (;;) sum++;\n}\n', ['gcc', 'perf']],
    ['callgrind', 'endless_too.c', 'int main(void) {\n  volatile unsigned long sum = 0;\n  for (;;) sum++;\n}\n', ['gcc', 'valgrind']],
  ] as const) {
    it(`stops a program that never ends under ${profiler} and keeps its profile`, async function () {
      needsTool(this, ...tools);
      this.timeout(120_000);
      const running = profile(await source(name, content), profiler);
      await until('the recording', () => vscode.tasks.taskExecutions.some(({ task }) => task.name === `Profile ${name}`));
      await sleep(4000);
      await vscode.commands.executeCommand('heatline.stop');
      const outcome = await running;
      assert.ok(outcome, 'the stopped run gave no profile');
      assert.ok(outcome.total > 0);
      assert.equal((await manifestOf(outcome)).stopped, true);
      assert.ok(vscode.tasks.taskExecutions.every(({ task }) => task.name !== `Profile ${name}`), 'the task still runs');
    });
  }

  it('lets the program read what is typed into its terminal', async function () {
    needsTool(this, 'python3');
    const answer = path.join(folder.fsPath, 'answer.txt');
    const running = profile(await source('asks.py', `name = input('name? ')\nopen(${JSON.stringify(answer)}, 'w').write(name)\n`));
    await until('the terminal', () => vscode.window.terminals.some((terminal) => terminal.name.includes('Profile asks.py')));
    await sleep(2500);
    vscode.window.terminals.find((terminal) => terminal.name.includes('Profile asks.py'))!.sendText('Ada');
    const outcome = await running;
    assert.equal(outcome?.exitCode, 0);
    assert.equal(await readFile(answer, 'utf8'), 'Ada');
  });

  it('shows where a file does not compile as a problem, and runs nothing', async function () {
    needsTool(this, 'gcc');
    const uri = await source('broken.c', 'int main(void) {\n  return undefined_name;\n}\n');
    // The message waits for a click; the diagnostics are there before it.
    void profile(uri, 'perf');
    await until('the diagnostic', () => vscode.languages.getDiagnostics(uri).some(({ source: from }) => from === 'heatline'));
    const [diagnostic] = vscode.languages.getDiagnostics(uri).filter(({ source: from }) => from === 'heatline');
    assert.equal(diagnostic.range.start.line, 1);
    assert.match(diagnostic.message, /undefined_name/);
  });

  it('opens half a profile: what was read is shown', async function () {
    needsTool(this, 'python3');
    const outcome = await profile(await source('halved.py', 'def work():\n    return sum(i * i for i in range(400000))\nfor _ in range(5):\n    work()\n'));
    assert.ok(outcome);
    const raw = path.join(path.dirname(outcome.run), 'samples.heatline-samples');
    const content = await readFile(raw);
    const half = path.join(folder.fsPath, 'half.heatline-samples');
    await writeFile(half, content.subarray(0, Math.floor(content.length * 0.6)));
    await vscode.commands.executeCommand('heatline.openProfile', vscode.Uri.file(half));
    const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
    assert.ok(tabs.some((tab) => tab.input instanceof vscode.TabInputCustom && tab.input.uri.fsPath === half));
    await rm(half);
  });

  it('runs a program again from its run and deletes nothing it did not make', async function () {
    needsTool(this, 'python3');
    const outcome = await profile(await source('again.py', 'sum(i * i for i in range(300000))\n'));
    assert.ok(outcome);
    const runs = path.dirname(path.dirname(outcome.run));
    const before = (await readdir(runs)).length;
    await vscode.commands.executeCommand('heatline.runAgain', vscode.Uri.file(outcome.run));
    assert.equal((await readdir(runs)).length, before + 1);
    await access(outcome.run);
  });
});
