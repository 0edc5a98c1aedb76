// Where heatline convert writes: through links, over files, to devices.
import assert from 'node:assert/strict';
import { chmodSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { fixture, heatline } from '../cliProgram.ts';

const STACKS = fixture('perf/calls.fp.txt');

let folder = '';
before(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'heatline-cli-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

describe('the output of heatline convert', () => {
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
