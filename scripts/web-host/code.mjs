#!/usr/bin/env node
// Takes the place of the desktop program `code` for test runs: same arguments, but the web host does the work.
// @vscode/test-electron calls it as `vscodeExecutablePath`.
import { statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { webHost } from './install.mjs';
import { runSuite } from './suite.mjs';

/** Options of `code` that take a value and mean something here. The others are for a desktop and are passed over. */
const valued = ['extensionDevelopmentPath', 'extensionTestsPath', 'user-data-dir', 'extensions-dir', 'folder-uri', 'file-uri'];

function parse(args) {
  const options = { extensionDevelopmentPath: [] };
  const targets = [];
  for (let at = 0; at < args.length; at++) {
    const match = /^--?([^=]+)(?:=(.*))?$/s.exec(args[at]);
    if (!match) {
      targets.push(args[at]);
      continue;
    }
    const [, name, inline] = match;
    if (!valued.includes(name)) continue;
    const value = inline ?? args[++at];
    if (name === 'extensionDevelopmentPath') options[name].push(value);
    else options[name] = value;
  }
  return { options, targets };
}

const asPath = (value) => (value?.startsWith('file://') ? fileURLToPath(value) : value && path.resolve(value));

async function main() {
  const { options, targets } = parse(process.argv.slice(2));
  for (const name of ['extensionTestsPath', 'user-data-dir', 'extensions-dir']) {
    if (!options[name]) throw new Error(`only runs of extension tests are supported: --${name} is missing`);
  }
  const target = asPath(options['folder-uri'] ?? options['file-uri'] ?? targets[0]);
  const isWorkspace = target?.endsWith('.code-workspace');
  const isFolder = target && !isWorkspace && statSync(target).isDirectory();
  const abort = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => abort.abort());

  return runSuite({
    host: await webHost({ say: console.log }),
    folder: isFolder ? target : undefined,
    workspace: isWorkspace ? target : undefined,
    file: target && !isFolder && !isWorkspace ? target : undefined,
    extensionFolders: options.extensionDevelopmentPath.map(asPath),
    testsPath: asPath(options.extensionTestsPath),
    userDataDir: asPath(options['user-data-dir']),
    extensionsDir: asPath(options['extensions-dir']),
    signal: abort.signal,
    onLog: console.log,
  });
}

let code = 70;
try {
  code = await main();
} catch (error) {
  console.error(error);
}
// test-electron reads no further once the process has ended, so everything must be written before.
await new Promise((resolve) => process.stdout.write('', resolve));
await new Promise((resolve) => process.stderr.write('', resolve));
setTimeout(() => process.exit(code), 50);
