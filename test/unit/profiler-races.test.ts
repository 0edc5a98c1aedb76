// Helgrind and DRD through `heatline record`: the racing line, and nothing where a lock is held.
import assert from 'node:assert/strict';
import { Workshop } from '../recordedProgram.ts';
import { needsTool } from '../tools.ts';

const RACE = `#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
static long shared;
static int locking, endless;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
__attribute__((noinline)) void add(void) {
  shared++; // RACE
}
// Through a pointer, for Valgrind takes small functions together with their callers and then blames these.
static void (*volatile call)(void) = add;
static void *work(void *data) {
  do {
    for (int i = 0; i < 50; i++) {
      if (locking)
        pthread_mutex_lock(&lock); // LOCK
      call();
      if (locking > 1 && i == 0)
        usleep(100000);
      if (locking)
        pthread_mutex_unlock(&lock);
    }
  } while (endless);
  return data;
}
int main(int count, char **words) {
  locking = count < 2 ? 0 : !strcmp(words[1], "lock") ? 1 : !strcmp(words[1], "long") ? 2 : 0;
  endless = count > 1 && !strcmp(words[1], "endless");
  printf("began %d\\n", getpid());
  fflush(stdout);
  pthread_t a, b;
  pthread_create(&a, 0, work, 0);
  pthread_create(&b, 0, work, 0);
  pthread_join(a, 0);
  pthread_join(b, 0);
  return 4;
}
`;

describe('Helgrind and DRD on a program', function () {
  this.timeout(90_000);
  let shop: Workshop;
  before(function () {
    needsTool(this, 'gcc', 'valgrind');
    shop = new Workshop({ 'race.c': RACE });
  });
  after(() => shop?.remove());

  for (const [tool, kind] of [['helgrind', 'Race'], ['drd', 'ConflictingAccess']] as const) {
    it(`${tool}: the racing line, in findings and as a cost`, () => {
      const run = shop.record(tool, ['race.c']);
      assert.equal(run.exitCode, 4, 'the program\'s own');
      const races = shop.findings(run).filter((finding) => finding.kind === kind);
      assert.ok(races.length > 0);
      for (const { stacks: [[place]] } of races) assert.deepEqual([place.function, place.line], ['add', shop.line('race.c', 'RACE')]);
      assert.equal(shop.lines(run, 'race.c').hottest, shop.line('race.c', 'RACE'));
    });

    it(`${tool}: nothing where a lock is held`, () => {
      const run = shop.record(tool, ['race.c', 'lock']);
      assert.deepEqual([run.exitCode, shop.findings(run)], [4, []]);
    });

    it(`${tool}: an endless program is ended with what was found`, async () => {
      const run = await shop.recordEndless(tool, ['race.c', 'endless'], 1500);
      assert.ok(shop.findings(run).some((finding) => finding.kind === kind));
    });
  }

  it('drd: a lock that is held for long', () => {
    const run = shop.record('drd', ['race.c', 'long'], { 'drd.lockHeld': '50' });
    const held = shop.findings(run).filter(({ kind }) => /Hold/i.test(kind));
    assert.ok(held.length > 0, JSON.stringify(shop.findings(run).map(({ kind }) => kind)));
  });

  it('helgrind: without history there is one stack less', () => {
    const stacks = (history: string) => Math.max(...shop.findings(shop.record('helgrind', ['race.c'], { 'helgrind.history': history })).map(({ stacks: all }) => all.length));
    assert.ok(stacks('none') < stacks('full'));
  });
});
