import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { identityOf } from '../../profilers/processIdentity.ts';
import { mergedEnvironment } from '../configurationChecks.ts';
import { fault } from '../fault.ts';
import { OutputThrottle } from '../outputThrottle.ts';
import { killTree } from '../processTree.ts';
import { startFault } from './faults.ts';
import type { LaunchOrder } from './launchOrder.ts';
import type { DlvServer, Ending, Surroundings } from './surroundings.ts';

export const LOOPBACK = '127.0.0.1';
/** What dlv says on stdout once it listens (pkg/logflags). */
const LISTENING = /^API server listening at: .*:(\d+)\r?\n/m;
/** Milliseconds that a dlv has to end by itself: it removes the binary that it has built. */
const STOP_PATIENCE = 3000;
/** Milliseconds that pipes stay open for the children that outlive a program. */
const DRAIN_PATIENCE = 1000;
/** The end of what dlv and the program say to stderr, kept for messages. */
const MOST_STDERR = 64_000;

/** Starts dlv as a headless server that takes several clients, in pipes. @throws ProblemError when it ends before it listens */
export async function startServer(order: LaunchOrder, around: Surroundings): Promise<DlvServer> {
  const [mode, ...options] = order.command;
  const args = [mode, ...options, '--headless', '--accept-multiclient', '--api-version=2', `--listen=${LOOPBACK}:0`, ...(order.args.length > 0 ? ['--', ...order.args] : [])];
  const child = spawn(order.dlv.file, args, { cwd: order.dlvCwd, env: mergedEnvironment(order.env), stdio: 'pipe', detached: process.platform !== 'win32', windowsHide: true });
  const throttles = (['stdout', 'stderr'] as const).map((name) => new OutputThrottle((text) => around.output(text, name), () => around.congested()));
  let stderr = '';
  let before: string | undefined = '';
  const listening = new Promise<number>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      if (before === undefined) return throttles[0].write(chunk);
      before += chunk.toString('utf8');
      const match = LISTENING.exec(before);
      if (!match) return;
      const rest = before.slice(0, match.index) + before.slice(match.index + match[0].length);
      before = undefined;
      throttles[0].write(Buffer.from(rest));
      resolve(Number(match[1]));
    });
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString('utf8')).slice(-MOST_STDERR);
    if (before === undefined) throttles[1].write(chunk);
  });
  for (const stream of child.stdio) stream?.on('error', () => undefined);
  const ended = new Promise<Ending>((resolve) => {
    child.once('close', (code, signal) => {
      for (const each of throttles) each.end();
      resolve({ ...(code === null ? {} : { code }), ...(signal === null ? {} : { signal }) });
    });
  });
  const failed = new Promise<never>((_resolve, reject) => {
    child.once('error', (error) => reject(fault('delve-start', `${order.dlv.file} could not be started.`, error.message)));
    around.signal.addEventListener('abort', () => reject(fault('delve-cancelled', 'The launch was stopped.', '')), { once: true });
  });
  const kill = async () => {
    if (child.pid !== undefined) await killTree(await identityOf(child.pid));
  };
  const stop = async () => {
    if (await Promise.race([ended.then(() => true), sleep(STOP_PATIENCE, false, { ref: false })])) return;
    await kill();
    // Its pipes may be held open by what outlives the program.
    await Promise.race([ended, sleep(DRAIN_PATIENCE, undefined, { ref: false })]);
    for (const each of throttles) each.end();
  };
  try {
    const port = await Promise.race([listening, failed, ended.then(() => undefined)]);
    if (port === undefined) throw await startFault(`${before ?? ''}\n${stderr}`, order);
    return {
      host: LOOPBACK, port, kind: 'headless', takesMany: true, isOurs: true, ended, stderr: () => stderr, stop, kill,
      input: (text) => child.stdin.writable && (child.stdin.write(text), true),
      settle: () => {
        for (const each of throttles) each.settle();
      },
      release: () => {
        for (const stream of child.stdio) stream?.destroy();
        child.unref();
      },
    };
  } catch (error) {
    await kill();
    throw error;
  }
}
