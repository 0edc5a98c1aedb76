// Callgrind's own numbers: what the reader gives must equal callgrind_annotate to the unit.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { text, type Profile } from '../../src/core/profile.ts';
import { callgrind } from '../../src/formats/callgrind.ts';
import { inputOf } from '../stackText.ts';
import { needsTool } from '../tools.ts';

const execute = promisify(execFile);
const sources = fileURLToPath(new URL('../fixtures/src/', import.meta.url));

/** Costs of all events by `file:function`, and the totals the tool prints (the last part's, where there are several). */
interface Annotated {
  costs: Map<string, number[]>;
  totals: number[];
}

const numbersOf = (columns: string[]) => columns.map((column) => (column === '.' ? 0 : Number(column.replaceAll(',', ''))));

/**
 * Runs callgrind_annotate; rows without any cost are left out. It takes the cost of `calls=0` (a call that an earlier part
 * counted) for self cost, against the format's rules and its own totals, so it is shown a count of 1 there.
 */
async function annotate(original: string): Promise<Annotated> {
  const file = `${original}.counted`;
  await writeFile(file, (await readFile(original, 'latin1')).replaceAll('\ncalls=0 ', '\ncalls=1 '), 'latin1');
  // From the root folder no file name is shortened.
  const { stdout } = await execute('callgrind_annotate', ['--threshold=100', '--show-percs=no', '--auto=no', file], { cwd: '/', maxBuffer: 1 << 28 });
  await rm(file);
  const events = /^Events shown: +(.*)$/m.exec(stdout)?.[1].split(' ') ?? [];
  const row = new RegExp(`^ *((?:[\\d,.-]+ +){${events.length}})(.*?)(?: \\[[^\\]]*\\])?$`);
  const costs = new Map<string, number[]>();
  let totals: number[] = [];
  for (const line of stdout.split('\n')) {
    const found = row.exec(line);
    if (!found) continue;
    const values = numbersOf(found[1].trim().split(/ +/));
    if (found[2].trim() === 'PROGRAM TOTALS') totals = values;
    else if (values.some((value) => value !== 0)) add(costs, found[2].trim(), values);
  }
  assert.ok(costs.size > 0 && totals.length === events.length, stdout);
  return { costs, totals };
}

function add(costs: Map<string, number[]>, key: string, values: readonly number[]): void {
  const sum = costs.get(key);
  costs.set(key, values.map((value, event) => value + (sum?.[event] ?? 0)));
}

/** The same from a profile: self costs by the file of the line and the function's name. */
function selfCosts(profile: Profile): Map<string, number[]> {
  const costs = new Map<string, number[]>();
  const { graph, functions } = profile;
  assert.ok(graph);
  const { lines } = graph;
  for (let row = 0; row < lines.length; row++) {
    const values = lines.cost.map((column) => column[row]);
    if (values.every((value) => value === 0)) continue;
    add(costs, `${text(profile, lines.file[row]) || '???'}:${text(profile, functions.name[lines.func[row]])}`, values);
  }
  return costs;
}

const sorted = (costs: Map<string, number[]>) => [...costs].sort(([a], [b]) => (a < b ? -1 : 1));

describe('callgrind against callgrind_annotate', function () {
  this.timeout(180_000);
  let folder = '';

  before(async function () {
    needsTool(this, 'valgrind', 'gcc', 'g++', 'callgrind_annotate');
    folder = await mkdtemp(path.join(os.tmpdir(), 'heatline-callgrind-'));
    for (const name of ['calls.c', 'mix.h', 'threads.c', 'shapes.cc']) await copyFile(path.join(sources, name), path.join(folder, name));
    const compile = (command: string, ...args: string[]) => execute(command, ['-O1', '-g', '-fno-optimize-sibling-calls', ...args], { cwd: folder });
    await compile('gcc', '-o', 'calls', 'calls.c');
    await compile('gcc', '-pthread', '-o', 'threads', 'threads.c');
    await compile('g++', '-o', 'shapes', 'shapes.cc');
  });

  after(async () => {
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  /** Runs a program under callgrind; the files that came out, those with a part or thread number first. */
  async function record(name: string, program: string, ...options: string[]): Promise<string[]> {
    await execute('valgrind', ['-q', '--tool=callgrind', `--callgrind-out-file=${name}.out`, ...options, `./${program}`, ...(program === 'threads' ? ['200000'] : [])], { cwd: folder });
    return (await readdir(folder)).filter((file) => file.startsWith(`${name}.out`)).sort().reverse().map((file) => path.join(folder, file));
  }

  const read = async (files: readonly string[]) => (
    callgrind.read(await Promise.all(files.map(async (file) => inputOf(path.basename(file), await readFile(file), 1 << 20)))));

  async function assertEqual(files: string[]): Promise<{ profile: Profile; totals: number[][] }> {
    const profile = await read(files);
    const costs = new Map<string, number[]>();
    const totals: number[][] = [];
    for (const file of files) {
      if ((await readFile(file)).length === 0) continue;
      const one = await annotate(file);
      totals.push(one.totals);
      for (const [key, values] of one.costs) add(costs, key, values);
    }
    assert.deepEqual(sorted(selfCosts(profile)), sorted(costs));
    assert.deepEqual([profile.warnings, profile.truncated], [[], false]);
    return { profile, totals };
  }

  it('recursion and inlined code', async () => {
    const { profile, totals } = await assertEqual(await record('plain', 'calls'));
    assert.deepEqual(profile.totals, totals[0]);
  });

  it('C++ names', async () => {
    const { profile, totals } = await assertEqual(await record('shapes', 'shapes'));
    assert.deepEqual(profile.totals, totals[0]);
  });

  it('--dump-instr=yes --collect-jumps=yes, with caches and branches', async () => {
    const { profile, totals } = await assertEqual(await record('instr', 'calls', '--toggle-collect=main', '--dump-instr=yes', '--collect-jumps=yes', '--cache-sim=yes', '--branch-sim=yes'));
    assert.equal(profile.events.length, 13);
    assert.deepEqual(profile.totals, totals[0]);
  });

  it('names and positions written out', async () => {
    const { profile, totals } = await assertEqual(await record('long', 'shapes', '--compress-strings=no', '--compress-pos=no', '--dump-instr=yes'));
    assert.deepEqual(profile.totals, totals[0]);
  });

  it('--combine-dumps=yes: every part counts, not only the last', async () => {
    const files = await record('combined', 'calls', '--combine-dumps=yes', '--dump-before=spin');
    assert.equal(files.length, 1);
    const { profile, totals } = await assertEqual(files);
    assert.deepEqual(profile.meta.facts?.[0], ['Parts', '4']);
    assert.ok(profile.totals[0] > totals[0][0]);
    // All parts together are a whole run.
    const [whole] = await record('whole', 'calls');
    assert.ok(Math.abs(profile.totals[0] - (await annotate(whole)).totals[0]) < 100);
  });

  it('several files, one a part', async () => {
    const files = await record('parts', 'calls', '--dump-before=spin');
    assert.equal(files.length, 4);
    const { profile, totals } = await assertEqual(files);
    assert.equal(profile.totals[0], totals.reduce((sum, [total]) => sum + total, 0));
  });

  it('several files, one a thread', async () => {
    const files = await record('threads', 'threads', '--separate-threads=yes');
    // The main thread, one or two more (valgrind gives the number of a thread that has ended to the next), and a base file without costs.
    assert.ok(files.length === 3 || files.length === 4, files.join());
    const { profile, totals } = await assertEqual(files);
    assert.equal(totals.length, files.length - 1);
    assert.equal(profile.totals[0], totals.reduce((sum, [total]) => sum + total, 0));
  });
});
