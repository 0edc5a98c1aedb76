import { readFile } from 'node:fs/promises';
import type { Remedy } from './problem.ts';

/** What each package manager calls the package that brings a tool. */
const PACKAGES: Record<string, { apt: readonly string[]; dnf: readonly string[]; pacman: readonly string[]; brew?: readonly string[] }> = {
  perf: { apt: ['linux-perf'], dnf: ['perf'], pacman: ['perf'] },
  valgrind: { apt: ['valgrind'], dnf: ['valgrind'], pacman: ['valgrind'] },
  python3: { apt: ['python3'], dnf: ['python3'], pacman: ['python'], brew: ['python'] },
  go: { apt: ['golang-go'], dnf: ['golang'], pacman: ['go'], brew: ['go'] },
  cc: { apt: ['gcc', 'libc6-dev'], dnf: ['gcc'], pacman: ['gcc'], brew: ['gcc'] },
  'c++': { apt: ['g++'], dnf: ['gcc-c++'], pacman: ['gcc'], brew: ['gcc'] },
  gdb: { apt: ['gdb'], dnf: ['gdb'], pacman: ['gdb'], brew: ['gdb'] },
  strace: { apt: ['strace'], dnf: ['strace'], pacman: ['strace'] },
  ltrace: { apt: ['ltrace'], dnf: ['ltrace'], pacman: ['ltrace'] },
  gperftools: { apt: ['libgoogle-perftools4'], dnf: ['gperftools-libs'], pacman: ['gperftools'], brew: ['gperftools'] },
  addr2line: { apt: ['binutils'], dnf: ['binutils'], pacman: ['binutils'], brew: ['binutils'] },
};

/** Builds the newest dlv into Go's own folder of programs. */
export const INSTALL_DLV = ['go', 'install', 'github.com/go-delve/delve/cmd/dlv@latest'] as const;

/** The command that installs a tool on this system, as a remedy; none where we do not know one. */
export async function installRemedy(tool: string): Promise<Remedy[]> {
  // Distributions have a dlv that is older than the Go that people install beside it.
  if (tool === 'dlv') return [{ kind: 'terminal', label: 'Install dlv', command: INSTALL_DLV }];
  const packages = PACKAGES[tool];
  if (!packages) return [];
  const command = await installCommand(packages, tool);
  return command ? [{ kind: 'terminal', label: `Install ${tool}`, command }] : [];
}

async function installCommand(packages: (typeof PACKAGES)[string], tool: string): Promise<string[] | undefined> {
  if (process.platform === 'darwin') return packages.brew ? ['brew', 'install', ...packages.brew] : undefined;
  if (process.platform !== 'linux') return undefined;
  const sudo = process.getuid?.() === 0 ? [] : ['sudo'];
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const ids = [...release.matchAll(/^ID(?:_LIKE)?="?([^"\n]*)"?$/gm)].flatMap(([, ids]) => ids.split(' '));
  if (ids.includes('ubuntu') && tool === 'perf') return [...sudo, 'apt-get', 'install', 'linux-tools-common', 'linux-tools-generic'];
  if (ids.includes('debian') || ids.includes('ubuntu')) return [...sudo, 'apt-get', 'install', ...packages.apt];
  if (ids.includes('fedora') || ids.includes('rhel')) return [...sudo, 'dnf', 'install', ...packages.dnf];
  if (ids.includes('arch')) return [...sudo, 'pacman', '-S', ...packages.pacman];
  return undefined;
}
