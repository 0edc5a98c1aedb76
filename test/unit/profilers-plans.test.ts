// What each profiler starts, what it needs, and what it makes of a folder; with the real tools where that matters.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, beforeEach, describe, it } from 'mocha';
import { callgrind } from '../../src/profilers/callgrind.ts';
import { PROFILERS } from '../../src/profilers/index.ts';
import { installRemedy } from '../../src/profilers/install.ts';
import { perf, perfAbility } from '../../src/profilers/perf.ts';
import type { Problem } from '../../src/profilers/problem.ts';
import { ProblemError } from '../../src/profilers/problem.ts';
import { runProcess } from '../../src/profilers/process.ts';
import { optionReader, type OptionValue } from '../../src/profilers/options.ts';
import type { ProfilerContext } from '../../src/profilers/profiler.ts';
import { pythonCprofile } from '../../src/profilers/pythonCprofile.ts';
import { pythonSample } from '../../src/profilers/pythonSample.ts';
import type { Target } from '../../src/profilers/target.ts';
import { needsTool, skipBecause } from '../tools.ts';

let base = '';
let folder = '';
let count = 0;
before(() => {
  base = mkdtempSync(path.join(os.tmpdir(), 'heatline plans 100% '));
});
after(() => rmSync(base, { recursive: true, force: true }));
beforeEach(() => {
  folder = path.join(base, `run ${count++}`);
  mkdirSync(folder);
});

const python: Target = { language: 'python', file: '/src/my app.py', args: ['--in', 'a b'], cwd: '/src', env: { MODE: 'x' }, interpreter: ['python3', '-u'] };
const native: Target = { language: 'c', file: '/src/a.c', args: ['-n', '5'], cwd: '/src', env: { MODE: 'x' }, program: '/bin/true' };

/** A context with these options set, the rest at their defaults. */
function context(options: Readonly<Record<string, OptionValue>> = {}): ProfilerContext & { lines: string[] } {
  const lines: string[] = [];
  return { read: optionReader(() => undefined, options), agent: '/ext/agent.cjs', pythonFolder: '/ext/python', log: (line) => lines.push(line), lines };
}

/** `words` one after another in the command. */
function assertInOrder(command: readonly string[], ...words: string[]): void {
  let at = -1;
  for (const word of words) {
    at = command.indexOf(word, at + 1);
    assert.ok(at >= 0, `${word} is missing, or stands elsewhere, in ${JSON.stringify(command)}`);
  }
}

function settingOf(problem: Problem | undefined): string[] {
  return (problem?.remedies ?? []).flatMap((remedy) => (remedy.kind === 'setting' ? [remedy.setting] : []));
}

describe('plans of the Python profilers', () => {
  for (const [profiler, program, output] of [[pythonSample, 'heatline_sample.py', 'samples.heatline-samples'], [pythonCprofile, 'heatline_cprofile.py', 'cprofile.pstats']] as const) {
    it(`${profiler.id}: interpreter, our program, output, then the script with its arguments`, async () => {
      const plan = await profiler.plan(python, folder, context());
      assertInOrder(plan.command, 'python3', '-u', path.join('/ext/python', program), '--out', path.join(folder, output), '--', '/src/my app.py', '--in', 'a b');
      assertInOrder(plan.command, '--stop', path.join(folder, 'stop'), '--');
      assert.deepEqual([plan.cwd, plan.env], ['/src', { MODE: 'x' }]);
      assert.equal(plan.command.includes('--interval'), false);
      assert.equal((await profiler.plan({ ...python, interpreter: undefined }, folder, context())).command[0], 'python3');
    });

    it(`${profiler.id}: says what is wrong with an interpreter`, async function () {
      const missing = await profiler.preflight({ ...python, interpreter: ['no-such-python'] }, context());
      assert.deepEqual([missing?.code, settingOf(missing)], ['python-missing', ['heatline.python.path']]);
      const broken = await profiler.preflight({ ...python, interpreter: [process.execPath] }, context());
      assert.deepEqual([broken?.code, settingOf(broken)], ['python-broken', ['heatline.python.path']]);
      assert.notEqual(broken?.why, '');
      const old = path.join(folder, 'old-python');
      writeFileSync(old, `#!${process.execPath}\nprocess.stdout.write('2.7');\n`, { mode: 0o755 });
      if (process.platform !== 'win32') assert.equal((await profiler.preflight({ ...python, interpreter: [old] }, context()))?.code, 'python-old');
      needsTool(this, 'python3');
      assert.equal(await profiler.preflight(python, context()), undefined);
    });
  }

  it('pass the sampler its interval', async () => {
    assertInOrder((await pythonSample.plan(python, folder, context({ 'pythonSample.interval': 5 }))).command, '--interval', '0.005', '--', '/src/my app.py');
  });
});

describe('callgrind', () => {
  it('plans valgrind with its options before the program', async () => {
    const plan = await callgrind.plan(native, folder, context({ 'callgrind.options': ['--cache-sim=yes'], 'valgrind.path': '/opt/valgrind' }));
    assert.equal(plan.command[0], '/opt/valgrind');
    assertInOrder(plan.command, '--tool=callgrind', '--cache-sim=yes', '/bin/true', '-n', '5');
    assert.deepEqual([plan.cwd, plan.env], ['/src', { MODE: 'x' }]);
  });

  it('says that valgrind is missing', async () => {
    const problem = await callgrind.preflight(native, context({ 'valgrind.path': 'no-such-valgrind' }));
    assert.deepEqual([problem?.code, settingOf(problem)], ['valgrind-missing', ['heatline.valgrind.path']]);
  });

  it('records into a folder whose name has blanks and a percent sign', async function () {
    needsTool(this, 'valgrind');
    assert.equal(await callgrind.preflight(native, context()), undefined);
    const { command } = await callgrind.plan(native, folder, context());
    const { code, stderr } = await runProcess(command[0], command.slice(1));
    assert.equal(code, 0, stderr);
    const recording = await callgrind.collect(folder, context());
    assert.deepEqual([recording?.format, recording?.files.length], ['callgrind', 1]);
    assert.match(recording!.files[0], /^callgrind\.out\.\d+$/);
  });

  it('takes all parts that hold something', async () => {
    for (const [name, content] of [['callgrind.out.7', 'x'], ['callgrind.out.7.1', 'x'], ['callgrind.out.8', ''], ['launch.json', 'x']]) writeFileSync(path.join(folder, name), content);
    assert.deepEqual(await callgrind.collect(folder, context()), { files: ['callgrind.out.7', 'callgrind.out.7.1'], format: 'callgrind' });
  });
});

describe('perf', () => {
  before(function () {
    if (process.platform !== 'linux') skipBecause(this, 'perf is for Linux');
  });

  it('says that perf is missing, with Callgrind as a way out for native code', async () => {
    const settings = { 'perf.path': 'no-such-perf' };
    const problem = await perf.preflight(native, context(settings));
    assert.deepEqual([problem?.code, settingOf(problem), problem?.remedies.some(({ kind }) => kind === 'profiler')], ['perf-missing', ['heatline.perf.path'], true]);
    const go = await perf.preflight({ ...native, language: 'go' }, context(settings));
    assert.equal(go?.remedies.some(({ kind }) => kind === 'profiler'), false);
  });

  it('says that what it was given is not a perf that works', async () => {
    const refused = context({ 'perf.path': 'false' });
    const problem = await perfAbility(refused);
    assert.ok('code' in problem);
    assert.ok(['perf-unusable', 'perf-forbidden'].includes(problem.code) && problem.why !== '');
    await assert.rejects(perf.plan(native, folder, refused), ProblemError);
    const missing = await perfAbility(context({ 'perf.path': path.join(folder, 'no-such-perf') }));
    assert.ok('code' in missing && missing.why !== '');
  });

  it('plans, records and converts', async function () {
    needsTool(this, 'perf');
    const ability = await perfAbility(context());
    if (!('event' in ability)) skipBecause(this, `perf: ${ability.why}`);
    const busy: Target = { ...native, program: process.execPath, args: ['-e', 'for (const end = Date.now() + 300; Date.now() < end;);'], cwd: folder };
    const settings = context({ 'perf.frequency': 499 });
    const plan = await perf.plan(busy, folder, settings);
    assertInOrder(plan.command, 'perf', 'record', '-o', path.join(folder, 'perf.data'), '-e', ability.event, '-F', '499', '--call-graph', 'fp', '--', process.execPath, '-e');
    const script: Target = { language: 'script', file: '/src/run', args: ['x'], cwd: '/src', env: {}, interpreter: ['/bin/bash', '-e'] };
    assertInOrder((await perf.plan(script, folder, context({ 'perf.frequency': 1, 'perf.callGraph': 'dwarf' }))).command, '--call-graph', 'dwarf,16384', '--', '/bin/bash', '-e', '/src/run', 'x');
    assert.equal(plan.notes.length, Number(!ability.hardware) + Number(!ability.kernel));
    const { code, stderr } = await runProcess(plan.command[0], plan.command.slice(1), { cwd: plan.cwd });
    assert.equal(code, 0, stderr);
    assert.deepEqual(await perf.collect(folder, settings), { files: ['perf.script'], format: 'perf-script', symbols: 'symbols.json' });
  });

  it('says so when the recording cannot be read', async function () {
    needsTool(this, 'perf');
    writeFileSync(path.join(folder, 'perf.data'), 'this is no recording');
    await assert.rejects(perf.collect(folder, context()), (error: unknown) => error instanceof ProblemError && error.problem.code === 'perf-no-samples' && error.problem.why !== '');
  });
});

describe('every profiler', () => {
  it('has no recording when the run left nothing', async () => {
    for (const profiler of PROFILERS) {
      // Some know why, and say it.
      const recording = await profiler.collect(folder, context()).catch((error: unknown) => {
        assert.ok(error instanceof ProblemError && error.problem.why !== '', `${profiler.id}: ${String(error)}`);
      });
      assert.equal(recording, undefined, profiler.id);
    }
  });

  it('says who it is', () => {
    for (const { id, label, question, cost } of PROFILERS) assert.ok(/^[a-z-]+$/.test(id) && label && question.endsWith('?') && cost);
  });
});

describe('installRemedy', () => {
  it('is a command for the terminal, or nothing', async () => {
    assert.deepEqual(await installRemedy('no-such-tool'), []);
    for (const remedy of await installRemedy('valgrind')) {
      assert.ok(remedy.kind === 'terminal' && remedy.command.some((word) => word.includes('valgrind')));
      assert.equal(remedy.command[0] === 'sudo', process.getuid?.() !== 0 && process.platform === 'linux');
    }
  });
});
