// Runs on disk, and the launcher that starts them: names, manifests, exit codes and signals.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, describe, it } from 'mocha';
import { ORDER_FILE, readStatus, STATUS_FILE, writeStatus, type LaunchOrder, type LaunchStatus } from '../../src/profilers/launch.ts';
import { waitForEnd } from '../../src/profilers/process.ts';
import { createRun, readManifest, RUN_EXTENSION, writeManifest, type RunManifest } from '../../src/profilers/run.ts';
import type { Target } from '../../src/profilers/target.ts';
import { skipBecause } from '../tools.ts';

const launcher = fileURLToPath(new URL('../../dist/launcher.cjs', import.meta.url));

let base = '';
let count = 0;
before(() => {
  base = mkdtempSync(path.join(os.tmpdir(), 'heatline-run-'));
});
after(() => rmSync(base, { recursive: true, force: true }));

function newFolder(): string {
  const folder = path.join(base, String(count++));
  mkdirSync(folder);
  return folder;
}

const target: Target = { language: 'python', file: '/src/mein größtes "Programm".py', args: ['a'], cwd: '/src', env: { A: '1' }, interpreter: ['python3'] };
const manifest: RunManifest = {
  version: 1, profiler: 'python-sample', profilerLabel: 'Python Sampler', target, command: ['python3', 'x'], startedAt: 5, endedAt: 9, exitCode: null, signal: 'SIGINT', stopped: true,
  recording: { files: ['samples'], format: 'heatline-samples' }, notes: ['ü'],
};

describe('createRun', () => {
  it('makes folders that sort by time, one for each run', async () => {
    const runs = path.join(newFolder(), 'not', 'there');
    const at = Date.UTC(2026, 10, 20, 9, 8, 7);
    const files: string[] = [];
    for (const start of [at, at, at, at + 60_000]) files.push(await createRun(runs, target, 'Python Sampler', start));
    assert.deepEqual(readdirSync(runs), files.map((file) => path.basename(path.dirname(file))));
    assert.match(path.basename(path.dirname(files[0])), /^20261120-090807-/);
    for (const file of files) {
      assert.match(path.basename(file), /^[\w.+-]+ \(Python Sampler\)\.heatline$/);
      assert.equal(existsSync(file), false);
    }
  });

  it('gives runs that begin together folders of their own', async () => {
    const runs = newFolder();
    const files = await Promise.all(Array.from({ length: 20 }, () => createRun(runs, target, 'perf', 0)));
    assert.equal(new Set(files).size, 20);
  });
});

describe('manifests', () => {
  it('come back as they were written', async () => {
    const file = path.join(newFolder(), `x${RUN_EXTENSION}`);
    await writeManifest(file, manifest);
    assert.deepEqual(await readManifest(file), manifest);
    await writeManifest(file, { ...manifest, endedAt: 10 });
    assert.equal((await readManifest(file)).endedAt, 10);
    assert.deepEqual(readdirSync(path.dirname(file)), [`x${RUN_EXTENSION}`]);
  });

  const broken: readonly (readonly [string, string])[] = [
    ['cut short', JSON.stringify(manifest).slice(0, 60)], ['empty', ''], ['null', 'null'], ['a list', '[]'], ['of another version', JSON.stringify({ ...manifest, version: 2 })],
    ['without a target', JSON.stringify({ ...manifest, target: undefined })], ['with a target of another form', JSON.stringify({ ...manifest, target: 'a.py' })],
    ['whose recording has no list of files', JSON.stringify({ ...manifest, recording: { files: 'samples', format: 'x' } })],
    ['whose files are not names in its folder', JSON.stringify({ ...manifest, recording: { files: ['../../secret'], format: 'x' } })],
    ['whose symbol table is not a name in its folder', JSON.stringify({ ...manifest, recording: { files: ['a'], format: 'x', symbols: '/tmp/symbols.json' } })],
  ];
  for (const [what, content] of broken) {
    it(`are refused by name when ${what}`, async () => {
      const file = path.join(newFolder(), `broken${RUN_EXTENSION}`);
      writeFileSync(file, content);
      await assert.rejects(readManifest(file), /broken\.heatline/);
    });
  }

  it('that are missing are the system\'s error', async () => {
    await assert.rejects(readManifest(path.join(base, 'missing.heatline')), { code: 'ENOENT' });
  });
});

/** Starts the launcher on a program of Node. */
function launch(folder: string, command: readonly string[], env: Record<string, string> = {}): ChildProcess & { text: () => string } {
  const order: LaunchOrder = { command, cwd: folder, env, title: 'my program' };
  writeFileSync(path.join(folder, ORDER_FILE), JSON.stringify(order));
  const child = spawn(process.execPath, [launcher, folder], { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' } });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  return Object.assign(child, { text: () => text });
}

async function ended(child: ChildProcess): Promise<number | null> {
  const [code] = (await once(child, 'close')) as [number | null];
  return code;
}

/** The status once the profiled program runs. */
async function running(folder: string): Promise<LaunchStatus & { pid: number }> {
  for (let waited = 0; waited < 200; waited++) {
    const status = await readStatus(folder);
    if (status?.pid !== undefined && existsSync(path.join(folder, 'ready'))) return { ...status, pid: status.pid };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the launcher did not start the program');
}

const node = (program: string) => [process.execPath, '-e', program];

describe('status', () => {
  it('is unknown before the start, and replaced whole', async () => {
    const folder = newFolder();
    assert.equal(await readStatus(folder), undefined);
    await writeStatus(folder, { startedAt: 1, pid: 7 });
    await writeStatus(folder, { startedAt: 1, pid: 7, endedAt: 2, code: 0, signal: null });
    assert.deepEqual(await readStatus(folder), { startedAt: 1, pid: 7, endedAt: 2, code: 0, signal: null });
    assert.deepEqual(readdirSync(folder), [STATUS_FILE]);
  });

  it('ends with what was written last, however close the writes are', async () => {
    for (let round = 0; round < 30; round++) {
      const folder = newFolder();
      await Promise.all([writeStatus(folder, { startedAt: 1, pid: 7 }), writeStatus(folder, { startedAt: 1, pid: 7, endedAt: 2, code: 0, signal: null })]);
      assert.equal((await readStatus(folder))?.endedAt, 2);
    }
  });
});

describe('launcher', () => {
  it('passes on exit code, environment, input and output, and writes down the end', async () => {
    const folder = newFolder();
    const child = launch(folder, node('process.stdin.on("data", (d) => { console.log(process.cwd(), process.env.MODE, process.env.ELECTRON_RUN_AS_NODE, process.pid, String(d)); process.exit(3); })'), { MODE: 'quick' });
    child.stdin!.write('typed');
    assert.equal(await ended(child), 3);
    const status = await readStatus(folder);
    assert.deepEqual([status?.code, status?.signal, status?.error], [3, null, undefined]);
    assert.ok(status!.endedAt! >= status!.startedAt);
    assert.ok(child.text().includes(`${folder} quick undefined ${status!.pid} typed`), child.text());
    assert.match(child.text(), /my program ended with exit code 3 after \d+\.\d\d s/);
  });

  it('is 127 for a program that is not there, and says why', async () => {
    const folder = newFolder();
    const child = launch(folder, [path.join(folder, 'no-such-program'), 'x']);
    assert.equal(await ended(child), 127);
    const status = await readStatus(folder);
    assert.deepEqual([status?.pid, status?.code], [undefined, undefined]);
    assert.match(status!.error!, /ENOENT/);
    assert.ok(status!.endedAt);
    assert.match(child.text(), /could not start .*no-such-program/);
  });

  it('is as good for programs that end at once', async function () {
    if (process.platform === 'win32') skipBecause(this, 'Windows has no program that ends so fast');
    for (let round = 0; round < 3; round++) {
      const folder = newFolder();
      const child = launch(folder, ['true']);
      assert.equal(await ended(child), 0, child.text());
      const status = await readStatus(folder);
      assert.deepEqual([status?.code, status?.endedAt !== undefined], [0, true]);
    }
  });

  it('ends the program when it is told to end', async function () {
    if (process.platform === 'win32') skipBecause(this, 'Windows has no signals');
    const folder = newFolder();
    const child = launch(folder, node('require("fs").writeFileSync("ready", ""); setTimeout(() => {}, 60000)'));
    const { pid, endedAt } = await running(folder);
    assert.equal(endedAt, undefined);
    child.kill('SIGTERM');
    assert.equal(await ended(child), 128 + os.constants.signals.SIGTERM);
    const status = await readStatus(folder);
    assert.deepEqual([status?.pid, status?.code, status?.signal], [pid, null, 'SIGTERM']);
    assert.equal(await waitForEnd(pid, 0), true);
    assert.match(child.text(), /my program ended by SIGTERM/);
  });

  it('leaves Ctrl-C to the program, and waits for it', async function () {
    if (process.platform === 'win32') skipBecause(this, 'Windows has no signals');
    const folder = newFolder();
    const child = launch(folder, node('require("fs").writeFileSync("ready", ""); process.stdin.on("data", () => process.exit(4))'));
    await running(folder);
    child.kill('SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.equal(child.exitCode, null, 'the launcher ended before the program');
    child.stdin!.write('go on');
    assert.equal(await ended(child), 4);
  });

  it('shows the command as a shell would need it', async () => {
    const folder = newFolder();
    const child = launch(folder, [...node('0'), 'a b', "it's", '$HOME', '--x=1']);
    assert.equal(await ended(child), 0);
    assert.ok(child.text().includes(` -e 0 'a b' 'it'\\''s' '$HOME' --x=1\n`), child.text());
  });
});
