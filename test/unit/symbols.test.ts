import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { text, type Profile } from '../../src/core/profile.ts';
import { PERF_SCRIPT_ARGUMENTS, perfScript } from '../../src/formats/perfScript.ts';
import { readElf, virtualAddress, type ElfFile } from '../../src/profilers/symbols/elf.ts';
import { applySymbols, symbolize, type SymbolTable } from '../../src/profilers/symbols/index.ts';
import { addr2line, goAddr2line, llvmSymbolizer, lookUp, type Position, type Symbolizer } from '../../src/profilers/symbols/lookup.ts';
import { dedent, inputOf, readAs, stackProfile, stackTree } from '../stackText.ts';
import { findTool } from '../../scripts/system-tools.mjs';
import { needsTool, skipBecause } from '../tools.ts';

const execute = promisify(execFile);
const sources = fileURLToPath(new URL('../fixtures/src/', import.meta.url));

describe('applySymbols', () => {
  const table: SymbolTable = {
    version: 1,
    strings: ['inner(int)', 'outer', 'a.h', 'a.c', 'main'],
    objects: [{
      object: '/bin/a',
      addresses: [0x10, 0x20, 0x30],
      virtual: [0x1010, 0x1020, -1],
      frames: [[0, 2, 7, 1, 3, 12], [-1, 3, 99], []],
    }],
    notes: [],
  };

  it('puts lines and inlined functions in the place of addresses, and changes no weight', () => {
    const profile = stackProfile(`
      weights: 5                            2                            1
      main[object:/bin/a][address:20]       main[object:/bin/a][address:20]  main[object:/bin/a][address:30]
      outer[object:/bin/a][address:10]      lib[object:/lib/x][address:10]   -
    `);
    const resolved = applySymbols(profile, table);
    assert.equal(stackTree(resolved, ['file', 'line', 'address', 'inlined']), dedent(`
      main[file:a.c][line:99][address:1020]  total 7
        outer[file:a.c][line:12][address:1010]  total 5
          inner(int)[file:a.h][line:7][address:1010][inlined]  total 5, self 5
        lib[address:10]  total 2, self 2
      main[address:30]  total 1, self 1
    `));
    assert.deepEqual(resolved.totals, profile.totals);
    assert.deepEqual(resolved.samples?.time, profile.samples?.time);
  });

  it('survives JSON, and leaves a profile alone that it knows nothing of', () => {
    const copy = JSON.parse(JSON.stringify(table)) as SymbolTable;
    const profile = stackProfile('f[object:/bin/a][address:10]');
    assert.equal(stackTree(applySymbols(profile, copy), ['line']), 'outer[line:12]  total 1\n  inner(int)[line:7]  total 1, self 1');
    const other = stackProfile('f[object:/bin/b][address:10]');
    assert.equal(applySymbols(other, copy), other);
  });

  it('inlines nothing twice where perf has resolved inlined frames itself', () => {
    const profile = stackProfile(`
      outer[object:/bin/a][address:10]
      inner[object:/bin/a][address:10][inlined]
    `);
    assert.equal(stackTree(applySymbols(profile, table), ['file', 'line']), 'outer[file:a.c][line:12]  total 1\n  inner(int)[file:a.h][line:7]  total 1, self 1');
  });
});

describe('virtualAddress', () => {
  const elf = (fixed: boolean): ElfFile => ({
    fixed, machine: 62, interpreted: true, sections: [], buildId: undefined,
    segments: [
      { offset: 0, address: 0x400000, fileSize: 0x1000, executable: false },
      { offset: 0x1000, address: 0x402000, fileSize: 0x800, executable: true },
    ],
  });

  it('turns file offsets into virtual addresses by the program headers', () => {
    assert.equal(virtualAddress(elf(true), 0x1010), 0x402010);
    assert.equal(virtualAddress(elf(false), 0x17ff), 0x4027ff);
    assert.equal(virtualAddress(elf(false), 0x10), 0x400010);
    assert.equal(virtualAddress(elf(false), 0x1800), -1);
  });

  it('takes addresses in memory as they are, if the executable is never moved', () => {
    assert.equal(virtualAddress(elf(true), 0x402010), 0x402010);
    assert.equal(virtualAddress(elf(false), 0x402010), -1);
    assert.equal(virtualAddress(elf(true), 0x55db626141d0), -1);
  });
});

describe('symboliser output', () => {
  const chains = (tool: Symbolizer, output: string): Position[][] => {
    const found: Position[][] = [];
    const parser = tool.parser((chain) => found.push(chain));
    for (const line of output.split('\n')) parser.line(line);
    parser.end();
    return found;
  };

  it('of addr2line', () => {
    assert.deepEqual(chains(addr2line, dedent(`
      0x00000000000011cd
      mix
      /tmp/fx/src/../hot.c:7 (discriminator 3)
      spin(unsigned long)
      /tmp/fx/hot.c:13
      0x000000000000120f
      ??
      ??:0
      0x0000000000001210
      runtime.main
      go.go:?
    `)), [
      [{ name: 'mix', file: '/tmp/fx/hot.c', line: 7 }, { name: 'spin(unsigned long)', file: '/tmp/fx/hot.c', line: 13 }],
      [{ name: '', file: '', line: 0 }],
      [{ name: 'runtime.main', file: '', line: 0 }],
    ]);
  });

  it('of llvm-symbolizer', () => {
    assert.deepEqual(chains(llvmSymbolizer, [
      '{"Address":"0x1","ModuleName":"a","Symbol":[{"Column":1,"FileName":"/a/./b.c","FunctionName":"f","Line":3},{"FileName":"","FunctionName":"??","Line":0}]}',
      '{"Address":"0x2","Error":{"Message":"no"},"ModuleName":"a"}',
      'garbage',
    ].join('\n')), [
      [{ name: 'f', file: '/a/b.c', line: 3 }, { name: '', file: '', line: 0 }], [], [],
    ]);
  });

  it('of go tool addr2line', () => {
    assert.deepEqual(chains(goAddr2line, 'main.spin\n/x/main.go:20\n?\n?:0'), [
      [{ name: 'main.spin', file: '/x/main.go', line: 20 }], [{ name: '', file: '', line: 0 }],
    ]);
  });
});

describe('symbolize', function () {
  this.timeout(180_000);
  let folder = '';
  let hotLine = 0;

  before(async function () {
    needsTool(this, 'gcc', 'addr2line');
    folder = await mkdtemp(path.join(os.tmpdir(), 'heatline-symbols-'));
    for (const name of ['calls.c', 'mix.h', 'gocpu.go', 'shapes.cc']) await copyFile(path.join(sources, name), path.join(folder, name));
    hotLine = await plantedLine('mix.h');
  });

  after(async () => {
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  async function plantedLine(name: string): Promise<number> {
    return (await readFile(path.join(sources, name), 'utf8')).split('\n').findIndex((line) => line.includes('PLANTED HOT LINE')) + 1;
  }

  const build = (...args: string[]) => execute('gcc', ['-O1', '-fno-omit-frame-pointer', '-fno-optimize-sibling-calls', ...args, 'calls.c'], { cwd: folder });
  const inFolder = (name: string) => path.join(folder, name);

  /** The file offset of a function's first instruction, from its symbol. */
  async function offsetOf(binary: string, symbol: string): Promise<number> {
    const { stdout } = await execute('nm', [inFolder(binary)]);
    const address = Number.parseInt(stdout.split('\n').find((line) => line.endsWith(` ${symbol}`))?.split(' ')[0] ?? '', 16);
    const elf = await readElf(inFolder(binary));
    const segment = elf?.segments.find((one) => address >= one.address && address < one.address + one.fileSize);
    assert.ok(segment, symbol);
    return address - segment.address + segment.offset;
  }

  /** A recording as perf would print it: main calls work, with addresses right at the start of their bodies. */
  async function recordingOf(binary: string): Promise<Profile> {
    const hex = async (symbol: string) => (await offsetOf(binary, symbol)).toString(16);
    return readAs(perfScript, `calls 1/1 1.000000: 1000 cpu-clock:\n\t ${await hex('work')} work (${inFolder(binary)})\n\t ${((await offsetOf(binary, 'main')) + 1).toString(16)} main (${inFolder(binary)})\n\n`);
  }

  const lineOf = async (source: string, code: string) => (await readFile(inFolder(source), 'utf8')).split('\n').findIndex((line) => line.includes(code)) + 1;

  it('finds lines in position-independent and in fixed executables', async () => {
    const work = await lineOf('calls.c', 'void work(');
    const main = await lineOf('calls.c', 'int main(');
    for (const [name, ...options] of [['pie', '-pie', '-fPIE'], ['fixed', '-no-pie', '-fno-pie'], ['moved', '-no-pie', '-fno-pie', '-Wl,-Ttext-segment=0x600000']]) {
      await build('-g', ...options, '-o', name);
      const { profile, table } = await symbolize(await recordingOf(name));
      assert.deepEqual(table.notes, [], name);
      assert.equal(stackTree(profile, ['file', 'line']), dedent(`
        main[file:${inFolder('calls.c')}][line:${main}]  total 1000
          work[file:${inFolder('calls.c')}][line:${work}]  total 1000, self 1000
      `), name);
      const elf = await readElf(inFolder(name));
      assert.equal(elf?.fixed, name !== 'pie');
      if (name === 'moved') assert.ok(table.objects[0].virtual.every((address) => address > 0x600000));
    }
  });

  it('gives notes for binaries without debug information, gone, changed, or no binaries', async () => {
    await build('-o', 'bare');
    await build('-g', '-o', 'late');
    await writeFile(inFolder('text'), 'hello');
    await utimes(inFolder('late'), new Date(2_000_000_000_000), new Date(2_000_000_000_000));
    const bare = await offsetOf('bare', 'spin');
    const objects = ['bare', 'late', 'text', 'gone', '.'].map(inFolder);
    const source = await readAs(perfScript, [...objects, '[vdso]', '//anon', '[unknown]'].map((object, index) => (
      `a 1/1 1.00000${index}: 1 e:\n\t ${bare.toString(16)} f${index} (${object})\n\n`)).join(''));
    const done: string[] = [];
    const { profile, table } = await symbolize(source, { recordedAt: 1_900_000_000_000, progress: (count, total) => done.push(`${count}/${total}`) });
    assert.deepEqual(Object.fromEntries(table.notes.map(({ object, reason }) => [path.basename(object), reason])), {
      bare: 'has no debug information: it was built without -g, or stripped',
      late: 'was changed after the recording, so its lines may have moved',
      text: 'is not an ELF binary',
      gone: 'is not on this machine',
      [path.basename(folder)]: 'is not a file',
    });
    assert.deepEqual(done, ['1/5', '2/5', '3/5', '4/5', '5/5']);
    assert.equal(stackTree(profile), stackTree(source));
  });

  it('finds debug information that was split off', async function () {
    needsTool(this, 'objcopy');
    await build('-g', '-o', 'split');
    await execute('objcopy', ['--only-keep-debug', 'split', 'split.debug'], { cwd: folder });
    await execute('objcopy', ['--strip-debug', '--add-gnu-debuglink=split.debug', 'split'], { cwd: folder });
    const { profile, table } = await symbolize(await recordingOf('split'));
    assert.deepEqual(table.notes, []);
    assert.match(stackTree(profile, ['line']), /work\[line:\d+\]/);
  });

  it('looks binaries up where they lie on this machine', async () => {
    await build('-g', '-o', 'here');
    const source = await recordingOf('here');
    const moved = { ...source, strings: source.strings.map((value) => value.replace(folder, '/container')) };
    const { table } = await symbolize(moved, { locate: (object) => object.replace('/container', folder) });
    assert.deepEqual([table.notes, table.objects.map(({ object }) => object)], [[], ['/container/here']]);
  });

  it('asks for many addresses without a deadlock, and gets a chain for each', async () => {
    await build('-g', '-o', 'many');
    const { stdout } = await execute('nm', [inFolder('many')]);
    const start = Number.parseInt(stdout.split('\n').find((line) => line.endsWith(' spin'))?.split(' ')[0] ?? '', 16);
    // Far more than the pipes hold, in and out.
    const addresses = Array.from({ length: 100_000 }, (_, i) => start + (i % 8));
    const chains = await lookUp(addr2line, inFolder('many'), addresses);
    assert.equal(chains.length, addresses.length);
    assert.ok(chains.every((chain) => chain.length > 0 && chain[chain.length - 1].name === 'spin'));
  });

  it('stops when it is cancelled', async () => {
    await build('-g', '-o', 'cancelled');
    const source = await recordingOf('cancelled');
    const before = AbortSignal.abort(new Error('stopped before'));
    await assert.rejects(symbolize(source, { signal: before }), /stopped before/);
    const controller = new AbortController();
    const running = symbolize(source, { signal: controller.signal });
    setImmediate(() => controller.abort(new Error('stopped on the way')));
    await assert.rejects(running, /stopped on the way/);
  });

  it('falls back to llvm-symbolizer, and says when there is no tool at all', async function () {
    await build('-g', '-o', 'fallback');
    const source = await recordingOf('fallback');
    const searchPath = process.env['PATH'];
    const llvm = findTool('llvm-symbolizer');
    const bin = inFolder('bin');
    await mkdir(bin);
    try {
      process.env['PATH'] = bin;
      const { table } = await symbolize(source);
      assert.deepEqual(table.notes.map(({ reason }) => reason), ['could not be looked up: addr2line and llvm-symbolizer not installed']);
      if (!llvm) skipBecause(this, 'needs llvm-symbolizer');
      const { stdout } = await execute('/bin/sh', ['-c', 'command -v llvm-symbolizer'], { env: { ...process.env, PATH: searchPath } });
      await symlink(stdout.trim(), path.join(bin, 'llvm-symbolizer'));
      const found = await symbolize(source);
      assert.deepEqual(found.table.notes, []);
      assert.match(stackTree(found.profile, ['line']), /work\[line:\d+\]/);
    } finally {
      process.env['PATH'] = searchPath;
    }
  });

  /** Records a program with perf and gives the profile with symbols; skips where perf may not record. */
  async function recorded(context: Mocha.Context, ...command: string[]): Promise<{ profile: Profile; table: SymbolTable }> {
    needsTool(context, 'perf');
    const options = ['record', '-q', '-o', 'perf.data', ...(process.getuid?.() === 0 ? ['--no-bpf-event'] : []), '-e', 'cpu-clock:u', '-F', '999', '--call-graph', 'fp'];
    try {
      await execute('perf', [...options, '--', ...command], { cwd: folder });
    } catch (error) {
      skipBecause(context, `perf may not record here: ${(error as Error).message.split('\n').slice(-2).join(' ')}`);
    }
    const { stdout } = await execute('perf', [...PERF_SCRIPT_ARGUMENTS, '-i', 'perf.data'], { cwd: folder, maxBuffer: 1 << 28 });
    const source = await perfScript.read([inputOf('perf.txt', stdout)]);
    const result = await symbolize(source);
    assert.deepEqual(result.profile.totals, source.totals);
    assert.equal(result.profile.samples?.length, source.samples?.length);
    return result;
  }

  /** Self weight by `function file:line`, heaviest first, as shares. */
  function hottest(profile: Profile): [string, number][] {
    const sums = new Map<string, number>();
    profile.stackSelf[0].forEach((weight, stack) => {
      const frame = profile.stacks.frame[stack];
      const key = `${text(profile, profile.functions.name[profile.frames.func[frame]])} ${path.basename(text(profile, profile.frames.file[frame]))}:${profile.frames.line[frame]}`;
      sums.set(key, (sums.get(key) ?? 0) + weight / profile.totals[0]);
    });
    return [...sums].sort((a, b) => b[1] - a[1]);
  }

  it('finds the planted hot line of an inlined function in C', async function () {
    await build('-g', '-o', 'calls');
    const { profile } = await recorded(this, './calls', '300000');
    const [[place, share]] = hottest(profile);
    assert.equal(place, `mix mix.h:${hotLine}`);
    assert.ok(share > 0.5, String(share));
    // Calls are on the line of the call, not on the one they return to.
    const call = await lineOf('calls.c', 'work(scale);');
    assert.match(stackTree(profile, ['line', 'inlined']), new RegExp(`main\\[line:${call}\\].*\\n +(?:work.*\\n +)?spin\\[line:\\d+\\].*\\n +mix\\[line:${hotLine}\\]\\[inlined\\]`));
  });

  it('finds the planted hot line of an inlined function in Go', async function () {
    needsTool(this, 'go', 'llvm-symbolizer');
    await mkdir(inFolder('go'));
    await copyFile(path.join(sources, 'gocpu.go'), inFolder('go/main.go'));
    await writeFile(inFolder('go/go.mod'), 'module example.com/gocpu\n\ngo 1.20\n');
    await execute('go', ['build', '-o', '../gocpu', '.'], { cwd: inFolder('go') });
    const { profile } = await recorded(this, './gocpu', '30000000');
    const [[place, share]] = hottest(profile);
    assert.equal(place, `main.mix main.go:${await plantedLine('gocpu.go')}`);
    assert.ok(share > 0.4, String(share));
    assert.match(stackTree(profile, ['kind']), /main\.walk\[kind:go\]/);
    assert.match(stackTree(profile), /main\.walk.*\n +main\.walk.*\n +main\.walk.*\n +main\.spin/);
  });

  it('keeps the names of C++', async function () {
    needsTool(this, 'g++');
    await execute('g++', ['-O1', '-g', '-fno-omit-frame-pointer', '-o', 'shapes', 'shapes.cc'], { cwd: folder });
    const { profile } = await recorded(this, './shapes', '9000000');
    assert.match(hottest(profile)[0][0], /^\(anonymous namespace\)::Square<(?:unsigned long|int)>::area\(unsigned long\) const shapes\.cc:\d+$/);
  });
});

describe('readElf', () => {
  it('refuses what is no ELF file, and broken headers, without an exception', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'heatline-elf-'));
    try {
      const file = path.join(folder, 'x');
      const head = new Uint8Array(64);
      head.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
      const view = new DataView(head.buffer);
      view.setBigUint64(32, 64n, true);
      view.setUint16(54, 56, true);
      view.setUint16(56, 0xffff, true);
      const hugeTable = head.slice();
      view.setUint16(56, 0, true);
      view.setBigUint64(40, 2n ** 60n, true);
      view.setUint16(58, 64, true);
      view.setUint16(60, 3, true);
      for (const content of [new Uint8Array(0), new Uint8Array(10), new TextEncoder().encode('#!/bin/sh\necho hello, this is a script\n'), head.slice(0, 30), hugeTable, head]) {
        await writeFile(file, content);
        assert.equal(await readElf(file), undefined);
      }
      await assert.rejects(readElf(path.join(folder, 'missing')), /ENOENT/);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('reads 32-bit and big-endian headers', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'heatline-elf-'));
    try {
      for (const little of [true, false]) {
        const bytes = new Uint8Array(52 + 32);
        bytes.set([0x7f, 0x45, 0x4c, 0x46, 1, little ? 1 : 2, 1]);
        const view = new DataView(bytes.buffer);
        view.setUint16(16, 2, little);
        view.setUint32(28, 52, little);
        view.setUint16(42, 32, little);
        view.setUint16(44, 1, little);
        [1, 0x1000, 0x8048000, 0, 0x200, 0x300, 5, 0x1000].forEach((value, index) => view.setUint32(52 + index * 4, value, little));
        const file = path.join(folder, 'x');
        await writeFile(file, bytes);
        assert.deepEqual(await readElf(file), {
          machine: 0, interpreted: false, fixed: true, sections: [], buildId: undefined, segments: [{ offset: 0x1000, address: 0x8048000, fileSize: 0x200, executable: true }],
        });
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
