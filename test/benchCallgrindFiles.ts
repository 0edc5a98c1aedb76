// Large callgrind files for measurements: valgrind on a generated C program of 6,000 functions. They are made once, in about a minute, and kept in the
// user's cache folder.
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../scripts/project.mjs';

const FUNCTIONS = 6000;
/** Functions of one part of the file with parts. */
const PHASE = 600;
const STATEMENTS = 84;
const FILES = 4;

export interface CallgrindFiles {
  /** Lines only, about 28 MB. */
  readonly plain: string;
  /** `--dump-instr=yes --collect-jumps=yes`, about 65 MB. */
  readonly instructions: string;
  /** Ten parts in one file, with instructions, about 65 MB. */
  readonly parts: string;
}

const functionName = (index: number) => `work_of_module_${index % 97}_step_${index}`;

/** A function does its work twice and returns at once from then on, so that the time does not depend on how they call each other. */
function writeProgram(folder: string): void {
  let state = 1;
  const random = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor(state / 4294967296 * below);
  };
  const files = Array.from({ length: FILES }, () => ['#include "big.h"']);
  for (let index = 0; index < FUNCTIONS; index++) {
    const out = files[index % FILES];
    // The call of itself makes callgrind list the function twice, for it tells the levels of recursion apart.
    out.push(`long ${functionName(index)}(long x)`, '{', `  if (visits[${index}]++ >= 2) return x;`, `  x += ${functionName(index)}(x);`);
    const phase = Math.floor(index / PHASE) * PHASE;
    for (let statement = 0; statement < STATEMENTS; statement++) {
      if (statement % 2 === 0) {
        // Only ahead and within the part: a call graph that is one large cycle takes gprof2dot minutes. Far enough for chains of calls to stay short,
        // because recursive peers run out of stack else.
        const end = phase + PHASE;
        const near = index + 20 + random(60);
        const called = near < end ? near : index + 1 + random(Math.max(1, end - index - 1));
        out.push(called < end ? `  x += ${functionName(called)}(x + ${statement});` : `  x = x * ${3 + random(50)} + ${statement};`);
      } else out.push(statement % 3 === 0 ? `  if (x & ${1 << statement % 7}) x ^= ${random(1000)};` : `  x = x * ${3 + random(50)} + ${random(1000)};`);
    }
    out.push('  return x;', '}');
  }
  const all = Array.from({ length: FUNCTIONS }, (_, index) => index);
  writeFileSync(path.join(folder, 'big.h'), [`extern int visits[${FUNCTIONS}];`, ...all.map((index) => `long ${functionName(index)}(long x);`), ''].join('\n'));
  files.forEach((lines, file) => writeFileSync(path.join(folder, `big${file}.c`), `${lines.join('\n')}\n`));
  writeFileSync(path.join(folder, 'main.c'), `#include "big.h"
#include <stdio.h>
int visits[${FUNCTIONS}];
__attribute__((noinline)) void phase(int n) { __asm__ volatile("" :: "r"(n)); }
static long (*const all[])(long) = {${all.map(functionName).join(',')}};
int main(void) {
  long x = 1;
  for (int p = 0; p < ${FUNCTIONS / PHASE}; p++) {
    if (p) phase(p);
    for (int i = 0; i < ${PHASE}; i++) x = all[p * ${PHASE} + i](x);
  }
  printf("%ld\\n", x);
  return 0;
}
`);
}

/** The files, made now if they are not there yet. Needs valgrind and gcc. */
export async function callgrindFiles(): Promise<CallgrindFiles> {
  const folder = path.join(cacheFolder, 'bench', 'callgrind-4');
  // speedscope tells the format by the name.
  const files: CallgrindFiles = {
    plain: path.join(folder, 'callgrind.out.plain'), instructions: path.join(folder, 'callgrind.out.instructions'), parts: path.join(folder, 'callgrind.out.parts'),
  };
  if (existsSync(folder)) return files;
  console.log('making callgrind files, once');
  const draft = `${folder}.${process.pid}`;
  mkdirSync(draft, { recursive: true });
  try {
    writeProgram(draft);
    const run = promisify(execFile);
    const objects = [...Array.from({ length: FILES }, (_, file) => `big${file}`), 'main'];
    await Promise.all(objects.map((name) => run('gcc', ['-O0', '-g1', '-c', `${name}.c`], { cwd: draft })));
    execFileSync('gcc', ['-o', 'big', ...objects.map((name) => `${name}.o`)], { cwd: draft });
    const record = (file: string, ...options: string[]) => run('valgrind', ['-q', '--tool=callgrind', `--callgrind-out-file=${path.basename(file)}`, ...options, './big'], { cwd: draft });
    await record(files.plain);
    await record(files.instructions, '--dump-instr=yes', '--collect-jumps=yes');
    await record(files.parts, '--dump-instr=yes', '--combine-dumps=yes', '--dump-before=phase');
    renameSync(draft, folder);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return files;
}
