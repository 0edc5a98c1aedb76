import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { spawn } from 'node:child_process';
import { isRunning, runProcess } from './process.ts';

/** What the sampler in a running process needs to know; paths are absolute. */
export interface Injection {
  readonly pid: number;
  /** Folder of our Python files. */
  readonly pythonFolder: string;
  /** Folder of the run. */
  readonly folder: string;
  /** Where the samples go, and the file whose appearance ends the sampler. */
  readonly out: string;
  readonly stop: string;
  /** Seconds between two samples. */
  readonly interval: number;
  /** The gdb command. */
  readonly gdb: string;
}

/** Milliseconds until the program's main thread should have come by, when it runs Python code. */
const SOON = 1000;
/** Milliseconds that it may take when it is inside a long call of C. */
const LATE = 20_000;
/** Milliseconds that gdb may take. */
const GDB_PATIENCE = 30_000;

/**
 * Has a running process execute heatline_attach.py in its main thread. `agent`: pid of the process whose end ends the sampler. Returns why it could not be
 * done, for a person; undefined when it was.
 */
export async function injectSampler(order: Injection, agent: number): Promise<string | undefined> {
  const ack = path.join(order.folder, 'attached');
  const script = path.join(order.folder, 'attach.py');
  const told = { folder: order.pythonFolder, out: order.out, stop: order.stop, ack, interval: order.interval, agent };
  await writeFile(script, `ORDER = ${pythonText(told)}\n${await readFile(path.join(order.pythonFolder, 'heatline_attach.py'), 'utf8')}`);
  try {
    if (await remoteExec(order.pid, script)) return await waitForAnswer(order.pid, ack, LATE);
    return await byGdb(order, script, ack);
  } finally {
    await rm(script, { force: true });
    await rm(ack, { force: true });
  }
}

/** Python 3.14 and later let others run a file in them; false where that is not so. */
async function remoteExec(pid: number, script: string): Promise<boolean> {
  const interpreter = await realpath(`/proc/${pid}/exe`).catch(() => '');
  if (!/^python3\.(1[4-9]|[2-9]\d)/.test(path.basename(interpreter))) return false;
  const code = 'import sys; sys.remote_exec(int(sys.argv[1]), sys.argv[2])';
  const result = await runProcess(interpreter, ['-c', code, String(pid), script], { timeout: 10_000 }).catch(() => undefined);
  return result?.code === 0;
}

/**
 * First asks the interpreter to run the code the next time that its main thread may (Py_AddPendingCall), which is safe wherever the thread is. A thread that
 * waits in a system call does not come by; there the code can be run at once.
 */
async function byGdb(order: Injection, script: string, ack: string): Promise<string | undefined> {
  const scratch = await mkdtemp(path.join(os.tmpdir(), 'heatline-attach-'));
  try {
    const code = path.join(scratch, 'code');
    const run = `exec(compile(open(${pythonText(script)}, encoding='utf-8').read(), ${pythonText(script)}, 'exec'), {'__name__': 'heatline_attach'})`;
    // May also come late, when nobody asks any more and the file is gone: whatever happens is not the program's concern.
    await writeFile(code, `try:\n ${run}\nexcept BaseException:\n pass\n\0`);
    const memory = [
      'set $memory = (unsigned long) ((void *(*)(void *, unsigned long, int, int, int, long)) mmap)(0, 65536, 3, 0x22, -1, 0)',
      'restore code binary $memory',
    ];
    const pending = 'printf "heatline %d\\n", ((int (*)(void *, void *)) Py_AddPendingCall)((void *) PyRun_SimpleString, (void *) $memory)';
    const asked = await gdb(order, scratch, [...memory, pending]);
    if (!asked.includes('\nheatline 0')) return gdbComplaint(order, asked);
    const soon = await waitForAnswer(order.pid, ack, SOON, true);
    if (soon !== 'waiting') return soon;
    if (await mainThreadWaits(order.pid)) {
      const direct = [
        'set $state = ((int (*)(void)) PyGILState_Ensure)()',
        'set $result = ((int (*)(void *)) PyRun_SimpleString)((void *) $memory)',
        'call ((void (*)(int)) PyGILState_Release)($state)',
        'printf "heatline %d\\n", $result',
      ];
      await gdb(order, scratch, [...memory, ...direct]);
    }
    return await waitForAnswer(order.pid, ack, LATE);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Runs gdb commands in the process, and detaches. Returns what it said. An error ends the commands; a call that hangs is taken back. */
async function gdb(order: Injection, scratch: string, commands: readonly string[]): Promise<string> {
  const file = path.join(scratch, 'commands');
  await writeFile(file, ['set unwindonsignal on', 'sharedlibrary libpython', 'sharedlibrary libc.so', ...commands, ''].join('\n'));
  // Symbols of libraries that are not needed, and what files beside them want to run, only take time.
  const quick = ['set auto-solib-add off', 'set auto-load off', 'set confirm off', 'set width 0'].flatMap((command) => ['-iex', command]);
  const child = spawn(order.gdb, ['-nx', '-batch', ...quick, '-p', String(order.pid), '-x', file], { cwd: scratch, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-20_000)));
  // Interrupted, gdb undoes the call and detaches. It is never killed: that would leave the process in the middle of it.
  const timer = setTimeout(() => child.kill('SIGINT'), GDB_PATIENCE);
  await new Promise<void>((resolve) => {
    child.once('error', (error) => {
      said += `\n${error.message}`;
      resolve();
    });
    child.once('close', () => resolve());
  });
  clearTimeout(timer);
  return said;
}

function gdbComplaint({ pid }: Injection, said: string): string {
  if (/ptrace: Operation not permitted|Could not attach/.test(said)) {
    return `The system does not let gdb look into process ${pid}:\n${said.trim()}`;
  }
  if (/No symbol "(Py\w+)"/.test(said)) {
    return `Process ${pid} does not show where its interpreter is (${/No symbol "\w+"/.exec(said)![0]}): its Python is built in without symbols. Start the program from Heatline instead.`;
  }
  return `gdb could not ask the interpreter of process ${pid} to run the sampler:\n${said.trim()}`;
}

/** Whether the main thread is inside one system call, and has been for a while: then it holds none of the interpreter's and the C library's locks. */
async function mainThreadWaits(pid: number): Promise<boolean> {
  const look = async () => {
    const task = `/proc/${pid}/task/${pid}`;
    const call = await readFile(`${task}/syscall`, 'latin1').catch(() => 'running');
    const switches = /^voluntary_ctxt_switches:\s*(\d+)/m.exec(await readFile(`${task}/status`, 'latin1').catch(() => ''))?.[1];
    return call.startsWith('running') ? undefined : `${call} ${switches}`;
  };
  const before = await look();
  await new Promise((resolve) => setTimeout(resolve, 300));
  return before !== undefined && before === (await look());
}

/** Waits for what heatline_attach.py says: undefined when it began, why it could not, or, with `quietly`, 'waiting' when there is no answer yet. */
async function waitForAnswer(pid: number, ack: string, milliseconds: number, quietly = false): Promise<string | undefined> {
  const deadline = Date.now() + milliseconds;
  for (;;) {
    const answer = await readFile(ack, 'utf8').catch(() => undefined);
    if (answer !== undefined) return answer === 'ok' ? undefined : `The sampler cannot work in process ${pid}: ${answer}`;
    if (!(await isRunning(pid))) return `Process ${pid} has ended.`;
    if (Date.now() > deadline) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  if (quietly) return 'waiting';
  return `The main thread of process ${pid} runs no Python code at the moment: it is inside a long call of C. Try again later.`;
}

/** A value as Python source, all ASCII. */
function pythonText(value: unknown): string {
  if (typeof value === 'string') return `bytes.fromhex('${Buffer.from(value).toString('hex')}').decode('utf-8')`;
  if (typeof value === 'object' && value !== null) return `{${Object.entries(value).map(([key, item]) => `'${key}': ${pythonText(item)}`).join(', ')}}`;
  return String(value);
}
