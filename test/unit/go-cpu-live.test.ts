// Go's own profiler in programs that know nothing of it, whatever way they end.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { goCpu } from '../../src/profilers/goCpu.ts';
import { ProblemError } from '../../src/profilers/problem.ts';
import type { Target } from '../../src/profilers/target.ts';
import { pprofTop, topOf } from '../pprofTool.ts';
import { hotCallers, profiledRun, type RunOptions } from '../profiledRun.ts';
import { needsTool } from '../tools.ts';

const MAIN = `package main

import (
	"fmt"
	"os"
	"time"
)

// func main() { not this one }

func hot(n int) (sum int) {
	for i := 0; i < n; i++ { sum += i * i % 7 } // HOT
	return sum
}

func work(how string) {
	if len(os.Environ()) > 0 && os.Getenv("HEATLINE_GO_FOLDER") != "" {
		fmt.Println("leaked")
	}
	fmt.Println("ready")
	for start := time.Now(); how == "wait" || how == "handler" || time.Since(start) < 600*time.Millisecond; {
		hot(1 << 20)
	}
}

func main() { how := "normal"; if len(os.Args) > 1 { how = os.Args[1] }; begin(how); work(how); end(how) }
`;
const ENDS = `package main

import (
	"fmt"
	"log"
	"os"
	"os/signal"
	"sync"
	"time"
)

// Names of the collector's imports.
func strings() {}

type pprof struct{}

var sink [][]byte

func begin(how string) {
	strings()
	_ = pprof{}
	if how == "handler" {
		c := make(chan os.Signal, 1)
		signal.Notify(c, os.Interrupt)
		go func() {
			<-c
			fmt.Println("handled once")
			time.Sleep(100 * time.Millisecond)
			os.Exit(3)
		}()
	}
	if how == "deaf" {
		c := make(chan os.Signal, 1)
		signal.Notify(c)
		fmt.Println("ready")
		select {}
	}
}

func end(how string) {
	switch how {
	case "exit":
		os.Exit(4)
	case "fatal":
		log.Fatal("bye")
	case "panic":
		panic("ouch")
	case "gopanic":
		time.Sleep(1200 * time.Millisecond)
		go func() { panic("go ouch") }()
		time.Sleep(time.Minute)
	case "kinds":
		for i := 0; i < 64; i++ {
			sink = append(sink, make([]byte, 1<<20)) // ALLOC
		}
		c := make(chan bool)
		go func() { time.Sleep(300 * time.Millisecond); c <- true }()
		<-c // BLOCK
		contend()
	}
}

func contend() {
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
`;

let base = '';
let folder = '';
/** The last line that holds `mark`. */
const lineOf = (source: string, mark: string) => source.slice(0, source.lastIndexOf(mark)).split('\n').length;
const HOT = `main.hot:${lineOf(MAIN, '// HOT')}`;

before(() => {
  base = mkdtempSync(path.join(os.tmpdir(), 'heatline go cpu '));
  folder = path.join(base, 'src');
  mkdirSync(folder);
  writeFileSync(path.join(folder, 'go.mod'), 'module example.com/p\n\ngo 1.18\n');
  writeFileSync(path.join(folder, 'main.go'), MAIN);
  writeFileSync(path.join(folder, 'ends.go'), ENDS);
});
after(() => rmSync(base, { recursive: true, force: true }));

function run(how: string, given?: RunOptions) {
  const target: Target = { language: 'go', file: path.join(folder, 'main.go'), args: [how], cwd: base, env: {} };
  return profiledRun(goCpu, target, base, given);
}

/** The runtime's preemption may stand below the hot line. */
function assertHot(profile: Parameters<typeof hotCallers>[0]): void {
  const lines = hotCallers(profile, 'cpu');
  for (const wanted of [HOT, `main.main:${lineOf(MAIN, 'func main() {')}`]) {
    const share = lines.find(([line]) => line === wanted)?.[1] ?? 0;
    assert.ok(share > 0.7, `${wanted} has ${share}: ${JSON.stringify(lines.slice(0, 6))}`);
  }
}

describe('go-cpu', function () {
  this.timeout(120_000);
  this.retries(2);
  before(function () {
    needsTool(this, 'go');
  });

  for (const [how, code] of [['normal', 0], ['exit', 4], ['fatal', 1], ['panic', 2]] as const) {
    it(`keeps the profile of a program that ends like this: ${how}`, async () => {
      const { manifest, profile, output, folder: at } = await run(how);
      assert.deepEqual([manifest.exitCode, manifest.notes, manifest.recording?.files], [code, [], ['cpu-0001.pprof']]);
      assertHot(profile);
      assert.ok(!output.includes('leaked'), 'the program sees nothing of us');
      const file = path.join(at, 'cpu-0001.pprof');
      assert.deepEqual(new Map([...topOf(profile, 1)].sort()), new Map([...await pprofTop(file, 1, 'nanoseconds')].sort()));
      assert.deepEqual(readdirSync(folder).sort(), ['ends.go', 'go.mod', 'main.go'], 'the folder of the person');
    });
  }

  it('dies by the signal that nobody answers, and keeps the profile', async () => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      const { manifest, profile } = await run('wait', { when: 'ready', then: (pid) => setTimeout(() => process.kill(pid, signal), 700) });
      assert.deepEqual([manifest.exitCode, manifest.signal], [null, signal]);
      assertHot(profile);
    }
  });

  it('leaves a signal to the program that answers it', async () => {
    const { manifest, profile, output } = await run('handler', { when: 'ready', then: (pid) => setTimeout(() => process.kill(pid, 'SIGINT'), 700) });
    assert.deepEqual([manifest.exitCode, output.split('handled once').length], [3, 2]);
    assertHot(profile);
  });

  it('is stopped, also where the program is deaf', async () => {
    const waiting = await run('wait', { when: 'ready', stop: true });
    assert.deepEqual([waiting.manifest.signal, waiting.manifest.stopped], ['SIGINT', true]);
    const deaf = await run('deaf', { when: 'ready', stop: true });
    assert.deepEqual([deaf.manifest.exitCode, deaf.manifest.signal], [130, null]);
  });

  it('keeps the finished parts when a goroutine panics, and says so', async () => {
    const { manifest, profile } = await run('gopanic');
    assert.equal(manifest.exitCode, 2);
    assert.match(manifest.notes.join(), /without warning.*last part/s);
    assertHot(profile);
  });

  it('takes every profile in one run, each with events of its own', async () => {
    const { profile, folder: at } = await run('kinds', { options: { 'goCpu.profiles': ['cpu', 'memory', 'block', 'mutex'] } });
    assert.deepEqual(profile.events.map(({ name }) => name), [
      'samples', 'cpu', 'alloc_objects', 'alloc_space', 'inuse_objects', 'inuse_space', 'block_contentions', 'block_delay', 'mutex_contentions', 'mutex_delay',
    ]);
    assert.equal(profile.events[profile.defaultEvent].name, 'cpu');
    const best = (event: string, mark: string, name: string) => {
      const lines = hotCallers(profile, event);
      const found = lines.find(([line]) => line === `${name}:${lineOf(ENDS, mark)}`)?.[1] ?? 0;
      assert.ok(found > 0.5, `${event}: ${found} of ${mark}: ${JSON.stringify(lines.slice(0, 6))}`);
    };
    best('alloc_space', '// ALLOC', 'main.end');
    best('inuse_space', '// ALLOC', 'main.end');
    best('mutex_delay', '// CONTENDED', 'main.contend.func1');
    assert.ok(hotCallers(profile, 'block_delay').some(([line, share]) => line === `main.end:${lineOf(ENDS, '// BLOCK')}` && share > 0.3));
    // The sums of the parts are those of the files.
    let event = 0;
    for (const [name, count] of [['cpu-0001', 2], ['memory', 4], ['block', 2], ['mutex', 2]] as const) {
      const file = readdirSync(at).filter((each) => each.startsWith(name.slice(0, 3)) && each.endsWith('.pprof'));
      for (let index = 0; index < count; index++, event++) {
        if (file.length > 1) continue;
        assert.deepEqual(new Map([...topOf(profile, event)].sort()), new Map([...await pprofTop(path.join(at, file[0]), index, profile.events[event].unit)].sort()), `${name} ${index}`);
      }
    }
  });

  it('takes more samples when asked', async () => {
    const { profile } = await run('normal', { options: { 'goCpu.rate': 500 } });
    assert.ok(Math.abs(profile.meta.frequency! - 500) < 1, String(profile.meta.frequency));
    assertHot(profile);
  });

  it('builds packages of C, vendored modules, workspaces, and files outside of a module', async function () {
    needsTool(this, 'gcc');
    const write = (name: string, content: string) => {
      mkdirSync(path.dirname(path.join(base, name)), { recursive: true });
      writeFileSync(path.join(base, name), content);
      return path.join(base, name);
    };
    const burn = 'func burn() (sum int) {\n\tfor start := time.Now(); time.Since(start) < 300*time.Millisecond; {\n\t\tfor i := 0; i < 1<<18; i++ {\n\t\t\tsum += i % 7\n\t\t}\n\t}\n\treturn sum\n}\n';
    write('cgo/go.mod', 'module example.com/cgo\n\ngo 1.18\n');
    write('vendored/go.mod', 'module example.com/vendored\n\ngo 1.18\n\nrequire example.com/dep v1.0.0\n');
    write('vendored/vendor/modules.txt', '# example.com/dep v1.0.0\n## explicit; go 1.18\nexample.com/dep\n');
    write('vendored/vendor/example.com/dep/dep.go', `package dep\n\nimport "time"\n\nfunc Burn() { println(burn() > 0) }\n\n${burn}`);
    write('work/go.work', 'go 1.18\n\nuse (\n\t./app\n\t./dep\n)\n');
    write('work/dep/go.mod', 'module example.com/dep\n\ngo 1.18\n');
    write('work/dep/dep.go', readFileSync(path.join(base, 'vendored/vendor/example.com/dep/dep.go'), 'utf8'));
    write('work/app/go.mod', 'module example.com/app\n\ngo 1.18\n');
    write('plain/other.go', `package main\n\nimport "time"\n\n${burn}`);
    for (const [file, name] of [
      [write('cgo/main.go', `package main\n\n// int three(void) { return 3; }\nimport "C"\nimport "time"\n\nfunc main() { println(C.three(), burn() > 0) }\n\n${burn}`), 'main.burn'],
      [write('vendored/main.go', 'package main\n\nimport "example.com/dep"\n\nfunc main() { dep.Burn() }\n'), 'example.com/dep.burn'],
      [write('work/app/main.go', 'package main\n\nimport "example.com/dep"\n\nfunc main() { dep.Burn() }\n'), 'example.com/dep.burn'],
      [write('plain/main.go', 'package main\n\nfunc main() { println(burn() > 0) }\n'), 'main.burn'],
    ]) {
      const { profile, output } = await profiledRun(goCpu, { language: 'go', file, args: [], cwd: base, env: {} }, base);
      assert.match(output, /true/, file);
      const found = hotCallers(profile, 'cpu').filter(([line]) => line.startsWith(`${name}:`)).reduce((sum, [, share]) => Math.max(sum, share), 0);
      assert.ok(found > 0.4, `${file}: ${JSON.stringify(hotCallers(profile, 'cpu').slice(0, 6))}`);
    }
  });

  it('tells the errors of the person as they are', async () => {
    mkdirSync(path.join(base, 'bad'));
    writeFileSync(path.join(base, 'bad', 'go.mod'), 'module example.com/bad\n\ngo 1.18\n');
    const file = path.join(base, 'bad', 'main.go');
    writeFileSync(file, 'package main\n\nfunc main() { missing() }\n');
    const error: unknown = await profiledRun(goCpu, { language: 'go', file, args: [], cwd: base, env: {} }, base).catch((reason: unknown) => reason);
    assert.ok(error instanceof ProblemError, String(error));
    assert.deepEqual(error.problem.places, [{ file, line: 3, column: 15, severity: 'error', message: 'undefined: missing' }]);
  });
});
