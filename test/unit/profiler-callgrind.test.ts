// callgrind and cachegrind through `heatline record`, against callgrind_annotate and cg_annotate.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { json } from '../cliProgram.ts';
import { Workshop, type Recorded } from '../recordedProgram.ts';
import { needsTool } from '../tools.ts';

const MATRIX = `#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
enum { N = 1024 };
static volatile int cells[N][N];
__attribute__((noinline)) long rows(void) {
  long sum = 0;
  for (int r = 0; r < N; r++)
    for (int c = 0; c < N; c++)
      sum += cells[r][c]; // ROWS
  return sum;
}
__attribute__((noinline)) long columns(void) {
  long sum = 0;
  for (int c = 0; c < N; c++)
    for (int r = 0; r < N; r++)
      sum += cells[r][c]; // COLUMNS
  return sum;
}
__attribute__((noinline)) long busy(long n) {
  long sum = 0;
  for (long i = 0; i < n; i++)
    sum += i * i % 7; // BUSY
  return sum;
}
static void *thread(void *data) {
  return (void *)busy((long)data);
}
int main(int count, char **words) {
  printf("began %d\\n", getpid());
  fflush(stdout);
  if (count > 2 && fork() == 0) {
    rows();
    exit(0);
  }
  if (count > 1) {
    pthread_t other;
    pthread_create(&other, 0, thread, (void *)atol(words[1]));
    pthread_join(other, 0);
  }
  return (rows() + columns()) & 1;
}
`;
const ENDLESS = `#include <signal.h>
#include <stdio.h>
#include <unistd.h>
volatile long sink;
int main(void) {
  printf("began %d\\n", getpid());
  fflush(stdout);
  for (;;)
    sink = sink * 3 + 1; // ENDLESS
}
`;

/** The numbers in the line of a report that holds a text, by the columns of the events line. */
function reported(report: string, text: RegExp, events: readonly string[]): Record<string, number> {
  const line = report.split('\n').find((each) => text.test(each)) ?? '';
  const numbers = [...line.matchAll(/([\d,]+)(?= \(|\s|$)(?: \([ \d.]+%\))?/g)].map(([, number]) => Number(number.replaceAll(',', '')));
  return Object.fromEntries(events.map((event, index) => [event, numbers[index]]));
}

describe('callgrind and cachegrind on a program', function () {
  this.timeout(90_000);
  let shop: Workshop;
  before(function () {
    needsTool(this, 'gcc', 'valgrind');
    shop = new Workshop({ 'matrix.c': MATRIX, 'endless.c': ENDLESS });
  });
  after(() => shop?.remove());

  const annotate = (tool: string, run: Recorded, ...more: string[]) => execFileSync(tool, [...more, ...run.files], { encoding: 'utf8', cwd: shop.folder });
  const eventsOf = (run: Recorded) => new Map(json<{ events: { name: string; total: number }[] }>(['top', run.profile]).events.map(({ name, total }) => [name, total]));

  it('callgrind: the hot line, and every event of a run with instructions, caches and branches as callgrind has it', function () {
    const set = Object.fromEntries(['instructions', 'cacheSimulation', 'branchSimulation'].map((name) => [`callgrind.${name}`, 'yes']));
    const run = shop.record('callgrind', ['matrix.c', '800000'], set);
    assert.deepEqual([run.exitCode, run.warnings], [0, []]);
    assert.equal(shop.lines(run, 'matrix.c', 'Ir').hottest, shop.line('matrix.c', 'BUSY'));
    assert.equal(shop.lines(run, 'matrix.c', 'D1mr').hottest, shop.line('matrix.c', 'COLUMNS'));
    assert.match(shop.raw(run), /^positions: instr line$/m);
    const events = ['Ir', 'Dr', 'Dw', 'I1mr', 'D1mr', 'D1mw', 'ILmr', 'DLmr', 'DLmw', 'Bc', 'Bcm', 'Bi', 'Bim'];
    const expected = reported(annotate('callgrind_annotate', run), /PROGRAM TOTALS/, events);
    assert.ok(expected.Ir > 1_000_000 && expected.D1mr > 100_000, JSON.stringify(expected));
    const ours = eventsOf(run);
    // What callgrind collected to the last one; callgrind_annotate shows its summary, which may have a few more.
    assert.deepEqual(events.map((event) => ours.get(event)), /^totals: (.*)$/m.exec(shop.raw(run))![1].split(' ').map(Number));
    for (const event of events) assert.ok(Math.abs(ours.get(event)! - expected[event]) <= 10, `${event}: ${ours.get(event)}, ${expected[event]}`);
  });

  it('callgrind: threads apart, and forked processes together', () => {
    const run = shop.record('callgrind', ['matrix.c', '100000', 'fork'], { 'callgrind.separateThreads': 'yes' });
    // The process has two threads, its copy one.
    assert.equal(run.files.length, 3, run.files.join());
    assert.ok(run.files.every((file) => /-\d\d$/.test(file)));
    const summed = run.files.reduce((sum, file) => sum + reported(execFileSync('callgrind_annotate', [file], { encoding: 'utf8' }), /PROGRAM TOTALS/, ['Ir']).Ir, 0);
    assert.equal(eventsOf(run).get('Ir'), summed);
  });

  it('cachegrind: the line that misses the cache, and the totals of cg_annotate', () => {
    const run = shop.record('cachegrind', ['matrix.c'], { 'cachegrind.branchSimulation': 'yes' });
    const misses = shop.lines(run, 'matrix.c', 'D1mr');
    assert.equal(misses.hottest, shop.line('matrix.c', 'COLUMNS'));
    // Each step down a column is another line of the cache; along a row, one step in 16.
    assert.ok(misses.self.get(shop.line('matrix.c', 'COLUMNS'))! > 8 * misses.self.get(shop.line('matrix.c', 'ROWS'))!, JSON.stringify([...misses.self]));
    const events = ['Ir', 'I1mr', 'ILmr', 'Dr', 'D1mr', 'DLmr', 'Dw', 'D1mw', 'DLmw', 'Bc', 'Bcm', 'Bi', 'Bim'];
    const expected = reported(annotate('cg_annotate', run), /PROGRAM TOTALS/, events);
    const ours = eventsOf(run);
    assert.deepEqual(Object.fromEntries(events.map((event) => [event, ours.get(event)])), expected);
  });

  it('cachegrind: caches of other sizes, and no simulation', () => {
    const large = shop.record('cachegrind', ['matrix.c'], { 'cachegrind.D1': '8388608, 16, 64' });
    assert.match(shop.raw(large), /^desc: D1 cache: +8388608 B, 64 B, 16-way/m);
    const usual = shop.record('cachegrind', ['matrix.c'], { 'cachegrind.D1': '32768,8,64' });
    assert.ok(eventsOf(large).get('D1mr')! * 3 < eventsOf(usual).get('D1mr')!, 'all cells fit into the large cache');
    const plain = shop.record('cachegrind', ['matrix.c'], { 'cachegrind.cacheSimulation': 'no' });
    assert.deepEqual([...eventsOf(plain).keys()], ['Ir']);
    assert.match(shop.refusal('cachegrind', ['matrix.c'], { 'cachegrind.D1': 'big' }), /Cachegrind does not take its options\. .*--D1=big/);
  });

  for (const tool of ['callgrind', 'cachegrind']) {
    it(`${tool}: an endless program is ended with what it has`, async () => {
      const run = await shop.recordEndless(tool, ['endless.c'], 500, tool === 'callgrind' ? { 'callgrind.jumps': 'yes' } : {});
      if (tool === 'callgrind') assert.match(shop.raw(run), /^j(?:cnd|ump)=/m);
      assert.equal(shop.lines(run, 'endless.c', 'Ir').hottest, shop.line('endless.c', 'ENDLESS'));
      assert.deepEqual(readdirSync(path.dirname(run.profile)).filter((name) => name.includes('vgdb')), []);
    });
  }
});
