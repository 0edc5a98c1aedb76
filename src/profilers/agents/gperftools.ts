import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { descendants } from '../process.ts';
import type { Agent } from './index.ts';

/**
 * `FOLDER switch|dump|none SIGNAL NAME=VALUE... -- PROGRAM ARGS`: a program with gperftools in it, which writes its profile at a normal end only. So that a person can
 * end it before, the library is told to write by a signal (`CPUPROFILESIGNAL` switches the profile on and off, so it has to be switched on first;
 * `HEAPPROFILESIGNAL` dumps), and the program gets no Ctrl-C before that: it has a session of its own.
 */
export const gperftoolsAgent: Agent = async (words) => {
  const [folder, signals, number] = words;
  const separator = words.indexOf('--');
  const environment = Object.fromEntries(words.slice(3, separator).map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]));
  const [program, ...args] = words.slice(separator + 1);
  const signal = Number(number);
  const child = spawn(program, args, { stdio: 'inherit', detached: true, env: { ...process.env, ...environment } });
  const end = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, name) => resolve(code ?? 128 + (name ? os.constants.signals[name] : 0)));
  });
  const switchedOn = signals === 'switch' ? switchOn(child, signal) : Promise.resolve();
  let written: Promise<void> | undefined;
  let firm = 0;
  const finish = async (name: NodeJS.Signals) => {
    if (name === 'SIGTERM') firm++;
    const last: NodeJS.Signals = firm > 1 ? 'SIGKILL' : name;
    await (written ??= switchedOn.then(() => writeProfiles(child, folder, signals, signal)));
    for (const pid of await tree(child)) send(pid, last);
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => void finish(name));
  process.on('SIGWINCH', () => send(child.pid!, 'SIGWINCH'));
  return end;
};

/** Switches the profile on as soon as the library listens. It allocates in its signal handler, so sooner is safer: later the program itself may be allocating. */
async function switchOn(child: ChildProcess, signal: number): Promise<void> {
  for (let tries = 0; child.pid !== undefined && child.exitCode === null && child.signalCode === null; tries++) {
    if (catches(child.pid, signal)) return send(child.pid, signal);
    await wait(tries < 1000 ? 1 : 20);
  }
}

/** Has each process write what it has, and waits until that is written: two seconds at most, for a program may not listen. */
async function writeProfiles(child: ChildProcess, folder: string, signals: string, signal: number): Promise<void> {
  if (signals === 'none' || child.pid === undefined) return;
  const before = await sizes(folder);
  let asked = 0;
  for (const pid of signals === 'dump' ? await tree(child) : [child.pid]) {
    if (!catches(pid, signal)) continue;
    send(pid, signal);
    asked++;
  }
  let last = before;
  for (let tries = 0; asked > 0 && tries < 40; tries++) {
    await wait(50);
    const now = await sizes(folder);
    if (now !== before && now === last) return;
    last = now;
  }
}

async function tree(child: ChildProcess): Promise<number[]> {
  return child.pid === undefined ? [] : [...(await descendants(child.pid)), child.pid];
}

/** Names and sizes of the files in the folder that hold something, as one text. */
async function sizes(folder: string): Promise<string> {
  const files = await Promise.all((await readdir(folder)).sort().map(async (name) => ({ name, size: await stat(path.join(folder, name)).then(({ size }) => size, () => 0) })));
  return JSON.stringify(files.filter(({ size }) => size > 0));
}

/** Whether a process has a handler for the signal; without one it would be killed by it. */
function catches(pid: number, signal: number): boolean {
  try {
    const caught = /^SigCgt:\s*([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? '0';
    return ((BigInt(`0x${caught}`) >> BigInt(signal - 1)) & 1n) === 1n;
  } catch {
    return false;
  }
}

function send(pid: number, signal: number | NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended.
  }
}
