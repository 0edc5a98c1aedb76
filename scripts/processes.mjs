// Child processes, each in a process group of its own, so that stopping one also stops everything it started.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';

// A process that has children of its own in other groups gets longer, to stop those first.
const GRACE_MS = 3000;
const LONG_GRACE_MS = 10_000;
const separateGroups = process.platform !== 'win32';
/** Linux can tell a process to end when we do, even when we are killed outright. */
const dieWithUs = existsSync('/usr/bin/setpriv') ? ['/usr/bin/setpriv', '--pdeathsig', 'TERM'] : [];
const running = new Set();
const cleanups = new Set();
let stopping = false;

/**
 * Starts a process in its own group. Never through a shell.
 * @param {string} command
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} [options]
 */
export function start(command, args, options = {}) {
  if (stopping) throw new Error('stopping: nothing new is started');
  const [program, ...all] = [...dieWithUs, command, ...args];
  const child = spawn(program, all, { stdio: ['ignore', 'pipe', 'pipe'], ...options, detached: separateGroups });
  running.add(child);
  child.once('error', () => running.delete(child));
  child.once('exit', () => {
    running.delete(child);
    // What it started and did not end itself has nobody left to end it.
    signalGroup(child, 'SIGKILL');
  });
  return child;
}

function signalGroup(child, signal) {
  try {
    if (separateGroups) process.kill(-child.pid, signal);
    else child.kill(signal);
  } catch {
    // The group is gone already.
  }
}

/**
 * Asks a process group to end, and forces what is left of it after a while.
 * @param {import('node:child_process').ChildProcess} child
 */
export async function stop(child, graceMs = GRACE_MS) {
  if (child.pid === undefined) return;
  if (child.exitCode === null && child.signalCode === null) {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    signalGroup(child, 'SIGTERM');
    const force = setTimeout(() => signalGroup(child, 'SIGKILL'), graceMs);
    await gone;
    clearTimeout(force);
  }
  signalGroup(child, 'SIGKILL');
}

/**
 * Runs a process to its end and collects what it prints (both streams, in the order they came).
 * A command that cannot be started gives code 127; one that runs longer than `timeoutMs` is stopped and gives code 124.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, timeoutMs?: number, onOutput?: (text: string) => void }} [options]
 * @returns {Promise<{ code: number, output: string }>}
 */
export function run(command, args, { cwd, env, timeoutMs, onOutput } = {}) {
  return new Promise((resolve) => {
    let output = '';
    let timedOut = false;
    let timer;
    const collect = (data) => {
      output += data;
      onOutput?.(String(data));
    };
    const child = start(command, args, { cwd, env: env ?? process.env });
    child.stdout.setEncoding('utf8').on('data', collect);
    child.stderr.setEncoding('utf8').on('data', collect);
    child.once('error', (error) => {
      clearTimeout(timer);
      resolve({ code: 127, output: `${output}${error.message}\n` });
    });
    // What a stop from outside made of a process is no result: nobody is told, and this process is about to end too.
    // 'close' waits for the pipes, which a grandchild may hold open: after the exit they get one second more.
    const finish = (code) => {
      clearTimeout(timer);
      if (stopping) return;
      if (timedOut) output += `\nstopped after ${timeoutMs} ms\n`;
      resolve({ code: timedOut ? 124 : code, output });
    };
    child.once('close', (code) => finish(code ?? 128));
    child.once('exit', (code) => setTimeout(() => {
      child.stdout.destroy();
      child.stderr.destroy();
      finish(code ?? 128);
    }, 1000).unref());
    if (timeoutMs) {
      timer = setTimeout(() => {
        timedOut = true;
        void stop(child, LONG_GRACE_MS);
      }, timeoutMs);
    }
  });
}

/**
 * Registers work for when this process is told to stop (and nothing else); the returned function takes it back.
 * @param {() => unknown} cleanup
 */
export function onStop(cleanup) {
  cleanups.add(cleanup);
  return () => cleanups.delete(cleanup);
}

/** Has this process been told to stop? Then the end of another process says nothing. */
export function isStopping() {
  return stopping;
}

/** Ends every process group that is still running, then does the registered work. */
export async function stopAll() {
  stopping = true;
  await Promise.allSettled([...running].map((child) => stop(child, LONG_GRACE_MS)));
  await Promise.allSettled([...cleanups].map(async (cleanup) => cleanup()));
}

/**
 * On Ctrl-C, a closed terminal or a polite kill: stops everything that was started, then exits as the signal would have.
 * @param {() => void} [announce]
 */
export function stopEverythingOnSignals(announce) {
  const codes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };
  for (const [signal, code] of Object.entries(codes)) {
    process.on(signal, () => {
      if (stopping) return;
      announce?.();
      void stopAll().finally(() => process.exit(code));
    });
  }
}
