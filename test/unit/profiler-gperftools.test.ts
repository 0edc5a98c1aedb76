// gperftools through `heatline record`: hot, sleeping and growing lines, against google-pprof; ends by Ctrl-C; what cannot work.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { findLibrary, LIBRARIES } from '../../src/profilers/gperftoolsLibrary.ts';
import { heatline, json } from '../cliProgram.ts';
import { Workshop } from '../recordedProgram.ts';
import { findTool } from '../../scripts/system-tools.mjs';
import { needsTool, skipBecause } from '../tools.ts';

const WORK = `#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
static volatile long sink;
static char *volatile kept[1000];
__attribute__((noinline)) void hot(long n) {
  for (long i = 0; i < n; i++)
    sink = sink * 3 + i; // HOT
}
__attribute__((noinline)) void nap(void) {
  struct timespec tick = {0, 3000000};
  nanosleep(&tick, 0); // NAP
  sink++;
}
__attribute__((noinline)) char *grow(void) {
  char *block = malloc(20000); // GROW
  block[0] = 1;
  return block;
}
__attribute__((noinline)) void pass(void) {
  char *volatile block = malloc(50000); // PASS
  free(block);
}
int main(int count, char **words) {
  const char *what = count > 1 ? words[1] : "";
  printf("began %d\\n", getpid());
  fflush(stdout);
  if (!strcmp(what, "deaf"))
    signal(SIGINT, SIG_IGN);
  if (!strcmp(what, "child"))
    return system(words[2]);
  if (!strcmp(what, "read")) {
    char line[20] = "";
    hot(10000000);
    return fgets(line, sizeof line, stdin) ? 5 : 6;
  }
  // Those that are started by a signal must not allocate at that moment.
  for (int i = 0; i < 1000 && strcmp(what, "endless") && strcmp(what, "deaf"); i++) {
    kept[i] = grow();
    pass();
  }
  for (int endless = what[0] != 0, i = 0; i < 100 || endless; i++) {
    hot(1000000);
    nap();
  }
  return 7;
}
`;

describe('gperftools on a program', function () {
  this.timeout(90_000);
  this.retries(2);
  let shop: Workshop;
  let program = '';
  before(async function () {
    needsTool(this, 'gcc');
    if (!(await findLibrary(LIBRARIES.cpu, undefined)) || !(await findLibrary(LIBRARIES.heap, undefined))) skipBecause(this, 'needs libprofiler and libtcmalloc');
    shop = new Workshop({ 'work.c': WORK });
    program = path.join(shop.folder, 'work');
    execFileSync('gcc', ['-g', '-O1', '-fno-omit-frame-pointer', '-o', program, 'work.c'], { cwd: shop.folder });
  });
  after(() => shop?.remove());

  it('cpu: the hot line, as google-pprof has it', function () {
    const run = shop.record('gperftools', [program], { 'gperftools.frequency': '200' });
    assert.equal(run.exitCode, 7, 'the program\'s own');
    const { self, sum, hottest } = shop.lines(run, 'work.c');
    assert.ok(sum > 0 && self.get(shop.line('work.c', 'HOT'))! > sum * 0.6, JSON.stringify([...self]));
    assert.ok([shop.line('work.c', 'HOT'), shop.line('work.c', 'HOT') - 1].includes(hottest));
    needsTool(this, 'google-pprof');
    const printed = execFileSync(findTool('google-pprof') ?? '', ['--text', program, ...run.files], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    const [, samples] = /Total: (\d+) samples/.exec(printed)!;
    const top = json<{ functions: { name: string; self: number }[] }>(['top', run.profile, '--event', 'samples']);
    assert.equal(top.functions.reduce((total, { self: own }) => total + own, 0), Number(samples));
    // The blank in the folder's name keeps it from naming the program's own addresses.
    const own = [...printed.matchAll(/^ *(\d+) .* 0x[0-9a-f]+$/gm)].reduce((total, [, flat]) => total + Number(flat), 0);
    assert.equal(shop.lines(run, 'work.c', 'samples').self.size > 0 && [...shop.lines(run, 'work.c', 'samples').self.values()].reduce((total, each) => total + each, 0), own);
  });

  it('wall: the sleeping line', () => {
    const run = shop.record('gperftools', [program], { 'gperftools.mode': 'wall' });
    const { total, sum } = shop.lines(run, 'work.c');
    assert.ok(total.get(shop.line('work.c', 'NAP'))! > sum * 0.15, JSON.stringify([...total]));
    assert.ok(run.warnings.some((each) => each.includes('those of the clock')));
  });

  it('heap: the growing line to the byte, and the passing one among all allocations', () => {
    const run = shop.record('gperftools', [program], { 'gperftools.mode': 'heap' });
    assert.equal(run.exitCode, 7);
    const inUse = shop.lines(run, 'work.c', 'inuse_space');
    assert.deepEqual([inUse.hottest, inUse.self.get(inUse.hottest)], [shop.line('work.c', 'GROW'), 20_000_000]);
    assert.equal(shop.lines(run, 'work.c', 'alloc_space').self.get(shop.line('work.c', 'PASS')), 50_000_000);
  });

  it('the program reads what is typed', () => {
    const { stdout, stderr } = heatline(['record', '--profiler', 'gperftools', '--json', '--', program, 'read'], { cwd: shop.folder, input: 'typed\n' });
    assert.equal((JSON.parse(stdout || '{}') as { exitCode?: number }).exitCode, 5, stderr);
  });

  it('child programs', () => {
    const words = [program, 'child', `'${program}'`];
    const run = shop.record('gperftools', words);
    assert.ok(run.files.length >= 2, run.files.join());
    const { self, sum } = shop.lines(run, 'work.c');
    assert.ok(self.get(shop.line('work.c', 'HOT'))! > sum * 0.6, JSON.stringify([...self]));
  });

  for (const [mode, event, mark] of [['cpu', 'samples', 'HOT'], ['wall', 'samples', 'HOT'], ['heap', 'inuse_space', 'GROW']] as const) {
    it(`${mode}: an endless program is ended with what it has`, async () => {
      const run = await shop.recordEndless('gperftools', [program, mode === 'heap' ? 'growing' : 'endless'], 800, { 'gperftools.mode': mode, 'gperftools.endEarly': 'yes' });
      assert.ok(shop.lines(run, 'work.c', event).self.get(shop.line('work.c', mark))! > 0);
    });
  }

  it('cpu: a program that ignores Ctrl-C is ended too', async () => {
    const run = await shop.recordEndless('gperftools', [program, 'deaf'], 500, { 'gperftools.endEarly': 'yes' });
    assert.ok(shop.lines(run, 'work.c', 'samples').self.get(shop.line('work.c', 'HOT'))! > 0);
  });

  it('says what cannot work, and why', () => {
    const fixed = path.join(shop.folder, 'fixed');
    execFileSync('gcc', ['-g', '-O1', '-static', '-o', fixed, 'work.c'], { cwd: shop.folder });
    assert.match(shop.refusal('gperftools', [fixed]), /fixed is linked statically\. .*LD_PRELOAD/);
    assert.match(shop.refusal('gperftools', ['work.c'], { 'gperftools.library': 'no-such-library.so' }), /no-such-library\.so was not found/);
  });
});
