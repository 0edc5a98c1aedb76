// Running processes: the list, and a process as a target.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, afterEach, before, describe, it } from 'mocha';
import { findProgram, runProcess } from '../../src/profilers/process.ts';
import { ProblemError } from '../../src/profilers/problem.ts';
import { listProcesses, parsePs, processName, PS_FORMAT } from '../../src/profilers/processList.ts';
import { languageOf, processTarget } from '../../src/profilers/processTarget.ts';
import { needsTool } from '../tools.ts';

let folder = '';
before(() => {
  folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'heatline processes ')));
});
after(() => rmSync(folder, { recursive: true, force: true }));

const children: ChildProcess[] = [];
afterEach(() => children.splice(0).forEach((child) => child.kill('SIGKILL')));

async function run(program: string, args: readonly string[]): Promise<number> {
  const child = spawn(program, args, { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] });
  children.push(child);
  // Whoever says something has started.
  await new Promise((resolve, reject) => {
    child.stdout.once('data', resolve);
    child.once('exit', () => reject(new Error('it ended')));
  });
  return child.pid!;
}

const SPIN = 'import sys\nprint("on", flush=True)\nwhile True: pass\n';

describe('the list of processes', () => {
  it('names a process by its program, or by what an interpreter runs', () => {
    const cases: readonly (readonly [readonly string[], string])[] = [
      [['/usr/sbin/nginx', '-g', 'x'], 'nginx'], [['nginx: worker process'], 'nginx'], [['python3', '-u', 'srv/app.py', '1'], 'app.py'], [['python3', '-m', 'http.server'], 'python3 -m http.server'],
      [['python3', '-c', 'pass'], 'python3'], [['python3'], 'python3'], [['-bash'], 'bash'], [['/usr/bin/node', '/x/server.js'], 'server.js'], [['/opt/a b/tool', 'x'], 'tool'],
      [['/usr/lib/c/chromium --type=renderer --dir=/a/b'], 'chromium'],
    ];
    for (const [command, name] of cases) assert.equal(processName(command), name);
  });

  it('reads what ps says', () => {
    assert.deepEqual(parsePs('    1     0 root        0.0   1024 /sbin/init splash\n  523     1 _www       12,5 204800 /usr/sbin/httpd -D X\nnonsense\n'), [
      { pid: 1, parent: 0, user: 'root', cpu: 0, memory: 1 << 20, command: '/sbin/init splash', name: 'init' },
      { pid: 523, parent: 1, user: '_www', cpu: 12.5, memory: 200 << 20, command: '/usr/sbin/httpd -D X', name: 'httpd' },
    ]);
  });

  it('agrees with ps about a process that works', async function () {
    needsTool(this, 'python3', 'ps');
    this.retries(3);
    writeFileSync(path.join(folder, 'spin me.py'), SPIN);
    const pid = await run('python3', ['spin me.py', 'twice']);
    const found = (await listProcesses([], 400)).find((each) => each.pid === pid);
    assert.ok(found, 'it is not in the list');
    const ps = parsePs((await runProcess('ps', ['-ww', '-p', String(pid), '-o', PS_FORMAT])).stdout)[0];
    assert.equal(found.name, 'spin me.py');
    assert.equal(found.command, ps.command);
    assert.equal(found.parent, process.pid);
    assert.equal(found.user, ps.user);
    assert.ok(Math.abs(found.memory - ps.memory) < 4 << 20, `${found.memory} and ${ps.memory} bytes`);
    assert.ok(found.cpu > 5 && found.cpu < 110, `${found.cpu} % of a processor`);
  });

  it('leaves out what is hidden and all that is below it, and comes the busiest first', async function () {
    needsTool(this, 'python3');
    writeFileSync(path.join(folder, 'spin.py'), SPIN);
    const pid = await run('python3', ['spin.py']);
    const hidden = await listProcesses([process.pid], 50);
    assert.ok(hidden.every((each) => each.pid !== pid && each.pid !== process.pid));
    const all = await listProcesses([], 50);
    assert.ok(all.some((each) => each.pid === process.pid));
    assert.ok(all.every((each, index) => index === 0 || all[index - 1].cpu >= each.cpu), 'it is not in order');
  });
});

describe('processTarget', () => {
  it('knows a Python program', async function () {
    needsTool(this, 'python3');
    writeFileSync(path.join(folder, 'server.py'), SPIN);
    const pid = await run('python3', ['server.py']);
    const target = await processTarget(pid);
    assert.deepEqual([target.language, target.kind, target.pid, target.title, target.cwd], ['python', 'process', pid, `server.py (${pid})`, folder]);
    assert.equal(target.file, (await runProcess('python3', ['-c', 'import os; print(os.readlink("/proc/self/exe"))'])).stdout.trim());
    assert.deepEqual(target.interpreter, [target.file]);
  });

  it('knows a Go program by its binary, and a C program for what it is', async function () {
    needsTool(this, 'go', 'gcc');
    this.timeout(120_000);
    writeFileSync(path.join(folder, 'main.go'), 'package main\n\nimport (\n\t"fmt"\n\t"time"\n)\n\nfunc main() {\n\tfmt.Println("on")\n\ttime.Sleep(time.Minute)\n}\n');
    const built = await runProcess((await findProgram('go'))!, ['build', '-ldflags', '-s -w', '-o', path.join(folder, 'service'), path.join(folder, 'main.go')], { env: { ...process.env, GOFLAGS: '-mod=mod', GO111MODULE: 'off' } });
    assert.equal(built.code, 0, built.stderr);
    const pid = await run(path.join(folder, 'service'), []);
    const target = await processTarget(pid);
    assert.deepEqual([target.language, target.title, target.file], ['go', `service (${pid})`, path.join(folder, 'service')]);
    writeFileSync(path.join(folder, 'c.c'), '#include <stdio.h>\n#include <unistd.h>\nint main(void) { puts("on"); fflush(stdout); sleep(60); }\n');
    assert.equal((await runProcess('gcc', ['-o', path.join(folder, 'native'), path.join(folder, 'c.c')])).code, 0);
    assert.equal((await processTarget(await run(path.join(folder, 'native'), []))).language, 'native');
  });

  it('takes a file that cannot be read as native', async () => {
    assert.equal(await languageOf(path.join(folder, 'gone')), 'native');
    assert.equal(await languageOf(''), 'native');
  });

  it('says when there is no such process', async () => {
    const child = spawn('sh', ['-c', 'exit 0']);
    await new Promise((resolve) => child.once('exit', resolve));
    await assert.rejects(processTarget(child.pid!), (error) => error instanceof ProblemError && error.problem.code === 'no-process');
  });
});
