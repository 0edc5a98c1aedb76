// Cachegrind's own numbers: what the reader gives must equal cg_annotate to the unit.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { lineCosts } from '../../src/core/lines.ts';
import { text, type Profile } from '../../src/core/profile.ts';
import { cachegrind } from '../../src/formats/cachegrind.ts';
import { annotatedLines, annotatedNumber, selfByFileAndFunction, sortedCosts } from '../annotatedSource.ts';
import { inputOf } from '../stackText.ts';
import { needsTool } from '../tools.ts';

const execute = promisify(execFile);
const sources = fileURLToPath(new URL('../fixtures/src/', import.meta.url));

describe('cachegrind against cg_annotate', function () {
  this.timeout(120_000);
  let folder = '';

  before(async function () {
    needsTool(this, 'valgrind', 'gcc', 'g++', 'cg_annotate', 'cg_merge', 'cg_diff');
    folder = await mkdtemp(path.join(os.tmpdir(), 'heatline-cachegrind-'));
    for (const name of ['calls.c', 'mix.h', 'shapes.cc']) await copyFile(path.join(sources, name), path.join(folder, name));
    await execute('gcc', ['-O1', '-g', '-o', 'calls', 'calls.c'], { cwd: folder });
    await execute('g++', ['-O1', '-g', '-o', 'shapes', 'shapes.cc'], { cwd: folder });
  });

  after(async () => {
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  async function record(name: string, program: readonly string[], ...options: string[]): Promise<string> {
    const file = path.join(folder, name);
    await execute('valgrind', ['-q', '--tool=cachegrind', `--cachegrind-out-file=${file}`, ...options, ...program], { cwd: folder });
    return file;
  }

  const read = async (file: string) => cachegrind.read([inputOf(path.basename(file), await readFile(file), 1 << 20)]);

  async function annotate(file: string): Promise<{ costs: Map<string, number[]>; totals: number[]; stdout: string }> {
    const { stdout } = await execute('cg_annotate', ['--threshold=0', '--show-percs=no', '--auto=yes', '--context=100000', file], { cwd: '/', maxBuffer: 1 << 28 });
    const events = /^Events shown: +(.*)$/m.exec(stdout)?.[1].trim().split(' ') ?? [];
    const row = new RegExp(`^ *((?:(?:-?[\\d,]+|\\.) +){${events.length}})(.*)$`);
    const costs = new Map<string, number[]>();
    let totals: number[] = [];
    for (const line of stdout.slice(0, stdout.search(/^-- .*annotated source/m)).split('\n')) {
      const found = row.exec(line);
      const values = found?.[1].trim().split(/ +/).map(annotatedNumber);
      if (!found || !values) continue;
      if (found[2] === 'PROGRAM TOTALS') totals = values;
      else if (values.some((value) => value !== 0)) costs.set(found[2], values);
    }
    assert.ok(costs.size > 0 && totals.length === events.length, stdout);
    return { costs, totals, stdout };
  }

  async function assertEqual(file: string): Promise<{ profile: Profile; stdout: string }> {
    const profile = await read(file);
    const { costs, totals, stdout } = await annotate(file);
    assert.equal(profile.meta.format, 'cachegrind');
    assert.deepEqual([profile.warnings, profile.truncated], [[], false]);
    assert.deepEqual(profile.totals, totals);
    assert.deepEqual(sortedCosts(selfByFileAndFunction(profile)), sortedCosts(costs));
    return { profile, stdout };
  }

  /** Every line of a source file, with all events. */
  function assertLines(profile: Profile, stdout: string, source: string): void {
    const shown = annotatedLines(stdout, source, profile.events.length);
    const own = profile.events.map((_, event) => {
      const lines = lineCosts(profile, event);
      const costs = new Map<number, number>();
      for (let row = 0; row < lines.length; row++) if (text(profile, lines.file[row]) === source) costs.set(lines.line[row], lines.self[row]);
      return costs;
    });
    assert.ok(shown.length > 30, stdout);
    assert.deepEqual(shown.map(({ self }) => self), shown.map((_, line) => own.map((costs) => costs.get(line + 1) ?? 0)));
  }

  it('by function and by line, with inlined code and all events', async () => {
    const { profile, stdout } = await assertEqual(await record('calls.out', ['./calls'], '--branch-sim=yes'));
    assert.equal(profile.events.length, 13);
    assertLines(profile, stdout, path.join(folder, 'calls.c'));
  });

  it('C++ names', async () => {
    const { profile, stdout } = await assertEqual(await record('shapes.out', ['./shapes']));
    assertLines(profile, stdout, path.join(folder, 'shapes.cc'));
  });

  it('what cg_merge and cg_diff write, and several files at once', async () => {
    const [short, long] = [await record('short.out', ['./calls']), await record('long.out', ['./calls', '4'])];
    const merged = path.join(folder, 'merged.out');
    await execute('cg_merge', ['-o', merged, short, long]);
    const { profile } = await assertEqual(merged);
    const together = await cachegrind.read(await Promise.all([short, long].map(async (file) => inputOf(file, await readFile(file)))));
    assert.deepEqual(sortedCosts(selfByFileAndFunction(together)), sortedCosts(selfByFileAndFunction(profile)));
    const difference = path.join(folder, 'diff.out');
    await writeFile(difference, (await execute('cg_diff', [long, short], { maxBuffer: 1 << 28 })).stdout);
    const { profile: negative } = await assertEqual(difference);
    assert.ok(negative.totals[0] < 0);
  });
});
