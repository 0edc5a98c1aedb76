import { createReadStream } from 'node:fs';
import { open, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

const MMAP = 1;
const COMM = 3;
const FORK = 7;
const MMAP2 = 10;
/** Where the file's name stands in such records: behind header, pid, tid, address, length and offset, and for the newer ones behind device, inode and protection. */
const NAME_AT: Readonly<Record<number, number>> = { [MMAP]: 40, [MMAP2]: 72 };
/** Python and perf use this folder whatever TMPDIR says. */
const FOLDER = '/tmp';

/** The processes of a perf.data file, and those of them that wrote a jit dump for perf inject. */
export interface RecordedProcesses {
  readonly all: ReadonlySet<number>;
  readonly dumping: ReadonlySet<number>;
  /** Where in the file each record of a mapping begins, by process. */
  readonly mappings: ReadonlyMap<number, readonly number[]>;
}

/**
 * Finds processes in the records of a perf.data file, also of one that perf did not finish. Source: linux, tools/perf/Documentation/perf.data-file-format.txt
 * and include/uapi/linux/perf_event.h.
 */
export async function recordedProcesses(file: string): Promise<RecordedProcesses> {
  const all = new Set<number>();
  const dumping = new Set<number>();
  const mappings = new Map<number, number[]>();
  const found = { all, dumping, mappings };
  const head = Buffer.alloc(104);
  const handle = await open(file, 'r');
  await handle.read(head, 0, head.length, 0).finally(() => handle.close());
  if (head.toString('latin1', 0, 8) !== 'PERFILE2' || os.endianness() !== 'LE') return found;
  const start = Number(head.readBigUInt64LE(40));
  const size = Number(head.readBigUInt64LE(48));
  let carry: Buffer = Buffer.alloc(0);
  let offset = start;
  for await (const chunk of createReadStream(file, { start, ...(size > 0 ? { end: start + size - 1 } : {}), highWaterMark: 1 << 20 })) {
    const bytes = carry.length > 0 ? Buffer.concat([carry, chunk as Buffer]) : chunk as Buffer;
    let at = 0;
    while (at + 8 <= bytes.length) {
      const length = bytes.readUInt16LE(at + 6);
      if (length < 8) return found;
      if (at + length > bytes.length) break;
      const type = bytes.readUInt32LE(at);
      const pid = length >= 16 ? bytes.readInt32LE(at + 8) : -1;
      // The kernel's own are of no process.
      if (pid > 0 && (type === COMM || type === FORK || type === MMAP || type === MMAP2)) all.add(pid);
      const nameAt = NAME_AT[type];
      if (nameAt !== undefined && nameAt < length) {
        mappings.set(pid, [...(mappings.get(pid) ?? []), offset + at]);
        const name = bytes.toString('latin1', at + nameAt, at + length).split('\0')[0];
        if (name === path.join(FOLDER, `jit-${pid}.dump`)) dumping.add(pid);
      }
      at += length;
    }
    carry = bytes.subarray(at);
    offset += at;
  }
  return found;
}

/**
 * Gives the mappings of a process away to one that does not exist. perf (6.1) keeps what a child has inherited when it runs another program, and then walks no
 * stacks through libraries that its parent had at lower addresses: about half of all runs would have none.
 */
export async function disownMappings(file: string, { mappings }: RecordedProcesses, pid: number): Promise<void> {
  const places = mappings.get(pid) ?? [];
  if (places.length === 0) return;
  const handle = await open(file, 'r+');
  try {
    const nobody = Buffer.alloc(8);
    nobody.writeInt32LE(0x7ffffff0, 0);
    nobody.writeInt32LE(0x7ffffff0, 4);
    for (const place of places) await handle.write(nobody, 0, nobody.length, place + 8);
  } finally {
    await handle.close();
  }
}

/**
 * Removes what Python and perf inject left of these processes in the system's temporary folder: jit dumps, the libraries made of them, and maps of
 * Python functions. Other programs' maps stay.
 */
export async function removeTraces({ all, dumping }: RecordedProcesses): Promise<void> {
  const names = await readdir(FOLDER).catch(() => []);
  for (const name of names) {
    const [, kind, pid] = /^(jit|jitted|perf)-(\d+)(?:\.dump|-\d+\.so|\.map)$/.exec(name) ?? [];
    const file = path.join(FOLDER, name);
    const ours = kind === 'perf' ? all.has(Number(pid)) && (await isPythonMap(file)) : kind !== undefined && dumping.has(Number(pid));
    // Another user's cannot be removed, and is not ours then.
    if (ours) await rm(file, { force: true }).catch(() => undefined);
  }
}

async function isPythonMap(file: string): Promise<boolean> {
  const start = await readFile(file, 'latin1').catch(() => undefined);
  return start !== undefined && (start === '' || /^[0-9a-f]+ [0-9a-f]+ py::/.test(start));
}
