import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ProfileQueries } from '../../src/engine/queries.ts';
import { detectFormat } from '../../src/formats/index.ts';
import { perfStat } from '../../src/formats/perfStat.ts';
import { csvCount } from '../../src/formats/perfStatLines.ts';
import { inputOf } from '../stackText.ts';

const folder = fileURLToPath(new URL('../fixtures/perf-stat/', import.meta.url));
const bytesOf = (name: string) => new Uint8Array(readFileSync(folder + name));
const read = (content: string | Uint8Array) => perfStat.read([inputOf('x', content, 50)]);

/** A line of `perf stat -j`. */
function line(event: string, value: string, more: Record<string, unknown> = {}): string {
  return `${JSON.stringify({ ...more, 'counter-value': value, unit: '', event, 'event-runtime': 5, 'pcnt-running': 100, 'metric-value': 0, 'metric-unit': '', ...more })}\n`;
}

describe('perf stat', () => {
  it('is recognised, in JSON and with separators', () => {
    for (const name of readdirSync(folder).filter((each) => !each.endsWith('.md'))) assert.equal(detectFormat(bytesOf(name), name)?.id, 'perf-stat', name);
  });

  it('a plain run: one point for each counter, totals and metrics as facts, no value for what is not supported', async () => {
    const profile = await read(bytesOf('plain.stat'));
    assert.deepEqual(profile.series.map(({ name, unit, x, y }) => [name, unit, [...x], [...y]]), [
      ['task-clock', 'milliseconds', [0], [12.374921]], ['context-switches', 'count', [0], [3]], ['cpu-migrations', 'count', [0], [0]], ['page-faults', 'count', [0], [51]],
    ]);
    assert.equal(profile.meta.facts?.[0].join(': '), 'task-clock: 12.4 ms (0.3108 CPUs utilized)');
    assert.match(profile.warnings[0], /^cycles has no value: it was not supported on that machine$/);
    assert.deepEqual([profile.events.length, profile.stacks.length, profile.truncated], [0, 0, false]);
  });

  it('intervals: a series over seconds for each counter, equal in JSON and with separators', async () => {
    const profile = await read(bytesOf('interval.stat'));
    assert.deepEqual(profile.seriesAxis, { label: 'Time', unit: 'seconds' });
    const rows = readFileSync(`${folder}interval.stat`, 'utf8').split('\n').filter((text) => text.startsWith('{')).map((text) => JSON.parse(text) as Record<string, string>);
    for (const name of ['task-clock', 'page-faults']) {
      const series = profile.series.find((each) => each.name === name)!;
      const own = rows.filter(({ event }) => event === name);
      assert.deepEqual([...series.x], own.map(({ interval }) => Number(interval)));
      assert.deepEqual([...series.y], own.map((row) => Number(row['counter-value'])));
      assert.ok(series.x.length > 2);
    }
    const text = await read(bytesOf('interval.csv'));
    assert.deepEqual(text.series.map(({ name, unit }) => [name, unit]), profile.series.map(({ name, unit }) => [name, unit]));
    assert.deepEqual([text.series[0].x[0], text.series[0].y[0], text.series[1].y[0]], [0.054257655, 18.86, 50]);
  });

  it('processors: a series each and one of their sum', async () => {
    const profile = await read(bytesOf('cpus.stat'));
    assert.deepEqual(profile.series.map(({ name }) => name), ['cpu-clock', 'cpu-clock CPU 0', 'cpu-clock CPU 1', 'context-switches', 'context-switches CPU 0', 'context-switches CPU 1', 'CPUs utilized', 'context-switches per second']);
    const [sum, first, second] = profile.series;
    assert.deepEqual([...sum.y], Array.from(first.y, (value, point) => value + second.y[point]));
    assert.deepEqual([...sum.x], [...first.x]);
    assert.deepEqual((await read(bytesOf('cpus.csv'))).series.map(({ name, y }) => [name, ...y]), [['cpu-clock', 63.77 + 59.43], ['cpu-clock CPU 0', 63.77], ['cpu-clock CPU 1', 59.43]]);
    assert.deepEqual((await read(bytesOf('cores.stat'))).series.map(({ name }) => name), ['cpu-clock', 'cpu-clock S0-D0-C0', 'cpu-clock S0-D0-C1']);
  });

  it('lines with separators: names with commas, metrics, variance, parts', () => {
    assert.equal(csvCount('12,,cpu/event=0x3c,umask=0x1/u,5,100.00,,')?.event, 'cpu/event=0x3c,umask=0x1/u');
    assert.equal(csvCount('<not counted>;Joules;power/energy-pkg/;0;100.00;;')?.missing, 'not counted');
    assert.equal(csvCount('1.70;msec;task-clock;1.18%;1697322;42.00;0.687;CPUs utilized')?.running, 42);
    assert.equal(csvCount('     0.05;S0-D0-C1;2;120.96;msec;cpu-clock;120963930;100.00;2.419;CPUs utilized')?.part, 'S0-D0-C1');
    assert.equal(csvCount('a;b;c 12'), undefined);
  });

  it('units of others, decimal commas, scaled counters and lines of the program', async () => {
    const profile = await read(`hello\n${line('power/energy-pkg/', '1,5', { unit: 'Joules', interval: 0.1 })}${line('data', '2', { unit: 'MiB', interval: 0.1, 'pcnt-running': 50 })}${line('big', '18446744073709551615')}{}`);
    assert.deepEqual(profile.series.map(({ name, unit, y }) => [name, unit, y[0]]), [['power/energy-pkg/ (Joules)', 'count', 1.5], ['data', 'bytes', 2 * 2 ** 20], ['big', 'count', 2 ** 64]]);
    assert.deepEqual(profile.warnings.map((text) => text.replace(/,.*/, '')), ['counts above 2^53 occur and are rounded', 'data was counted part of the time only', "1 line is not perf stat's and left out"]);
  });

  it('errors name the line; a cut file keeps what was read', async () => {
    await assert.rejects(read(`${line('a', '1')}{"counter-value" : 1,\n${line('b', '1')}`), { name: 'FormatError', message: /^x, line 2: expected a JSON object, found/ });
    await assert.rejects(read(line('a', 'much')), { message: /^x, line 1: expected a number as "counter-value"/ });
    await assert.rejects(read(line('a', '1', { interval: -1 })), { message: /an "interval" in seconds/ });
    await assert.rejects(read('nothing here\n'), { message: /line 1: expected a counter/ });
    const cut = await read(`${line('a', '1')}${line('a', '1').slice(0, 30)}`);
    assert.deepEqual([cut.truncated, cut.series[0].y[0]], [true, 1]);
  });

  it('the engine answers about a profile without functions', async () => {
    const queries = new ProfileQueries(await read(bytesOf('interval.stat')), 'perf stat');
    const overview = queries.overview();
    assert.deepEqual([overview.events.length, overview.functionCount, overview.files.length], [0, 0, 0]);
  });

  it('derives what perf does, from counters of the same kind', async () => {
    const counters: readonly (readonly [string, readonly number[], string?])[] = [
      ['task-clock', [50, 150], 'msec'], ['cycles:u', [1e8, 4e8]], ['instructions:u', [3e8, 2e8]], ['branches', [1000, 3000]], ['branch-misses', [10, 990]],
      ['cpu_core/cache-references/', [200, 200]], ['cpu_core/cache-misses/', [50, 150]], ['L1-dcache-loads', [10, 0]], ['L1-dcache-load-misses', [1, 1]], ['context-switches', [5, 5]],
    ];
    const content = [0, 1].map((row) => counters.map(([event, values, unit = '']) => line(event, String(values[row]), { interval: [0.1, 0.3][row], unit })).join('')).join('');
    const profile = await read(content);
    assert.deepEqual(profile.series.slice(counters.length).map(({ name, x, y }) => [name, [...x], Array.from(y, (value) => Number(value.toPrecision(6)))]), [
      ['CPUs utilized', [0.1, 0.3], [0.5, 0.75]], ['instructions per cycle', [0.1, 0.3], [3, 0.5]], ['cycles, GHz', [0.1, 0.3], [2, 2.66667]],
      ['branch misses of branches, %', [0.1, 0.3], [1, 33]], ['cache misses of references, %', [0.1, 0.3], [25, 75]], ['L1-dcache misses of loads, %', [0.1], [10]],
      ['context-switches per second', [0.1, 0.3], [100, 33.3333]],
    ]);
    assert.deepEqual(profile.meta.facts?.slice(counters.length), [
      ['CPUs utilized', '0.6667'], ['instructions per cycle', '1'], ['cycles, GHz', '2.5'], ['branch misses of branches', '25 %'], ['cache misses of references', '50 %'],
      ['L1-dcache misses of loads', '20 %'], ['context-switches per second', '50'],
    ]);
  });

  it('two kinds of processor each have their ratios; without intervals there are none but perf\'s own', async () => {
    const both = ['cpu_core', 'cpu_atom'].flatMap((pmu, row) => [line(`${pmu}/cycles/u`, '100', { interval: 0.1 }), line(`${pmu}/instructions/u`, String(100 * (row + 1)), { interval: 0.1 })]).join('');
    assert.deepEqual((await read(both)).meta.facts?.slice(4), [['instructions per cycle (cpu_core u)', '1'], ['instructions per cycle (cpu_atom u)', '2']]);
    assert.equal((await read(line('cycles', '5') + line('instructions', '6'))).meta.facts?.length, 2);
  });

  it('numbers with the decimal comma of a locale, as perf writes them', async () => {
    const json = '{"interval" : 0.083829042, "counter-value" : "8,490854", "unit" : "msec", "event" : "task-clock", "event-runtime" : 8490854, "pcnt-running" : 100,00, "metric-value" : 0,169817, "metric-unit" : "CPUs utilized"}\n';
    assert.deepEqual((await read(json)).series.map(({ name, y }) => [name, y[0]])[0], ['task-clock', 8.490854]);
    const csv = await read('     0.086147784;12,02;msec;task-clock;12016419;100,00;0;CPUs utilized\n     0.086147784;4664;;page-faults;12016419;99,50;388;K/sec\n');
    assert.deepEqual(csv.series.map(({ name, y }) => [name, y[0]]).slice(0, 2), [['task-clock', 12.02], ['page-faults', 4664]]);
    assert.equal(csv.warnings.length, 1);
  });
});
