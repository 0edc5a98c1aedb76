// A perf.data file opened through the installed perf equals the text that perf prints of it, and its facts are those of perf's header.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { functionCosts } from '../../src/core/functions.ts';
import { text, type Profile } from '../../src/core/profile.ts';
import { openProfile } from '../../src/engine/open.ts';
import { EngineSession } from '../../src/engine/session.ts';
import { PERF_SCRIPT_ARGUMENTS, perfScript } from '../../src/formats/perfScript.ts';
import { symbolize } from '../../src/profilers/symbols/index.ts';
import { inputOf } from '../stackText.ts';
import { needsTool, skipBecause } from '../tools.ts';

const execute = promisify(execFile);
const worker = fileURLToPath(new URL('../../dist/worker.cjs', import.meta.url));

describe('perf.data through perf', function () {
  this.timeout(90_000);
  let folder = '';
  const perf = (...args: string[]) => execute('perf', args, { cwd: folder, maxBuffer: 1 << 28 });
  const record = (...options: string[]) => perf('record', '-q', ...(process.getuid?.() === 0 ? ['--no-bpf-event'] : []), ...options, '--', './calls', '100000');

  before(async function () {
    needsTool(this, 'perf', 'gcc', 'addr2line');
    folder = await mkdtemp(path.join(os.tmpdir(), 'heatline-perfdata-'));
    for (const name of ['calls.c', 'mix.h']) await copyFile(fileURLToPath(new URL(`../fixtures/src/${name}`, import.meta.url)), path.join(folder, name));
    await execute('gcc', ['-O1', '-g', '-fno-omit-frame-pointer', '-fno-optimize-sibling-calls', '-o', 'calls', 'calls.c'], { cwd: folder });
    const denied = await record('-e', 'cpu-clock', '-F', '499', '-g', '-o', 'a.perf.data').then(() => undefined, (error: Error) => error.message);
    if (denied !== undefined) skipBecause(this, `perf may not record here: ${denied.split('\n').at(-2)}`);
    await record('-e', 'cpu-clock,page-faults', '-F', '499', '-z', '-o', 'zstd.perf.data');
  });

  after(async () => {
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  /** Self and total of every function, by event and name. */
  function costsOf(profile: Profile): unknown {
    return profile.events.map(({ name }, event) => {
      const { self, total } = functionCosts(profile, event);
      const rows = Array.from(self, (value, func) => [`${text(profile, profile.functions.name[func])} (${text(profile, profile.functions.object[func])})`, value, total[func]]);
      return [name, profile.totals[event], rows.sort()];
    });
  }

  for (const name of ['a', 'zstd']) {
    it(`${name}: every function as in the text`, async () => {
      const { profile } = await openProfile({ files: [path.join(folder, `${name}.perf.data`)] });
      const { stdout } = await perf(...PERF_SCRIPT_ARGUMENTS, '-i', `${name}.perf.data`);
      // Addresses are resolved in both: the debug information tells what was inlined.
      const { profile: printed } = await symbolize(await perfScript.read([inputOf('x', stdout)]));
      assert.deepEqual(costsOf(profile), costsOf(printed));
      assert.ok((profile.samples?.length ?? 0) > 10);
      assert.deepEqual(profile.samples?.time, printed.samples?.time);
    });
  }

  it('the facts are those that perf reports', async () => {
    const { profile } = await openProfile({ files: [path.join(folder, 'a.perf.data')] });
    const { stdout } = await perf('report', '--header-only', '-i', 'a.perf.data');
    const header = (key: string) => new RegExp(`^# ${key} : (.*?) *$`, 'm').exec(stdout)?.[1];
    const facts = Object.fromEntries(profile.meta.facts ?? []) as Record<string, string>;
    assert.deepEqual(
      [profile.meta.tool, profile.meta.command, facts['Host'], facts['Kernel'], facts['Architecture'], facts['Processor'], facts['Processors']],
      [`perf ${header('perf version')}`, header('cmdline'), header('hostname'), header('os release'), header('arch'), header('cpudesc'), header('nrcpus online')],
    );
    const dump = await perf('report', '-D', '-i', 'a.perf.data');
    assert.equal(Number(facts['Samples in the file']), dump.stdout.match(/PERF_RECORD_SAMPLE\(/g)?.length);
    const [, milliseconds] = /sample duration :\s+([\d.]+) ms/.exec(stdout)!;
    assert.ok(Math.abs(profile.meta.duration! / 1e6 - Number(milliseconds)) < 0.001, `${profile.meta.duration}`);
  });

  it('addresses are resolved to lines of the program', async () => {
    const { profile } = await openProfile({ files: [path.join(folder, 'a.perf.data')] });
    const files = Array.from(profile.frames.file, (index, row) => `${path.basename(text(profile, index))}:${profile.frames.line[row] > 0}`);
    assert.ok(files.includes('calls.c:true'));
  });

  it("opens in the engine's thread", async () => {
    const session = await EngineSession.open(worker, { files: [path.join(folder, 'a.perf.data')] });
    try {
      assert.deepEqual([session.overview.format, session.overview.events.map(({ name }) => name)], ['perf-data', ['cpu-clock']]);
    } finally {
      session.dispose();
    }
  });
});
