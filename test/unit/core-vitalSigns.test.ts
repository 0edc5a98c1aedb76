// The machine's vital signs: out of /proc texts with known answers, and live against vmstat and free.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { describe, it } from 'mocha';
import { parseDiskstats, parseMeminfo, parseNetDev, parseStat } from '../../src/core/procText.ts';
import { averageSigns, shortages, vitalSigns, type MachineReading, type VitalSigns } from '../../src/core/vitalSigns.ts';
import { readMachine } from '../../src/profilers/machine.ts';
import { runProcess } from '../../src/profilers/process.ts';
import { needsTool, skipBecause } from '../tools.ts';

const STAT = `cpu  300 20 100 4000 50 3 7 20 0 0
cpu0 100 10 50 2000 20 1 4 10 0 0
cpu1 200 10 50 2000 30 2 3 10 0 0
intr 12345 0 0
procs_running 3
procs_blocked 1
`;
const DISKS = `   7       0 loop0 9 9 9 9 9 9 9 9 9 9 9
 254       0 vda 100 5 2000 70 50 6 4000 80 0 900 150 0 0 0 0
 254       1 vda1 90 5 1900 70 50 6 4000 80 0 900 150 0 0 0 0
 259       0 nvme0n1 10 0 80 1 2 0 16 1 0 5 2 0 0 0 0
`;
const NETWORK = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:  999    9    0    0    0     0          0         0      999    9    0    0    0     0       0          0
  eth0: 1000   10    1    2    0     0          0         0     2000   20    3    4    0     0       0          0
`;

const reading: MachineReading = {
  time: 1000, ...parseStat(STAT), load: [1, 2, 3], memory: { total: 1000, available: 400, swapTotal: 0, swapFree: 0 }, pages: { swapIn: 0, swapOut: 0, majorFaults: 5 },
  disks: parseDiskstats(DISKS), network: parseNetDev(NETWORK),
};

/** The same machine two seconds later: core 0 worked, core 1 waited and lost time. */
const later: MachineReading = {
  ...reading, time: 3000,
  cpus: [
    { ...reading.cpus[0], user: reading.cpus[0].user + 150, system: reading.cpus[0].system + 50 },
    { ...reading.cpus[1], idle: reading.cpus[1].idle + 100, iowait: reading.cpus[1].iowait + 60, steal: reading.cpus[1].steal + 40 },
  ],
  disks: [{ ...reading.disks[0], reads: 120, readBytes: reading.disks[0].readBytes + 2_000_000, writes: 60, busy: reading.disks[0].busy + 1900 }, reading.disks[1]],
  network: [{ name: 'eth0', received: 3000, sent: 2000, lost: 14 }], pages: { swapIn: 100, swapOut: 156, majorFaults: 25 },
};

describe('vital signs', () => {
  it('are read out of /proc', () => {
    assert.deepEqual(parseStat(STAT), {
      cpus: [{ user: 110, system: 55, idle: 2000, iowait: 20, steal: 10 }, { user: 210, system: 55, idle: 2000, iowait: 30, steal: 10 }], running: 3, blocked: 1,
    });
    assert.deepEqual(parseDiskstats(DISKS).map(({ name, readBytes, writtenBytes, busy }) => [name, readBytes, writtenBytes, busy]), [['vda', 1_024_000, 2_048_000, 900], ['nvme0n1', 40_960, 8192, 5]]);
    assert.deepEqual(parseNetDev(NETWORK), [{ name: 'eth0', received: 1000, sent: 2000, lost: 10 }]);
    assert.deepEqual([...parseMeminfo('MemTotal:  16 kB\nHugePages_Total:       3\nActive(anon):  1 kB\n')], [['MemTotal', 16384], ['HugePages_Total', 3], ['Active(anon)', 1024]]);
  });

  it('are shares and rates between two readings', () => {
    const signs = vitalSigns(reading, later);
    assert.deepEqual(signs.cores, [1, 0]);
    assert.deepEqual(signs.cpu, { user: 150 / 400, system: 50 / 400, iowait: 60 / 400, steal: 40 / 400, busy: 0.5 });
    assert.deepEqual(signs.disk, { readBytes: 1_000_000, writtenBytes: 0, requests: 15, busy: 0.95, busiest: 'vda' });
    assert.deepEqual(signs.network, { received: 1000, sent: 0, lost: 2 });
    assert.deepEqual([signs.swapInBytes, signs.swapOutBytes, signs.majorFaults], [50 * 4096, 78 * 4096, 10]);
    assert.equal(signs.memory.used, 600);
  });

  it('count a device that came anew, or was reset, as nothing', () => {
    const signs = vitalSigns({ ...later, disks: [] }, { ...reading, time: 5000 });
    assert.equal(signs.disk.readBytes, 0);
    assert.equal(signs.network.received, 0);
    assert.deepEqual(signs.cores, [0, 0]);
  });

  it('say what is short', () => {
    const well = vitalSigns(reading, { ...reading, time: 2000, cpus: reading.cpus.map((cpu) => ({ ...cpu, idle: cpu.idle + 100 })) });
    assert.deepEqual(shortages(well), []);
    const short = (signs: Partial<VitalSigns>) => shortages({ ...well, ...signs }).map(({ what }) => what);
    assert.deepEqual(short({ cpu: { ...well.cpu, busy: 0.97 }, running: 5 }), ['cpu']);
    // As many threads as cores keep a machine busy, and nothing waits.
    assert.deepEqual(short({ cpu: { ...well.cpu, busy: 1 }, running: 2 }), []);
    assert.deepEqual(short({ cpu: { ...well.cpu, steal: 0.3 } }), ['host']);
    assert.deepEqual(short({ memory: { ...well.memory, available: 30 } }), ['memory']);
    assert.deepEqual(short({ swapInBytes: 2 ** 20 }), ['memory']);
    assert.deepEqual(short({ disk: { ...well.disk, busy: 0.97, busiest: 'sda' } }), ['disk']);
    assert.deepEqual(short({ cpu: { ...well.cpu, iowait: 0.4 } }), ['disk']);
    assert.deepEqual(short({ network: { ...well.network, lost: 7 } }), ['network']);
  });

  it('are averaged over several seconds', () => {
    const signs = vitalSigns(reading, later);
    const average = averageSigns([signs, { ...signs, cores: [0, 0], swapInBytes: 0, disk: { ...signs.disk, busy: 0, busiest: 'sdb' } }]);
    assert.deepEqual([average?.cores, average?.swapInBytes, average?.disk.busy, average?.disk.busiest], [[0.5, 0], 25 * 4096, 0.475, 'sdb']);
    assert.equal(averageSigns([]), undefined);
  });

  describe('of this machine', function () {
    this.retries(3);

    it('agree with free', async function () {
      if (process.platform !== 'linux') skipBecause(this, '/proc is Linux');
      needsTool(this, 'free');
      const { stdout } = await runProcess('free', ['-b']);
      const memory = /^Mem:\s+(\d+)\s+\d+\s+\d+\s+\d+\s+\d+\s+(\d+)/m.exec(stdout)!;
      const { memory: read } = await readMachine();
      assert.equal(read.total, Number(memory[1]));
      assert.ok(Math.abs(read.available - Number(memory[2])) < 0.1 * read.total, `${read.available} of ${stdout}`);
    });

    it('agree with vmstat while a program keeps a core busy', async function () {
      if (process.platform !== 'linux') skipBecause(this, '/proc is Linux');
      needsTool(this, 'vmstat');
      this.timeout(20_000);
      const busy = spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' });
      try {
        const before = await readMachine();
        const { stdout } = await runProcess('vmstat', ['2', '2']);
        const signs = vitalSigns(before, await readMachine());
        const names = stdout.split('\n')[1].trim().split(/\s+/);
        const values = stdout.trim().split('\n').at(-1)!.trim().split(/\s+/).map(Number);
        const of = (name: string) => values[names.indexOf(name)];
        const said = (of('us') + of('sy')) / 100;
        assert.ok(Math.abs(signs.cpu.busy - said) < 0.15, `${signs.cpu.busy} instead of ${said}`);
        assert.ok(signs.cpu.busy > 0.8 / signs.cores.length, String(signs.cpu.busy));
      } finally {
        busy.kill('SIGKILL');
      }
    });
  });
});
