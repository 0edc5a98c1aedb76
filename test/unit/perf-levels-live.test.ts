// What heatline doctor says that a user may do with perf, at every kernel.perf_event_paranoid, against what perf itself lets that user do; and whether the
// commands that it gives mend it. Needs root, to set the level; it is put back by a process of its own that outlives this one.
import assert from 'node:assert/strict';
import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { CLI } from '../cliProgram.ts';
import { needsTool, skipBecause } from '../tools.ts';

const LEVEL = '/proc/sys/kernel/perf_event_paranoid';
const TRACING = '/sys/kernel/tracing';
const NOBODY = 65534;

/** Puts level and tracefs back when its input ends, which it does however this process ends. Words: level, mode and group of tracefs. */
const GUARDIAN = `
const [level, mode, group] = process.argv.slice(1);
process.stdin.resume().once('close', () => {
  require('node:fs').writeFileSync('${LEVEL}', level);
  require('node:child_process').spawnSync('mount', ['-o', 'remount,mode=' + mode + ',gid=' + group, '${TRACING}']);
});
`;

interface PerfReport {
  readonly own: boolean;
  readonly kernel: boolean;
  readonly tracepoints: boolean;
  readonly allProcesses: boolean;
  readonly missing: readonly { readonly what: string; readonly why: string; readonly commands: readonly string[] }[];
}
interface Report {
  readonly system: { readonly perfEventParanoid: number; readonly perf: PerfReport };
  readonly profilers: readonly { readonly id: string; readonly usable: boolean; readonly problem: { readonly commands: readonly string[] } | null }[];
}
type User = 'root' | 'nobody';

describe('heatline doctor and perf_event_paranoid', function () {
  this.timeout(240_000);
  let base = '';
  let guardian: ChildProcess | undefined;

  function run(user: User, program: string, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const folder = path.join(base, user);
    const options = {
      cwd: folder, maxBuffer: 1 << 28, timeout: 60_000, env: { PATH: [path.join(base, 'without'), process.env['PATH']].join(path.delimiter), HOME: folder, XDG_CACHE_HOME: folder, TMPDIR: folder },
      ...(user === 'nobody' ? { uid: NOBODY, gid: NOBODY } : {}),
    };
    return new Promise((resolve) => {
      execFile(program, args, options, (error, stdout, stderr) => resolve({ code: error ? (typeof error.code === 'number' ? error.code : -1) : 0, stdout, stderr }));
    });
  }

  async function doctor(user: User): Promise<Report> {
    const { code, stdout, stderr } = await run(user, process.execPath, path.join(base, 'dist', 'cli.js'), 'doctor', '--json');
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout) as Report;
  }

  /** Addresses of the samples that perf takes for this user, of a program that reads (kernel) and reckons (user space); undefined when it refuses. */
  async function samples(user: User, ...words: string[]): Promise<string[] | undefined> {
    const { code } = await run(user, 'perf', 'record', '-q', '-o', 'trial.data', ...(user === 'root' ? ['--no-bpf-event'] : []), ...words, '--', 'sha256sum', path.join(base, 'zeros'));
    if (code !== 0) return undefined;
    const { stdout } = await run(user, 'perf', 'script', '-i', 'trial.data', '-F', 'ip');
    return stdout.split('\n').map((line) => line.trim()).filter(Boolean);
  }

  /** What perf lets this user do, without our code. */
  async function trial(user: User): Promise<Omit<PerfReport, 'missing'>> {
    const both = await samples(user, '-e', 'cpu-clock', '-c', '250000');
    const any = async (...words: string[]) => ((await samples(user, ...words)) ?? []).length > 0;
    return {
      own: (both ?? []).length > 0, kernel: (both ?? []).some((address) => /^ffff[0-9a-f]{12}$/.test(address)),
      tracepoints: await any('-e', 'sched:sched_switch', '-c', '1'), allProcesses: await any('-a', '-e', 'cpu-clock', '-c', '1000000'),
    };
  }

  const setLevel = (level: number) => writeFileSync(LEVEL, String(level));
  const mayOf = ({ own, kernel, tracepoints, allProcesses }: Omit<PerfReport, 'missing'>) => ({ own, kernel, tracepoints, allProcesses });

  before(async function () {
    needsTool(this, 'perf');
    if (process.platform !== 'linux' || process.getuid?.() !== 0) skipBecause(this, 'needs root on Linux, to set kernel.perf_event_paranoid');
    const before = readFileSync(LEVEL, 'utf8').trim();
    try {
      writeFileSync(LEVEL, before);
    } catch {
      skipBecause(this, 'kernel.perf_event_paranoid cannot be set here');
    }
    // The folder for temporary files may be root's alone; passing through it tells nobody what is in it.
    chmodSync(os.tmpdir(), statSync(os.tmpdir()).mode | 0o011);
    base = mkdtempSync(path.join(os.tmpdir(), 'heatline-levels-'));
    chmodSync(base, 0o755);
    cpSync(path.dirname(CLI), path.join(base, 'dist'), { recursive: true });
    // What Valgrind can do is no question here, and asking its tools is half of a doctor's work.
    mkdirSync(path.join(base, 'without'));
    writeFileSync(path.join(base, 'without', 'valgrind'), '#!/bin/sh\nexit 127\n', { mode: 0o755 });
    writeFileSync(path.join(base, 'zeros'), new Uint8Array(40_000_000), { mode: 0o644 });
    for (const user of ['root', 'nobody']) mkdirSync(path.join(base, user));
    chownSync(path.join(base, 'nobody'), NOBODY, NOBODY);
    const seen = await run('nobody', process.execPath, path.join(base, 'dist', 'cli.js'), '--version');
    if (seen.code !== 0) skipBecause(this, `an ordinary user cannot run Node here: ${seen.stderr.split('\n')[0]}`);
    const tracing = statSync(TRACING, { throwIfNoEntry: false });
    guardian = spawn(process.execPath, ['-e', GUARDIAN, before, ((tracing?.mode ?? 0o700) & 0o777).toString(8), String(tracing?.gid ?? 0)], { stdio: ['pipe', 'ignore', 'inherit'], detached: true });
  });

  after(async () => {
    if (guardian) {
      const ended = new Promise((resolve) => guardian!.once('exit', resolve));
      guardian.stdin!.end();
      await ended;
    }
    if (base) rmSync(base, { recursive: true, force: true });
  });

  for (const level of [-1, 1, 2, 3, 4]) {
    it(`level ${level}: as root and as an ordinary user`, async () => {
      setLevel(level);
      await Promise.all((['root', 'nobody'] as const).map(async (user) => {
        const [report, real] = [await doctor(user), await trial(user)];
        const { perf, perfEventParanoid } = report.system;
        assert.equal(perfEventParanoid, level);
        assert.deepEqual(mayOf(perf), real, `${user}: ${JSON.stringify(perf)}`);
        for (const id of ['perf', 'perf-stat']) {
          const { usable, problem } = report.profilers.find((each) => each.id === id)!;
          assert.equal(usable, real.own, `${user}: ${id}`);
          if (!usable) assert.ok(problem!.commands.length > 0);
        }
        assert.deepEqual(perf.missing.map(({ what }) => what), (['own', 'kernel', 'tracepoints', 'allProcesses'] as const).filter((what) => !real[what]));
        for (const { why, commands } of perf.missing) assert.ok(why !== '' && commands.length > 0 && commands.every((command) => command.startsWith(user === 'root' ? '' : 'sudo ')));
      }));
    });
  }

  it('the commands that it gives an ordinary user mend each thing', async () => {
    setLevel(2);
    const { missing } = (await doctor('nobody')).system.perf;
    for (const what of ['kernel', 'allProcesses', 'tracepoints'] as const) {
      setLevel(2);
      const { commands } = missing.find((each) => each.what === what)!;
      for (const command of commands) {
        const [sudo, program, ...args] = command.split(' ');
        assert.equal(sudo, 'sudo');
        const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
        assert.equal(status, 0, `${command}: ${stderr}`);
      }
      const mended = (await doctor('nobody')).system.perf;
      assert.equal(mended[what], true, `${commands.join('; ')} does not permit ${what}`);
    }
  });
});
