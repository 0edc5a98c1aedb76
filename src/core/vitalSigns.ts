import type { CpuTimes, DiskSums, NetworkSums } from './procText.ts';

/** What is read of a machine at one moment: sums since its start, and states. */
export interface MachineReading {
  /** Milliseconds, of any clock that does not jump. */
  readonly time: number;
  readonly cpus: readonly CpuTimes[];
  readonly running: number;
  readonly blocked: number;
  readonly load: readonly [number, number, number];
  /** Bytes. */
  readonly memory: { readonly total: number; readonly available: number; readonly swapTotal: number; readonly swapFree: number };
  /** Pages read from and written to swap, and pages that had to be read from disk, since the start. */
  readonly pages: { readonly swapIn: number; readonly swapOut: number; readonly majorFaults: number };
  readonly disks: readonly DiskSums[];
  readonly network: readonly NetworkSums[];
}

/** What top, mpstat, vmstat, iostat, free and uptime tell, over the time between two readings. Shares are 0 to 1, rates are of a second. */
export interface VitalSigns {
  readonly cores: readonly number[];
  readonly cpu: { readonly user: number; readonly system: number; readonly iowait: number; readonly steal: number; readonly busy: number };
  readonly running: number;
  readonly blocked: number;
  readonly load: readonly [number, number, number];
  readonly memory: MachineReading['memory'] & { readonly used: number };
  readonly swapInBytes: number;
  readonly swapOutBytes: number;
  readonly majorFaults: number;
  /** All disks together; `busy` is that of the busiest. */
  readonly disk: { readonly readBytes: number; readonly writtenBytes: number; readonly requests: number; readonly busy: number; readonly busiest: string };
  readonly network: { readonly received: number; readonly sent: number; readonly lost: number };
}

const PAGE = 4096;

/** The signs between two readings of one machine. Counters that went back (a device was replaced) count as nothing. */
export function vitalSigns(before: MachineReading, after: MachineReading): VitalSigns {
  const seconds = Math.max(0.001, (after.time - before.time) / 1000);
  const grown = (now: number, then: number | undefined) => Math.max(0, now - (then ?? now));
  const rate = (now: number, then: number | undefined) => grown(now, then) / seconds;
  const cores = after.cpus.map((now, index) => spent(now, before.cpus[index]));
  const all = cores.reduce((sum, core) => sum + core.all, 0);
  const share = (of: (core: (typeof cores)[number]) => number) => (all > 0 ? cores.reduce((sum, core) => sum + of(core), 0) / all : 0);
  const disks = after.disks.map((now) => {
    const then = before.disks.find(({ name }) => name === now.name);
    return {
      name: now.name, readBytes: rate(now.readBytes, then?.readBytes), writtenBytes: rate(now.writtenBytes, then?.writtenBytes),
      requests: rate(now.reads, then?.reads) + rate(now.writes, then?.writes), busy: Math.min(1, rate(now.busy, then?.busy) / 1000),
    };
  });
  const busiest = disks.reduce<(typeof disks)[number] | undefined>((most, disk) => (most && most.busy >= disk.busy ? most : disk), undefined);
  const network = after.network.map((now) => {
    const then = before.network.find(({ name }) => name === now.name);
    return { received: rate(now.received, then?.received), sent: rate(now.sent, then?.sent), lost: rate(now.lost, then?.lost) };
  });
  const sum = <T>(list: readonly T[], of: (each: T) => number) => list.reduce((total, each) => total + of(each), 0);
  return {
    cores: cores.map(({ busy, all: whole }) => (whole > 0 ? busy / whole : 0)),
    cpu: { user: share(({ user }) => user), system: share(({ system }) => system), iowait: share(({ iowait }) => iowait), steal: share(({ steal }) => steal), busy: share(({ busy }) => busy) },
    running: after.running, blocked: after.blocked, load: after.load,
    memory: { ...after.memory, used: after.memory.total - after.memory.available },
    swapInBytes: rate(after.pages.swapIn, before.pages.swapIn) * PAGE, swapOutBytes: rate(after.pages.swapOut, before.pages.swapOut) * PAGE,
    majorFaults: rate(after.pages.majorFaults, before.pages.majorFaults),
    disk: {
      readBytes: sum(disks, ({ readBytes }) => readBytes), writtenBytes: sum(disks, ({ writtenBytes }) => writtenBytes), requests: sum(disks, ({ requests }) => requests),
      busy: busiest?.busy ?? 0, busiest: busiest?.name ?? '',
    },
    network: { received: sum(network, ({ received }) => received), sent: sum(network, ({ sent }) => sent), lost: sum(network, ({ lost }) => lost) },
  };
}

function spent(now: CpuTimes, then: CpuTimes | undefined) {
  const of = (name: keyof CpuTimes) => Math.max(0, now[name] - (then?.[name] ?? now[name]));
  const [user, system, idle, iowait, steal] = [of('user'), of('system'), of('idle'), of('iowait'), of('steal')];
  return { user, system, iowait, steal, busy: user + system, all: user + system + idle + iowait + steal };
}

/** What is short, for a person. */
export interface Shortage {
  readonly what: 'cpu' | 'host' | 'memory' | 'disk' | 'network';
  readonly message: string;
}

/** What the machine is short of, the worst first; nothing when it is well. Average over some seconds: a single busy second is no shortage. */
export function shortages(signs: VitalSigns): Shortage[] {
  const found: Shortage[] = [];
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  const cores = signs.cores.length;
  const swapping = signs.swapInBytes + signs.swapOutBytes;
  const available = signs.memory.total > 0 ? signs.memory.available / signs.memory.total : 1;
  if (swapping > 256 * 1024) found.push({ what: 'memory', message: `Memory is short: ${(swapping / 2 ** 20).toFixed(1)} MiB/s are swapped, ${percent(available)} are available.` });
  else if (available < 0.08) found.push({ what: 'memory', message: `Memory is short: ${percent(available)} are available.` });
  if (signs.cpu.busy + signs.cpu.steal > 0.9 && signs.running > cores) {
    found.push({ what: 'cpu', message: `The processor is short: ${signs.running} threads want to run on ${cores} ${cores === 1 ? 'core' : 'cores'}.` });
  }
  if (signs.cpu.steal > 0.1) found.push({ what: 'host', message: `The host takes ${percent(signs.cpu.steal)} of the processor away for other guests.` });
  if (signs.disk.busy > 0.9) found.push({ what: 'disk', message: `The disk is short: ${signs.disk.busiest} is busy ${percent(signs.disk.busy)} of the time.` });
  else if (signs.cpu.iowait > 0.2) found.push({ what: 'disk', message: `The disk is short: ${percent(signs.cpu.iowait)} of the processor's time is spent waiting for it.` });
  if (signs.network.lost > 1) found.push({ what: 'network', message: `The network loses ${Math.round(signs.network.lost)} packets a second.` });
  return found;
}

/** Signs over several seconds as one: rates and shares are averages, states the latest. */
export function averageSigns(list: readonly VitalSigns[]): VitalSigns | undefined {
  const last = list.at(-1);
  if (!last) return undefined;
  const mean = (of: (signs: VitalSigns) => number) => list.reduce((sum, signs) => sum + of(signs), 0) / list.length;
  const means = <T extends Record<string, number>>(of: (signs: VitalSigns) => T) => Object.fromEntries(Object.keys(of(last)).map((key) => [key, mean((signs) => of(signs)[key])])) as T;
  const { busiest, ...numbers } = last.disk;
  return {
    ...last, cores: last.cores.map((_, core) => mean((signs) => signs.cores[core] ?? 0)), cpu: means((signs) => signs.cpu), running: Math.round(mean(({ running }) => running)),
    swapInBytes: mean((signs) => signs.swapInBytes), swapOutBytes: mean((signs) => signs.swapOutBytes), majorFaults: mean((signs) => signs.majorFaults),
    disk: { busiest, ...(Object.fromEntries(Object.keys(numbers).map((key) => [key, mean(({ disk }) => disk[key as keyof typeof numbers])])) as typeof numbers) },
    network: means((signs) => signs.network),
  };
}
