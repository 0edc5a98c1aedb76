// The verb on every kind of target, in the real extension host, with the answers that a keybinding would give.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { PROFILERS, profilersFor } from '../../../src/profilers/index.ts';
import { needsTool, skipBecause } from '../../tools.ts';

interface Outcome {
  readonly run: string;
  readonly profiler: string;
  readonly total: number;
  readonly exitCode: number | null;
  readonly top: readonly { readonly name: string }[];
}

interface Manifest {
  readonly profiler: string;
  readonly target: { readonly title?: string; readonly args: readonly string[]; readonly file: string; readonly kind?: string };
  readonly options?: Readonly<Record<string, unknown>>;
  readonly exitCode: number | null;
  readonly stopped: boolean;
  readonly recorder?: number;
  readonly recording?: unknown;
}

const folder = vscode.workspace.workspaceFolders![0].uri.fsPath;

/** Writes what it was given, and works a little. */
const PROGRAM = [
  'import json, os, sys', 'def work():', '    return sum(i * i for i in range(600000))', 'for _ in range(4):', '    work()',
  "json.dump({'args': sys.argv[1:], 'cwd': os.getcwd(), 'env': {k: v for k, v in os.environ.items() if k.startswith('HL_')}, 'mask': os.environ.get('ELECTRON_RUN_AS_NODE')}, open(os.environ['HL_OUT'], 'w'))", '',
].join('\n');

function profile(request: Record<string, unknown>): Thenable<Outcome | undefined> {
  return vscode.commands.executeCommand<Outcome | undefined>('heatline.profile', request);
}

async function written(name: string): Promise<{ args: string[]; cwd: string; env: Record<string, string>; mask: string | null }> {
  return JSON.parse(await readFile(path.join(folder, name), 'utf8')) as Awaited<ReturnType<typeof written>>;
}

async function put(name: string, content: string | object): Promise<string> {
  const file = path.join(folder, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content, null, 2));
  return file;
}

async function until<T>(what: string, look: () => Promise<T | undefined | false> | T | undefined | false, milliseconds = 60_000): Promise<T> {
  const deadline = Date.now() + milliseconds;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
}

async function manifestOf(run: string): Promise<Manifest> {
  return JSON.parse(await readFile(run, 'utf8')) as Manifest;
}

/** The file of an open run that suits. */
function isOpen(check: (file: string) => boolean): string | undefined {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  return tabs.map((tab) => (tab.input instanceof vscode.TabInputCustom ? tab.input.uri.fsPath : '')).find((file) => file.endsWith('.heatline') && check(file));
}

describe('profiling every kind of target', function () {
  this.timeout(180_000);

  before(async () => {
    const out = (name: string) => ({ HL_OUT: path.join(folder, `${name}.json`) });
    await put('told.py', PROGRAM);
    await put('package/told_module.py', PROGRAM);
    await put('given.env', 'HL_FILE="from a file"\nHL_BOTH=file\n');
    await put('native.c', '#include <stdlib.h>\nint main(int n, char **v) {\n  volatile unsigned long sum = 0;\n  for (unsigned long i = 0; i < 200000000ul; i++) sum += i;\n  return n == 2 && v[1][0] == \'7\' ? 0 : 4;\n}\n');
    await put('.vscode/launch.json', {
      version: '0.2.0',
      configurations: [
        { name: 'Python: told', type: 'debugpy', request: 'launch', program: '${workspaceFolder}/told.py', args: ['--name', '${workspaceFolderBasename}', 'two words'], cwd: '${workspaceFolder}/package', console: 'integratedTerminal',
          envFile: '${workspaceFolder}/given.env', env: { ...out('launch'), HL_BOTH: 'configuration' } },
        { name: 'Python: module', type: 'python', request: 'launch', module: 'package.told_module', args: ['x'], env: out('module') },
        { name: 'Native', type: 'cppdbg', request: 'launch', program: '${workspaceFolder}/bin/native', args: ['7'], cwd: '${workspaceFolder}', preLaunchTask: 'build native', environment: [] },
        { name: 'Unbuildable', type: 'lldb', request: 'launch', program: '${workspaceFolder}/bin/never', preLaunchTask: 'fail' },
        { name: 'Page', type: 'node', request: 'launch', program: 'x.js' },
        { name: 'Attach', type: 'debugpy', request: 'attach', connect: { port: 5678 } },
      ],
    });
    await put('.vscode/tasks.json', {
      version: '2.0.0',
      inputs: [],
      tasks: [
        { label: 'build native', type: 'process', command: 'sh', args: ['-c', 'mkdir -p bin && cc -g -O1 -o bin/native native.c'], problemMatcher: [] },
        { label: 'fail', type: 'process', command: 'sh', args: ['-c', 'exit 3'], problemMatcher: [] },
        { label: 'told process', type: 'process', command: 'python3', args: ['told.py', 'process'], options: { env: out('process') }, problemMatcher: [] },
        { label: 'told shell', type: 'shell', command: 'python3 told.py "of a shell"', options: { env: out('shell') }, problemMatcher: [] },
        { label: 'told heatline', type: 'heatline', program: '${workspaceFolder}/told.py', args: ['task', 'two words'], env: out('task'), options: { 'pythonSample.interval': 7 } },
        { label: 'endless heatline', type: 'heatline', program: 'endless_task.py' },
        { label: 'wrong heatline', type: 'heatline', program: 'not-there.py' },
      ],
    });
    await put('endless_task.py', 'total = 0\nwhile True:\n    total += 1\n');
    // VS Code reads its files a moment after they are written.
    await until('the launch configurations', () => (vscode.workspace.getConfiguration('launch', vscode.Uri.file(folder)).get<unknown[]>('configurations')?.length ?? 0) > 5);
    await until('the tasks', async () => (await vscode.tasks.fetchTasks()).some(({ name }) => name === 'told process'));
  });

  afterEach(() => vscode.commands.executeCommand('workbench.action.closeAllEditors'));

  after(async () => {
    for (const name of ['.vscode', 'bin', 'package']) await rm(path.join(folder, name), { recursive: true, force: true });
  });

  it('profiles a Python launch configuration with its arguments, directory, environment and variables', async function () {
    needsTool(this, 'python3');
    const outcome = await profile({ source: 'launch', name: 'Python: told', profiler: 'python-sample', options: { 'pythonSample.interval': 5 } });
    assert.ok(outcome, 'the run gave no outcome');
    assert.ok(outcome.total > 0);
    const { args, cwd, env, mask } = await written('launch.json');
    assert.deepEqual(args, ['--name', path.basename(folder), 'two words']);
    assert.equal(cwd, path.join(folder, 'package'));
    assert.equal(env['HL_FILE'], 'from a file');
    assert.equal(env['HL_BOTH'], 'configuration');
    assert.equal(mask, null);
    const manifest = await manifestOf(outcome.run);
    assert.equal(manifest.target.title, 'Python: told');
    assert.deepEqual(manifest.options, { 'pythonSample.interval': 5 });
  });

  it('profiles a launch configuration of a module', async function () {
    needsTool(this, 'python3');
    const outcome = await profile({ source: 'launch', name: 'Python: module', profiler: 'python-cprofile' });
    assert.equal(outcome?.exitCode, 0);
    assert.deepEqual((await written('module.json')).args, ['x']);
    assert.equal((await manifestOf(outcome!.run)).target.kind, 'module');
  });

  it('builds a native launch configuration by its preLaunchTask and profiles what that made', async function () {
    needsTool(this, 'gcc', 'perf');
    const outcome = await profile({ source: 'launch', name: 'Native', profiler: 'perf' });
    assert.equal(outcome?.exitCode, 0);
    assert.match(outcome!.top[0].name, /^main/);
  });

  it('runs nothing when the task before it fails', async () => {
    const runs = async () => (await vscode.commands.executeCommand('heatline.showLog'), vscode.tasks.taskExecutions.length);
    // The message waits for a click, so the command does too.
    let ended: unknown = 'not yet';
    void profile({ source: 'launch', name: 'Unbuildable', profiler: 'perf' }).then((outcome) => (ended = outcome));
    const code = await new Promise((resolve) => {
      const listener = vscode.tasks.onDidEndTaskProcess((event) => {
        if (event.execution.task.name !== 'fail') return;
        listener.dispose();
        resolve(event.exitCode);
      });
    });
    assert.equal(code, 3);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    assert.equal(await runs(), 0, 'something runs');
    assert.equal(ended, 'not yet');
    await vscode.commands.executeCommand('notifications.clearAll');
  });

  for (const [name, file, argument] of [['told process', 'process.json', 'process'], ['told shell', 'shell.json', 'of a shell']] as const) {
    it(`profiles the task "${name}" as the Python program that it runs`, async function () {
      needsTool(this, 'python3');
      const outcome = await profile({ source: 'task', name, profiler: 'python-sample' });
      assert.equal(outcome?.exitCode, 0);
      assert.deepEqual((await written(file)).args, [argument]);
      assert.equal((await manifestOf(outcome!.run)).target.file, path.join(folder, 'told.py'));
    });
  }

  it('profiles a program by its command line', async function () {
    needsTool(this, 'gcc', 'valgrind');
    await put('small.c', 'int main(int n, char **v) {\n  volatile unsigned long sum = 0;\n  for (unsigned long i = 0; i < 300000ul; i++) sum += i;\n  return n == 3 && v[2][1] == \' \' ? 0 : 4;\n}\n');
    const outcome = await profile({ source: 'program', name: `${path.join(folder, 'small.c')} 1 "a b"`, profiler: 'callgrind' });
    assert.equal(outcome?.exitCode, 0);
    assert.equal(outcome!.top[0].name, 'main');
    assert.deepEqual((await manifestOf(outcome!.run)).target.args, ['1', 'a b']);
  });

  it('profiles a Python module', async function () {
    needsTool(this, 'python3');
    const outcome = await profile({ source: 'module', name: 'timeit -n 3 "sum(range(400000))"', profiler: 'python-sample' });
    assert.equal(outcome?.exitCode, 0);
    assert.equal((await manifestOf(outcome!.run)).target.kind, 'module');
  });

  it('profiles a running process and leaves it running', async function () {
    needsTool(this, 'gcc');
    const [best] = profilersFor({ language: 'native', kind: 'process' });
    if (!best) skipBecause(this, 'no profiler attaches to a process yet');
    if (await best.preflight({ language: 'native', kind: 'process', pid: process.pid, file: process.execPath, args: [], cwd: folder, env: {} }, {
      read: (option) => option.default, pythonFolder: '', agent: '', log: () => undefined,
    })) skipBecause(this, `${best.id} cannot attach here`);
    let child: ChildProcess | undefined;
    try {
      await put('spin.c', 'int main(void) {\n  volatile unsigned long sum = 0;\n  for (;;) sum++;\n}\n');
      const { buildTarget, DEFAULT_BUILD } = await import('../../../src/profilers/build.ts');
      const built = await buildTarget({ language: 'c', file: path.join(folder, 'spin.c'), args: [], cwd: folder, env: {} }, { settings: DEFAULT_BUILD, cacheFolder: path.join(folder, 'bin'), log: () => undefined });
      child = spawn(built.program!, [], { stdio: 'ignore' });
      const outcome = await profile({ source: 'process', name: String(child.pid), profiler: best.id, options: { 'attach.duration': 2 } });
      assert.ok(outcome, 'the run gave no outcome');
      assert.ok(outcome.total > 0);
      assert.equal(child.exitCode, null);
      assert.equal(child.signalCode, null);
      assert.equal((await manifestOf(outcome.run)).target.title, `spin (${child.pid})`);
    } finally {
      child?.kill('SIGKILL');
    }
  });

  async function runTask(name: string): Promise<vscode.TaskExecution> {
    const task = (await vscode.tasks.fetchTasks()).find((each) => each.name === name);
    assert.ok(task, `there is no task ${name}`);
    return vscode.tasks.executeTask(task);
  }

  it('runs a task of type heatline in its own terminal and opens its run', async function () {
    needsTool(this, 'python3');
    await runTask('told heatline');
    const run = await until('the viewer', () => isOpen((file) => path.basename(file).startsWith('told.py')));
    const { args, env, mask, cwd } = await written('task.json');
    assert.deepEqual(args, ['task', 'two words']);
    assert.equal(cwd, folder);
    assert.equal(mask, null);
    assert.deepEqual(Object.keys(env), ['HL_OUT']);
    const manifest = await manifestOf(run);
    assert.equal(manifest.profiler, 'python-sample');
    assert.deepEqual(manifest.options, { 'pythonSample.interval': 7 });
    assert.equal(manifest.exitCode, 0);
  });

  it('stops a task of type heatline and keeps its profile', async function () {
    needsTool(this, 'python3');
    await runTask('endless heatline');
    await until('the program', () => vscode.tasks.taskExecutions.some(({ task }) => task.name === 'endless heatline'));
    await new Promise((resolve) => setTimeout(resolve, 4000));
    await vscode.commands.executeCommand('heatline.stop');
    const run = await until('the viewer', () => isOpen((file) => path.basename(file).startsWith('endless_task.py')));
    assert.equal((await manifestOf(run)).stopped, true);
    await until('the end of the task', () => vscode.tasks.taskExecutions.every(({ task }) => task.name !== 'endless heatline'));
  });

  it('ends a task that names no program with an exit code, and leaves no run', async () => {
    const code = new Promise((resolve) => {
      const listener = vscode.tasks.onDidEndTaskProcess((event) => {
        if (event.execution.task.name !== 'wrong heatline') return;
        listener.dispose();
        resolve(event.exitCode);
      });
    });
    await runTask('wrong heatline');
    assert.equal(await code, 2);
  });

  it('describes its tasks as they are written', async () => {
    const uri = vscode.Uri.file(path.join(folder, '.vscode/tasks.json'));
    await vscode.window.showTextDocument(uri);
    await new Promise((resolve) => setTimeout(resolve, 4000));
    assert.deepEqual(vscode.languages.getDiagnostics(uri).map(({ message }) => message), []);
    // That it looks at all shows in what it refuses.
    const wrong = vscode.Uri.file(await put('.vscode/other/.vscode/tasks.json', { version: '2.0.0', tasks: [{ label: 'x', type: 'heatline', args: 3 }] }));
    await vscode.window.showTextDocument(wrong);
    await until('the complaint', () => vscode.languages.getDiagnostics(wrong).length > 0);
  });

  it('offers every profiler of the package to its tasks', () => {
    const { taskDefinitions } = (vscode.extensions.getExtension('heatline.heatline')!.packageJSON as { contributes: { taskDefinitions: { properties: { profiler: { enum: string[] } } }[] } }).contributes;
    assert.deepEqual(taskDefinitions[0].properties.profiler.enum, PROFILERS.map(({ id }) => id));
  });
});
