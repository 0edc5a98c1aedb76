import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { ProfileBuilder } from '../../src/core/builder.ts';
import { functionCosts } from '../../src/core/functions.ts';
import { text, type EventInfo, type Profile } from '../../src/core/profile.ts';
import { cachegrind } from '../../src/formats/cachegrind.ts';
import { callgrind } from '../../src/formats/callgrind.ts';
import { callgrindWriter } from '../../src/formats/callgrindWriter.ts';
import type { Format } from '../../src/formats/format.ts';
import { perfScript } from '../../src/formats/perfScript.ts';
import { pstats } from '../../src/formats/pstats.ts';
import { dedent, graphText, inputOf, readAs, stackProfile } from '../stackText.ts';
import { needsTool } from '../tools.ts';

const fixtures = new URL('../fixtures/', import.meta.url);
const open = async (format: Format, name: string) => format.read([inputOf(name, await readFile(new URL(name, fixtures)))]);

async function written(profile: Profile): Promise<string> {
  let content = '';
  for await (const piece of callgrindWriter.write(profile, {})) content += typeof piece === 'string' ? piece : Buffer.from(piece).toString('utf8');
  return content;
}

async function again(profile: Profile): Promise<Profile> {
  const content = await written(profile);
  assert.ok(callgrind.sniff(Buffer.from(content), 'x'));
  const read = await readAs(callgrind, content);
  assert.deepEqual([read.warnings, read.truncated], [[], false]);
  return read;
}

function near(actual: number, expected: number, what: string): void {
  assert.ok(Math.abs(actual - expected) <= 1e-9 * Math.max(Math.abs(expected), 1e-3), `${what}: ${actual}, not ${expected}`);
}

/** Lines and edges without rows that hold nothing, for those are not written. */
const graphLines = (profile: Profile) => graphText(profile).split('\n').filter((line) => !/^self .* =( 0)+$/.test(line));

/** Self and total by function. */
function costsByName(profile: Profile, event: number): Map<string, [number, number]> {
  const { self, total } = functionCosts(profile, event);
  const costs = new Map<string, [number, number]>();
  for (let func = 0; func < profile.functions.length; func++) {
    if (self[func] === 0 && total[func] === 0) continue;
    const key = [profile.functions.name, profile.functions.file, profile.functions.object].map((column) => text(profile, column[func])).join(' ');
    const [before, totalBefore] = costs.get(key) ?? [0, 0];
    costs.set(key, [before + self[func], totalBefore + total[func]]);
  }
  return costs;
}

describe('callgrind writer', () => {
  it('writes stacks as self costs and edges, counting recursion once', async () => {
    const profile = stackProfile(`
      weights: 3  2  5  1
      main[file:a.c][line:3]   main[file:a.c][line:3]   main[file:a.c][line:4]   main[file:a.c][line:9]
      fact[file:b.c][line:7]   fact[file:b.c][line:7]   leaf[file:a.c][line:20]  -
      fact[file:b.c][line:7]   leaf[file:a.c][line:20]  -  -
    `);
    assert.deepEqual(graphLines(await again(profile)), dedent(`
      self fact b.c:7 = 3
      self leaf a.c:20 = 7
      self main a.c:9 = 1
      call fact b.c:7 -> fact x1 = 3
      call fact b.c:7 -> leaf x1 = 2
      call main a.c:3 -> fact x1 = 5
      call main a.c:4 -> leaf x1 = 5
    `).split('\n'));
  });

  it('an edge that recursion repeats costs each stack once', async () => {
    const profile = stackProfile(`
      weights: 4
      a[line:1]
      b[line:2]
      a[line:1]
      b[line:2]
    `);
    assert.deepEqual(graphLines(await again(profile)).filter((line) => line.startsWith('call a')), ['call a ?:1 -> b x1 = 4']);
  });

  for (const [format, name] of [
    [callgrind, 'callgrind/calls.out'], [callgrind, 'callgrind/calls.instr.out'], [callgrind, 'callgrind/shapes.out'], [callgrind, 'callgrind/toggle.out'],
    [callgrind, 'callgrind/calls.combined.out'], [callgrind, 'callgrind/leak.xtree-memory.out'], [callgrind, 'callgrind/gocpu.pprof.out'],
    [callgrind, 'callgrind/calls.callers.out'], [cachegrind, 'cachegrind/calls.out'], [cachegrind, 'cachegrind/calls.diff.out'],
  ] as const) {
    it(`keeps every line and edge of ${name}`, async () => {
      const profile = await open(format, name);
      const read = await again(profile);
      assert.deepEqual(graphLines(read), graphLines(profile));
      assert.deepEqual(read.totals, profile.totals);
      assert.deepEqual(read.events.map(({ name: event, unit }) => [event, unit]), profile.events.map(({ name: event, unit }) => [event, unit]));
      for (let event = 0; event < profile.events.length; event++) assert.deepEqual(costsByName(read, event), costsByName(profile, event));
    });
  }

  it('keeps seconds, to the nanosecond', async () => {
    const profile = await open(pstats, 'pstats/cprofile-3.13.pstats');
    assert.match(await written(profile), /^events: time\(1e-9s\)$/m);
    const read = await again(profile);
    assert.deepEqual(read.events, profile.events);
    near(read.totals[0], profile.totals[0], 'total');
    const self = (of: Profile) => {
      const costs = new Map<string, number>();
      for (const [name, [cost]] of costsByName(of, 0)) costs.set(name.replace(/:\d+ /, ' '), (costs.get(name.replace(/:\d+ /, ' ')) ?? 0) + cost);
      return costs;
    };
    const before = self(profile);
    for (const [name, cost] of self(read)) assert.ok(Math.abs(cost - (before.get(name) ?? NaN)) < 1e-8, name);
    assert.equal(read.graph?.edges.length, profile.graph?.edges.length);
  });

  it('keeps the self and total cost of functions in stacks', async () => {
    for (const name of ['calls.fp.txt', 'shapes.multi.txt', 'gocpu.txt']) {
      const profile = await open(perfScript, `perf/${name}`);
      const read = await again(profile);
      for (let event = 0; event < profile.events.length; event++) {
        assert.equal(read.totals[event], profile.totals[event]);
        const before = costsByName(profile, event);
        const after = costsByName(read, event);
        for (const [key, [self, total]] of before) {
          assert.equal(after.get(key)?.[0] ?? 0, self, `${name}: self of ${key}`);
          // Members of a cycle of several functions cost what KCachegrind's rule says, not what the stacks say.
          if (!/^is_(?:odd|even) |runtime\./.test(key)) assert.equal(after.get(key)?.[1] ?? 0, total, `${name}: total of ${key}`);
        }
      }
    }
  });

  it('gives every unit back, and names without white space', async () => {
    const events: EventInfo[] = [
      { name: 'wall', unit: 'seconds', label: 'Wall time' }, { name: 'cpu clock', unit: 'nanoseconds' }, { name: 'cpu_clock', unit: 'milliseconds' }, { name: 'alloc', unit: 'bytes' },
      { name: 'instructions:u', unit: 'instructions' }, { name: 'ms', unit: 'count', label: 'not milliseconds' }, { name: 'Ir', unit: 'instructions' },
      { name: 'halves', unit: 'count' },
    ];
    const builder = new ProfileBuilder(events);
    const stack = builder.stack(-1, builder.frame(builder.func({ name: 'main' })));
    builder.sample(stack, [0.1, 5, 0.25, 4096, 7, 3, 11, 0.5]);
    builder.sample(stack, [0.2, 6, 1, 1, 1, 1, 1, 1]);
    const profile = builder.finish({ format: 'test' });
    const read = await again(profile);
    assert.deepEqual(read.events.map(({ name, unit }) => `${name} ${unit}`), [
      'wall seconds', 'cpu_clock nanoseconds', 'cpu_clock_2 milliseconds', 'alloc bytes', 'instructions:u instructions', 'ms count', 'Ir instructions', 'halves count',
    ]);
    for (const [event, total] of profile.totals.entries()) near(read.totals[event], total, events[event].name);
    assert.equal(read.events[0].label, 'Wall time');
  });

  it('tells functions of one name apart by their lines', async () => {
    const builder = new ProfileBuilder([{ name: 'n', unit: 'count' }]);
    for (const line of [3, 8]) {
      const name = builder.strings.intern('<lambda>');
      const func = builder.funcOf(name, builder.string('a.py'), -1, line, 0, line);
      builder.addLineCost(builder.graphLine(func, builder.string('a.py'), line), 0, line);
    }
    assert.equal(graphText(await again(builder.finish({ format: 'test' }))), 'self <lambda>:3 a.py:3 = 3\nself <lambda>:8 a.py:8 = 8');
  });

  it('says what is lost', async () => {
    assert.deepEqual(callgrindWriter.losses?.(await open(callgrind, 'callgrind/calls.out'), {}), []);
    const perf = callgrindWriter.losses?.(await open(perfScript, 'perf/calls.fp.txt'), {}) ?? [];
    for (const word of ['stacks', 'called', 'samples', 'threads']) assert.ok(perf.some((loss) => loss.includes(word)), word);
    const builder = new ProfileBuilder([{ name: 'wall', unit: 'seconds' }]);
    builder.addLineCost(builder.graphLine(builder.func({ name: 'f' }), -1, 0), 0, 1 / 3);
    assert.deepEqual(callgrindWriter.losses?.(builder.finish({ format: 'test' }), {}), ['fractions of wall below 1e-9 seconds']);
  });

  it('writes an empty profile', async () => {
    assert.deepEqual((await again(new ProfileBuilder([{ name: 'n', unit: 'count' }]).finish({ format: 'test' }))).totals, [0]);
  });

  it('is read by callgrind_annotate with the same totals and functions', async function () {
    needsTool(this, 'callgrind_annotate');
    this.timeout(60_000);
    const folder = await mkdtemp(path.join(os.tmpdir(), 'heatline-callgrind-writer-'));
    try {
      for (const [format, name] of [[callgrind, 'callgrind/calls.instr.out'], [perfScript, 'perf/shapes.multi.txt'], [perfScript, 'perf/gocpu.txt'], [pstats, 'pstats/cprofile-3.11.pstats'], [cachegrind, 'cachegrind/calls.out']] as const) {
        const profile = await open(format, name);
        const file = path.join(folder, 'written.callgrind');
        await writeFile(file, await written(profile));
        const { stdout, stderr } = await promisify(execFile)('callgrind_annotate', ['--threshold=100', '--show-percs=no', '--auto=no', file], { cwd: '/', maxBuffer: 1 << 28 });
        assert.equal(stderr, '');
        const numbers = (line: string) => [...line.matchAll(/(?:^| )(-?[\d,]+|\.)(?= )/g)].map(([, value]) => (value === '.' ? 0 : Number(value.replaceAll(',', ''))));
        const totals = numbers(/^.*PROGRAM TOTALS/m.exec(stdout)?.[0] ?? '').slice(0, profile.events.length);
        const read = await readAs(callgrind, await readFile(file));
        const scales = profile.events.map(({ unit }) => (format === pstats && unit === 'seconds' ? 1e9 : 1));
        assert.deepEqual(totals, profile.totals.map((total, event) => Math.round(total * scales[event])), name);
        const functions = new Map<string, number>();
        for (const line of stdout.split('\n')) {
          const row = /^ *((?:(?:-?[\d,]+|\.) +)+)(\S.*?)(?: \[.*\])?$/.exec(line);
          if (row && row[2] !== 'PROGRAM TOTALS') functions.set(row[2], (functions.get(row[2]) ?? 0) + numbers(row[1])[0]);
        }
        const expected = new Map<string, number>();
        const { graph } = read;
        assert.ok(graph);
        for (let row = 0; row < graph.lines.length; row++) {
          const key = `${text(read, graph.lines.file[row]) || '???'}:${text(read, read.functions.name[graph.lines.func[row]])}`;
          const cost = Math.round(graph.lines.cost[0][row] * scales[0]);
          if (cost !== 0) expected.set(key, (expected.get(key) ?? 0) + cost);
        }
        for (const [key, cost] of expected) assert.equal(functions.get(key), cost, `${name}: ${key}`);
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
