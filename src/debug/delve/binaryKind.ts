import { constants } from 'node:fs';
import { access, open } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { readElf } from '../../profilers/symbols/elf.ts';

/** The beginning of an archive. */
const ARCHIVE = '!<arch>';

/** Why a file cannot be run here: `what` continues a sentence that begins with its name. */
export interface Foreignness {
  readonly code: 'delve-wrong-architecture' | 'delve-not-executable' | 'delve-permission';
  readonly what: string;
}

/** ELF's numbers of processors (e_machine) that Go builds for, by Go's names. */
const MACHINES: Readonly<Record<number, string>> = { 3: '386', 8: 'mips', 21: 'ppc64', 22: 's390x', 40: 'arm', 62: 'amd64', 183: 'arm64', 243: 'riscv64', 258: 'loong64' };

const wrongMachine = (what: string): Foreignness => ({ code: 'delve-wrong-architecture', what });

/** What is wrong with a binary that the system or dlv did not want to run. */
export async function foreignness(file: string): Promise<Foreignness> {
  const start = await firstBytes(file);
  const magic = start.toString('latin1');
  const here = `this machine is ${process.platform} on ${os.arch()}`;
  const elf = magic.startsWith('\x7fELF') ? await readElf(file).catch(() => undefined) : undefined;
  if (elf) {
    const machine = MACHINES[elf.machine] ?? `processor ${elf.machine}`;
    if (process.platform === 'linux' && !(await access(file, constants.X_OK).then(() => true, () => false))) return { code: 'delve-permission', what: 'may not be executed' };
    return wrongMachine(`is a program for ${machine}, and ${here}`);
  }
  if (magic.startsWith('MZ')) return wrongMachine(`is a program for Windows, and ${here}`);
  if (/^(\xcf\xfa\xed\xfe|\xfe\xed\xfa\xcf|\xca\xfe\xba\xbe)/.test(magic)) return wrongMachine(`is a program for macOS, and ${here}`);
  if (magic.startsWith(ARCHIVE)) return { code: 'delve-not-executable', what: 'is a compiled package (an archive), not a program' };
  if (path.extname(file) === '.go') return { code: 'delve-not-executable', what: 'is source code, not a built program' };
  if (magic.startsWith('#!')) return { code: 'delve-not-executable', what: 'is a script, not a built program' };
  return { code: 'delve-not-executable', what: 'is not a program' };
}

/** Whether a file is what the go command makes of a package that is no program. */
export async function isArchive(file: string): Promise<boolean> {
  return (await firstBytes(file)).toString('latin1').startsWith(ARCHIVE);
}

async function firstBytes(file: string): Promise<Buffer> {
  const handle = await open(file).catch(() => undefined);
  if (!handle) return Buffer.alloc(0);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(8), 0, 8, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
