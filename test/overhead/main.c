// Work of several kinds for test/bench/profiler-overhead.ts: HEATLINE_WORK=KIND HEATLINE_UNITS=N HEATLINE_RESULT=FILE main
// Writes into FILE the seconds of the work, and how often it allocated, called the system, waited and locked. A unit takes about 0.1 ms.
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static long allocations, system_calls, waits, locks;
static uint32_t table[1024];
static char text[1 << 12];
static long units;

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec + now.tv_nsec * 1e-9;
}

// Counts the words of a piece of text by their hashes.
static __attribute__((noinline)) uint32_t step1(uint32_t x) {
  uint32_t hash = x;
  const char *piece = &text[x & (sizeof text - 64)];
  for (int i = 0; i < 64; i++) {
    char letter = piece[i];
    if (letter != ' ') {
      hash = hash * 31 + letter;
    } else {
      table[hash & 1023]++;
      hash = 0;
    }
  }
  return x * 5 + 1 + (hash & 63);
}

#define STEP(name, next) static __attribute__((noinline)) uint32_t name(uint32_t x) { return next(x + 1) ^ x; }
STEP(step2, step1) STEP(step3, step2) STEP(step4, step3) STEP(step5, step4) STEP(step6, step5)
STEP(step7, step6) STEP(step8, step7) STEP(step9, step8) STEP(step10, step9)

// Counts words at a call depth of ten; a call every ten nanoseconds or so.
static uint32_t compute(uint32_t x, int times) {
  for (int i = 0; i < times; i++) x = step10(x);
  return x;
}

struct node {
  struct node *next;
  char text[];
};

// A list of `count` small blocks, built and given back.
static void allocate(int count, uint32_t x) {
  struct node *list = NULL;
  for (int i = 0; i < count; i++) {
    size_t length = 16 + (x + i * 37u) % 100;
    struct node *node = malloc(sizeof *node + length);
    memset(node->text, i, length);
    node->next = list;
    list = node;
  }
  while (list) {
    struct node *next = list->next;
    free(list);
    list = next;
  }
  allocations += count;
}

// Reads blocks of 4 KB and sums them.
static uint32_t read_blocks(int file, int count) {
  static unsigned char block[4096];
  uint32_t sum = 0;
  for (int i = 0; i < count; i++) {
    if (read(file, block, sizeof block) != sizeof block) exit(1);
    for (size_t at = 0; at < sizeof block; at++) sum = sum * 31 + block[at];
  }
  system_calls += count;
  return sum;
}

static sem_t to_helper, to_main, over;

static void *helper(void *unused) {
  for (long i = 0; i < units; i++) {
    sem_wait(&to_helper);
    table[0] = compute(table[0], 800);
    sem_post(&to_main);
  }
  return unused;
}

static void *idler(void *unused) {
  sem_wait(&over);
  return unused;
}

static void lock_often(int count) {
  static pthread_mutex_t mutex[2] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER};
  for (int i = 0; i < count; i++) {
    pthread_mutex_lock(&mutex[i & 1]);
    table[i & 1]++;
    pthread_mutex_unlock(&mutex[i & 1]);
  }
  locks += count;
}

int main(void) {
  const char *work = getenv("HEATLINE_WORK");
  units = atol(getenv("HEATLINE_UNITS"));
  int zero = open("/dev/zero", O_RDONLY);
  int waiting = !strcmp(work, "waits"), locking = !strcmp(work, "locks"), mixed = !strcmp(work, "mixed");
  int allocating = !strcmp(work, "allocates"), reading = !strcmp(work, "reads");
  pthread_t other;
  sem_init(&to_helper, 0, 0);
  sem_init(&to_main, 0, 0);
  sem_init(&over, 0, 0);
  // Waking another processor from its sleep takes longer than what is measured, and less while a profiler keeps it awake: both threads share one.
  if (waiting) {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(sched_getcpu(), &one);
    sched_setaffinity(0, sizeof one, &one);
  }
  // A process of one thread locks without locking.
  if (waiting || locking) pthread_create(&other, NULL, waiting ? helper : idler, NULL);
  uint32_t x = 1;
  for (size_t i = 0; i < sizeof text; i++) {
    x = x * 1664525u + 1013904223u;
    text[i] = (x >> 16) % 6 == 0 ? ' ' : 'a' + (x >> 24) % 26;
  }
  double began = seconds();
  for (long i = 0; i < units; i++) {
    if (mixed) {
      x = compute(x, 900);
      allocate(10, x);
      if (i % 10 == 0) x += read_blocks(zero, 1);
    } else if (waiting) {
      sem_post(&to_helper);
      sem_wait(&to_main);
      waits += 2;
      x = compute(x, 800);
    } else if (locking) {
      lock_often(300);
      x = compute(x, 800);
    } else if (allocating) {
      allocate(500, x);
      x = compute(x, 500);
    } else if (reading) {
      x += read_blocks(zero, 20);
    } else {
      x = compute(x, 1000);
    }
  }
  double took = seconds() - began;
  sem_post(&over);
  if (waiting || locking) pthread_join(other, NULL);
  FILE *result = fopen(getenv("HEATLINE_RESULT"), "w");
  fprintf(result, "%.9f %ld %ld %ld %ld\n", took, allocations, system_calls, waits, locks);
  fclose(result);
  return x == 42 && table[0] == 42;
}
