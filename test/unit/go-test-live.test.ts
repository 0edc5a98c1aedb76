// Go's tests and benchmarks: how they are built and run, and the profiles they take.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { buildTarget, DEFAULT_BUILD } from '../../src/profilers/build.ts';
import { commandLine } from '../../src/profilers/commandLine.ts';
import { goTest } from '../../src/profilers/goTest.ts';
import { profilersFor } from '../../src/profilers/index.ts';
import { ProblemError } from '../../src/profilers/problem.ts';
import { runProcess } from '../../src/profilers/process.ts';
import { identifyFile, type Target } from '../../src/profilers/target.ts';
import { findGoTests, goTestAt } from '../../src/profilers/tests/goTests.ts';
import { testTarget } from '../../src/profilers/tests/testItem.ts';
import { pprofTop, topOf } from '../pprofTool.ts';
import { hotCallers, profiledRun, type RunOptions } from '../profiledRun.ts';
import { needsTool } from '../tools.ts';

const TESTS = `package p

import (
	"log"
	"os"
	"sync"
	"testing"
	"time"
)

var sink []byte

func hot(n int) (sum int) {
	for i := 0; i < n; i++ { sum += i * i % 7 } // HOT
	return sum
}

func BenchmarkHot(b *testing.B) {
	for i := 0; i < b.N; i++ {
		hot(1 << 16)
	}
}

func BenchmarkOther(b *testing.B) { b.Fatal("not asked for") }

func TestMemory(t *testing.T) {
	for i := 0; i < 200; i++ {
		sink = make([]byte, 1<<20) // ALLOC
	}
}

func TestBlock(t *testing.T) {
	c := make(chan bool)
	go func() { time.Sleep(300 * time.Millisecond); c <- true }()
	<-c // BLOCK
}

func TestMutex(t *testing.T) {
	var mutex sync.Mutex
	var all sync.WaitGroup
	for i := 0; i < 2; i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			for j := 0; j < 10; j++ {
				mutex.Lock()
				time.Sleep(10 * time.Millisecond)
				mutex.Unlock() // CONTENDED
			}
		}()
	}
	all.Wait()
}

func TestHere(t *testing.T) {
	if _, err := os.Stat("p_test.go"); err != nil {
		t.Fatal(err)
	}
	t.Run("in side (1+1)/x", func(t *testing.T) {
		println("inside ran")
	})
	t.Run("other", func(t *testing.T) {
		println("other ran")
	})
}

func burn() { for start := time.Now(); time.Since(start) < 400*time.Millisecond; { hot(1 << 20) } }

func TestFatal(t *testing.T) { if os.Getenv("BREAK") != "" { burn(); log.Fatal("bye") } }
func TestPanic(t *testing.T) { if os.Getenv("BREAK") != "" { burn(); panic("ouch") } }
func TestLong(t *testing.T) { if os.Getenv("BREAK") != "" { println("ready"); for { hot(1 << 20) } } }
`;
const EXTERNAL = `package p_test

import "testing"

func TestExternal(t *testing.T) { println("external ran") }
`;

let base = '';
let folder = '';
let file = '';
const lineOf = (mark: string) => TESTS.slice(0, TESTS.indexOf(mark)).split('\n').length;
const items = findGoTests(TESTS);
const target = (name: string, env: Record<string, string> = {}): Target => testTarget('go', file, items.find((item) => item.name === name)!, { cwd: base, env });
const run = (name: string, given: RunOptions = {}, env: Record<string, string> = {}) => profiledRun(goTest, target(name, env), base, given);
const share = (profile: Parameters<typeof hotCallers>[0], event: string, line: string) => hotCallers(profile, event).find(([each]) => each === line)?.[1] ?? 0;

describe('go-test', function () {
  this.timeout(120_000);
  before(function () {
    needsTool(this, 'go');
    base = mkdtempSync(path.join(os.tmpdir(), 'heatline go test '));
    folder = path.join(base, 'src');
    file = path.join(folder, 'p_test.go');
    mkdirSync(folder);
    writeFileSync(path.join(folder, 'go.mod'), 'module example.com/p\n\ngo 1.18\n');
    writeFileSync(file, TESTS);
    writeFileSync(path.join(folder, 'external_test.go'), EXTERNAL);
  });
  after(() => {
    if (base) rmSync(base, { recursive: true, force: true });
  });

  const build = (of: Target) => buildTarget(of, { settings: DEFAULT_BUILD, cacheFolder: path.join(base, 'cache'), log: () => undefined });

  it('makes a target of a file: all tests of its package, run in its folder by any tool', async () => {
    const identified = await identifyFile(file);
    assert.deepEqual(identified, { language: 'go', kind: 'test' });
    assert.deepEqual([profilersFor(identified).includes(goTest), goTest.suits(identified), goTest.suits({ language: 'go' })], [true, 100, 0]);
    for (const kind of ['test', undefined] as const) {
      const built = await build({ language: 'go', ...(kind ? { kind } : {}), file, args: ['-test.v'], cwd: base, env: {} });
      assert.deepEqual([built.cwd, built.kind], [folder, 'test']);
      const [program, ...words] = commandLine(built);
      const { stdout, stderr, code } = await runProcess(program, words, { cwd: built.cwd });
      assert.equal(code, 0, stdout + stderr);
      for (const name of ['TestHere', 'TestExternal', 'TestMutex']) assert.match(stdout, new RegExp(`--- PASS: ${name} `));
      assert.doesNotMatch(stdout, /Benchmark/);
    }
  });

  it('runs one sub-test, whatever its name', async () => {
    const item = goTestAt(TESTS, lineOf('inside ran'))!;
    assert.equal(item.name, 'TestHere/in_side_(1+1)/x');
    const built = await build(testTarget('go', file, item, { cwd: base, env: {} }));
    const [program, ...words] = commandLine(built);
    const { stderr } = await runProcess(program, words, { cwd: built.cwd });
    assert.equal(stderr.trim(), 'inside ran');
  });

  it('finds the hot line of a benchmark, and runs no other', async function () {
    this.retries(2);
    const { profile, folder: at, output } = await run('BenchmarkHot', { options: { 'goTest.benchtime': '400ms' } });
    assert.match(output, /BenchmarkHot.*ns\/op/);
    assert.doesNotMatch(output, /not asked for/);
    assert.ok(share(profile, 'cpu', `example.com/p.hot:${lineOf('// HOT')}`) > 0.7, JSON.stringify(hotCallers(profile, 'cpu').slice(0, 5)));
    assert.deepEqual(new Map([...topOf(profile, 1)].sort()), new Map([...await pprofTop(path.join(at, 'cpu.pprof'), 1, 'nanoseconds')].sort()));
    assert.deepEqual(readdirSync(folder).sort(), ['external_test.go', 'go.mod', 'p_test.go'], 'the folder of the person');
  });

  it('finds what allocates, waits and contends, all in one profile', async () => {
    const given: Target = { ...target('TestMemory'), goTest: { run: '^Test(Memory|Block|Mutex)$', bench: '' } };
    const { profile, folder: at, manifest } = await profiledRun(goTest, given, base, { options: { 'goTest.profiles': ['cpu', 'memory', 'block', 'mutex'], 'goTest.count': 2, 'go.memoryRate': 65536 } });
    assert.deepEqual([manifest.recording?.files, manifest.notes], [['cpu.pprof', 'memory.pprof', 'block.pprof', 'mutex.pprof'], []]);
    assert.deepEqual(profile.events.map(({ name }) => name), [
      'samples', 'cpu', 'alloc_objects', 'alloc_space', 'inuse_objects', 'inuse_space', 'block_contentions', 'block_delay', 'mutex_contentions', 'mutex_delay',
    ]);
    assert.ok(share(profile, 'alloc_space', `example.com/p.TestMemory:${lineOf('// ALLOC')}`) > 0.9);
    assert.ok(share(profile, 'block_delay', `example.com/p.TestBlock:${lineOf('// BLOCK')}`) > 0.1);
    assert.ok(share(profile, 'mutex_delay', `example.com/p.TestMutex.func1:${lineOf('// CONTENDED')}`) > 0.7);
    let event = 0;
    for (const [name, count] of [['cpu', 2], ['memory', 4], ['block', 2], ['mutex', 2]] as const) {
      for (let index = 0; index < count; index++, event++) {
        const top = await pprofTop(path.join(at, `${name}.pprof`), index, profile.events[event].unit);
        assert.deepEqual(new Map([...topOf(profile, event)].sort()), new Map([...top].sort()), `${name} ${index}`);
      }
    }
  });

  it('keeps the profile when a test ends the program, or is stopped', async () => {
    const fatal = await run('TestFatal', { options: { 'goTest.profiles': ['cpu', 'memory'] } }, { BREAK: '1' });
    assert.deepEqual([fatal.manifest.exitCode, fatal.manifest.recording?.files], [1, ['cpu.pprof', 'memory.pprof']]);
    assert.ok(share(fatal.profile, 'cpu', `example.com/p.hot:${lineOf('// HOT')}`) > 0.6);
    const stopped = await run('TestLong', { when: 'ready', stop: true }, { BREAK: '1' });
    assert.deepEqual([stopped.manifest.signal, stopped.manifest.recording?.files], ['SIGINT', ['cpu.pprof']]);
  });

  it('says why there is no profile of a test that panics', async () => {
    const error: unknown = await run('TestPanic', {}, { BREAK: '1' }).catch((reason: unknown) => reason);
    assert.ok(error instanceof ProblemError, String(error));
    assert.equal(error.problem.code, 'go-test-no-profile');
    assert.match(error.problem.why, /panicked/);
  });

  it('tells where a test does not compile', async () => {
    const bad = path.join(base, 'bad');
    mkdirSync(bad);
    writeFileSync(path.join(bad, 'go.mod'), readFileSync(path.join(folder, 'go.mod')));
    writeFileSync(path.join(bad, 'bad_test.go'), 'package p\n\nimport "testing"\n\nfunc TestX(t *testing.T) {\n\tmissing()\n}\n');
    const error: unknown = await profiledRun(goTest, { language: 'go', kind: 'test', file: path.join(bad, 'bad_test.go'), args: [], cwd: base, env: {} }, base).catch((reason: unknown) => reason);
    assert.ok(error instanceof ProblemError, String(error));
    assert.deepEqual([error.problem.code, error.problem.places?.map(({ file: at, line }) => [at, line])], ['build-failed', [[path.join(bad, 'bad_test.go'), 6]]]);
  });

  it('refuses profiles that Go does not take', async () => {
    const error: unknown = await run('BenchmarkHot', { options: { 'goTest.profiles': ['time'] } }).catch((reason: unknown) => reason);
    assert.ok(error instanceof ProblemError && error.problem.code === 'go-profiles');
  });
});
