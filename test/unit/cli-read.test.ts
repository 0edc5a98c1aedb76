// heatline edges, series, findings, lines and diff, as built: the JSON that the README documents, and what people see.
import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { assertShape, fixture, heatline, json, type Shape } from '../cliProgram.ts';
import { SUBJECTS } from '../fuzzCases.ts';

const HEAD: { readonly [field: string]: Shape } = {
  format: 'string', events: [{ name: 'string', unit: 'string', total: 'number' }], event: 'string|null', total: 'number', estimated: 'boolean',
  truncated: 'boolean', warnings: ['string'],
};
const TOP: Shape = { ...HEAD, functions: [{ name: 'string', file: 'string', line: 'number', object: 'string', self: 'number', total: 'number', calls: 'number' }] };
const LINES: Shape = { ...HEAD, files: [{ file: 'string', lines: [{ line: 'number', self: 'number', total: 'number' }] }] };
const EDGES: Shape = {
  ...HEAD, edges: [{ caller: 'string', callee: 'string', calls: 'number', total: 'number', callerFile: 'string', callerObject: 'string', calleeFile: 'string', calleeObject: 'string' }],
};
const FINDINGS: Shape = {
  format: 'string', truncated: 'boolean', warnings: ['string'],
  findings: [{
    kind: 'string', message: 'string', count: 'number', bytes: 'number', severity: 'string', thread: 'string', labels: ['string'], notes: ['string'],
    stacks: [[{ function: 'string', file: 'string', line: 'number', object: 'string' }]],
  }],
};

interface Edges { readonly edges: readonly { readonly caller: string; readonly callee: string; readonly calls: number; readonly total: number }[] }
interface Series { readonly axis: { readonly unit: string }; readonly series: readonly { readonly name: string; readonly unit: string; readonly points: readonly (readonly [number, number])[] }[] }
interface Lines { readonly total: number; readonly files: readonly { readonly file: string; readonly lines: readonly { readonly line: number; readonly self: number; readonly total: number }[] }[] }

const CALLS = fixture('callgrind/calls.out');
const PYTHON = fixture('pstats/cprofile-3.11.pstats');

describe('heatline on every format', function () {
  this.timeout(120_000);

  for (const { format, folder } of SUBJECTS) {
    it(`${format.id}: top, lines, edges, series and findings keep their shapes`, () => {
      const name = readdirSync(fixture(folder)).filter((each) => !/\.(md|expected\.json)$/.test(each)).find((each) => readFileSync(fixture(`${folder}/${each}`)).length > 0)!;
      const file = fixture(`${folder}/${name}`);
      const top = json<{ format: string }>(['top', file]);
      assertShape(top, TOP);
      assert.equal(top.format, format.id);
      assertShape(json(['lines', file]), LINES);
      assertShape(json(['edges', file, '--limit', '20']), EDGES);
      const { series, axis, ...rest } = json<{ series: readonly { points: readonly unknown[] }[]; axis: unknown }>(['series', file]);
      assertShape(rest, { format: 'string', truncated: 'boolean', warnings: ['string'] });
      if (axis !== null) assertShape(axis, { label: 'string', unit: 'string' });
      assertShape(series, [{ name: 'string', unit: 'string', points: [['number']] }]);
      assertShape(json(['findings', file]), FINDINGS);
      for (const command of ['top', 'lines', 'edges', 'series', 'findings']) {
        const shown = heatline([command, file]);
        assert.equal(shown.code, 0, shown.stderr);
        assert.doesNotMatch(shown.stdout, /NaN|undefined|Infinity/);
      }
    });
  }
});

describe('heatline edges', () => {
  it('counts calls where the format does', () => {
    const { edges } = json<Edges>(['edges', CALLS]);
    const work = edges.find(({ caller, callee }) => caller === 'main' && callee === 'work');
    assert.ok(work && work.calls >= 1 && work.total > 0, JSON.stringify(edges.slice(0, 5)));
  });

  it('has no calls of sampled stacks', () => {
    const { edges } = json<Edges>(['edges', fixture('perf/calls.fp.txt')]);
    assert.ok(edges.length > 1 && edges.every(({ calls, total }) => calls === -1 && total > 0));
  });
});

describe('heatline series', () => {
  it('has the four series of massif by the names the README gives', () => {
    const { series, axis } = json<Series>(['series', fixture('massif/heap.out')]);
    assert.deepEqual(series.map(({ name }) => name), ['total', 'useful heap', 'extra heap', 'stacks']);
    assert.equal(axis.unit, 'instructions');
    const [total, useful, extra, stacks] = series.map(({ points }) => points);
    total.forEach(([at, value], i) => {
      assert.deepEqual([useful[i][0], extra[i][0], stacks[i][0]], [at, at, at]);
      assert.equal(useful[i][1] + extra[i][1] + stacks[i][1], value);
    });
  });

  it('says so when there are none', () => {
    assert.match(heatline(['series', CALLS]).stdout, /no values over time/);
  });
});

describe('heatline findings', () => {
  it('lists messages with their stacks', () => {
    const name = readdirSync(fixture('valgrind-xml')).find((each) => /^faults.*\.xml$/.test(each))!;
    const { stdout, code } = heatline(['findings', fixture(`valgrind-xml/${name}`)]);
    assert.equal(code, 0);
    assert.match(stdout, /^error: .+ \[\w+\]/m);
    assert.match(stdout, /^ {4}\w+ \(.*faults\.c:\d+\)$/m);
  });
});

describe('heatline lines', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'heatline-lines-'));
    copyFileSync(fixture('src/calls.c'), path.join(folder, 'calls.c'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('adds up to the total', () => {
    const { files, total } = json<Lines>(['lines', CALLS]);
    assert.equal(files.flatMap(({ lines }) => lines).reduce((sum, { self }) => sum + self, 0), total);
    for (const { lines } of files) assert.deepEqual(lines.map(({ line }) => line), lines.map(({ line }) => line).sort((a, b) => a - b));
  });

  it('shows one file by its base name, beside the source that lies here', () => {
    assert.deepEqual(json<Lines>(['lines', CALLS, 'calls.c']).files.map(({ file }) => path.basename(file)), ['calls.c']);
    const { stdout } = heatline(['lines', CALLS, 'calls.c'], { cwd: folder });
    const source = readFileSync(path.join(folder, 'calls.c'), 'utf8').trimEnd().split('\n');
    const fib = source.findIndex((line) => line.includes('return n < 2 ? n : fib'));
    assert.match(stdout.split('\n').find((line) => line.endsWith(source[fib]))!, new RegExp(`^ +[\\d.]+ % +[\\d,]+ .* ${fib + 1}  `));
    // Every line of the file is there.
    for (const line of source) assert.ok(stdout.includes(line));
  });

  it('names the files there are when the one asked for is not among them', () => {
    const { code, stderr } = heatline(['lines', CALLS, 'other.c']);
    assert.equal(code, 2);
    assert.match(stderr, /no costs in other\.c\. It has in: .*calls\.c/);
  });
});

describe('heatline diff', () => {
  const SHAPE: Shape = {
    event: 'string', unit: 'string', by: 'string', normalized: 'boolean', before: { format: 'string', total: 'number' }, after: { format: 'string', total: 'number' },
    change: 'number', warnings: ['string'],
    functions: [{ name: 'string', file: 'string', line: 'number', object: 'string', before: 'number', after: 'number', change: 'number' }],
  };
  interface Diff { readonly change: number; readonly before: { total: number }; readonly after: { total: number }; readonly functions: readonly { name: string; before: number; after: number; change: number }[] }

  it('is nothing between a profile and itself', () => {
    const same = json<Diff>(['diff', CALLS, CALLS]);
    assertShape(same, SHAPE);
    assert.deepEqual([same.change, same.functions], [0, []]);
    assert.match(heatline(['diff', CALLS, CALLS]).stdout, /No function changed/);
  });

  it('adds up to the difference of the totals', () => {
    const changed = json<Diff>(['diff', CALLS, fixture('callgrind/calls.parts.out'), '--limit', '1000']);
    assertShape(changed, SHAPE);
    assert.equal(changed.change, changed.after.total - changed.before.total);
    assert.equal(changed.functions.reduce((sum, { change }) => sum + change, 0), changed.change);
    for (const { before, after, change } of changed.functions) assert.equal(after - before, change);
  });

  it('refuses what cannot be compared', () => {
    const { code, stderr } = heatline(['diff', CALLS, PYTHON]);
    assert.equal(code, 2);
    assert.match(stderr, /has no event Ir/);
  });
});

describe('heatline and its input', () => {
  it('reads standard input, and leaves nothing behind', () => {
    const left = () => readdirSync(os.tmpdir()).filter((name) => name.startsWith("heatline-stdin-"));
    const before = left();
    const { code, stdout } = heatline(['top', '-', '--json'], { input: readFileSync(PYTHON) });
    assert.equal(code, 0);
    assert.equal((JSON.parse(stdout) as { total: number }).total, json<{ total: number }>(['top', PYTHON]).total);
    assert.deepEqual(left(), before);
  });

  it('reads several files as parts of one profile', () => {
    const parts = ['', '.1', '.2', '.3'].map((end) => fixture(`callgrind/calls.parts.out${end}`));
    const totals = parts.map((file) => json<{ total: number }>(['top', file]).total);
    assert.equal(json<{ total: number }>(['top', ...parts]).total, totals.reduce((sum, total) => sum + total, 0));
  });

  it('suggests the command that was meant', () => {
    const { code, stderr } = heatline(['tpo', CALLS]);
    assert.equal(code, 2);
    assert.match(stderr, /Did you mean top\?/);
  });

  it('explains each command', () => {
    for (const command of ['top', 'lines', 'edges', 'series', 'findings', 'convert', 'diff', 'record', 'profilers', 'doctor']) {
      for (const words of [[command, '--help'], ['help', command]]) {
        const { code, stdout } = heatline(words);
        assert.equal(code, 0);
        assert.ok(stdout.startsWith(`heatline ${command} `), stdout);
      }
    }
  });
});
