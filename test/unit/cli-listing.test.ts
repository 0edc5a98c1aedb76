// What heatline prints for people, and what it matches: source beside costs, names that would steer the terminal, functions that moved.
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { assertShape, fixture, heatline, json } from '../cliProgram.ts';

const CALLS = fixture('callgrind/calls.out');

let folder = '';
before(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'heatline-cli-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, content: string): string {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

interface Lines {
  readonly total: number;
  readonly files: readonly { file: string; lines: readonly { line: number; self: number; total: number }[] }[];
}

describe('heatline lines for people', function () {
  this.timeout(60_000);

  it('keeps to the file and the number of lines that are asked for', () => {
    for (const source of ['calls.c', '/tmp/rec/calls.c', 'rec/calls.c', './calls.c']) {
      assert.deepEqual(json<Lines>(['lines', CALLS, source]).files.map(({ file }) => path.basename(file)), ['calls.c'], source);
    }
    const { stderr } = heatline(['lines', CALLS, 'alls.c']);
    assert.match(stderr, /no costs in alls\.c.*calls\.c/, 'the end of a name is no name, and those that there are get listed');
    const few = json<Lines>(['lines', CALLS, '--limit', '3']);
    assert.equal(few.files.reduce((count, { lines }) => count + lines.length, 0), 3);
  });

  it('adds up parts, and knows a source file from a part', () => {
    const whole = json<Lines>(['lines', CALLS, CALLS, 'calls.c']);
    assert.equal(whole.files[0].lines.find(({ line }) => line === 8)?.self, 2 * 1147);
  });

  it('puts the source beside the costs, from the working directory, the profile\'s folder or nowhere', () => {
    const source = readFileSync(fixture('src/calls.c'), 'utf8').split('\n');
    const place = path.join(folder, 'rec');
    mkdirSync(place);
    copyFileSync(fixture('src/calls.c'), path.join(place, 'calls.c'));
    const moved = readFileSync(CALLS, 'utf8').replaceAll('/tmp/rec/', '/nowhere/rec/');
    const beside = write('rec/callgrind.out.1', moved);
    const alone = write('alone/callgrind.out.1', moved);
    for (const [args, cwd] of [[[alone, 'calls.c'], place], [[alone, 'calls.c'], folder], [[beside, 'calls.c'], '/']] as const) {
      const { code, stdout } = heatline(['lines', ...args], { cwd });
      assert.equal(code, 0);
      const rows = stdout.trimEnd().split('\n');
      assert.match(rows.find((row) => row.includes(source[7].trim())) ?? '', /^ +21\.5 % +1,147 +72\.3 % +3,868 +8 {2}/);
      for (const text of source.filter((line) => line.trim() !== '')) assert.ok(rows.some((row) => row.endsWith(text.trim())), `the whole file: ${text}`);
    }
    const { stdout } = heatline(['lines', alone, 'calls.c'], { cwd: '/' });
    assert.match(stdout, /its source is not here/);
    assert.match(stdout, /21\.5 % +1,147 +72\.3 % +3,868 +8\n/);
  });

  it('shows the costly lines of the hottest files with some around them', () => {
    const { stdout } = heatline(['lines', path.join(folder, 'alone', 'callgrind.out.1')], { cwd: path.join(folder, 'rec') });
    assert.match(stdout, /return n < 2 \? n : fib/);
    assert.doesNotMatch(stdout, /#include <stdlib\.h>/, 'far from every costly line');
  });

  it('says when the source is younger than the profile', () => {
    const source = write('aged/app.py', 'x = 1\ny = 2\n');
    const profile = write('aged/app.speedscope.json', JSON.stringify({ $schema: 'https://www.speedscope.app/file-format-schema.json',
      shared: { frames: [{ name: 'f', file: '/nowhere/app.py', line: 2 }, { name: 'g', file: '/nowhere/app.py', line: 9 }] },
      profiles: [{ type: 'sampled', name: 'x', unit: 'none', startValue: 0, endValue: 2, samples: [[0], [0, 1]], weights: [1, 1] }] }));
    const run = write('aged/app.heatline', JSON.stringify({
      version: 1, profiler: 'x', startedAt: Date.now() - 60_000, target: { file: source, cwd: folder }, recording: { files: [path.basename(profile)], format: 'speedscope' },
    }));
    const shown = () => heatline(['lines', run, 'app.py']).stdout;
    assert.match(shown(), /source is newer than the profile/);
    assert.match(shown(), /past the end of this source/);
    utimesSync(source, 0, 0);
    assert.doesNotMatch(shown(), /newer than the profile/);
  });
});

interface Edges {
  readonly edges: readonly { caller: string; callee: string; calls: number; total: number }[];
}

describe('heatline edges of recursion', () => {
  const find = ({ edges }: Edges, caller: string, callee: string) => {
    const found = edges.find((edge) => edge.caller === caller && edge.callee === callee);
    return found && [found.calls, found.total];
  };

  it('counts each stack once for a pair, however deep the recursion', () => {
    const graph = json<Edges>(['edges', write('recursive.folded', 'main;f;g;f;g;f 5\nmain;f 2\nmain;g;g;g 1\n')]);
    assert.deepEqual(
      [find(graph, 'main', 'f'), find(graph, 'f', 'g'), find(graph, 'g', 'f'), find(graph, 'g', 'g'), find(graph, 'main', 'g')],
      [[-1, 7], [-1, 5], [-1, 5], [-1, 1], [-1, 1]],
    );
  });
});

interface Top {
  readonly functions: readonly { name: string }[];
}

describe('heatline top and hostile names', () => {
  it('lines up wide characters, and shows what would steer the terminal', () => {
    const file = path.join(folder, 'names.folded');
    writeFileSync(file, 'main;計算する 5\nmain;\x1b[2Jclear 3\nmain;e\u0301te\u0301 2\nmain;\u202eback 1\n');
    const { code, stdout } = heatline(['top', file, '--limit', '4']);
    assert.equal(code, 0);
    assert.doesNotMatch(stdout, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
    assert.match(stdout, /\\x1b\[2Jclear/);
    assert.match(stdout, /\\u202eback/);
    const names = json<Top>(['top', file]).functions.map(({ name }) => name);
    assert.ok(names.includes('\x1b[2Jclear') && names.includes('計算する'), 'JSON has names as they are');
  });
});

interface Diff {
  readonly event: string;
  readonly change: number;
  readonly before: { total: number };
  readonly after: { total: number };
  readonly functions: readonly { name: string; line: number; before: number; after: number; change: number }[];
}

describe('heatline diff', () => {
  const FORM = {
    event: 'string', unit: 'string', by: 'string', normalized: 'boolean', before: { format: 'string', total: 'number' }, after: { format: 'string', total: 'number' },
    change: 'number', warnings: ['string'],
    functions: [{ name: 'string', file: 'string', line: 'number', object: 'string', before: 'number', after: 'number', change: 'number' }],
  } as const;
  const rows = ({ functions }: Diff) => functions.map(({ name, before, after, change }) => [name, before, after, change]);

  it('tells what changed, the most first, and what is new or gone', () => {
    const a = write('a.folded', 'main;work 10\nmain;old 3\nmain;same 4\n');
    const b = write('b.folded', 'main;work 25\nmain;new 1\nmain;same 4\n');
    const report = json<Diff>(['diff', a, b]);
    assertShape(report, FORM);
    assert.deepEqual(rows(report), [['work', 10, 25, 15], ['old', 3, 0, -3], ['new', 0, 1, 1]]);
    assert.deepEqual([report.before.total, report.after.total, report.change], [17, 30, 13]);
    assert.deepEqual(rows(json<Diff>(['diff', a, b, '--by', 'total', '--limit', '2'])), [['work', 10, 25, 15], ['main', 17, 30, 13]]);
    const { code, stdout } = heatline(['diff', a, b]);
    assert.equal(code, 0);
    assert.match(stdout, /10 +25 +\+15 +\+150\.0 % {2}work/);
    assert.match(stdout, / new {2}new\n/);
  });

  it('compares shares when it is asked to', () => {
    const a = write('short.folded', 'main;work 10\nmain;rest 10\n');
    const b = write('long.folded', 'main;work 100\nmain;rest 100\n');
    assert.deepEqual(rows(json<Diff>(['diff', a, b, '--normalize'])), []);
    assert.equal(rows(json<Diff>(['diff', a, b])).length, 2);
  });

  it('matches functions that moved within their file, and files that moved', () => {
    const graph = (file: string, line: number, cost: number) => `# callgrind format\nevents: Ir\nfl=${file}\nfn=work\n${line} ${cost}\nfn=rest\n${line + 50} 7\n`;
    const a = write('callgrind.out.a', graph('/old/app.c', 10, 5));
    for (const [name, file] of [['callgrind.out.b', '/old/app.c'], ['callgrind.out.c', '/new/app.c'], ['callgrind.out.d', '/new/renamed.c']]) {
      assert.deepEqual(rows(json<Diff>(['diff', a, write(name, graph(file, 300, 8))])), [['work', 5, 8, 3]], file);
    }
  });

});
