// Building sources with the compilers of this machine, and reading what these complain about.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { buildTarget, DEFAULT_BUILD, type BuildSettings } from '../../src/profilers/build.ts';
import { compilerPlaces } from '../../src/profilers/buildSteps.ts';
import { ProblemError, type Problem } from '../../src/profilers/problem.ts';
import { runProcess } from '../../src/profilers/process.ts';
import type { Language, Target } from '../../src/profilers/target.ts';
import { needsTool } from '../tools.ts';

let folder = '';
before(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'heatline build '));
});
after(() => rmSync(folder, { recursive: true, force: true }));

function source(name: string, content: string): string {
  const place = path.join(folder, name);
  mkdirSync(path.dirname(place), { recursive: true });
  writeFileSync(place, content);
  return place;
}

function target(language: Language, file: string): Target {
  return { language, file, args: [], cwd: folder, env: {} };
}

const logged: string[] = [];

function build(of: Target, settings: Partial<BuildSettings> = {}): Promise<Target> {
  return buildTarget(of, { settings: { ...DEFAULT_BUILD, ...settings }, cacheFolder: path.join(folder, 'cache'), log: (line) => logged.push(line) });
}

async function problemOf(of: Target, settings?: Partial<BuildSettings>): Promise<Problem> {
  const error: unknown = await build(of, settings).then(() => undefined, (reason: unknown) => reason);
  assert.ok(error instanceof ProblemError, `no problem: ${String(error)}`);
  return error.problem;
}

async function outputOf({ program }: Target): Promise<string> {
  return (await runProcess(program!, [])).stdout;
}

describe('buildTarget: C and C++', () => {
  it('compiles a file and builds it again in the same place', async function () {
    needsTool(this, 'gcc');
    const file = source('my prog.c', '#include <math.h>\n#include <stdio.h>\nint main(int n, char **v) { (void)v; printf("%.0f", sqrt(n * 16.0)); }\n');
    const first = await build(target('c', file));
    assert.equal(await outputOf(first), '4');
    assert.equal(path.basename(first.program!, '.exe'), 'my prog');
    source('my prog.c', '#include <stdio.h>\nint main(void) { puts("new"); }\n');
    const again = await build(target('c', file));
    assert.equal(again.program, first.program);
    assert.equal(await outputOf(again), 'new\n');
    const other = await build(target('c', file), { cFlags: ['-g', '-O0'] });
    assert.notEqual(other.program, first.program, 'other flags, another program');
    assert.ok(logged.some((line) => line.includes('-O0')));
  });

  it('includes what lies beside the file, and links threads', async function () {
    needsTool(this, 'g++');
    source('lib/part.hpp', '#pragma once\ninline int part() { return 42; }\n');
    const file = source('lib/app.cpp', '#include "part.hpp"\n#include <iostream>\n#include <thread>\nint main() { int x = 0; std::thread t([&] { x = part(); }); t.join(); std::cout << x; }\n');
    assert.equal(await outputOf(await build(target('cpp', file))), '42');
  });

  it('tells where a file does not compile', async function () {
    needsTool(this, 'gcc');
    const file = source('bad.c', 'int main(void) {\n  unsigned unused = -1;\n  return missing;\n}\n');
    const problem = await problemOf(target('c', file), { cFlags: ['-Wall'] });
    assert.deepEqual([problem.code, problem.message], ['build-failed', 'bad.c does not compile.']);
    assert.match(problem.why, /^bad\.c:3: .*missing/);
    const places = problem.places!.map((place) => [place.file, place.line, place.severity]);
    assert.ok(places.some((place) => JSON.stringify(place) === JSON.stringify([file, 3, 'error'])), JSON.stringify(places));
    assert.ok(places.some((place) => JSON.stringify(place) === JSON.stringify([file, 2, 'warning'])), JSON.stringify(places));
    assert.match(problem.detail!, /missing/);
  });

  it('tells the error of a template, not the place that asks for it', async function () {
    needsTool(this, 'g++');
    const file = source('bad.cc', 'struct S {};\ntemplate <class T> int size(T t) {\n  return t.size();\n}\nint main() {\n  return size(S{});\n}\n');
    const problem = await problemOf(target('cpp', file));
    assert.match(problem.why, /^bad\.cc:3: .*size/);
    assert.deepEqual(problem.places!.filter(({ severity }) => severity === 'error').map(({ line }) => line), [3]);
  });

  it('tells a fatal error and a failed link', async function () {
    needsTool(this, 'gcc');
    const fatal = await problemOf(target('c', source('include.c', '\n#include "nothing.h"\nint main(void) {}\n')));
    assert.match(fatal.why, /^include\.c:2: .*nothing\.h/);
    const link = await problemOf(target('c', source('link.c', 'int far(void);\nint main(void) { return far(); }\n')));
    assert.match(link.why, /undefined reference to .far/);
  });

  it('says which compiler is missing and how to get one', async () => {
    const problem = await problemOf(target('c', source('ok.c', 'int main(void) {}\n')), { cCompiler: 'no-such-cc' });
    assert.deepEqual([problem.code, problem.message], ['compiler-missing', 'no-such-cc was not found.']);
    assert.ok(problem.remedies.some((remedy) => remedy.kind === 'setting' && remedy.setting === 'heatline.c.compiler'));
  });
});

describe('buildTarget: Go', () => {
  it('builds the package of a file', async function () {
    needsTool(this, 'go');
    source('mod/go.mod', 'module example.com/mod\n\ngo 1.18\n');
    source('mod/cmd/part.go', 'package main\n\nfunc word() string { return "hello" }\n');
    const file = source('mod/cmd/main.go', 'package main\n\nfunc main() { print(word()) }\n');
    const built = await build(target('go', file));
    assert.equal((await runProcess(built.program!, [])).stderr, 'hello');
  });

  it('builds files outside of a module', async function () {
    needsTool(this, 'go');
    const file = source('plain/main.go', 'package main\n\nfunc main() { print(42) }\n');
    source('plain/main_test.go', 'package main\n');
    const built = await build(target('go', file));
    assert.equal((await runProcess(built.program!, [])).stderr, '42');
  });

  it('refuses a package that is no program, one without tests, and a missing go', async function () {
    needsTool(this, 'go');
    source('library/go.mod', 'module example.com/library\n\ngo 1.18\n');
    const library = await problemOf(target('go', source('library/lib.go', 'package lib\n\nfunc F() {}\n')));
    assert.deepEqual([library.code, library.remedies.map(({ kind }) => kind)], ['go-not-main', ['setting']]);
    assert.match(library.message, /package lib\b/);
    assert.equal((await problemOf({ ...target('go', path.join(folder, 'library/lib.go')), kind: 'test' })).code, 'go-no-tests');
    assert.equal((await problemOf(target('go', source('library/lib.go', 'package lib\n')), { go: 'no-such-go' })).code, 'compiler-missing');
  });

  it('tells where a file does not compile', async function () {
    needsTool(this, 'go');
    source('bad/go.mod', 'module example.com/bad\n\ngo 1.18\n');
    const file = source('bad/main.go', 'package main\n\nfunc main() {\n\tmissing()\n}\n');
    const problem = await problemOf(target('go', file));
    assert.equal(problem.why, 'main.go:4: undefined: missing');
    assert.deepEqual(problem.places, [{ file, line: 4, column: 2, severity: 'error', message: 'undefined: missing' }]);
    const syntax = await problemOf(target('go', source('bad/main.go', 'package main\n\nfunc main( {\n')));
    assert.match(syntax.why, /^main\.go:3: /);
  });
});

describe('buildTarget: the rest', () => {
  it('leaves alone what needs no building', async () => {
    const python = target('python', source('a.py', ''));
    assert.equal(await build(python), python);
    const given = { ...target('c', source('given.c', 'nonsense')), program: '/bin/true' };
    assert.equal(await build(given), given);
    assert.equal((await build(target('native', process.execPath))).program, process.execPath);
  });
});

describe('compilerPlaces', () => {
  it('reads every form, and makes paths absolute', () => {
    const cwd = path.resolve('/work');
    const at = (file: string, line: number, column: number, severity: string, message: string) => ({ file: path.resolve(cwd, file), line, column, severity, message });
    assert.deepEqual(compilerPlaces([
      '# example.com/x', 'In file included from a.c:1:', 'In file included from old.c:1:0:', '                 from b.h:2:', "a.c: In function 'main':", 'a.c:3:5: error: boom: here', '    3 | int x', '      |     ^',
      '../b.h:4:1: warning: hm [-Wall]', 'a.c:3:5: note: see', 'c.c:9: undefined reference to `f\'', './main.go:5:2: undefined: x\r', '\thave (int)', 'sub/x.c:7:1: fatal error: y.h: No such file', 'too many errors', '',
    ].join('\n'), cwd), [
      at('a.c', 3, 5, 'error', 'boom: here'), at('../b.h', 4, 1, 'warning', 'hm [-Wall]'), at('c.c', 9, 1, 'error', "undefined reference to `f'"),
      at('main.go', 5, 2, 'error', 'undefined: x'), at('sub/x.c', 7, 1, 'error', 'y.h: No such file'),
    ]);
  });
});
