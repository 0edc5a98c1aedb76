// heatline convert as built: every format is written whole, or what was there stays.
import assert from 'node:assert/strict';
import { chmodSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { WRITERS } from '../../src/formats/writers.ts';
import { CALLS, fixture, heatline, jsonOf } from './cli-run.ts';

const STACKS = fixture('perf/calls.fp.txt');

let folder = '';
before(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'heatline-cli-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

const total = (...args: string[]) => jsonOf<{ total: number }>(['top', ...args]).total;

describe('heatline convert', () => {
  for (const { id, extension } of WRITERS) {
    it(`writes ${id}, to a file by its ending and to standard output the same`, () => {
      const file = path.join(folder, `out${extension}`);
      const written = heatline(['convert', STACKS, '-o', file]);
      assert.deepEqual([written.code, written.stdout], [0, ''], written.stderr);
      const bytes = readFileSync(file);
      assert.ok(bytes.length > 0, 'not empty');
      for (const args of [['--to', id], ['--to', id, '-o', '-']]) {
        const { code, stdout } = heatline(['convert', STACKS, ...args]);
        assert.equal(code, 0);
        assert.equal(stdout, bytes.toString('utf8'), args.join(' '));
      }
    });
  }

  it('keeps the total of what can be read again', () => {
    for (const id of ['speedscope', 'pprof', 'collapsed']) {
      const file = path.join(folder, `again.${id}`);
      assert.equal(heatline(['convert', STACKS, '--to', id, '-o', file]).code, 0);
      assert.equal(total(file), total(STACKS), id);
    }
  });

  it('says on standard error what is lost, and puts nothing else on standard output', () => {
    const { code, stdout, stderr } = heatline(['convert', CALLS, '--to', 'collapsed']);
    assert.equal(code, 0);
    assert.match(stderr, /^warning: collapsed stacks is written without /m);
    for (const line of stdout.trimEnd().split('\n')) assert.match(line, / \d+(\.\d+)?$/);
  });

  it('leaves what was there when it fails, follows links, keeps the mode, and leaves no draft', () => {
    const place = path.join(folder, 'place');
    mkdirSync(place);
    const target = path.join(place, 'target.folded');
    const link = path.join(place, 'link.folded');
    writeFileSync(target, 'before\n');
    chmodSync(target, 0o640);
    symlinkSync('target.folded', link);
    assert.equal(heatline(['convert', path.join(folder, 'missing'), '--to', 'collapsed', '-o', link]).code, 3);
    assert.equal(readFileSync(target, 'utf8'), 'before\n');
    assert.equal(heatline(['convert', STACKS, '-o', link]).code, 0);
    assert.ok(lstatSync(link).isSymbolicLink());
    assert.match(readFileSync(target, 'utf8'), /main;/);
    assert.equal(statSync(target).mode & 0o777, 0o640);
    assert.deepEqual(readdirSync(place).sort(), ['link.folded', 'target.folded']);
    const { code, stderr } = heatline(['convert', STACKS, '--to', 'json', '-o', path.join(place, 'no', 'such', 'folder.json')]);
    assert.equal(code, 2);
    assert.match(stderr, /could not be written/);
  });

  it('writes to what is no file as it is', () => {
    assert.equal(heatline(['convert', STACKS, '--to', 'collapsed', '-o', '/dev/null']).code, 0);
    assert.ok(!lstatSync('/dev/null').isFile());
  });
});
