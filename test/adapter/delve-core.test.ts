import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { needsTool, skipBecause } from '../tools.ts';
import { debugging, goModule, testedDlvs, withFiles } from './delveClient.ts';
import { Background, beside, build } from './goPrograms.ts';

const CRASHES = `package main

import (
	"fmt"
	"os"
	"time"
)

func inner(n int, pointer *int) {
	fmt.Println("ready", n)
	if len(os.Args) > 1 {
		time.Sleep(time.Hour)
	}
	*pointer = n
}

func main() {
	inner(7, nil)
}
`;

for (const tested of testedDlvs()) {
  const { name, tool, dlv, env } = tested;
  describe(`Delve adapter: core files (dlv ${name})`, () => {
    before(function () {
      needsTool(this, tool, 'debugpy');
    });

    const looksInto = (folder: string, program: string, coreFile: string) => debugging({ env, attached: true }, async (client) => {
      await client.begin({ mode: 'core', program, coreFile, dlv, cwd: folder });
      const stop = await client.waitForStop();
      const { threads } = (await client.threadsRequest()).body;
      assert.ok(threads.length > 0);
      // The thread that the dump names first may be one of the runtime's.
      let found: number | undefined;
      for (const threadId of [stop.threadId, ...threads.map(({ id }) => id)]) {
        const frames = (await client.stackTraceRequest({ threadId }).catch(() => undefined))?.body.stackFrames;
        found ??= frames?.find((frame) => frame.name === 'main.inner')?.id;
      }
      assert.ok(found, 'main.inner is on a stack');
      assert.equal((await client.variables('Locals', found))['n'].value, '7');
      await client.disconnectRequest({});
    });

    it('what gcore of gdb wrote', function () {
      needsTool(this, 'gdb');
      return withFiles(goModule({ 'main.go': CRASHES }), async (folder) => {
        const program = build(folder, tested);
        await beside(Background.start(program, ['wait']), async (running) => {
          await running.prints(/ready/);
          const { status, stderr } = spawnSync('gcore', ['-o', path.join(folder, 'dump'), String(running.pid)], { encoding: 'utf8' });
          if (status !== 0) skipBecause(this, `gcore cannot dump here: ${stderr.trim().split('\n').at(-1)}`);
          await looksInto(folder, program, path.join(folder, `dump.${running.pid}`));
        });
      });
    });

    it('what the kernel wrote of a crash with GOTRACEBACK=crash', function () {
      const pattern = process.platform === 'linux' ? readFileSync('/proc/sys/kernel/core_pattern', 'utf8').trim() : '';
      if (!/^core/.test(pattern)) skipBecause(this, `the kernel leaves no core file beside the program here (core_pattern "${pattern}")`);
      return withFiles(goModule({ 'main.go': CRASHES }), async (folder) => {
        const program = build(folder, tested);
        spawnSync('sh', ['-c', 'ulimit -c unlimited; exec ./program'], { cwd: folder, env: { ...process.env, GOTRACEBACK: 'crash' } });
        const core = readdirSync(folder).find((each) => each.startsWith('core'));
        if (!core) skipBecause(this, 'the limits of this machine forbid core files');
        await looksInto(folder, program, path.join(folder, core));
      });
    });

    it('what dlv\'s own "dump" wrote', () => withFiles(goModule({ 'main.go': CRASHES }), async (folder) => {
      const program = build(folder, tested);
      const core = path.join(folder, 'dumped');
      const { stdout, stderr } = spawnSync(dlv, ['exec', program, '--allow-non-terminal-interactive'], {
        cwd: folder, encoding: 'utf8', env: { ...process.env, ...env, TERM: 'dumb' }, input: `break inner:1\ncontinue\ndump ${core}\nexit\n`,
      });
      assert.ok(readdirSync(folder).includes('dumped'), stdout + stderr);
      await looksInto(folder, program, core);
    }));

    it('says that the program cannot go on', () => withFiles(goModule({ 'main.go': CRASHES }), async (folder) => {
      const program = build(folder, tested);
      const core = path.join(folder, 'dumped');
      spawnSync(dlv, ['exec', program, '--allow-non-terminal-interactive'], { cwd: folder, env: { ...process.env, ...env, TERM: 'dumb' }, input: `break inner:1\ncontinue\ndump ${core}\nexit\n` });
      await debugging({ env, attached: true }, async (client) => {
        await client.begin({ mode: 'core', program, coreFile: core, dlv, cwd: folder });
        const { threadId } = await client.waitForStop();
        await client.send('continue', { threadId }).catch(() => undefined);
        // dlv tells a stop with the reason in its text, or ends; it must not hang.
        await client.waitFor('an answer', () => client.events.some(({ event, body }) => event === 'terminated' || (event === 'stopped' && body !== undefined)));
        await client.disconnectRequest({}).catch(() => undefined);
      });
    }));
  });
}
