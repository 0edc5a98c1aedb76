// The program for terminals, as built: what it prints and its exit codes.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, describe, it } from 'mocha';

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
const CALLS = fixture('callgrind/calls.out');

let folder = '';
before(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'heatline-cli-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

interface Report {
  readonly format: string;
  readonly event: string | null;
  readonly total: number;
  readonly events: readonly { name: string; total: number }[];
  readonly functions?: readonly { name: string; file: string; line: number; self: number; total: number; calls: number }[];
}

function heatline(...args: string[]): { code: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8' });
  return { code: status, stdout, stderr };
}

function report(...args: string[]): Report {
  const { code, stdout, stderr } = heatline(...args, '--json');
  assert.deepEqual([code, stderr], [0, '']);
  return JSON.parse(stdout) as Report;
}

describe('heatline top', () => {
  it('print the costliest functions as JSON', () => {
    const top = report('top', CALLS);
    assert.deepEqual([top.format, top.event, top.total], ['callgrind', 'Ir', 5347]);
    const selfs = top.functions!.map(({ self }) => self);
    assert.deepEqual(selfs, [...selfs].sort((a, b) => b - a));
    assert.equal(selfs.reduce((sum, self) => sum + self, 0), 5347);
    const main = report('top', CALLS, '--by', 'total', '--limit', '50').functions!.find(({ name }) => name === 'main');
    assert.deepEqual([main?.total, main?.calls], [5347, 1]);
    assert.equal(report('top', CALLS, '--limit', '1').functions!.length, 1);
  });

  it('read every format', () => {
    for (const [name, format] of [['perf/calls.fp.txt', 'perf-script'], ['pstats/cprofile-3.11.pstats', 'pstats'], ['samples/threads.samples', 'heatline-samples']]) {
      const top = report('top', fixture(name));
      assert.equal(top.format, format);
      assert.ok(top.functions!.length > 0);
    }
  });

  it('choose the event', () => {
    const { events } = report('top', fixture('callgrind/calls.instr.out'));
    assert.ok(events.length > 2);
    for (const { name, total } of [events[0], events[events.length - 1]]) {
      const chosen = report('top', fixture('callgrind/calls.instr.out'), '--event', name);
      assert.deepEqual([chosen.event, chosen.total], [name, total]);
    }
  });

  it('print tables for people', () => {
    const { code, stdout } = heatline('top', CALLS, '--limit', '3');
    const rows = stdout.trimEnd().split('\n');
    assert.deepEqual([code, rows[0], rows.length], [0, 'Instructions read: 5,347', 5]);
    assert.match(rows[2], /^ +\d+\.\d %.+ \d+\.\d %.+\w/);
  });

  it('open a run by its manifest', () => {
    copyFileSync(CALLS, path.join(folder, 'callgrind.out.1'));
    const run = path.join(folder, 'calls.heatline');
    writeFileSync(run, JSON.stringify({ version: 1, profiler: 'callgrind', target: { file: '/x/calls.c' }, recording: { files: ['callgrind.out.1'], format: 'callgrind' } }));
    assert.equal(report('top', run).total, 5347);
  });
});

describe('heatline exit codes', () => {
  it('are 2 for wrong usage, with a word of help', () => {
    for (const args of [[], ['top'], ['melt', CALLS], ['top', CALLS, '--by', 'name'], ['top', CALLS, '--limit', 'x'], ['top', CALLS, '--limit', '-1'], ['top', CALLS, '--nonsense'], ['top', CALLS, '--event', 'Dr']]) {
      const { code, stdout, stderr } = heatline(...args);
      assert.deepEqual([code, stdout, /^ +at /m.test(stderr)], [2, '', false], args.join(' '));
      assert.notEqual(stderr, '');
    }
  });

  it('are 0 for help', () => {
    for (const args of [['--help'], ['help'], ['top', '-h']]) {
      const { code, stdout } = heatline(...args);
      assert.equal(code, 0);
      assert.match(stdout, /Exit codes: 0 fine, 1 .*, 2 wrong usage or a tool failed, 3 unreadable input|^heatline top FILE/);
    }
  });

  const unreadable: readonly (readonly [string, () => string])[] = [
    ['a missing file', () => path.join(folder, 'missing')],
    ['a folder', () => folder],
    ['a file that is no profile', () => write('notes.txt', 'buy milk\n')],
    ['a malformed profile', () => write('callgrind.out.9', '# callgrind format\nevents: Ir\nfn=main\n3 cucumber\n')],
    ['a run that has no profile', () => write('failed.heatline', JSON.stringify({ version: 1, profiler: 'perf', target: { file: 'x' } }))],
    ['a run whose manifest is cut short', () => write('cut.heatline', '{"version":1,"prof')],
    ['a run whose recording is malformed', () => write('odd.heatline', JSON.stringify({ version: 1, profiler: 'perf', target: { file: 'x' }, recording: { files: 'x', format: 'callgrind' } }))],
    ['gzip that is cut short', () => write('cut.gz', Buffer.from('1f8b08000000000000034b4c4a06', 'hex'))],
  ];
  for (const [what, make] of unreadable) {
    it(`are 3 for ${what}, without a stack trace`, () => {
      const { code, stdout, stderr } = heatline('top', make(), '--json');
      assert.deepEqual([code, stdout, /^ +at /m.test(stderr)], [3, '', false], stderr);
      assert.notEqual(stderr, '');
    });
  }

  function write(name: string, content: string | Buffer): string {
    const file = path.join(folder, name);
    writeFileSync(file, content);
    return file;
  }
});
