// Installs the web host: VS Code's own server and workbench (code-server) and the Node it needs, in a cache folder.
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from '../project.mjs';
import { npm } from '../dependencies.mjs';
import { onStop, run } from '../processes.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));

const platform = `${process.platform}-${process.arch}`;

/** Is there a web host for this machine? */
export const webHostSupported = ['linux-x64', 'linux-arm64'].includes(platform);

/** Parts of no use to us, half of the size: other machines' binaries, headers, and the assistants. Folder -> what stays of it. */
const unneeded = {
  'node_modules/code-server/lib/vscode/node_modules/@vscode/ripgrep-universal/bin': (name) => name === platform,
  'node_modules/code-server/lib/vscode/node_modules/node-pty/prebuilds': (name) => name === platform,
  'node_modules/code-server/lib/vscode/node_modules/@github': () => false,
  'node_modules/code-server/lib/vscode/node_modules/@microsoft/mxc-sdk': () => false,
  'node_modules/code-server/lib/vscode/extensions/copilot': () => false,
  'node_modules/code-server/lib/vscode/extensions/mermaid-markdown-features': () => false,
  [`node_modules/node-${platform}`]: (name) => ['bin', 'LICENSE', 'package.json'].includes(name),
};

/** The paths of an installed web host in `folder`. */
function layout(folder) {
  return {
    folder,
    node: path.join(folder, 'node_modules', `node-${platform}`, 'bin', 'node'),
    entry: path.join(folder, 'node_modules', 'code-server', 'out', 'node', 'entry.js'),
  };
}

async function prune(folder) {
  for (const [inside, keep] of Object.entries(unneeded)) {
    const parent = path.join(folder, inside);
    if (!existsSync(parent)) continue;
    for (const name of await readdir(parent)) if (!keep(name)) await rm(path.join(parent, name), { recursive: true, force: true });
  }
}

/** Deletes what installs left behind that were killed: their folders carry the number of their process. */
async function removeAbandoned(target) {
  for (const name of await readdir(cacheFolder)) {
    const pid = name.startsWith(`${path.basename(target)}.installing-`) ? Number(name.split('-').at(-1)) : undefined;
    if (pid === undefined) continue;
    try {
      process.kill(pid, 0);
    } catch {
      await rm(path.join(cacheFolder, name), { recursive: true, force: true });
    }
  }
}

async function installInto(folder) {
  await mkdir(folder, { recursive: true });
  for (const name of ['package.json', 'package-lock.json']) await copyFile(path.join(here, name), path.join(folder, name));
  // No install scripts: code-server's wants compilers, and its server runs without what they build. The flags are spelled
  // out because npm hands its own settings down to the npm that a script calls.
  const flags = ['--omit=dev', '--ignore-scripts', '--legacy-peer-deps=false', '--no-audit', '--no-fund', '--loglevel=error'];
  const steps = [
    ['ci', folder],
    // `ci` refuses here: the lists of exact versions that code-server ships (npm-shrinkwrap.json) are not complete.
    ['install', path.join(folder, 'node_modules/code-server/lib/vscode')],
    ['install', path.join(folder, 'node_modules/code-server/lib/vscode/extensions')],
  ];
  for (const [command, cwd] of steps) {
    const { code, output } = await npm([command, ...flags], { cwd });
    if (code !== 0) throw new Error(`npm ${command} failed with exit code ${code} in ${cwd}\n${output}`);
  }
  await prune(folder);
  const { node, entry } = layout(folder);
  const probe = await run(node, [entry, '--version'], { timeoutMs: 60_000 });
  if (probe.code !== 0) throw new Error(`the installed web host does not start\n${probe.output}`);
}

/**
 * The installed web host; installs it first where it is missing. The folder gets its final name when it is complete, so
 * that an interrupted install, or two at once, never leave half of one.
 * @param {{ say: (text: string) => void }} options
 * @returns {Promise<{ folder: string, node: string, entry: string }>}
 * @throws when this platform has no web host, or npm fails
 */
export async function webHost({ say }) {
  const { dependencies } = JSON.parse(await readFile(path.join(here, 'package.json'), 'utf8'));
  const version = dependencies['code-server'];
  const target = path.join(cacheFolder, `web-host-${version}`);
  if (existsSync(target)) return layout(target);
  if (!webHostSupported) {
    throw new Error(`no web host for ${platform}: install VS Code and put its command "code" on PATH`);
  }
  await mkdir(cacheFolder, { recursive: true });
  await removeAbandoned(target);
  say(`installing code-server ${version} and Node 24 from npm into ${target} (about 400 MB, once)`);
  const temporary = `${target}.installing-${process.pid}`;
  const forget = onStop(() => rm(temporary, { recursive: true, force: true }));
  try {
    await installInto(temporary);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    // Another install may have been faster; then its result is as good as ours.
    if (!existsSync(target)) throw error;
  } finally {
    forget();
  }
  return layout(target);
}
