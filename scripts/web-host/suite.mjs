// Runs a test suite inside the extension host of the web host, driven by a headless browser.
import { format } from 'node:util';
import { launchBrowser } from './browser.mjs';
import { startServer, workbenchAddress } from './server.mjs';

/** What the server and the page always say, whatever runs in them. */
const noise = /Could not locate the bindings file|build\/Release\/watchdog|^(Resolv(ing|ed) connection token|Creating a socket|\[reconnection-grace-time\]|\[AgentHost|\[AccountPolicyGate\]|\[Service Worker\] registered|Updating additional builtin|Creation of workbench contribution|Error while fetching the extension under development|getaddrinfo )/;

/**
 * Runs the module `testsPath` (its export `run`) in a real extension host with extensions loaded from their folders.
 * @param {object} options
 * @param {{ node: string, entry: string }} options.host from webHost()
 * @param {string} [options.folder] the folder to open
 * @param {string} [options.workspace] the workspace file to open
 * @param {string} [options.file] the file to open
 * @param {string[]} options.extensionFolders
 * @param {string} options.testsPath
 * @param {string} options.userDataDir settings and state
 * @param {string} options.extensionsDir installed extensions
 * @param {AbortSignal} options.signal ends the run with code 130
 * @param {(text: string) => void} options.onLog what the extension host and the page print
 * @returns {Promise<number>} 0 when the suite said so; the suite's own results decide, as a host that crashes can end with 0
 */
export async function runSuite({ host, folder, workspace, file, extensionFolders, testsPath, userDataDir, extensionsDir, signal, onLog }) {
  const server = await startServer({ host, userDataDir, extensionsDir, testDriver: true });
  let browser;
  try {
    browser = await launchBrowser();
    // Nobody looks: painting a large window, and what moves in it, would only keep the processor from the tests.
    const page = await browser.newPage({ viewport: { width: 1000, height: 700 }, reducedMotion: 'reduce' });
    let end;
    const ended = new Promise((resolve) => { end = resolve; });
    const log = (text) => {
      // Frames of the workbench's own, minified code say nothing.
      if (!noise.test(text)) onLog(text.replace(/\n\s+at .*workbench\.js:.*/g, ''));
    };
    // The workbench calls these two when it runs tests.
    await page.exposeFunction('codeAutomationLog', (_level, args) => log(format(...args)));
    await page.exposeFunction('codeAutomationExit', (code) => end(Number.isInteger(code) ? code : 71));
    page.on('pageerror', (error) => log(`error in the page: ${error.message}`));
    page.on('crash', () => end(70));
    void server.died.then((code) => {
      onLog(`the server ended with exit code ${code}\n${server.output()}`);
      end(73);
    });
    signal.addEventListener('abort', () => end(130));
    if (signal.aborted) end(130);

    const remote = (absolute) => `vscode-remote://${server.authority}${encodeURI(absolute)}`;
    const payload = [
      ...extensionFolders.map((extension) => ['extensionDevelopmentPath', remote(extension)]),
      ['extensionTestsPath', remote(testsPath)],
      ...(file ? [['openFile', remote(file)]] : []),
    ];
    await page.goto(workbenchAddress(server, { folder, workspace, payload }));
    return await ended;
  } finally {
    await browser?.close().catch(() => undefined);
    await server.stop();
  }
}
