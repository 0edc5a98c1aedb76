import { spawn } from 'node:child_process';
import net from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { isRunning, runProcess } from '../../profilers/process.ts';
import { identityOf } from '../../profilers/processIdentity.ts';
import { list, optionalText, wrong } from '../configurationChecks.ts';
import { TOKEN_VARIABLE, type AttachConfiguration } from './configuration.ts';
import type { Ending } from '../startedProcess.ts';
import type { Debuggee, Surroundings } from './debuggee.ts';
import { fault } from '../fault.ts';
import { ownsConnection } from './connectionOwner.ts';
import { LOOPBACK } from '../loopback.ts';
import { attachLine, awaitHello, type Connected } from './handshake.ts';
import { interpreterOf } from './launchOrder.ts';
import { killTree } from '../processTree.ts';
import { tokenOfListener } from './tokenFile.ts';

/** Milliseconds for a listener to take the connection. */
const CONNECT_PATIENCE = 10_000;
/** Milliseconds for a running interpreter to let the helper in; the helper gives up before, and says why. */
const INJECT_PATIENCE = 60_000;
const START_LISTENER = 'Start it with "python -m heatline_pdb --listen PORT program.py", or let it call heatline_pdb.listen(PORT).';

/**
 * Connects to a program that listens for a debugger, or makes a running one connect to us.
 * @throws ProblemError: what happened, why, and what mends it
 */
export async function attach(configuration: AttachConfiguration, around: Surroundings): Promise<Debuggee> {
  if (configuration.processId !== undefined) return attachToProcess(configuration, around);
  const port = portOf(configuration);
  return list(configuration, 'via').length > 0 ? attachThrough(configuration, port, around) : attachToPort(configuration, port, around);
}

function portOf({ port }: AttachConfiguration): number {
  const number = typeof port === 'string' && /^\d+$/.test(port) ? Number(port) : port;
  if (number === undefined) throw fault('pdb-attach-what', 'The debug configuration does not say what to attach to.', 'Set "port" (of a program that listens) or "processId".');
  if (typeof number !== 'number' || !Number.isInteger(number) || number < 1 || number > 65535) throw wrong('port', port, 'a number from 1 to 65535');
  return number;
}

async function attachToPort(configuration: AttachConfiguration, port: number, around: Surroundings): Promise<Debuggee> {
  const host = optionalText(configuration, 'host') ?? LOOPBACK;
  if (!/^(localhost|127(\.\d+){3}|::1)$/i.test(host)) {
    throw fault(
      'pdb-not-loopback', `${host} is not this machine, and debugging does not go over a network.`,
      'Use "via" with a command that runs programs there, such as ["ssh", "user@host"] or ["docker", "exec", "-i", "web"]: it is safe, and needs no open port.',
    );
  }
  const token = optionalText(configuration, 'token') ?? process.env[TOKEN_VARIABLE] ?? (await tokenOfListener(port));
  if (token === undefined) {
    throw fault('pdb-no-token', `The token of the program on port ${port} is not known: nobody seems to listen there.`, `${START_LISTENER} Where it runs as another user, give its token by "token" or ${TOKEN_VARIABLE}.`);
  }
  const socket = await connect(host, port);
  const connected = await greeted(introduced(socket, socket, token, around), `The program on port ${port}`, () => socket.destroy());
  return attached(connected, configuration.name ?? `port ${port}`, await ownsConnection(connected.hello.pid, socket), () => socket.destroy());
}

function connect(host: string, port: number): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host, port });
    socket.setNoDelay(true);
    const failed = (words: string) => {
      socket.destroy();
      reject(fault('pdb-no-listener', `No program listens for a debugger on ${host}:${port} (${words}).`, START_LISTENER));
    };
    const timer = setTimeout(() => failed('no answer'), CONNECT_PATIENCE);
    socket.once('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      failed(error.code ?? error.message);
    });
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.removeAllListeners('error').on('error', () => undefined);
      resolve(socket);
    });
  });
}

/** The hello, or a fault that says why there is none. */
async function greeted(hello: Promise<Connected>, who: string, release: () => void, detail: () => string = () => ''): Promise<Connected> {
  try {
    return await hello;
  } catch (error) {
    release();
    throw fault(
      'pdb-refused', `${who} refused the debugger: ${(error as Error).message}.`,
      'Another debugger may be attached already, the token may be of an earlier run, or the port may belong to another program.', detail(),
    );
  }
}

/** Runs the helper's relay where the program is; its stdin and stdout are the connection. */
async function attachThrough(configuration: AttachConfiguration, port: number, around: Surroundings): Promise<Debuggee> {
  const via = list(configuration, 'via');
  const python = list(configuration, 'python');
  const command = [...via, ...(python.length > 0 ? python : ['python3']), '-m', 'heatline_pdb', '--relay', String(port)];
  const relay = spawn(command[0], command.slice(1), { stdio: 'pipe', windowsHide: true });
  let stderr = '';
  relay.stderr.setEncoding('utf8').on('data', (text: string) => void (stderr = (stderr + text).slice(-8000)));
  relay.stdin.on('error', () => undefined);
  const started = new Promise<void>((resolve, reject) => {
    relay.once('spawn', resolve);
    relay.once('error', (error) => reject(fault('pdb-via', `${via[0]} could not be started.`, `${error.message}. Correct "via" of the debug configuration.`)));
  });
  await started;
  const release = () => void relay.kill();
  const token = optionalText(configuration, 'token');
  // The relay adds the token of the listener's own file where none is given.
  const connected = await greeted(introduced(relay.stdout, relay.stdin, token, around), `The program behind ${via.join(' ')}`, release, () => stderr);
  return attached(connected, configuration.name ?? via.join(' '), false, release);
}

/** Has a running process listen (sys.remote_exec from Python 3.14 on, gdb below), and connects. What the helper cannot do it says in its own words. */
async function attachToProcess(configuration: AttachConfiguration, around: Surroundings): Promise<Debuggee> {
  const pid = Number(configuration.processId);
  if (!Number.isInteger(pid) || pid < 1) throw wrong('processId', configuration.processId, 'the number of a process');
  if (!(await isRunning(pid))) throw fault('pdb-no-process', `There is no process ${pid}, or it belongs to another user.`, 'Choose one that runs, and that is yours.');
  const interpreter = await interpreterOf(configuration, process.cwd());
  const { stdout, stderr } = await runProcess(interpreter[0], [...interpreter.slice(1), around.helper, '--attach', String(pid)], { timeout: INJECT_PATIENCE, signal: around.signal });
  const { listening, error } = answerOf(stdout);
  if (error !== undefined) throw fault('pdb-attach-failed', error, '');
  if (!listening) throw fault('pdb-attach-failed', `Process ${pid} could not be attached to.`, START_LISTENER, stderr || stdout);
  return attachToPort({ ...configuration, host: listening.host, token: listening.token, name: configuration.name ?? `process ${pid}` }, listening.port, around);
}

/** The helper's answer is one line of JSON. */
function answerOf(stdout: string): { readonly listening?: { readonly host: string; readonly port: number; readonly token: string }; readonly error?: string } {
  try {
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as object;
  } catch {
    return {};
  }
}

/** Says who we are, and hears who the program is. */
function introduced(input: Readable, output: Writable, token: string | undefined, { clientName }: Surroundings): Promise<Connected> {
  output.write(attachLine(token, clientName));
  return awaitHello(input, output);
}

async function attached(connected: Connected, title: string, isLocal: boolean, release: () => void): Promise<Debuggee> {
  const program = isLocal ? await identityOf(connected.hello.pid) : undefined;
  const ended = connected.channel.whenClosed.then((): Ending => ({}));
  return {
    ...connected, startMethod: 'attach', title, isLocal, ended,
    input: () => false,
    kill: async () => {
      if (program) await killTree(program);
      release();
    },
    release,
  };
}
