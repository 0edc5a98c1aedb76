// The same recording of counters, printed by perf as JSON and as a table for people: both must say the same.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
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
      for (const { name, unit, x, y } of profile.series.filter((each) => expected.has(each.name))) {
        const points = expected.get(name)!;
        assert.deepEqual([...x], points.map(([time]) => time), name);
        // The table has two decimals of milliseconds.
        Array.from(y).forEach((value, point) => assert.ok(Math.abs(value - points[point][1]) <= (unit === 'milliseconds' ? 0.0051 : 0), `${name}: ${value} is not ${points[point][1]}`));
      }
    });
  }

  it('rates of each interval as perf prints them, and of the whole from the sums', async () => {
    const file = path.join(folder, 'live.stat');
    await perf('stat', '-j', '-I', '50', '-o', file, '-e', 'task-clock:u,page-faults:u', '--', process.execPath, '-e', 'const end = Date.now() + 300, all = []; while (Date.now() < end) all.push(new Uint8Array(9999));');
    const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Record<string, string | number>);
    const profile = await perfStat.read([inputOf('stat', await readFile(file))]);
    const rates = profile.series.find(({ name }) => name === 'page-faults per second')!;
    const printed = lines.filter((line) => line['event'] === 'page-faults:u' && line['metric-unit'] !== '');
    assert.ok(printed.length > 2);
    for (const line of printed) {
      const expected = Number(line['metric-value']) * { '/sec': 1, 'K/sec': 1e3, 'M/sec': 1e6 }[line['metric-unit'] as string]!;
      const own = rates.y[rates.x.indexOf(Number(line['interval']))];
      assert.ok(Math.abs(own - expected) <= 0.001 + expected * 1e-4, `${own} is not ${expected}`);
    }
    const sum = (event: string) => lines.filter((line) => line['event'] === event).reduce((total, line) => total + (Number(line['counter-value']) || 0), 0);
    const facts = new Map(profile.meta.facts);
    assert.equal(facts.get('page-faults:u'), String(sum('page-faults:u')));
    assert.equal(Number(facts.get('page-faults per second')), Number((sum('page-faults:u') / sum('task-clock:u') * 1000).toPrecision(4)));
    assert.equal(Number(facts.get('CPUs utilized')), Number((sum('task-clock:u') / 1000 / Math.max(...lines.map((line) => Number(line['interval'])))).toPrecision(4)));
  });
});
