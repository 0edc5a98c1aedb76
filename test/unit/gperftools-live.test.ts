// Profiles of libprofiler and tcmalloc: every sample as `go tool pprof -raw` has it, and with names as google-pprof reports them.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { text, type Profile } from '../../src/core/profile.ts';
import { openProfile } from '../../src/engine/open.ts';
import { findTool } from '../../scripts/system-tools.mjs';
import { costsByName, pprofRaw, rawOf, type Costs } from '../pprofTool.ts';
import { needsTool } from '../tools.ts';

const execute = promisify(execFile);
const fixtures = fileURLToPath(new URL('../fixtures/', import.meta.url));

/** Where the linker finds a library. */
async function library(name: string): Promise<string> {
  const { stdout } = await execute('gcc', [`-print-file-name=${name}`]);
  return stdout.trim();
}

/** Flat and cumulative counts by function of `google-pprof --text`. */
async function googlePprof(program: string, file: string, ...options: string[]): Promise<Costs> {
  const { stdout } = await execute(findTool('google-pprof') ?? '', ['--text', '--nodefraction=0', '--edgefraction=0', '--nodecount=100000', ...options, program, file], { maxBuffer: 1 << 26 });
  const costs: Costs = new Map();
  for (const line of stdout.split('\n')) {
    const cells = /^\s*(-?\d+)\s+\S+%\s+\S+%\s+(-?\d+)\s+\S+%\s(.*?)(?: \(inline\))?$/.exec(line);
    if (cells && !costs.has(cells[3])) costs.set(cells[3], `${cells[1]} ${cells[2]}`);
  }
  return costs;
}

/** A function's name as google-pprof shortens it: without arguments, template arguments, and what stands before a method's class. */
function shortName(name: string): string {
  let short = name;
  for (let before = ''; before !== short;) short = (before = short).replace(/\([^()]*\)(?:\s*const)?/, '');
  for (let before = ''; before !== short;) short = (before = short).replace(/<[^<>]*>/, '');
  return short.replace(/^.*\s+(\w+::)/, '$1');
}

const named = (profile: Profile, event: number) => new Map([...costsByName(profile, event, (frame) => shortName(text(profile, profile.functions.name[profile.frames.func[frame]])))].sort());

describe('gperftools against its own tools', function () {
  this.timeout(120_000);
  let folder = '';

  before(async function () {
    needsTool(this, 'gcc', 'g++');
    folder = await mkdtemp(path.join(os.tmpdir(), 'heatline-gperftools-'));
    for (const name of ['calls.c', 'mix.h', 'heap.cc']) await copyFile(path.join(fixtures, 'src', name), path.join(folder, name));
    const options = ['-O1', '-g', '-fno-optimize-sibling-calls', '-fno-omit-frame-pointer'];
    await execute('gcc', [...options, '-o', 'calls', 'calls.c'], { cwd: folder });
    await execute('g++', [...options, '-o', 'heap', 'heap.cc'], { cwd: folder });
  });

  after(async () => {
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  for (const name of ['gperftools-cpu/calls.prof', 'gperftools-cpu/shapes.prof', 'gperftools-cpu/shapes-fixed.prof', 'gperftools-heap/heap.0001.heap', 'gperftools-heap/sampled.heap']) {
    it(`${name}: every sample and address`, async function () {
      needsTool(this, 'go');
      const file = path.join(fixtures, name);
      const { profile } = await openProfile({ files: [file] });
      assert.ok(profile.stacks.length > 0);
      assert.deepEqual(new Map([...rawOf(profile)].sort()), new Map([...await pprofRaw(file)].sort()));
    });
  }

  it('a new CPU profile, with names and inlining', async function () {
    needsTool(this, 'google-pprof', 'addr2line');
    const file = path.join(folder, 'cpu.prof');
    await execute('./calls', ['3000000'], { cwd: folder, env: { ...process.env, LD_PRELOAD: await library('libprofiler.so.0'), CPUPROFILE: file, CPUPROFILE_FREQUENCY: '500' } });
    const { profile } = await openProfile({ files: [file], resolve: true });
    assert.ok(profile.totals[0] > 20, `${profile.totals[0]} samples`);
    assert.deepEqual(named(profile, 0), new Map([...await googlePprof(path.join(folder, 'calls'), file)].sort()));
    const line = profile.frames.line.find((_, frame) => text(profile, profile.functions.name[profile.frames.func[frame]]) === 'mix');
    const source = (await readFile(path.join(folder, 'mix.h'), 'utf8')).split('\n');
    assert.match(source[(line ?? 0) - 1], /\S/);
  });

  it('a new heap profile, with names, without the allocator', async function () {
    needsTool(this, 'google-pprof', 'addr2line');
    await execute('./heap', [], { cwd: folder, env: { ...process.env, LD_PRELOAD: await library('libtcmalloc.so.4'), HEAPPROFILE: path.join(folder, 'dump') } });
    const file = path.join(folder, 'dump.0001.heap');
    const { profile } = await openProfile({ files: [file], resolve: true });
    // Of the libraries, google-pprof knows other names (nm's) and passes over some that were inlined.
    const { functions } = profile;
    const own = new Set(Array.from(functions.name, (name, func) => (text(profile, functions.object[func]).endsWith('/heap') ? shortName(text(profile, name)) : '')));
    for (const [event, options] of [[0, ['--alloc_objects']], [1, ['--alloc_space', '--show_bytes']], [2, ['--inuse_objects']], [3, ['--inuse_space', '--show_bytes']]] as const) {
      const wanted = await googlePprof(path.join(folder, 'heap'), file, ...options);
      const found = [...named(profile, event)].filter(([name]) => own.has(name));
      assert.ok(['main', 'block', 'keep', 'deep'].every((name) => found.some(([other]) => other === name)));
      assert.deepEqual(found, found.map(([name]) => [name, wanted.get(name)]), options[0]);
    }
    const without = await openProfile({ files: [file] });
    assert.deepEqual(without.profile.totals, profile.totals);
  });
});
