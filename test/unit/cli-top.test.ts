// heatline top as built: what it prints, and how its input is named.
import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { assertForm, CALLS, fixture, HEAD, heatline, jsonOf } from './cli-run.ts';

let folder = '';
before(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'heatline-cli-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

interface Top {
  readonly format: string;
  readonly event: string | null;
  readonly total: number;
  readonly events: readonly { name: string; total: number }[];
  readonly functions: readonly { name: string; file: string; line: number; self: number; total: number; calls: number }[];
}

describe('heatline top', () => {
  it('prints the costliest functions as JSON', () => {
    const top = jsonOf<Top>(['top', CALLS, '--limit', '50']);
    assertForm(top, { ...HEAD, functions: [{ name: 'string', file: 'string', line: 'number', object: 'string', self: 'number', total: 'number', calls: 'number' }] });
    assert.deepEqual([top.format, top.event, top.total], ['callgrind', 'Ir', 5347]);
    const selfs = top.functions.map(({ self }) => self);
    assert.deepEqual(selfs, [...selfs].sort((a, b) => b - a));
    assert.equal(selfs.reduce((sum, self) => sum + self, 0), 5347);
    const main = jsonOf<Top>(['top', CALLS, '--by', 'total', '--limit', '50']).functions.find(({ name }) => name === 'main');
    assert.deepEqual([main?.total, main?.calls], [5347, 1]);
    assert.equal(jsonOf<Top>(['top', CALLS, '--limit', '1']).functions.length, 1);
  });

  it('reads every format that there are fixtures of, with -1 where calls are not counted', () => {
    for (const [name, format] of [['perf/calls.fp.txt', 'perf-script'], ['pstats/cprofile-3.11.pstats', 'pstats'], ['samples/threads.samples', 'heatline-samples']]) {
      const top = jsonOf<Top>(['top', fixture(name)]);
      assert.equal(top.format, format);
      assert.ok(top.functions.length > 0);
      assert.equal(top.functions.every(({ calls }) => calls === -1), format !== 'pstats');
    }
  });

  it('chooses the event by name, whatever its case', () => {
    const file = fixture('callgrind/calls.instr.out');
    const { events } = jsonOf<Top>(['top', file]);
    assert.ok(events.length > 2);
    for (const { name, total } of [events[0], events[events.length - 1]]) {
      for (const asked of [name, name.toLowerCase()]) {
        const chosen = jsonOf<Top>(['top', file, '--event', asked]);
        assert.deepEqual([chosen.event, chosen.total], [name, total]);
      }
    }
  });

  it('prints a table for people', () => {
    const { code, stdout } = heatline(['top', CALLS, '--limit', '3']);
    const rows = stdout.trimEnd().split('\n');
    assert.deepEqual([code, rows[0], rows.length], [0, 'Instructions read: 5,347', 5]);
    assert.match(rows[2], /^ +\d+\.\d %.+ \d+\.\d %.+\w/);
  });

  it('opens a run by its manifest', () => {
    copyFileSync(CALLS, path.join(folder, 'callgrind.out.1'));
    const run = path.join(folder, 'calls.heatline');
    writeFileSync(run, JSON.stringify({ version: 1, profiler: 'callgrind', target: { file: '/x/calls.c' }, recording: { files: ['callgrind.out.1'], format: 'callgrind' } }));
    assert.equal(jsonOf<Top>(['top', run]).total, 5347);
  });

  it('takes several files as parts of one profile, and - for standard input, of which nothing stays', () => {
    assert.equal(jsonOf<Top>(['top', CALLS, CALLS]).total, 2 * 5347);
    const temporary = path.join(folder, 'tmp');
    const env = { TMPDIR: path.join(folder) };
    assert.equal(jsonOf<Top>(['top', '-'], { input: readFileSync(CALLS), env }).total, 5347);
    assert.equal(jsonOf<Top>(['top', CALLS, '-'], { input: readFileSync(CALLS), env }).total, 2 * 5347);
    assert.deepEqual(readdirSync(path.dirname(temporary)).filter((name) => name.startsWith('heatline-stdin')), []);
    assert.equal(heatline(['top', '-'], { input: '', env }).code, 3);
  });

  it('lines up wide characters, and shows what would steer the terminal', () => {
    const file = path.join(folder, 'names.folded');
    writeFileSync(file, 'main;計算する 5\nmain;\x1b[2Jclear 3\nmain;e\u0301te\u0301 2\nmain;\u202eback 1\n');
    const { code, stdout } = heatline(['top', file, '--limit', '4']);
    assert.equal(code, 0);
    assert.doesNotMatch(stdout, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
    assert.match(stdout, /\\x1b\[2Jclear/);
    assert.match(stdout, /\\u202eback/);
    const names = jsonOf<Top>(['top', file]).functions.map(({ name }) => name);
    assert.ok(names.includes('\x1b[2Jclear') && names.includes('計算する'), 'JSON has names as they are');
  });
});
