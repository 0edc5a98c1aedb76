/** Reading of Linux's /proc texts about the machine; each function takes the file's whole text. Source: proc(5). */

/** Time of a processor since the start of the machine, in ticks of 1/100 s. */
export interface CpuTimes {
  /** Programs, nice ones included. */
  readonly user: number;
  /** Kernel, with interrupts. */
  readonly system: number;
  readonly idle: number;
  /** Idle while a disk was waited for. */
  readonly iowait: number;
  /** Taken by other guests of the host. */
  readonly steal: number;
}

export interface Stat {
  readonly cpus: readonly CpuTimes[];
  /** Threads that run or wait for a processor. */
  readonly running: number;
  /** Threads that wait for a disk. */
  readonly blocked: number;
}

/** /proc/stat. */
export function parseStat(text: string): Stat {
  const cpus: CpuTimes[] = [];
  let [running, blocked] = [0, 0];
  for (const line of text.split('\n')) {
    const [name, ...words] = line.trim().split(/\s+/);
    const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] = words.map(Number);
    if (/^cpu\d+$/.test(name)) cpus.push({ user: user + nice, system: system + irq + softirq, idle, iowait, steal });
    else if (name === 'procs_running') running = user;
    else if (name === 'procs_blocked') blocked = user;
  }
  return { cpus, running, blocked };
}

/** `Name: value [kB]` lines as bytes by name: /proc/meminfo. */
export function parseMeminfo(text: string): ReadonlyMap<string, number> {
  return new Map([...text.matchAll(/^([\w()]+):\s+(\d+)( kB)?$/gm)].map(([, name, value, kilo]) => [name, Number(value) * (kilo ? 1024 : 1)]));
}

/** `name value` lines: /proc/vmstat. */
export function parseVmstat(text: string): ReadonlyMap<string, number> {
  return new Map([...text.matchAll(/^(\w+) (\d+)$/gm)].map(([, name, value]) => [name, Number(value)]));
}

/** Sums since the start of the machine. */
export interface DiskSums {
  readonly name: string;
  readonly reads: number;
  readonly readBytes: number;
  readonly writes: number;
  readonly writtenBytes: number;
  /** Milliseconds in which at least one request was under way. */
  readonly busy: number;
}

/** /proc/diskstats: whole disks only, for partitions count in their disk; no loop, ram or device mapper devices, which stand on others. Sectors are of 512 bytes. */
export function parseDiskstats(text: string): DiskSums[] {
  const disks: DiskSums[] = [];
  for (const line of text.split('\n')) {
    const [, , name = '', reads, , readSectors, , writes, , writtenSectors, , , busy] = line.trim().split(/\s+/);
    if (!/^(?:sd[a-z]+|hd[a-z]+|vd[a-z]+|xvd[a-z]+|nvme\d+n\d+|mmcblk\d+)$/.test(name)) continue;
    disks.push({ name, reads: Number(reads), readBytes: Number(readSectors) * 512, writes: Number(writes), writtenBytes: Number(writtenSectors) * 512, busy: Number(busy) });
  }
  return disks;
}

/** Bytes since the start of the machine, and packets that were lost. */
export interface NetworkSums {
  readonly name: string;
  readonly received: number;
  readonly sent: number;
  /** Errors and drops of both directions. */
  readonly lost: number;
}

/** /proc/net/dev, without the loopback. */
export function parseNetDev(text: string): NetworkSums[] {
  const devices: NetworkSums[] = [];
  for (const line of text.split('\n')) {
    const match = /^\s*([^:\s]+):\s*(.*)$/.exec(line);
    if (!match || match[1] === 'lo') continue;
    const [received, , errorsIn, dropsIn, , , , , sent, , errorsOut, dropsOut] = match[2].trim().split(/\s+/).map(Number);
    devices.push({ name: match[1], received, sent, lost: errorsIn + dropsIn + errorsOut + dropsOut });
  }
  return devices;
}

/** The load averages of 1, 5 and 15 minutes: /proc/loadavg. */
export function parseLoadavg(text: string): readonly [number, number, number] {
  const [one = 0, five = 0, fifteen = 0] = text.split(' ').map(Number);
  return [one, five, fifteen];
}
