// What can be launched, and how: modes, build flags, environments, terminals, without a debugger, again.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { needsTool } from '../tools.ts';
import { debugging, goModule, testedDlvs, withFiles, type DelveClient } from './delveClient.ts';

const MAIN = `package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"
)

func main() {
	where, _ := os.Getwd()
	fmt.Println("in", where, "args", strings.Join(os.Args[1:], "|"))
	fmt.Println("env", os.Getenv("GIVEN"), os.Getenv("FROM_FILE"), os.Getenv("TAKEN") == "")
	fmt.Println("tagged", tagged) // here
	if len(os.Args) > 1 && os.Args[1] == "read" {
		line, _ := bufio.NewReader(os.Stdin).ReadString('\\n')
		fmt.Println("read", strings.TrimSpace(line))
	}
	fmt.Fprintln(os.Stderr, "to stderr")
	os.Exit(len(os.Args))
}
`;
const PROGRAM = goModule({
  'main.go': MAIN,
  'plain.go': '//go:build !special\n\npackage main\n\nconst tagged = "no"\n',
  'special.go': '//go:build special\n\npackage main\n\nconst tagged = "yes"\n',
  'tool.go': '//go:build ignore\n\npackage main\n\nimport "fmt"\n\nfunc main() {\n\tfmt.Println("the tool") // tool\n}\n',
  'vars.env': 'FROM_FILE=filed\nGIVEN=overridden\n',
  'sub/keep.txt': '',
});
const TESTED = goModule({
  'sums.go': 'package sums\n\nfunc Sum(a, b int) int {\n\treturn a + b // sum\n}\n',
  'sums_test.go': `package sums

import "testing"

func TestSum(t *testing.T) {
	for _, each := range []struct {
		name string
		a, b int
	}{{"small ones", 1, 2}, {"zero", 0, 0}} {
		t.Run(each.name, func(t *testing.T) {
			if got := Sum(each.a, each.b); got != each.a+each.b {
				t.Error(got)
			}
		})
	}
}

func TestWrong(t *testing.T) {
	if got := Sum(1, 1); got != 3 {
		t.Error("wrong", got) // wrong
	}
}

func BenchmarkSum(b *testing.B) {
	for i := 0; i < b.N; i++ {
		Sum(i, i) // bench
	}
}
`,
  'other_test.go': 'package sums\n\nimport "testing"\n\nfunc TestOther(t *testing.T) {\n\tSum(5, 5) // other\n}\n',
});

async function toEnd(client: DelveClient): Promise<string> {
  await client.waitForEnd();
  return client.output('stdout');
}

for (const { name, tool, dlv, env } of testedDlvs()) {
  describe(`Delve adapter: launch (dlv ${name})`, () => {
    before(function () {
      needsTool(this, tool, 'debugpy');
    });

    it('gives a program its arguments, folder and environment, and tells its output and exit code', () => withFiles(PROGRAM, async (folder) => {
      await debugging({ env: { ...env, TAKEN: 'no' } }, async (client) => {
        await client.begin({
          program: folder, dlv, args: ['one', 'two words'], cwd: path.join(folder, 'sub'), env: { GIVEN: 'given', TAKEN: null }, envFile: path.join(folder, 'vars.env'), tags: ['special'],
        });
        assert.equal(await client.waitForEnd(), 3);
        assert.match(client.output('stdout'), /sub args one\|two words\nenv given filed true\ntagged yes\n/);
        assert.match(client.output('stderr'), /^to stderr\n$/);
      });
    }));

    it('takes a file for its package, and one that is no part of it for itself', () => withFiles(PROGRAM, async (folder) => {
      await debugging({ env }, async (client) => {
        await client.begin({ program: path.join(folder, 'plain.go'), dlv }, { breakpoints: { [path.join(folder, 'main.go')]: ['// here'] } });
        assert.equal((await client.waitForStop()).frame.name, 'main.main');
        await client.resume();
        assert.match(await toEnd(client), /tagged no/);
      });
      await debugging({ env }, async (client) => {
        await client.begin({ program: path.join(folder, 'tool.go'), dlv }, { breakpoints: { [path.join(folder, 'tool.go')]: ['// tool'] } });
        assert.equal((await client.waitForStop()).text, 'fmt.Println("the tool") // tool');
      });
    }));

    it('debugs a package by its import path, and files outside of a module', () => withFiles({ 'go.mod': 'module example.com/tree\n\ngo 1.19\n', 'cmd/app/main.go': 'package main\n\nfunc main() {\n\tprintln("app")\n}\n', }, async (folder) => {
      await debugging({ env }, async (client) => {
        await client.begin({ program: 'example.com/tree/cmd/app', cwd: folder, dlv });
        assert.equal(await client.waitForEnd(), 0);
        assert.match(client.output('stderr'), /app/);
      });
      await withFiles({ 'a.go': 'package main\n\nfunc main() {\n\thello()\n}\n', 'b.go': 'package main\n\nfunc hello() {\n\tprintln("hello")\n}\n' }, async (loose) => {
        await debugging({ env }, async (client) => {
          await client.begin({ program: loose, dlv });
          await client.waitForEnd();
          assert.match(client.output('stderr'), /hello/);
        });
      });
    }));

    it('debugs a binary that is there', () => withFiles(PROGRAM, async (folder) => {
      const built = spawnSync('go', ['build', '-o', 'app', '-gcflags=all=-N -l', '.'], { cwd: folder, env: { ...process.env, ...env }, encoding: 'utf8' });
      assert.equal(built.status, 0, built.stderr);
      await debugging({ env }, async (client) => {
        await client.begin({ mode: 'exec', program: path.join(folder, 'app'), dlv, args: 'x y' }, { breakpoints: { [path.join(folder, 'main.go')]: ['// here'] } });
        assert.equal((await client.waitForStop()).text, 'fmt.Println("tagged", tagged) // here');
        await client.resume();
        assert.equal(await client.waitForEnd(), 3);
      });
      assert.ok(existsSync(path.join(folder, 'app')), 'a binary that was there is left');
    }));

    it('debugs a package\'s tests, a file\'s, one, a sub-test, a benchmark', () => withFiles(TESTED, async (folder) => {
      const [sums, tests] = [path.join(folder, 'sums.go'), path.join(folder, 'sums_test.go')];
      const ran = async (configuration: object): Promise<string[]> => {
        let output = '';
        await debugging({ env }, async (client) => {
          await client.begin({ dlv, ...configuration });
          output = await toEnd(client);
        });
        return [...output.matchAll(/^=== RUN +(\S+)/gm)].map(([, test]) => test);
      };
      assert.deepEqual(await ran({ mode: 'test', program: folder }), ['TestOther', 'TestSum', 'TestSum/small_ones', 'TestSum/zero', 'TestWrong']);
      assert.deepEqual(await ran({ program: path.join(folder, 'other_test.go') }), ['TestOther']);
      assert.deepEqual(await ran({ mode: 'test', program: tests, run: '^TestSum$/^small_ones$' }), ['TestSum', 'TestSum/small_ones']);
      await debugging({ env }, async (client) => {
        await client.begin({ mode: 'test', program: folder, run: '^TestWrong$', dlv }, { breakpoints: { [tests]: ['// wrong'] } });
        await client.waitForStop();
        assert.equal((await client.locals()).got, '2');
        await client.resume();
        assert.equal(await client.waitForEnd(), 1);
        assert.match(client.output('stdout'), /--- FAIL: TestWrong/);
      });
      await debugging({ env }, async (client) => {
        await client.begin({ mode: 'test', program: folder, bench: '^BenchmarkSum$', dlv }, { breakpoints: { [sums]: ['// sum'] } });
        const stop = await client.waitForStop();
        assert.ok(stop.frames.some((frame) => frame.name.includes('BenchmarkSum')), stop.frames.map((frame) => frame.name).join(' '));
      });
    }));

    it('builds with the race detector and with flags of one\'s own', function () {
      needsTool(this, 'gcc');
      return withFiles(goModule({ 'main.go': 'package main\n\nvar version = "none"\n\nfunc main() {\n\tdone := make(chan bool)\n\tn := 0\n\tgo func() {\n\t\tn++\n\t\tdone <- true\n\t}()\n\tn++\n\t<-done\n\tprintln(version, n)\n}\n' }), async (folder) => {
        await debugging({ env }, async (client) => {
          await client.begin({ program: folder, dlv, race: true, buildFlags: '-ldflags "-X \'main.version=of today\'"', env: { CGO_ENABLED: '1' } });
          assert.equal(await client.waitForEnd(), 66);
          assert.match(client.output('stderr'), /WARNING: DATA RACE/);
          assert.match(client.output('stderr'), /of today 2/);
        });
      });
    });

    it('runs in a terminal, where it reads', () => withFiles(PROGRAM, async (folder) => {
      await debugging({ env }, async (client) => {
        await client.begin({ program: folder, dlv, console: 'integratedTerminal', args: ['read'] }, { breakpoints: { [path.join(folder, 'main.go')]: ['// here'] } });
        await client.waitForStop();
        assert.equal(client.asked.filter(({ command }) => command === 'runInTerminal').length, 1);
        client.terminals[0].stdin?.write('typed\n');
        await client.resume();
        assert.equal(await client.waitForEnd(), 2);
        assert.match(client.terminalText, /read typed/);
        assert.equal(client.output('stdout'), '');
      });
    }));

    it('runs without a debugger, with the same output and exit code', () => withFiles(PROGRAM, async (folder) => {
      await debugging({ env }, async (client) => {
        await client.hello();
        await client.send('launch', { type: 'delve', request: 'launch', name: 'test', program: folder, dlv, noDebug: true, args: ['read'] });
        await client.waitForOutput('tagged no');
        await client.type('to stdin', 0);
        assert.equal(await client.waitForEnd(), 2);
        assert.match(client.output('stdout'), /read to stdin/);
      });
      await debugging({ env }, async (client) => {
        await client.hello();
        await client.send('launch', { type: 'delve', request: 'launch', name: 'test', program: folder, dlv, noDebug: true, console: 'integratedTerminal', args: [] });
        await client.waitForEnd();
        assert.match(client.terminalText, /tagged no/);
      });
    }));

    it('starts again with what has changed since, and keeps breakpoints', () => withFiles(goModule({ 'main.go': 'package main\n\nfunc main() {\n\tprintln("first")\n\tprintln("end") // end\n}\n' }), async (folder) => {
      const main = path.join(folder, 'main.go');
      await debugging({ env }, async (client) => {
        await client.begin({ program: folder, dlv }, { breakpoints: { [main]: ['// end'] } });
        await client.waitForStop();
        await client.rewrite(main, (text) => text.replace('first', 'second'));
        const before = client.events.filter(({ event }) => event === 'initialized').length;
        await client.send('restart', {});
        await client.waitFor('initialized again', () => client.events.filter(({ event }) => event === 'initialized').length > before);
        await client.breakAt(main, '// end');
        await client.configurationDoneRequest();
        assert.equal((await client.waitForStop()).text, 'println("end") // end');
        await client.resume();
        assert.equal(await client.waitForEnd(), 0);
        assert.match(client.output('stderr'), /first\nsecond\nend/);
      });
    }));

    it('goes on with the old program when the new one cannot be built', () => withFiles(goModule({ 'main.go': 'package main\n\nfunc main() {\n\tx := 1\n\tprintln("x", x) // here\n}\n' }), async (folder) => {
      const main = path.join(folder, 'main.go');
      await debugging({ env }, async (client) => {
        await client.begin({ program: folder, dlv }, { breakpoints: { [main]: ['// here'] } });
        await client.waitForStop();
        await client.rewrite(main, (text) => text.replace('x := 1', 'x := broken'));
        await assert.rejects(client.send('restart', {}), /could not be built[^]*undefined: broken/);
        assert.equal((await client.locals()).x, '1');
        await client.rewrite(main, (text) => text.replace('broken', '2'));
        await client.send('restart', {});
        await client.waitFor('initialized again', () => client.events.filter(({ event }) => event === 'initialized').length > 1);
        await client.breakAt(main, '// here');
        await client.configurationDoneRequest();
        await client.waitForStop();
        assert.equal((await client.locals()).x, '2');
        await client.resume();
        assert.equal(await client.waitForEnd(), 0);
        assert.match(client.output('stderr'), /^x 2\n$/);
      });
    }));

    it('starts a program without a debugger again', () => withFiles(PROGRAM, async (folder) => {
      await debugging({ env }, async (client) => {
        await client.hello();
        await client.send('launch', { type: 'delve', request: 'launch', name: 'test', program: folder, dlv, noDebug: true, args: ['read'] });
        await client.waitForOutput('tagged no');
        await client.rewrite(path.join(folder, 'plain.go'), (text) => text.replace('"no"', '"changed"'));
        await client.send('restart', {});
        await client.waitForOutput('tagged changed');
        await client.type('now', 0);
        assert.equal(await client.waitForEnd(), 2);
        assert.match(client.output('stdout'), /read now/);
      });
    }));

    it('calls a binary as go build does, puts it where it is told, and finds out what a program is', () => withFiles(goModule({
      'cmd/server/main.go': 'package main\n\nimport (\n\t"fmt"\n\t"os"\n\t"path/filepath"\n)\n\nfunc main() {\n\tfmt.Println("I am", filepath.Base(os.Args[0]))\n}\n', 'bin/keep.txt': '',
    }), async (folder) => {
      const says = async (configuration: object): Promise<string> => {
        let output = '';
        await debugging({ env }, async (client) => {
          await client.begin({ dlv, ...configuration });
          output = await toEnd(client);
        });
        return output;
      };
      const program = path.join(folder, 'cmd/server');
      assert.equal(await says({ program }), 'I am server\n');
      assert.equal(await says({ program, output: path.join(folder, 'made/here') }), 'I am here\n');
      assert.equal(await says({ program, output: path.join(folder, 'bin') }), 'I am server\n');
      assert.equal(await says({ mode: 'auto', program: path.join(folder, 'bin/server') }), 'I am server\n');
      assert.equal(await says({ program: 'bin/server', cwd: folder }), 'I am server\n');
      await assert.rejects(says({ program, output: path.join(folder, 'bin/keep.txt/x') }), /cannot be built in .*keep\.txt.*"output"/);
    }));

    it('takes what is typed while the program runs for its stdin', () => withFiles(PROGRAM, async (folder) => {
      await debugging({ env }, async (client) => {
        await client.begin({ program: folder, dlv, args: ['read'] });
        await client.waitForOutput('tagged no');
        await client.type('typed here', undefined);
        assert.equal(await client.waitForEnd(), 2);
        assert.match(client.output('stdout'), /read typed here/);
      });
    }));

    it('stops on entry when asked, and leaves no binary behind', () => withFiles(PROGRAM, async (folder) => {
      // A folder of its own: what others build at this moment is not ours.
      const temporary = path.join(folder, 'sub');
      const before = await readdir(temporary);
      await debugging({ env: { ...env, TMPDIR: temporary } }, async (client) => {
        await client.begin({ program: folder, dlv, stopOnEntry: true });
        const stop = await client.waitForStop();
        assert.deepEqual([stop.reason, stop.frame.name, stop.text], ['entry', 'main.main', 'func main() {']);
        await client.disconnectRequest({ terminateDebuggee: true });
      });
      assert.deepEqual((await readdir(temporary)).filter((name) => !before.includes(name)), []);
    }));
  });
}
