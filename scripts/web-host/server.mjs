// Starts and stops the web host's server, and installs extensions for it.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { isStopping, onStop, run, start, stop } from '../processes.mjs';

const START_MS = 90_000;
/** Said at every start: a part that no install script has built is done without. */
const noise = /(\[IPC.*\] )?Error: Could not locate the bindings file[\s\S]*?\n\}\n/g;

/**
 * Our environment without what an outer VS Code or an outer server left in it: that would be taken for our own. VSCODE_CLI says
 * that we come from a terminal; otherwise extensions would get the PATH of a fresh login shell instead of ours.
 */
function cleanEnvironment(more) {
  const foreign = /^(VSCODE_|CODE_SERVER_|ELECTRON_)/;
  return { ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name))), VSCODE_CLI: '1', ...more };
}

/**
 * Starts a server on the loopback interface, without a password.
 * @param {object} options
 * @param {{ node: string, entry: string }} options.host from webHost()
 * @param {string} options.userDataDir settings and state
 * @param {string} options.extensionsDir
 * @param {number} [options.port] a port to take; any free one unless given
 * @param {NodeJS.ProcessEnv} [options.env] more environment for the server, extensions and terminals
 * @param {boolean} [options.workspaceTrust] whether VS Code's workspace trust is on; it is off unless asked for
 * @param {boolean} [options.testDriver] lets the page's address name extensions and tests to run; hides notifications
 * @returns a handle: `origin` (address), `died` (resolves when the server ends unasked), `output()` and `stop()`
 * @throws with the server's output when it does not listen within 90 seconds
 */
export async function startServer({ host, userDataDir, extensionsDir, port = 0, env = {}, workspaceTrust = false, testDriver = false }) {
  // Sockets have short names only, so they get a folder right below the system's own.
  const temporary = await mkdtemp(path.join(os.tmpdir(), 'heatline-'));
  await mkdir(extensionsDir, { recursive: true });
  await mkdir(userDataDir, { recursive: true });
  const config = path.join(temporary, 'config.yaml');
  await writeFile(config, '');
  const args = [
    host.entry, '--config', config, '--auth', 'none', '--host', '127.0.0.1', '--port', String(port),
    '--user-data-dir', userDataDir, '--extensions-dir', extensionsDir, '--session-socket', path.join(temporary, 'session.sock'),
    '--disable-telemetry', '--disable-update-check', '--disable-getting-started-override', '--disable-proxy', '--ignore-last-opened',
    ...(workspaceTrust ? [] : ['--disable-workspace-trust']),
    ...(testDriver ? ['--vscode-option', 'enable-smoke-test-driver'] : []),
  ];
  // As if started from a command line: otherwise VS Code asks a login shell for PATH, and programs that are on ours get lost.
  const child = start(host.node, args, { env: cleanEnvironment({ TMPDIR: temporary, VSCODE_CLI: '1', ...env }) });
  const removeTemporary = () => rm(temporary, { recursive: true, force: true, maxRetries: 3 });
  const forget = onStop(removeTemporary);
  let output = '';
  let stopping = false;
  let ended;
  const died = new Promise((resolve) => { ended = resolve; });
  child.once('exit', (code) => {
    if (!stopping && !isStopping()) ended(code ?? 128);
  });

  const stopServer = async () => {
    stopping = true;
    await stop(child);
    await removeTemporary();
    forget();
  };
  let timer;
  try {
    const listening = await new Promise((resolve, reject) => {
      const collect = (data) => {
        output = (output + data).slice(-200_000);
        const match = /listening on http:\/\/127\.0\.0\.1:(\d+)/.exec(output);
        if (match) resolve(Number(match[1]));
      };
      child.stdout.setEncoding('utf8').on('data', collect);
      child.stderr.setEncoding('utf8').on('data', collect);
      child.once('error', reject);
      void died.then((code) => reject(new Error(`the web host ended with exit code ${code}\n${output}`)));
      timer = setTimeout(() => reject(new Error(`the web host did not listen within ${START_MS / 1000} s\n${output}`)), START_MS);
    });
    const authority = `127.0.0.1:${listening}`;
    return { origin: `http://${authority}`, authority, died, output: () => output.replace(noise, ''), stop: stopServer };
  } catch (error) {
    await stopServer();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Installs an extension from its VSIX file.
 * @param {{ host: { node: string, entry: string }, vsix: string, userDataDir: string, extensionsDir: string }} options
 * @throws with the server's output when it is not installed
 */
export async function installExtension({ host, vsix, userDataDir, extensionsDir }) {
  await mkdir(extensionsDir, { recursive: true });
  await mkdir(userDataDir, { recursive: true });
  // An empty file of our own, or the user's code-server configuration would be read (and one written where there is none).
  const config = path.join(userDataDir, 'config.yaml');
  await writeFile(config, '');
  const args = [host.entry, '--config', config, '--user-data-dir', userDataDir, '--extensions-dir', extensionsDir, '--install-extension', vsix, '--force'];
  const { code, output } = await run(host.node, args, { env: cleanEnvironment({}), timeoutMs: 120_000 });
  if (code !== 0 || !/successfully installed/.test(output)) throw new Error(`installing ${vsix} failed with exit code ${code}\n${output}`);
}

/**
 * The address that opens a workbench: on a folder, on a workspace file, or on nothing.
 * @param {{ origin: string }} server
 * @param {{ folder?: string, workspace?: string, payload?: [string, string][] }} [target]
 */
export function workbenchAddress(server, { folder, workspace, payload = [] } = {}) {
  const address = new URL('/', server.origin);
  if (folder) address.searchParams.set('folder', folder);
  else if (workspace) address.searchParams.set('workspace', workspace);
  else address.searchParams.set('ew', 'true');
  if (payload.length > 0) address.searchParams.set('payload', JSON.stringify(payload));
  return address.href;
}
