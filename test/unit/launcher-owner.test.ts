// Nothing keeps running: who ordered a run is killed, or its terminal closes, and the profiler and its program end, however deaf they are.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ORDER_FILE, readStatus, type LaunchOrder } from '../../src/profilers/launch.ts';
import { sendSignal, waitForEnd } from '../../src/profilers/process.ts';
import { identityOf, isSameProcess, type ProcessIdentity } from '../../src/profilers/processIdentity.ts';
import { strace } from '../../src/profilers/strace.ts';
import { assertUnharmed, contextWith, processTarget, running } from '../attaching.ts';
import { needsTool, skipBecause } from '../tools.ts';

const launcher = fileURLToPath(new URL('../../dist/launcher.cjs', import.meta.url));
/** Ignores what asks it to end, and writes its number. */
const DEAF = 'for (const s of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(s, () => 0); require("fs").writeFileSync(process.argv[1], String(process.pid)); setInterval(() => 0, 1000)';
/** Starts a deaf child and then is what the mode says. */
const PARENT = `const child = require("child_process").spawn(process.execPath, ["-e", ${JSON.stringify(DEAF)}, process.argv[1] + ".child"], { stdio: "ignore" });
if (process.argv[2] === "deaf") { ${DEAF} } else { require("fs").writeFileSync(process.argv[1], String(process.pid)); setInterval(() => 0, 1000); }`;

describe('the launcher and who ordered it', function () {
  this.timeout(40_000);
  let base = '';
  let count = 0;
  const started: number[] = [];
  before(function () {
    if (process.platform === 'win32') skipBecause(this, 'Windows has no signals');
    base = mkdtempSync(path.join(os.tmpdir(), 'heatline-owner-'));
  });
  after(() => {
    for (const pid of started) sendSignal(pid, 'SIGKILL');
    if (base) rmSync(base, { recursive: true, force: true });
  });

  function start(command: readonly string[], owner?: ProcessIdentity): { child: ChildProcess; folder: string } {
    const folder = path.join(base, String(count++));
    mkdirSync(folder);
    const order: LaunchOrder = { command, cwd: folder, env: {}, title: 'my program', owner };
    writeFileSync(path.join(folder, ORDER_FILE), JSON.stringify(order));
    const child = spawn(process.execPath, [launcher, folder], { stdio: 'ignore', env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' } });
    started.push(child.pid!);
    return { child, folder };
  }

  async function pidIn(file: string): Promise<number> {
    for (let waited = 0; waited < 200; waited++) {
      if (existsSync(file) && readFileSync(file, 'utf8') !== '') {
        started.push(Number(readFileSync(file, 'utf8')));
        return started.at(-1)!;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`${file} does not appear`);
  }

  const ended = (child: ChildProcess) => new Promise<void>((resolve) => child.once('exit', () => resolve()));

  for (const mode of ['polite', 'deaf']) {
    it(`ends a ${mode} program and its deaf child when the owner is killed`, async () => {
      const owner = await running([process.execPath, '-e', 'console.log(1); setInterval(() => 0, 1000)']);
      const file = path.join(base, `killed-${mode}`);
      const { child, folder } = start([process.execPath, '-e', PARENT, file, mode], await identityOf(owner.pid));
      const [program, below] = [await pidIn(file), await pidIn(`${file}.child`)];
      await new Promise((resolve) => setTimeout(resolve, 1500));
      assert.ok(sendSignal(program, 0), 'it runs as long as its owner does');
      const gone = ended(child);
      owner.kill('SIGKILL');
      await gone;
      for (const pid of [program, below]) assert.equal(await waitForEnd(pid, 500), true, `${pid} still runs`);
      const status = await readStatus(folder);
      assert.equal(status?.signal, mode === 'deaf' ? 'SIGKILL' : 'SIGINT');
      assert.ok(status?.endedAt);
    });
  }

  for (const signal of ['SIGTERM', 'SIGHUP'] as const) {
    it(`ends a deaf program with its deaf child at ${signal}`, async () => {
      const file = path.join(base, `told-${signal}`);
      const { child } = start([process.execPath, '-e', PARENT, file, 'deaf']);
      const [program, below] = [await pidIn(file), await pidIn(`${file}.child`)];
      const gone = ended(child);
      child.kill(signal);
      await gone;
      for (const pid of [program, below]) assert.equal(await waitForEnd(pid, 500), true, `${pid} still runs`);
    });
  }

  it('lets go of a process that the profiler has attached to', async function () {
    needsTool(this, 'strace');
    const owner = await running([process.execPath, '-e', 'console.log(1); setInterval(() => 0, 1000)']);
    const watched = await running([process.execPath, '-e', 'console.log(1); setInterval(() => 0, 5)']);
    started.push(watched.pid);
    const output = path.join(base, 'attached');
    mkdirSync(output);
    const plan = await strace.plan(processTarget(watched.pid), output, contextWith());
    const { child, folder } = start(plan.command, await identityOf(owner.pid));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const { pid } = (await readStatus(folder))!;
    const gone = ended(child);
    owner.kill('SIGKILL');
    await gone;
    assert.equal(await waitForEnd(pid!, 500), true);
    assertUnharmed(watched.pid);
    assert.ok(await strace.collect(output, contextWith()));
    watched.kill('SIGKILL');
  });

  it('knows a process from a later one of its number', async () => {
    const own = await identityOf(process.pid);
    assert.equal(await isSameProcess(own), true);
    assert.equal(await isSameProcess({ pid: 4_000_000 }), false);
    if (process.platform === 'linux') assert.equal(await isSameProcess({ ...own, start: '1' }), false);
  });
});
