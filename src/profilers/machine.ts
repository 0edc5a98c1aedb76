import { readFile } from 'node:fs/promises';
import os from 'node:os';
import { performance } from 'node:perf_hooks';
import { parseDiskstats, parseLoadavg, parseMeminfo, parseNetDev, parseStat, parseVmstat } from '../core/procText.ts';
import type { MachineReading } from '../core/vitalSigns.ts';

/** Reads the machine's state: from /proc on Linux, elsewhere what Node tells (no run queue, disks or network). Takes about a millisecond. */
export async function readMachine(): Promise<MachineReading> {
  return process.platform === 'linux' ? readLinux() : readOther();
}

async function readLinux(): Promise<MachineReading> {
  // A container may hide some of them; what is hidden is empty.
  const read = (name: string) => readFile(`/proc/${name}`, 'utf8').catch(() => '');
  const [stat, meminfo, vmstat, disks, network, load] = await Promise.all(['stat', 'meminfo', 'vmstat', 'diskstats', 'net/dev', 'loadavg'].map(read));
  const memory = parseMeminfo(meminfo);
  const pages = parseVmstat(vmstat);
  const bytes = (name: string) => memory.get(name) ?? 0;
  return {
    time: performance.now(), ...parseStat(stat), load: parseLoadavg(load),
    memory: { total: bytes('MemTotal'), available: bytes('MemAvailable'), swapTotal: bytes('SwapTotal'), swapFree: bytes('SwapFree') },
    pages: { swapIn: pages.get('pswpin') ?? 0, swapOut: pages.get('pswpout') ?? 0, majorFaults: pages.get('pgmajfault') ?? 0 },
    disks: parseDiskstats(disks), network: parseNetDev(network),
  };
}

function readOther(): MachineReading {
  const load = os.loadavg();
  return {
    time: performance.now(), running: 0, blocked: 0, load: [load[0], load[1], load[2]],
    cpus: os.cpus().map(({ times }) => ({ user: times.user + times.nice, system: times.sys + times.irq, idle: times.idle, iowait: 0, steal: 0 })),
    memory: { total: os.totalmem(), available: os.freemem(), swapTotal: 0, swapFree: 0 }, pages: { swapIn: 0, swapOut: 0, majorFaults: 0 }, disks: [], network: [],
  };
}
