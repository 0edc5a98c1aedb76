// massif, DHAT and memcheck through `heatline record`, on programs whose memory is known to the byte.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { json } from '../cliProgram.ts';
import { Workshop } from '../recordedProgram.ts';
import { needsTool } from '../tools.ts';

const PEAK = `#include <stdio.h>
#include <sys/wait.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
static char *volatile kept[50];
static char *volatile passing;
__attribute__((noinline)) char *get(size_t size) {
  char *block = malloc(size); // GET
  block[0] = 1;
  return block;
}
int main(int count, char **words) {
  printf("began %d\\n", getpid());
  fflush(stdout);
  for (int i = 0; i < 5000; i++) {
    passing = malloc(64); // SHORT
    passing[0] = 1;
    free(passing);
  }
  for (int i = 0; i < 50; i++) {
    kept[i] = malloc(10000); // PEAK
    memset(kept[i], 1, 10000);
  }
  char *large = get(300000); // LARGE
  large[0] = 1;
  free(large);
  for (int i = 0; i < 50; i++)
    free(kept[i]);
  if (count > 1 && words[1][0] == 'f') {
    if (fork() == 0)
      exit(0);
    wait(0);
  }
  if (count > 1 && words[1][0] == 'e')
    for (;;)
      kept[0] = malloc(100); // ENDLESS
  return 0;
}
`;
const LEAK = `#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
static void *volatile block;
static volatile int sink;
__attribute__((noinline)) void lose(void) {
  for (int i = 0; i < 10; i++)
    block = malloc(100); // LEAK
  block = 0;
}
__attribute__((noinline)) void read_unset(void) {
  int *numbers = malloc(8); // ORIGIN
  if (numbers[1] > 3) // UNSET
    sink = 1;
  free(numbers);
}
int main(int count, char **words) {
  printf("began %d\\n", getpid());
  fflush(stdout);
  lose();
  if (count > 1 && words[1][0] == 'e')
    for (;;)
      sink++;
  if (count > 1 && words[1][0] == 's')
    return system("exit 0") + 3;
  if (count > 1 && words[1][0] == 'f') {
    if (fork() == 0) {
      read_unset();
      exit(0);
    }
    wait(0);
    return 0;
  }
  read_unset();
  return 3;
}
`;

describe('massif, DHAT and memcheck on a program', function () {
  this.timeout(90_000);
  let shop: Workshop;
  before(function () {
    needsTool(this, 'gcc', 'valgrind');
    shop = new Workshop({ 'peak.c': PEAK, 'leak.c': LEAK });
  });
  after(() => shop?.remove());

  it('massif: who holds the memory at the peak, to the byte, as ms_print has it', () => {
    const run = shop.record('massif', ['peak.c'], { 'massif.timeUnit': 'B', 'massif.peakInaccuracy': '0', 'massif.threshold': '0' });
    assert.equal(run.exitCode, 0);
    const { self, hottest } = shop.lines(run, 'peak.c');
    assert.equal(hottest, shop.line('peak.c', 'PEAK'));
    assert.deepEqual([self.get(shop.line('peak.c', 'PEAK')), self.get(shop.line('peak.c', 'GET'))], [500_000, 300_000]);
    const printed = execFileSync('ms_print', [...run.files], { encoding: 'utf8' });
    assert.match(printed, /\(500,000B\) 0x[0-9A-F]+: main \(peak\.c:/);
    const { series, axis } = json<{ series: { name: string; points: [number, number][] }[]; axis: { unit: string } }>(['series', run.profile]);
    assert.equal(axis.unit, 'bytes');
    const highest = Math.max(...series.flatMap(({ points }) => points.map(([, value]) => value)));
    assert.ok(highest >= 800_000 && highest < 830_000, `${highest}`);
  });

  it('massif: functions that allocate for others, and pages, which exclude stacks', () => {
    const run = shop.record('massif', ['peak.c'], { 'massif.allocators': 'get', 'massif.peakInaccuracy': '0' });
    assert.equal(shop.lines(run, 'peak.c').self.get(shop.line('peak.c', 'LARGE')), 300_000);
    const pages = shop.record('massif', ['peak.c'], { 'massif.pagesAsHeap': 'yes', 'massif.stacks': 'yes' });
    assert.ok(pages.warnings.some((each) => each.includes('excludes massif.stacks')), pages.warnings.join());
    assert.match(shop.raw(pages), /^desc: .*--pages-as-heap=yes/m);
    assert.match(shop.raw(shop.record('massif', ['peak.c'], { 'massif.stacks': 'yes' })), /^mem_stacks_B=[1-9]/m);
  });

  it('DHAT: the line that allocates for a short time, with its exact numbers', () => {
    const run = shop.record('dhat', ['peak.c']);
    const blocks = shop.lines(run, 'peak.c', 'total blocks');
    assert.equal(blocks.hottest, shop.line('peak.c', 'SHORT'));
    assert.equal(blocks.self.get(shop.line('peak.c', 'SHORT')), 5000);
    assert.equal(shop.lines(run, 'peak.c', 'total bytes').self.get(shop.line('peak.c', 'PEAK')), 500_000);
    const copies = shop.record('dhat', ['peak.c'], { 'dhat.mode': 'copy' });
    assert.equal((JSON.parse(shop.raw(copies)) as { mode: string }).mode, 'copy');
  });

  it('massif and DHAT: the first process is shown, and said so', () => {
    for (const tool of ['massif', 'dhat']) {
      const run = shop.record(tool, ['peak.c', 'fork']);
      assert.equal(run.files.length, 1);
      assert.ok(run.warnings.some((each) => /^The first process is shown; the file of another one is in /.test(each)), run.warnings.join());
    }
  });

  it('memcheck: the leaking line and the value that was never set, with where it comes from', () => {
    const run = shop.record('memcheck', ['leak.c']);
    assert.equal(run.exitCode, 3, 'the program\'s own');
    const found = shop.findings(run);
    assert.deepEqual(found.map(({ kind }) => kind).sort(), ['Leak_DefinitelyLost', 'UninitCondition']);
    const lines = found.map(({ stacks }) => stacks.map((stack) => stack.find(({ file }) => file.endsWith('leak.c'))?.line));
    const byKind = new Map(found.map(({ kind }, index) => [kind, lines[index]]));
    assert.deepEqual(byKind.get('Leak_DefinitelyLost'), [shop.line('leak.c', 'LEAK')]);
    assert.deepEqual(byKind.get('UninitCondition'), [shop.line('leak.c', 'UNSET'), shop.line('leak.c', 'ORIGIN')]);
    assert.equal(found.find(({ kind }) => kind.startsWith('Leak'))!.bytes, 1000);
    const leaked = shop.lines(run, 'leak.c', 'definitely lost');
    assert.deepEqual([leaked.sum, leaked.hottest], [1000, shop.line('leak.c', 'LEAK')]);
  });

  it('memcheck: suppressions, no leaks, no origins', () => {
    writeFileSync(path.join(shop.folder, 'known.supp'), '{\n  known\n  Memcheck:Leak\n  fun:malloc\n  fun:lose\n}\n{\n  unset\n  Memcheck:Cond\n  fun:read_unset\n}\n');
    assert.deepEqual(shop.findings(shop.record('memcheck', ['leak.c'], { 'valgrind.suppressions': 'known.supp' })), []);
    const run = shop.record('memcheck', ['leak.c'], { 'memcheck.leaks': 'none', 'memcheck.trackOrigins': 'no' });
    assert.deepEqual(shop.findings(run).map(({ kind, stacks }) => [kind, stacks.length]), [['UninitCondition', 1]]);
    assert.match(shop.refusal('memcheck', ['leak.c'], { 'valgrind.suppressions': 'nowhere.supp' }), /Memcheck does not take its options\. .*nowhere\.supp/);
  });

  it('memcheck: copies of the process are read, what only started another program is not', () => {
    const forked = shop.record('memcheck', ['leak.c', 'fork']);
    assert.equal(forked.files.length, 2);
    assert.equal(shop.findings(forked).filter(({ kind }) => kind === 'UninitCondition').length, 1);
    const shell = shop.record('memcheck', ['leak.c', 'shell']);
    assert.deepEqual([shell.files.length, shell.warnings, shell.exitCode], [1, [], 3]);
  });

  it('massif and DHAT: an endless program is ended with what it has', async () => {
    for (const tool of ['massif', 'dhat']) {
      const run = await shop.recordEndless(tool, ['peak.c', 'endless'], 500);
      const { self } = shop.lines(run, 'peak.c', tool === 'dhat' ? 'total bytes' : undefined);
      assert.ok(self.get(tool === 'dhat' ? shop.line('peak.c', 'ENDLESS') : shop.line('peak.c', 'PEAK'))! > 0 || self.get(shop.line('peak.c', 'ENDLESS'))! > 0, JSON.stringify([...self]));
    }
  });

  it('memcheck: an endless program is ended with its leaks', async () => {
    const run = await shop.recordEndless('memcheck', ['leak.c', 'endless'], 500);
    assert.equal(shop.findings(run).find(({ kind }) => kind === 'Leak_DefinitelyLost')?.bytes, 1000);
  });
});
