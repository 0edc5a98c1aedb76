import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { text, type Profile } from '../../src/core/profile.ts';
import { FormatError } from '../../src/formats/format.ts';
import { detectFormat } from '../../src/formats/index.ts';
import { ltrace } from '../../src/formats/ltrace.ts';
import { dedent, readAs, stackTree } from '../stackText.ts';

const fixtures = new URL('../fixtures/ltrace/', import.meta.url);
const readFixture = async (name: string) => readAs(ltrace, await readFile(new URL(name, fixtures)), name);
const read = (picture: string) => readAs(ltrace, `${dedent(picture)}\n`);
const namesOf = (profile: Profile) => [...profile.functions.name].map((name) => text(profile, name));
const valuesOf = (profile: Profile, name: string) => [...profile.series.find((each) => each.name === name)?.y ?? []];

describe('ltrace: lines', () => {
  it('calls made by others are called by them, and time is their own', async () => {
    const profile = await read(`
      5 1795624934.000000 main(1, 0x7ffed9403e18 <unfinished ...>
      5 1795624934.000100 malloc(100 <unfinished ...>
      5 1795624934.000200 SYS_brk(0)                = 0xa2a8000 <0.000010>
      5 1795624934.000300 <... malloc resumed> )    = 0x3856f2a0 <0.000250>
      5 1795624934.000400 free(0x3856f2a0)          = <void> <0.000020>
      5 1795624934.000500 <... main resumed> )      = 3 <0.001000>
      5 1795624934.000600 +++ exited (status 3) +++
    `);
    assert.equal(stackTree(profile, ['kind']), dedent(`
      main[kind:native]  total 1000000, self 730000
        malloc[kind:native]  total 250000, self 240000
          SYS_brk[kind:kernel]  total 10000, self 10000
        free[kind:native]  total 20000, self 20000
    `));
    assert.equal(stackTree(profile, [], 1), dedent(`
      main  total 4, self 1
        malloc  total 2, self 1
          SYS_brk  total 1, self 1
        free  total 1, self 1
    `));
    assert.deepEqual([...profile.samples?.time ?? []], [200000, 100000, 400000, 0]);
    assert.deepEqual(profile.meta, { format: 'ltrace', tool: 'ltrace', startTime: 1795624934000, duration: 600000, pid: 5, facts: [['Ended', 'exited (status 3)'], ['Most time', 'main: 730 µs in 1 call, 73.0 % of the time in all calls']] });
  });

  it('quotes and calls in strings do not end a call', async () => {
    const profile = await read(`
      puts("hello = (x) "q"")                          = 16 <0.000001>
      puts("f(x) = 3")                                 = 9 <0.000001>
      getenv("QUOTED")                                 = "a) = "b"" <0.000001>
      strdup("") = "" <0.000001>
      printf("%d\\n", 1) = 2 <0.000001>
    `);
    assert.deepEqual([namesOf(profile).sort(), profile.totals], [['getenv', 'printf', 'puts', 'strdup'], [5000, 5]]);
  });

  it('names may carry a library, or be demangled', async () => {
    const profile = await read(`
      prog->malloc(100) = 0x1 <0.000001>
      libc.so.6->(0x7f72b14062e0, 0) = 0 <0.000001>
      malloc@libc.so.6(100) = 0x2 <0.000001>
      std::allocator<char>::allocator()(0x7ff, 1) = 0x7ff <0.000001>
      A::b(int, void (*)(int)) const(0x1, 2) = 0 <0.000001>
      operator new[](unsigned long)(32, 1) = 0x3 <0.000001>
      F::operator()(int)(0x1, 2) = 0 <0.000001>
      F::operator()(0x1, 2) = 0 <0.000001>
    `);
    assert.deepEqual(namesOf(profile), [
      'malloc', '[unknown]', 'malloc', 'std::allocator<char>::allocator()', 'A::b(int, void (*)(int)) const', 'operator new[](unsigned long)', 'F::operator()(int)', 'F::operator()',
    ]);
    assert.equal(text(profile, profile.functions.object[2]), 'libc.so.6');
    assert.equal(profile.totals[1], 8);
  });

  it('each process has its own calls, and children return from fork too', async () => {
    const profile = await read(`
      [pid 7] fork() = 8 <0.000001>
      [pid 7] wait(0 <unfinished ...>
      [pid 8] <... fork resumed> ) = 0 <0.000002>
      [pid 8] puts("x" <unfinished ...>
      [pid 7] <... wait resumed> ) = 8 <0.000004>
      [pid 8] <... puts resumed> ) = 2 <0.000008>
      [pid 8] _exit(0 <no return ...>
      [pid 8] +++ exited (status 0) +++
      [pid 7] --- SIGCHLD (Child exited) ---
    `);
    assert.equal(stackTree(profile), 'puts  total 8000, self 8000\nwait  total 4000, self 4000\nfork  total 3000, self 3000');
    assert.deepEqual(profile.threads.map(({ pid, tid }) => [pid, tid]), [[7, 7], [8, 8]]);
    assert.deepEqual(profile.warnings, []);
  });

  it('jumps and exec leave no caller behind', async () => {
    const profile = await read(`
      outer(1 <unfinished ...>
      inner(1 <unfinished ...>
      longjmp(0x1 <no return ...>
      puts("a") = 2 <0.000001>
      <... outer resumed> ) = 1 <0.000009>
      execl("/bin/true" <no return ...>
      --- Called exec() ---
      puts("b") = 2 <0.000001>
    `);
    assert.equal(stackTree(profile, [], 1), dedent(`
      outer  total 2, self 1
        inner  total 1
          puts  total 1, self 1
      puts  total 1, self 1
    `));
  });
});

describe('ltrace: allocations over time', () => {
  it('follow blocks by address', async () => {
    const profile = await read(`
      malloc(100) = 0x10
      calloc(10, 20) = 0x20
      realloc(0x10, 5000) = 0x30
      realloc(0x30, 9000) = nil
      free(0x20) = <void>
      free(0x99) = <void>
      free(nil) = <void>
      malloc(-1) = nil
      malloc(7 <unfinished ...>
      malloc@libc.so.6(7) = 0x40
      <... malloc resumed> ) = 0x40
      memalign(64, 128) = 0x80
      +++ exited (status 0) +++
    `);
    assert.deepEqual(valuesOf(profile, 'allocated by malloc'), [100, 300, 5200, 5000, 5007, 5135, 0]);
    assert.deepEqual(valuesOf(profile, 'allocation size'), [100, 200, 5000, 7, 128]);
    assert.deepEqual(profile.events.map(({ name }, i) => [name, profile.totals[i]]), [['calls', 11], ['allocated', 5435]]);
    assert.deepEqual(profile.seriesAxis, { label: 'Calls', unit: 'count' });
  });
});

describe('ltrace: files', () => {
  it('all of the same run agree in calls', async () => {
    const counts = async (name: string, only?: RegExp) => {
      const profile = await readFixture(name);
      assert.equal(profile.truncated, false);
      const calls = profile.events.findIndex((event) => event.name === 'calls');
      const sums = new Map<string, number>();
      for (let stack = 0; stack < profile.stacks.length; stack++) {
        const func = text(profile, profile.functions.name[profile.frames.func[profile.stacks.frame[stack]]]);
        if (!only || only.test(func)) sums.set(func, (sums.get(func) ?? 0) + profile.stackSelf[calls][stack]);
      }
      return [...sums].filter(([, count]) => count > 0).sort();
    };
    const summary = await counts('library.summary.ltrace');
    assert.equal(summary.length, 13);
    assert.deepEqual(await counts('library.ltrace'), summary);
    assert.deepEqual(await counts('library.nested.ltrace', /^(?!SYS_|main|compare)/), summary);
    assert.deepEqual(await counts('library.plain.ltrace'), await counts('library.terminal.ltrace'));
  });

  it('allocations of the run', async () => {
    for (const name of ['library.ltrace', 'library.nested.ltrace']) {
      assert.deepEqual(valuesOf(await readFixture(name), 'allocated by malloc'), [100, 5000, 5200, 6200, 5200, 7200, 5200, 8200, 5200, 5207, 5200, 200, 0], name);
    }
    assert.deepEqual(valuesOf(await readFixture('operators.ltrace'), 'allocated by malloc'), [32, 96, 64, 192, 128, 0]);
  });

  it('are recognised by their content', async () => {
    for (const name of (await readdir(fixtures)).filter((each) => !each.endsWith('.md'))) {
      assert.equal(detectFormat(new Uint8Array(await readFile(new URL(name, fixtures))), 'x')?.id, 'ltrace', name);
    }
    const bytes = (content: string) => new TextEncoder().encode(content);
    assert.equal(detectFormat(bytes('open("x", 0) = 3\nread(3, "x", 10) = 1\nclose(3) = 0\n+++ exited (status 0) +++\n'), 'x')?.id, 'strace', 'by names');
    assert.equal(detectFormat(bytes('gtk_init(1) = 0\ngtk_go(2) = 0\ngtk_end(3) = 0\n'), 'x')?.id, 'ltrace');
    assert.equal(detectFormat(bytes('f(x) = y\ng(x) == 3\nx = h(3)\n'), 'x')?.id, undefined);
  });

  it('without a call are refused, or empty with a word', async () => {
    await assert.rejects(readAs(ltrace, 'Hello\n'), FormatError);
    assert.deepEqual((await readAs(ltrace, '+++ exited (status 0) +++\n')).warnings, ['no call returned in this trace']);
  });

  it('that were cut keep what was read', async () => {
    const cut = await readAs(ltrace, 'malloc(1) = 0x1 <0.000001>\nmalloc(2) = 0x2 <0.00', 'cut');
    assert.deepEqual([cut.totals, cut.truncated], [[1000, 1, 1], true]);
    const table = '% time     seconds  usecs/call     calls      function\n------ ----------- ----------- --------- ----\n 36.52    0.002601        2601         1 wait\n';
    assert.equal((await readAs(ltrace, table)).truncated, true);
    await assert.rejects(readAs(ltrace, `${table} 36.52    0.002601        2601         wait\n`), (error) => error instanceof FormatError && error.place === 'line 4');
  });

  it('a million calls within each other stay bounded', async function () {
    this.timeout(20_000);
    const input = {
      name: 'deep',
      async *read() {
        for (let block = 0; block < 1000; block++) yield new Uint8Array(Buffer.from('f(1 <unfinished ...>\n'.repeat(1000)));
        yield new Uint8Array(Buffer.from('g(1) = 2\n'));
      },
    };
    const profile = await ltrace.read([input]);
    assert.equal(profile.stacks.length, 1_000_001);
    assert.deepEqual(profile.totals, [1]);
  });
});
