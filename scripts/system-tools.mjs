// The programs that tests run besides Node: what they are called, how to see that they work, and how to get them.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import { cacheFolder } from './project.mjs';
import { run } from './processes.mjs';

/** Programs and Python packages that are installed for the tests alone, away from the user's own. */
const toolFolder = path.join(cacheFolder, 'tools');
const pythonPackages = path.join(toolFolder, 'python');

/**
 * One row a tool. `commands`: its possible names on PATH; `probe`: arguments with which it must exit 0 (none: being there
 * is enough); `env`: what must be in the environment for the tool to work; `debian`, `ubuntu`: the package that holds it; `install`: another way to get it, a command with arguments,
 * whose Go programs go `into` a folder; `fallback`: the package whose program is linked there when that failed.
 */
export const systemTools = {
  chromium: {
    commands: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
    debian: 'chromium', ubuntu: 'chromium-browser',
  },
  valgrind: { commands: ['valgrind'], probe: ['--version'], debian: 'valgrind' },
  // On Ubuntu /usr/bin/perf is a script that fails unless a perf for the running kernel is there: hence the probe.
  perf: { commands: ['perf'], probe: ['--version'], debian: 'linux-perf', ubuntu: 'linux-tools-generic' },
  gdb: { commands: ['gdb'], probe: ['--version'], debian: 'gdb' },
  python3: { commands: ['python3'], probe: ['--version'], debian: 'python3' },
  go: { commands: ['go'], probe: ['version'], debian: 'golang-go' },
  gcc: { commands: ['gcc'], probe: ['--version'], debian: 'build-essential' },
  'g++': { commands: ['g++'], probe: ['--version'], debian: 'build-essential' },
  addr2line: { commands: ['addr2line'], probe: ['--version'], debian: 'binutils' },
  'llvm-symbolizer': { commands: ['llvm-symbolizer'], probe: ['--version'], debian: 'llvm' },
  strace: { commands: ['strace'], probe: ['--version'], debian: 'strace' },
  ltrace: { commands: ['ltrace'], probe: ['--version'], debian: 'ltrace' },
  'google-pprof': { commands: ['google-pprof'], probe: ['--version'], debian: 'google-perftools' },
  ps: { commands: ['ps'], probe: ['--version'], debian: 'procps' },
  // One that is on PATH can be too old for the Go that is there. Where the newest cannot be built, as with Debian's Go, Debian's dlv serves.
  dlv: {
    commands: [path.join(toolFolder, 'bin', 'dlv')], probe: ['version'], fallback: 'delve',
    install: ['go', ['install', 'github.com/go-delve/delve/cmd/dlv@latest']],
  },
  // What Debian 12 has, and a Go of its time: programs of later ones are beyond it.
  'dlv-1.20': {
    commands: [path.join(toolFolder, 'dlv-1.20', 'dlv')], probe: ['version'], env: { GOTOOLCHAIN: 'go1.20.14' },
    install: ['go', ['install', 'github.com/go-delve/delve/cmd/dlv@v1.20.2']], into: path.join(toolFolder, 'dlv-1.20'),
  },
  pytest: {
    commands: ['python3'], probe: ['-c', 'import pytest'], env: { PYTHONPATH: pythonPackages },
    install: ['python3', ['-m', 'pip', 'install', '--quiet', '--target', pythonPackages, 'pytest']],
  },
  ipdb: {
    commands: ['python3'], probe: ['-c', 'import ipdb'], env: { PYTHONPATH: pythonPackages },
    install: ['python3', ['-m', 'pip', 'install', '--quiet', '--target', pythonPackages, 'ipdb']],
  },
  // The peer that the Python debug adapter is compared with; it also carries the published JSON schema of the Debug Adapter Protocol.
  debugpy: {
    commands: ['python3'], probe: ['-c', 'import debugpy'], env: { PYTHONPATH: pythonPackages },
    install: ['python3', ['-m', 'pip', 'install', '--quiet', '--target', pythonPackages, 'debugpy']],
  },
};

/** Puts programs installed for the tests on the PATH of this process and its children. Call once, before looking for tools. */
export function useInstalledTools(env = process.env) {
  env.PATH = [env.PATH, path.join(toolFolder, 'bin')].filter(Boolean).join(path.delimiter);
}

/** A path, if a program is there. */
function isProgram(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile() ? file : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Where a program is on PATH.
 * @param {string} command
 * @returns {string | undefined}
 */
export function findProgram(command) {
  const endings = process.platform === 'win32' ? ['.exe', '.cmd', '.bat', ''] : [''];
  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    for (const ending of endings) {
      const file = folder && isProgram(path.join(folder, command + ending));
      if (file) return file;
    }
  }
  return undefined;
}

/**
 * The path of a working tool of the table, or of any program on PATH when the table has no such row.
 * @param {string} name
 * @returns {string | undefined} undefined when it is missing or fails its probe
 */
export function findTool(name, table = systemTools) {
  const { commands, probe, env } = table[name] ?? { commands: [name] };
  const file = commands.map((command) => (path.isAbsolute(command) ? isProgram(command) : findProgram(command))).find(Boolean);
  if (!file || !probe) return file;
  return spawnSync(file, probe, { stdio: 'ignore', timeout: 30_000, env: { ...process.env, ...env } }).status === 0 ? file : undefined;
}

/**
 * What must be in the environment for a tool of the table to work.
 * @param {string} name
 * @returns {Record<string, string>}
 */
export function toolEnvironment(name) {
  return systemTools[name]?.env ?? {};
}

/** The tools that tests need and that do not work here. */
export function missingTools(table = systemTools) {
  return Object.keys(table).filter((name) => !findTool(name, table));
}

/** 'debian', 'ubuntu' (each with what derives from it), or undefined elsewhere. */
function packageFamily() {
  let release = '';
  try {
    release = readFileSync('/etc/os-release', 'utf8');
  } catch {
    return undefined;
  }
  const names = [...release.matchAll(/^ID(?:_LIKE)?="?([^"\n]*)"?$/gm)].flatMap((match) => match[1].split(' '));
  if (!findProgram('apt-get')) return undefined;
  return ['ubuntu', 'debian'].find((family) => names.includes(family));
}

/** What to put before a command that must run as root; undefined when that needs a password. */
async function asRoot() {
  if (process.getuid?.() === 0) return [];
  if (!findProgram('sudo')) return undefined;
  return (await run('sudo', ['-n', 'true'])).code === 0 ? ['sudo', '-n'] : undefined;
}

/** Installs packages; returns why not, or undefined when apt-get was content. */
async function aptInstall(packages, say) {
  const root = await asRoot();
  if (!root) return 'installing packages needs root or sudo without a password';
  const aptGet = (...args) => {
    const [command, ...rest] = [...root, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-o', 'DPkg::Lock::Timeout=120', ...args];
    return run(command, rest, { timeoutMs: 600_000 });
  };
  say(`installing the packages ${packages.join(', ')}`);
  await aptGet('update');
  const install = (...names) => aptGet('install', '-y', '--no-install-recommends', ...names);
  const together = await install(...packages);
  if (together.code === 0) return undefined;
  // One package that this release lacks must not keep the others away.
  const failed = [];
  for (const name of packages.length > 1 ? packages : []) if ((await install(name)).code !== 0) failed.push(name);
  if (packages.length > 1 && failed.length === 0) return undefined;
  const reason = together.output.split('\n').find((line) => line.startsWith('E:')) ?? together.output.trim().split('\n').at(-1);
  return `apt-get install failed: ${reason}`;
}

/**
 * Installs the tools that are missing, as far as this machine lets us.
 * @param {{ say: (text: string) => void, table?: typeof systemTools }} options
 * @returns {Promise<{ tool: string, why: string }[]>} the tools that are still missing
 */
export async function installSystemTools({ say, table = systemTools }) {
  const missing = missingTools(table);
  if (missing.length === 0) return [];
  const why = new Map();

  const family = packageFamily();
  const packageOf = (name) => table[name][family] ?? table[name].debian;
  const packaged = missing.filter((name) => packageOf(name));
  if (packaged.length > 0) {
    const reason = family ? await aptInstall([...new Set(packaged.map(packageOf))], say) : 'only Debian and Ubuntu packages are known here';
    for (const name of packaged) why.set(name, reason);
  }
  for (const name of missing.filter((other) => table[other].install)) {
    const { install: [command, args], into = path.join(toolFolder, 'bin'), env, fallback } = table[name];
    say(`installing ${name}: ${command} ${args.join(' ')}`);
    const { code, output } = await run(command, args, { env: { ...process.env, ...env, GOBIN: into }, timeoutMs: 600_000 });
    if (code === 0) continue;
    why.set(name, `${command} failed: ${output.trim().split('\n').at(-1)}`);
    if (!fallback || !family || (await aptInstall([fallback], say)) !== undefined) continue;
    await mkdir(into, { recursive: true });
    const packaged = findProgram(name);
    if (packaged) await symlink(packaged, path.join(into, name)).catch(() => undefined);
  }
  return missingTools(table).map((tool) => ({ tool, why: why.get(tool) ?? 'it is installed but does not run' }));
}
