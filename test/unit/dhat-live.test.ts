// DHAT's own sums: what it prints when the program ends must equal our totals.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Profile } from '../../src/core/profile.ts';
import { dhat } from '../../src/formats/dhat.ts';
import { readAs } from '../stackText.ts';
import { needsTool, skipBecause } from '../tools.ts';

const execute = promisify(execFile);
const sources = fileURLToPath(new URL('../fixtures/src/', import.meta.url));
const number = (digits: string) => Number(digits.replaceAll(',', ''));

describe('DHAT against what it prints', function () {
  this.timeout(60_000);
  let folder = '';

  before(async function () {
    needsTool(this, 'valgrind', 'gcc', 'g++');
    folder = await mkdtemp(path.join(os.tmpdir(), 'heatline-dhat-'));
    for (const name of ['heap.c', 'events.c', 'names.cc']) await copyFile(path.join(sources, name), path.join(folder, name));
    await execute('gcc', ['-O1', '-g', '-o', 'heap', 'heap.c'], { cwd: folder });
    await execute('g++', ['-O1', '-g', '-o', 'names', 'names.cc'], { cwd: folder });
  });

  after(async () => {
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  /** Runs a program; the totals of the profile must be the numbers that DHAT prints, all of them. */
  async function assertEqual(program: string, ...options: string[]): Promise<Profile> {
    const file = path.join(folder, 'dhat.out.1');
    const { stderr } = await execute('valgrind', ['--tool=dhat', `--dhat-out-file=${file}`, ...options, `./${program}`], { cwd: folder });
    const printed: Record<string, number> = {};
    for (const [, label, first, unit, second, unit2] of stderr.matchAll(/^==\d+== (Total|At t-gmax|At t-end|Reads|Writes): +([\d,]+) (\w+)(?: in ([\d,]+) (\w+))?$/gm)) {
      const name = label[0].toLowerCase() + label.slice(1);
      if (second === undefined) printed[name] = number(first);
      else [printed[`${name} ${unit}`], printed[`${name} ${unit2}`]] = [number(first), number(second)];
    }
    const profile = await readAs(dhat, await readFile(file), 'dhat.out.1');
    assert.deepEqual(Object.fromEntries(profile.events.map(({ name }, event) => [name, profile.totals[event]])), printed);
    assert.deepEqual([profile.warnings, profile.truncated], [[], false]);
    assert.ok(profile.totals[0] > 0);
    return profile;
  }

  it('heap, C', async () => {
    assert.equal((await assertEqual('heap')).events.length, 8);
  });

  it('heap, C++ with few callers', async () => {
    assert.equal((await assertEqual('names', '--num-callers=4')).events.length, 8);
  });

  describe('with a program that includes valgrind/dhat.h', () => {
    before(async function () {
      const built = await execute('gcc', ['-O1', '-g', '-fno-builtin', '-fno-optimize-sibling-calls', '-o', 'events', 'events.c'], { cwd: folder }).then(() => '', String);
      if (built !== '') skipBecause(this, `valgrind's headers are not installed: ${built.split('\n')[0]}`);
    });

    it('ad hoc', async () => {
      const profile = await assertEqual('events', '--mode=ad-hoc');
      assert.deepEqual(profile.events.map(({ name, unit }) => [name, unit]), [['total units', 'count'], ['total events', 'count']]);
      assert.deepEqual(profile.totals, [115, 6]);
    });

    it('copies', async () => {
      const profile = await assertEqual('events', '--mode=copy');
      assert.deepEqual(profile.events.map(({ name }) => name), ['total bytes', 'total blocks']);
    });
  });
});
