// Massif's own printer: our numbers and trees, printed in its form, must equal what ms_print prints.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { text, type Profile, type Snapshot } from '../../src/core/profile.ts';
import { massif } from '../../src/formats/massif.ts';
import { readAs } from '../stackText.ts';
import { needsTool } from '../tools.ts';

const execute = promisify(execFile);
const sources = fileURLToPath(new URL('../fixtures/src/', import.meta.url));
const RULE = '-'.repeat(80);
const HEAP_ROOT = '(heap allocation functions) malloc/new/new[], --alloc-fns, etc.';
const PAGES_ROOT = '(page allocation syscalls) mmap/mremap/brk, --alloc-fns, etc.';

const commas = (value: number) => String(value).replace(/\B(?=(\d{3})+$)/g, ',');

/** As printf's %05.2f, which rounds what lies exactly between to the even digit. */
function percent(part: number, whole: number): string {
  const value = whole === 0 ? 0 : 100 * part / whole;
  const eighths = value * 8;
  const tie = Number.isInteger(eighths) && eighths % 2 !== 0;
  const cents = Math.floor(value * 100);
  return (tie ? ((cents % 2 === 0 ? cents : cents + 1) / 100).toFixed(2) : value.toFixed(2)).padStart(5, '0');
}

interface Node {
  bytes: number;
  readonly children: Map<string, Node>;
}

/** The text of a frame as Valgrind writes it. */
function frameText(profile: Profile, row: number): string {
  const { frames, functions } = profile;
  const func = frames.func[row];
  const name = text(profile, functions.name[func]);
  if (frames.address[row] < 0) return name;
  const file = text(profile, frames.file[row]);
  const object = text(profile, functions.object[func]);
  const place = frames.line[row] > 0 ? ` (${file || '???'}:${frames.line[row]})` : object ? ` (in ${object})` : '';
  return `0x${frames.address[row].toString(16).toUpperCase()}: ${name}${place}`;
}

/** The tree of a snapshot, from the allocation functions to their callers. */
function treeOf(profile: Profile, snapshot: Snapshot, rootText: string): Node {
  const root: Node = { bytes: 0, children: new Map() };
  for (let i = 0; i < snapshot.stack.length; i++) {
    let node = root;
    node.bytes += snapshot.weight[i];
    for (let stack = snapshot.stack[i]; stack >= 0; stack = profile.stacks.parent[stack]) {
      const label = frameText(profile, profile.stacks.frame[stack]);
      if (label === rootText) continue;
      let child = node.children.get(label);
      if (!child) {
        child = { bytes: 0, children: new Map() };
        node.children.set(label, child);
      }
      child.bytes += snapshot.weight[i];
      node = child;
    }
  }
  return root;
}

function printTree(lines: string[], node: Node, label: string, total: number, prefix: string, midfix: string, arrow: string): void {
  // ms_print takes a number sign for the start of a comment, also in names such as {lambda(int)#1}, and cuts the line there.
  const comment = label.indexOf('#');
  lines.push(`${prefix}${arrow}${percent(node.bytes, total)}% (${commas(node.bytes)}B) ${comment < 0 ? label : label.slice(0, comment)}`);
  let left = node.children.size;
  for (const [text, child] of node.children) printTree(lines, child, text, total, prefix + midfix, --left === 0 ? '  ' : '| ', '->');
  if (node.children.size === 0) lines.push(prefix + midfix);
}

/** The part of ms_print's output that lists the snapshots. */
function msPrint(profile: Profile, unit: string, rootText: string): string[] {
  const row = (...cells: string[]) => cells.map((cell, i) => cell.padStart([3, 14, 16, 16, 13, 12][i])).join(' ');
  const header = [RULE, row('n', `time(${unit})`, 'total(B)', 'useful-heap(B)', 'extra-heap(B)', 'stacks(B)'), RULE];
  const lines = [...header];
  const snapshots = new Map(profile.snapshots.map((snapshot) => [snapshot.name, snapshot]));
  const [total, heap, extra, stacks] = profile.series;
  for (let n = 0; n < total.x.length; n++) {
    lines.push(row(String(n), commas(total.x[n]), ...[total, heap, extra, stacks].map(({ y }) => commas(y[n]))));
    const snapshot = snapshots.get(`snapshot ${n}`);
    if (!snapshot) continue;
    assert.equal(snapshot.x, total.x[n]);
    printTree(lines, treeOf(profile, snapshot, rootText), rootText, total.y[n], '', '', '');
    if (n + 1 < total.x.length) lines.push(...header);
  }
  return lines;
}

describe('massif against ms_print', function () {
  this.timeout(60_000);
  let folder = '';

  before(async function () {
    needsTool(this, 'valgrind', 'ms_print', 'gcc', 'g++');
    folder = await mkdtemp(path.join(os.tmpdir(), 'heatline-massif-'));
    for (const name of ['heap.c', 'names.cc']) await copyFile(path.join(sources, name), path.join(folder, name));
    await execute('gcc', ['-O1', '-g', '-fno-optimize-sibling-calls', '-o', 'heap', 'heap.c'], { cwd: folder });
    await execute('g++', ['-O1', '-g', '-o', 'names', 'names.cc'], { cwd: folder });
  });

  after(async () => {
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  async function assertEqual(program: string, unit: string, ...options: string[]): Promise<Profile> {
    const file = path.join(folder, 'massif.out.1');
    await execute('valgrind', ['-q', '--tool=massif', `--massif-out-file=${file}`, ...options, `./${program}`], { cwd: folder });
    const profile = await readAs(massif, await readFile(file), 'massif.out.1', 1000);
    const { stdout } = await execute('ms_print', ['--threshold=0', file], { maxBuffer: 1 << 28 });
    const printed = stdout.slice(stdout.indexOf(' Detailed snapshots:'));
    const wanted = printed.slice(printed.indexOf('\n\n') + 2).trimEnd().split('\n').map((line) => line.trimEnd());
    const got = msPrint(profile, unit, options.includes('--pages-as-heap=yes') ? PAGES_ROOT : HEAP_ROOT).map((line) => line.trimEnd());
    while (got.at(-1) === '') got.pop();
    assert.deepEqual(got, wanted);
    assert.ok(profile.snapshots.length > 0 && wanted.some((line) => line.includes('->')), 'a tree was compared');
    assert.deepEqual([profile.warnings, profile.truncated], [[], false]);
    const marked = /^ Detailed snapshots: \[(.*)\]$/m.exec(stdout)?.[1].split(', ');
    assert.deepEqual(profile.snapshots.map(({ name, isPeak }) => `${name.slice('snapshot '.length)}${isPeak ? ' (peak)' : ''}`), marked);
    const peak = profile.snapshots.findIndex(({ isPeak }) => isPeak);
    assert.equal(profile.totals[0], profile.series[1].y[Number(profile.snapshots[peak].name.slice('snapshot '.length))]);
    return profile;
  }

  it('by instructions', async () => {
    const profile = await assertEqual('heap', 'i');
    assert.equal(profile.seriesAxis?.unit, 'instructions');
  });

  it('by bytes, with stacks, every third snapshot detailed', async () => {
    const profile = await assertEqual('heap', 'B', '--time-unit=B', '--stacks=yes', '--detailed-freq=3');
    assert.equal(profile.seriesAxis?.unit, 'bytes');
    assert.ok(Math.max(...profile.series[3].y) > 80_000, 'the deep stack is seen');
  });

  it('pages as heap, by milliseconds', async () => {
    const profile = await assertEqual('heap', 'ms', '--time-unit=ms', '--pages-as-heap=yes');
    assert.equal(profile.seriesAxis?.unit, 'milliseconds');
  });

  it('few callers, all nodes, whole paths, all snapshots detailed', async () => {
    await assertEqual('heap', 'B', '--time-unit=B', '--depth=3', '--threshold=0', '--detailed-freq=1', '--fullpath-after=');
  });

  it('C++ names, inlined code', async () => {
    await assertEqual('names', 'B', '--time-unit=B', '--threshold=0.1', '--detailed-freq=4');
  });
});
