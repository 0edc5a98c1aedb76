import assert from 'node:assert/strict';
import { chmod, copyFile, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { findProgram } from '../../scripts/system-tools.mjs';
import { needsTool } from '../tools.ts';
import { debugging, goModule, testedDlvs, withFiles, type Configuration } from './delveClient.ts';
import { build } from './goPrograms.ts';

const MAIN = 'package main\n\nimport "fmt"\n\nfunc main() {\n\tfmt.Println("hello")\n}\n';

interface Refusal {
  readonly code: string;
  readonly text: string;
}

/** How the adapter refuses a configuration. */
async function refusal(configuration: Configuration, env: Readonly<Record<string, string>>): Promise<Refusal> {
  let refused: Refusal | undefined;
  await debugging({ env }, async (client) => {
    try {
      await client.begin(configuration);
    } catch (error) {
      const begin = client.refusals.find(({ command }) => command === 'launch' || command === 'attach');
      refused = { code: begin?.body.error?.variables?.['_code'] ?? '', text: (error as Error).message };
    }
    if (!refused) {
      await client.disconnectRequest({ terminateDebuggee: true });
      assert.fail('it was not refused');
    }
  });
  return refused as unknown as Refusal;
}

for (const tested of testedDlvs()) {
  const { name, tool, dlv, env } = tested;
  describe(`Delve adapter: what goes wrong at the start (dlv ${name})`, () => {
    before(function () {
      needsTool(this, tool, 'debugpy');
    });

    const check = (files: Readonly<Record<string, string>>, configuration: Configuration, code: string, words: RegExp, more: Record<string, string> = {}) => withFiles(files, async (folder) => {
      const refused = await refusal({ program: folder, dlv, ...configuration }, { ...env, ...more });
      assert.equal(refused.code, code, refused.text);
      assert.match(refused.text, words);
    });

    it('no dlv', () => check(goModule({ 'main.go': MAIN }), { dlv: '/nowhere/dlv' }, 'delve-no-dlv', /\/nowhere\/dlv was not found.*"dlv"/));

    it('no Go', () => check(goModule({ 'main.go': MAIN }), { env: { PATH: '/nowhere' } }, 'delve-no-go', /go command was not found[^]*https:\/\/go\.dev\/dl/));

    it('no go.mod', () => check({ 'main.go': MAIN }, { cwd: os.tmpdir(), program: 'example.com/absent' }, 'delve-no-module', /is in no Go module[^]*go mod init example\.com\//));

    it('no main package', () => check(goModule({ 'lib.go': 'package lib\n' }), {}, 'delve-no-main', /is not "main"[^]*package main[^]*"mode": "test"/));

    it('no Go files', () => check(goModule({ 'read.me': '' }), {}, 'delve-no-package', /There is no Go program in .*/));

    it('no tests', () => check(goModule({ 'main.go': MAIN }), { mode: 'test' }, 'delve-no-tests', /has no tests: no file ending in _test\.go/));

    it('a build error', () => check(goModule({ 'main.go': 'package main\n\nfunc main() { y() }\n' }), {}, 'delve-build', /main\.go:3:15: undefined: y/));

    it('a module that is not required', () => check(goModule({ 'main.go': 'package main\n\nimport "example.org/absent/errors"\n\nfunc main() { errors.New("x") }\n' }), {}, 'delve-missing-module', /does not require the package example\.org\/absent\/errors[^]*go get example\.org\/absent\/errors/));

    it('a module outside go.work', () => withFiles({ 'go.work': 'go 1.19\n\nuse ./a\n', 'a/go.mod': 'module example.com/a\n\ngo 1.19\n', 'b/go.mod': 'module example.com/b\n\ngo 1.19\n', 'b/main.go': MAIN }, async (folder) => {
      const refused = await refusal({ program: path.join(folder, 'b'), dlv }, env);
      assert.equal(refused.code, 'delve-not-in-workspace', refused.text);
      assert.match(refused.text, /go work use \./);
    }));

    it('a module that asks for a newer Go', () => check({ 'go.mod': 'module example.com/later\n\ngo 1.99\n', 'main.go': 'package main\n\nfunc main() { undefined() }\n' }, { env: { GOTOOLCHAIN: env['GOTOOLCHAIN'] ?? 'local' } }, 'delve-go-version', /asks for Go 1\.99/));

    it('cgo without a C compiler', function () {
      needsTool(this, 'gcc');
      return check(goModule({ 'main.go': 'package main\n\n// int two() { return 2; }\nimport "C"\n\nfunc main() { C.two() }\n' }), { env: { CC: '/nowhere/cc', CGO_ENABLED: '1' } }, 'delve-no-cc', /C compiler \/nowhere\/cc was not found[^]*CGO_ENABLED/);
    });

    it('cgo turned off', () => check(goModule({ 'main.go': 'package main\n\n// int two() { return 2; }\nimport "C"\n\nfunc main() { C.two() }\n' }), { env: { CGO_ENABLED: '0' } }, 'delve-excluded', /leave no file of .* to build[^]*CGO_ENABLED/));

    it('what is no program', () => withFiles(goModule({ 'main.go': MAIN, 'notes.txt': 'hello\n', 'run.sh': '#!/bin/sh\n' }), async (folder) => {
      for (const [file, words] of [['notes.txt', /is not a program/], ['run.sh', /is a script/], ['main.go', /is source code.*"mode": "debug"/]] as const) {
        const refused = await refusal({ mode: 'exec', program: path.join(folder, file), dlv }, env);
        assert.equal(refused.code, 'delve-not-executable', refused.text);
        assert.match(refused.text, words);
      }
    }));

    it('a program of another machine, or one that may not run', () => withFiles(goModule({ 'main.go': MAIN }), async (folder) => {
      const arm = process.arch === 'arm64' ? 'amd64' : 'arm64';
      for (const [more, words] of [[{ GOARCH: arm }, new RegExp(`is a program for ${arm}, and this machine is`)], [{ GOOS: 'windows' }, /is a program for Windows/], [{ GOOS: 'darwin' }, /is a program for macOS/]] as const) {
        const refused = await refusal({ mode: 'exec', program: build(folder, tested, { name: 'foreign', more }), dlv }, env);
        assert.equal(refused.code, 'delve-wrong-architecture', refused.text);
        assert.match(refused.text, words);
        assert.match(refused.text, /GOARCH=\w+\): go build/);
      }
      const own = build(folder, tested);
      await chmod(own, 0o644);
      const refused = await refusal({ mode: 'exec', program: own, dlv }, env);
      assert.equal(refused.code, 'delve-permission', refused.text);
      assert.match(refused.text, /chmod \+x/);
    }));

    it('an option that dlv does not know', () => check(goModule({ 'main.go': MAIN }), { dlvFlags: '--nonsense' }, 'delve-option', /does not know the option --nonsense[^]*"dlvFlags"/));

    it('a backend that is not there', () => check(goModule({ 'main.go': MAIN }), { backend: 'nonsense' }, 'delve-backend', /does not have the backend/));

    it('a program that was stripped', () => withFiles(goModule({ 'main.go': MAIN }), async (folder) => {
      const program = build(folder, tested, { name: 'stripped', flags: ['-ldflags=-s -w'] });
      if (name === '1.20') {
        const refused = await refusal({ mode: 'exec', program, dlv }, env);
        assert.equal(refused.code, 'delve-stripped', refused.text);
        assert.match(refused.text, /without debug information[^]*go build -gcflags="all=-N -l"/);
      } else {
        await debugging({ env }, async (client) => {
          await client.begin({ mode: 'exec', program, dlv });
          await client.waitForEnd();
          assert.match(client.output('important'), /stripped was built without debug information[^]*go build -gcflags/);
        });
      }
    }));

    it('a program that was optimised is told of once', () => withFiles(goModule({ 'main.go': MAIN }), async (folder) => {
      const program = build(folder, tested, { name: 'optimised', flags: [] });
      await debugging({ env }, async (client) => {
        await client.begin({ mode: 'exec', program, dlv }, { breakpoints: { [path.join(folder, 'main.go')]: ['fmt.Println'] } });
        const { frame } = await client.waitForStop();
        for (let times = 0; times < 2; times++) await client.scopesRequest({ frameId: frame.id });
        assert.equal(client.output('important').match(/was built with optimi/g)?.length, 1, client.output());
        assert.match(client.output('important'), /-gcflags="all=-N -l"/);
        await client.setBreakpointsRequest({ source: { path: path.join(folder, 'main.go') }, breakpoints: [] });
        await client.resume();
        assert.equal(await client.waitForEnd(), 0);
      });
    }));

    it('core files that are none, or not there', () => withFiles(goModule({ 'main.go': MAIN, 'notes.txt': 'hello\n' }), async (folder) => {
      const program = build(folder, tested);
      const notes = path.join(folder, 'notes.txt');
      for (const [configuration, code, words] of [
        [{ program, coreFile: notes }, 'delve-core', /notes\.txt is not a core file/],
        [{ program, coreFile: program }, 'delve-core', /program is not a core file/],
        [{ program }, 'delve-nothing', /does not say "coreFile"/],
        [{ program, coreFile: path.join(folder, 'absent') }, 'delve-no-file', /absent does not exist/],
        [{ program: path.join(folder, 'absent'), coreFile: notes }, 'delve-no-file', /absent does not exist/],
      ] as const) {
        const refused = await refusal({ mode: 'core', dlv, ...configuration }, env);
        assert.equal(refused.code, code, refused.text);
        assert.match(refused.text, words);
      }
    }));

    it('no rr', function () {
      if (findProgram('rr')) this.skip();
      return withFiles(goModule({ 'main.go': MAIN }), async (folder) => {
        const refused = await refusal({ mode: 'replay', traceDir: folder, dlv }, env);
        assert.equal(refused.code, 'delve-no-rr', refused.text);
        assert.match(refused.text, /rr, which was not found/);
      });
    });

    it('a process of another user', async function () {
      const setpriv = findProgram('setpriv');
      if (process.getuid?.() !== 0 || !setpriv) this.skip();
      await withFiles({}, async (folder) => {
        // The folder of dlv may be root's own; a copy that everybody may run stands in for it.
        await chmod(folder, 0o755);
        const copy = path.join(folder, 'dlv');
        await copyFile(dlv, copy);
        await chmod(copy, 0o755);
        await writeFile(path.join(folder, 'as-nobody'), `#!/bin/sh\nHOME=/tmp exec ${setpriv} --reuid=65534 --regid=65534 --clear-groups ${copy} "$@"\n`, { mode: 0o755 });
        await writeFile(path.join(folder, 'go.mod'), 'module example.com/debugged\n\ngo 1.19\n');
        await writeFile(path.join(folder, 'main.go'), 'package main\n\nimport "time"\n\nfunc main() { time.Sleep(time.Minute) }\n');
        const program = build(folder, tested);
        const { Background, beside } = await import('./goPrograms.ts');
        await beside(Background.start(program, []), async ({ pid }) => {
          const refused = await refusal({ request: 'attach', processId: pid, dlv: path.join(folder, 'as-nobody'), cwd: folder }, env);
          assert.equal(refused.code, 'delve-ptrace', refused.text);
          assert.match(refused.text, /does not let dlv attach/);
        });
      });
    });

    it('a Go that does not go with dlv', async function () {
      const other = testedDlvs().find((each) => each.tool !== tool);
      if (!other) this.skip();
      needsTool(this, other.tool);
      await withFiles(goModule({ 'main.go': MAIN }), async (folder) => {
        const program = build(folder, other);
        const refused = await refusal({ mode: 'exec', program, dlv }, env);
        if (name === '1.20') {
          assert.equal(refused.code, 'delve-too-old', refused.text);
          assert.match(refused.text, /dlv 1\.20\.\d+ \(.*\) is too old for Go 1\.\d+[^]*go install github\.com\/go-delve\/delve\/cmd\/dlv@latest/);
        } else {
          assert.equal(refused.code, 'delve-go-too-old', refused.text);
          assert.match(refused.text, /Go 1\.20\.14, which is too old for dlv[^]*dlv@v1\.20\.0/);
        }
      });
    });
  });
}
