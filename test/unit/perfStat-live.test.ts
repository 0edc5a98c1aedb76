// The same recording of counters, printed by perf as JSON and as a table for people: both must say the same.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { perfStat } from '../../src/formats/perfStat.ts';
import { inputOf } from '../stackText.ts';
import { needsTool, skipBecause } from '../tools.ts';

const execute = promisify(execFile);

describe('perf stat against its own table', function () {
  this.timeout(60_000);
  let folder = '';
  const perf = (...args: string[]) => execute('perf', args, { cwd: folder, maxBuffer: 1 << 26 });

  before(async function () {
    needsTool(this, 'perf');
    folder = await mkdtemp(path.join(os.tmpdir(), 'heatline-stat-'));
    const denied = await perf('stat', 'record', '-o', 'stat.data', '-e', 'task-clock:u,page-faults:u,context-switches:u', '-I', '20', '--', process.execPath, '-e', 'const end = Date.now() + 150; while (Date.now() < end);')
      .then(() => undefined, (error: Error) => error.message);
    if (denied !== undefined) skipBecause(this, `perf may not count here: ${denied.split('\n').at(-2)}`);
  });

  after(async () => {
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  for (const [what, options] of [['JSON', ['-j']], ['separated by semicolons', ['-x;']]] as const) {
    it(`${what}: every value at its time`, async () => {
      const output = await perf('stat', ...options, 'report', '-i', 'stat.data');
      const profile = await perfStat.read([inputOf('stat', output.stderr + output.stdout)]);
      const table = await perf('stat', 'report', '-i', 'stat.data');
      const expected = new Map<string, number[][]>();
      for (const line of (table.stderr + table.stdout).split('\n')) {
        const row = /^\s+(\d+\.\d+)\s+([\d,.]+)(?: msec)?\s+([a-z-]+(?::u)?)/.exec(line);
        if (!row) continue;
        const points = expected.get(row[3]) ?? [];
        points.push([Number(row[1]), Number(row[2].replaceAll(',', ''))]);
        expected.set(row[3], points);
      }
      const derived = profile.series.filter(({ name }) => !expected.has(name));
      assert.deepEqual(derived.map(({ name }) => name), ['CPUs utilized', 'context-switches per second', 'page-faults per second']);
      assert.equal(profile.series.length, expected.size + derived.length);
      assert.ok(profile.series.length > 0 && profile.series[0].x.length > 2);
      // The rate that perf prints beside the count, in three digits: `#  540.2 K/sec`.
      const rates = [...(table.stderr + table.stdout).matchAll(/^\s+(\d+\.\d+)\s.*page-faults:u\s+#\s+([\d.]+) ([KMG]?)\/sec/gm)].map(([, time, value, scale]) => [Number(time), Number(value) * { '': 1, K: 1e3, M: 1e6, G: 1e9 }[scale]!]);
      assert.ok(rates.length > 2);
      const own = new Map(Array.from(derived[2].x, (time, point) => [time, derived[2].y[point]]));
      for (const [time, value] of rates) assert.ok(Math.abs(own.get(time)! - value) <= value * 0.002 + 0.001, `${own.get(time)} page faults a second, perf says ${value}`);
      for (const { name, unit, x, y } of profile.series.filter((each) => expected.has(each.name))) {
        const points = expected.get(name)!;
        assert.deepEqual([...x], points.map(([time]) => time), name);
        // The table has two decimals of milliseconds.
        Array.from(y).forEach((value, point) => assert.ok(Math.abs(value - points[point][1]) <= (unit === 'milliseconds' ? 0.0051 : 0), `${name}: ${value} is not ${points[point][1]}`));
      }
    });
  }
});
