// FlameGraph's stackcollapse-perf.pl is in no package: this runs where it is on PATH or in the folder that FLAMEGRAPH names.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findTool } from '../../scripts/system-tools.mjs';
import { collapsedWriter } from '../../src/formats/collapsedWriter.ts';
import { perfScript } from '../../src/formats/perfScript.ts';
import { readAs } from '../stackText.ts';
import { needsTool, skipBecause } from '../tools.ts';

const execute = promisify(execFile);
const sources = fileURLToPath(new URL('../fixtures/src/', import.meta.url));

describe("FlameGraph's naming against stackcollapse-perf.pl", function () {
  this.timeout(120_000);
  let folder = '';
  let script = '';

  before(async function () {
    const own = process.env['FLAMEGRAPH'] && path.join(process.env['FLAMEGRAPH'], 'stackcollapse-perf.pl');
    const found = own && existsSync(own) ? own : findTool('stackcollapse-perf.pl');
    if (!found) skipBecause(this, 'stackcollapse-perf.pl is not on PATH, and FLAMEGRAPH names no folder with it');
    script = found;
    needsTool(this, 'perf', 'perl', 'g++', 'gcc');
    folder = await mkdtemp(path.join(os.tmpdir(), 'heatline-flamegraph-'));
    for (const name of ['shapes.cc', 'calls.c', 'mix.h', 'threads.c']) await copyFile(path.join(sources, name), path.join(folder, name));
    const flags = ['-O1', '-g', '-fno-omit-frame-pointer'];
    await execute('g++', [...flags, '-o', 'shapes', 'shapes.cc'], { cwd: folder });
    await execute('gcc', [...flags, '-o', 'calls', 'calls.c'], { cwd: folder });
    await execute('gcc', [...flags, '-pthread', '-o', 'my threads', 'threads.c'], { cwd: folder });
    const denied = await execute('perf', ['record', '-q', '-e', 'cpu-clock:u', '-o', 'try.data', '--', 'true'], { cwd: folder }).then(() => undefined, (error: Error) => error.message);
    if (denied !== undefined) skipBecause(this, `perf may not record here: ${denied.split('\n').slice(-2).join(' ')}`);
  });

  after(async () => {
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  async function compare(options: string[], command: string[], fields: string[]): Promise<void> {
    const quiet = process.getuid?.() === 0 ? ['--no-bpf-event'] : [];
    await execute('perf', ['record', '-q', '-o', 'perf.data', ...quiet, ...options, '--', ...command], { cwd: folder });
    const { stdout: perfText } = await execute('perf', ['script', '-i', 'perf.data', ...fields], { cwd: folder, maxBuffer: 1 << 28 });
    await writeFile(path.join(folder, 'perf.txt'), perfText);
    const { stdout: expected } = await execute('perl', [script, 'perf.txt'], { cwd: folder, maxBuffer: 1 << 28 });
    const profile = await readAs(perfScript, perfText);
    assert.ok(expected.split('\n').length > 2, expected);
    assert.equal([...(collapsedWriter.write(profile, { naming: 'flamegraph' }) as Iterable<string>)].join(''), expected);
  }

  it('prints the same for C++', () => compare(['-e', 'cpu-clock', '-F', '999', '--call-graph', 'fp'], ['./shapes', '20000000'], []));
  it('prints the same for inlined frames', () => compare(['-e', 'cpu-clock', '-F', '199', '--call-graph', 'dwarf,4096'], ['./calls', '300000'], []));
  it('prints the same for several events and for names with spaces', () => compare(['-e', 'cpu-clock,page-faults', '-F', '499', '--call-graph', 'fp'], ['./my threads', '3000000'], ['-F', 'comm,pid,tid,time,event,period,ip,sym,symoff,dso']));
});
