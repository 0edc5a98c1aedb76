import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { text, type Profile } from '../../src/core/profile.ts';
import { FormatError } from '../../src/formats/format.ts';
import { detectFormat } from '../../src/formats/index.ts';
import { strace } from '../../src/formats/strace.ts';
import { ProcessMemory } from '../../src/formats/straceMemory.ts';
import { parseStackLine } from '../../src/formats/straceStack.ts';
import { dedent, inputOf, readAs, stackTree } from '../stackText.ts';

const fixtures = new URL('../fixtures/strace/', import.meta.url);
const readFixture = async (name: string) => readAs(strace, await readFile(new URL(name, fixtures)), name);
const read = (picture: string, ending = '\n') => readAs(strace, dedent(picture) + ending);

/** `time, calls, errors` of each system call; time in microseconds. */
function callsOf(profile: Profile): Record<string, string> {
  const sums = new Map<string, number[]>();
  for (let stack = 0; stack < profile.stacks.length; stack++) {
    const name = text(profile, profile.functions.name[profile.frames.func[profile.stacks.frame[stack]]]);
    const own = profile.events.map((event, i) => profile.stackSelf[i][stack] / (event.unit === 'nanoseconds' ? 1000 : 1));
    sums.set(name, own.map((value, i) => value + (sums.get(name)?.[i] ?? 0)));
  }
  return Object.fromEntries([...sums].filter(([, values]) => values.some((value) => value > 0)).map(([name, values]) => [name, values.join(' ')]));
}

const seriesOf = (profile: Profile, name: string) => {
  const series = profile.series.find((each) => each.name === name);
  return series && [...series.x].map((x, i) => `${Number(x.toFixed(6))}: ${series.y[i]}`);
};
const threadsOf = (profile: Profile) => profile.threads.map(({ pid, tid, name }) => `${pid}/${tid} ${name}`);

describe('strace: lines', () => {
  it('a call is a sample of its duration, of one call, and of its error', async () => {
    const profile = await read(`
      1795624756.410221 execve("/usr/bin/sh", ["sh", "-c", "ls \\"a b\\""...], 0x7ffd /* 35 vars */) = 0 <0.000165>
      1795624756.410562 access("/etc/ld.so.preload", R_OK) = -1 ENOENT (No such file or directory) <0.000009>
      1795624756.411562 close(3)        = 0 <0.000007>
      1795624756.412562 exit_group(0)   = ?
      1795624756.412942 +++ exited with 0 +++
    `);
    assert.deepEqual(profile.events.map(({ name, unit }) => [name, unit]), [['time', 'nanoseconds'], ['calls', 'count'], ['errors', 'count']]);
    assert.deepEqual(callsOf(profile), { execve: '165 1 0', access: '9 1 1', close: '7 1 0' });
    assert.deepEqual([...profile.samples?.time ?? []], [0, 341000, 1341000]);
    assert.deepEqual(profile.warnings, []);
    assert.deepEqual(profile.meta, {
      format: 'strace', tool: 'strace', command: 'sh -c ls "a b"...', startTime: 1795624756410, duration: 2721000,
      facts: [['Ended', 'exited with 0'], ['Most time', 'execve: 165 µs in 1 call, 91.2 % of the time in all calls'], ['Most errors', 'access: 1 of 1, ENOENT']],
    });
  });

  it('texts that look like the end of a call do not end it', async () => {
    const profile = await read(`
      write(1, "f(x) = 3", 8) = 8 <0.000001>
      write(1, "\\") = -1 ENOENT (", 14) = 14 <0.000002>
      write(1, "a\\\\", 2) = 2 <0.000003>
      write(1, "<unfinished ...>", 16) = 16 <0.000004>
      wait4(-1, [{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL) = 20274 <0.000005>
      poll([{fd=3, events=POLLIN}], 1, 10) = 1 ([{fd=3, revents=POLLIN}]) <0.000006>
      openat(AT_FDCWD</tmp>, "x", O_RDONLY) = 3</tmp/a) = -1 E> <0.000007>
      fcntl(3, F_GETFL) = 0x8002 (flags O_RDWR|O_LARGEFILE) <0.000008>
      clone3({flags=CLONE_VM} => {parent_tid=[7]}, 88) = 7 <0.000009>
    `);
    assert.deepEqual(callsOf(profile), { write: '10 4 0', wait4: '5 1 0', poll: '6 1 0', openat: '7 1 0', fcntl: '8 1 0', clone3: '9 1 0' });
  });

  it('restarts are errors, and calls without a result are not counted, as in strace -c', async () => {
    const profile = await read(`
      pause() = ? ERESTARTNOHAND (To be restarted if no handler) <0.5>
      restart_syscall(<... resuming interrupted read ...>) = 5 <0.000001>
      bpf(0x1) = -1 (errno 524) <0.000002>
      lseek(3, -1, SEEK_CUR) = -1 <0.000003>
      exit_group(0) = ?
    `);
    assert.deepEqual(callsOf(profile), { pause: '500000 1 1', restart_syscall: '1 1 0', bpf: '2 1 1', lseek: '3 1 0' });
  });

  it('times may be of the day, since 1970, relative, or missing', async () => {
    const times = async (...prefixes: string[]) => {
      const profile = await read(prefixes.map((prefix) => `${prefix}getpid() = 1`).join('\n'));
      assert.equal(profile.totals[0], prefixes.length);
      return [...profile.samples?.time ?? []];
    };
    assert.deepEqual(await times('23:59:59 ', '00:00:01 '), [0, 2e9]);
    assert.deepEqual(await times('10:00:00.000001 ', '10:00:00.500000 '), [0, 499999000]);
    assert.deepEqual(await times('1795624756.437019 ', '1795624757.000000123 '), [0, 562981123]);
    assert.deepEqual(await times('1795624756 ', '1795624758 '), [0, 2e9]);
    assert.deepEqual(await times('     0.000000 ', '     0.000007 ', '     0.000005 '), [0, 7000, 12000]);
    assert.deepEqual(await times('16:42:14.121571 (+     0.000087) ', '16:42:14.121687 (+     0.000116) '), [0, 116000]);
    assert.deepEqual(await times('', ''), [NaN, NaN]);
    assert.deepEqual(await times('[pid 12] 10:00:00 [ 257] [00007f5f72a91001] ', '[pid 13<a>b>] 10:00:01 [????] '), [0, 1e9]);
  });

  it('a line that output of the program broke goes on', async () => {
    const profile = await read(`
      write(1, "hello\\n", 6hello
      )                  = 6 <0.000010>
      write(1, "say \\"hi\\n", 8say "hi
      ) = 8 <0.000020>
      clone(flags=SIGCHLDstrace: Process 9 attached
      , child_tidptr=0x1) = 9 <0.000030>
      [pid 8] read(3, strace: Process 10 attached
       <unfinished ...>
      [pid 9] getpid() = 9 <0.000001>
      [pid 8] <... read resumed>"x", 1) = 1 <0.000040>
      something the program says
    `);
    assert.deepEqual(callsOf(profile), { write: '30 2 0', clone: '30 1 0', read: '40 1 0', getpid: '1 1 0' });
    assert.deepEqual(profile.warnings, ["1 lines are not strace's (what the program itself printed?) and were left out"]);
  });

  it('stacks of -k lead to the call', async () => {
    const profile = await read(`
      openat(AT_FDCWD, "x", O_RDONLY) = 3 <0.000002>
       > /lib/libc.so.6(__open64+0x1b) [0x1234]
       > /tmp/prog(main+0x10) [0x99]
      close(3) = 0 <0.000001>
       > /lib/libc.so.6(__close+0x1b) [0x1300]
       > /tmp/prog(ns::f(int, void (*)(int))+0x1a) [0x77]
       > /tmp/prog(main+0x20) [0x99] /src/main.c:17
       > unexpected_backtracing_error [0x6c6c]
      exit_group(0) = ?
       > /lib/libc.so.6(_exit+0x1b) [0x1300]
    `);
    assert.equal(stackTree(profile, ['object', 'kind', 'line']), dedent(`
      main[object:/tmp/prog][kind:native]  total 2000
        __open64[object:/lib/libc.so.6][kind:native]  total 2000
          openat[kind:kernel]  total 2000, self 2000
      main[line:17][object:/tmp/prog][kind:native]  total 1000
        ns::f(int, void (*)(int))[object:/tmp/prog][kind:native]  total 1000
          __close[object:/lib/libc.so.6][kind:native]  total 1000
            close[kind:kernel]  total 1000, self 1000
    `));
  });

  it('frames of -k are taken apart', () => {
    const parts = (line: string) => Object.values(parseStackLine(line) ?? {}).join(' | ');
    assert.equal(parts('/lib/x.so(f+0x12) [0x3f]'), 'f | /lib/x.so |  | 0');
    assert.equal(parts('/tmp/a (1)/x(f+0x12) [0x3f]'), 'f | /tmp/a (1)/x |  | 0');
    assert.equal(parts('/tmp/x (deleted)(f+0x12) [0x3f]'), 'f | /tmp/x (deleted) |  | 0');
    assert.equal(parts('/tmp/x(operator()(int) const+0x12) [0x3f] a:b.cc:7'), 'operator()(int) const | /tmp/x | a:b.cc | 7');
    assert.equal(parts('/tmp/x() [0x3f]'), ' | /tmp/x |  | 0');
    assert.equal(parts('too many stack frames'), '');
  });
});

describe('strace: processes and threads', () => {
  it('unfinished calls end by process', async () => {
    const profile = await read(`
      10 1795624756.000000 read(3,  <unfinished ...>
      11 1795624756.000100 read(4,  <unfinished ...>
      10 1795624756.000200 <... read resumed>"x", 1) = 1 <0.000200>
      11 1795624756.000300 <... read resumed> "y", 1) = -1 EINTR (Interrupted system call) <0.000201>
      11 1795624756.000400 futex(0x1, FUTEX_WAIT, 1, NULL <unfinished ...>
      10 1795624756.000500 exit_group(0 <unfinished ...>
      11 1795624756.000600 <... futex resumed>) = ?
      10 1795624756.000600 <... exit_group resumed>) = ?
      11 1795624756.000700 +++ exited with 0 +++
      12 1795624756.000700 <... poll resumed>) = 0 (Timeout) <0.000300>
      12 1795624756.000800 read(0, <detached ...>
    `);
    assert.deepEqual(callsOf(profile), { read: '401 2 1', poll: '300 1 0' });
    assert.deepEqual([...profile.samples?.time ?? []], [0, 100000, 700000]);
    assert.deepEqual(threadsOf(profile), ['10/10 ', '11/11 ', '12/12 ']);
    assert.match(profile.warnings.join(), /had not returned.*: exit_group, read|: read/);
  });

  it('the process without a number is the one that is left', async () => {
    const profile = await read(`
      execve("./a", ["./a"], 0x1 /* 3 vars */) = 0 <0.000001>
      clone(child_stack=NULL, flags=SIGCHLD) = 21 <0.000001>
      strace: Process 21 attached
      [pid 20] getpid() = 20 <0.000001>
      [pid 21] execve("/bin/b", ["b"], 0x1 /* 3 vars */) = 0 <0.000001>
      [pid 20] +++ exited with 0 +++
      getppid() = 1 <0.000001>
      +++ exited with 5 +++
    `);
    assert.deepEqual(threadsOf(profile), ['20/20 a', '21/21 b']);
    assert.deepEqual([...profile.samples?.thread ?? []], [0, 0, 0, 1, 1]);
    assert.deepEqual(profile.meta.facts?.slice(0, 2), [['Ended', 'exited with 0'], ['Threads', '2']]);
    assert.equal(profile.meta.pid, 20);
  });

  it('threads belong to the process that made them, and may replace it', async () => {
    const profile = await read(`
      30 execve("./a", ["./a"], 0x1 /* 3 vars */) = 0 <0.000001>
      30 clone3({flags=CLONE_VM|CLONE_THREAD, exit_signal=0} => {parent_tid=[31]}, 88 <unfinished ...>
      31 prctl(PR_SET_NAME, "worker") = 0 <0.000001>
      30 <... clone3 resumed>) = 31 <0.000001>
      30 futex(0x1, FUTEX_WAIT, 1, NULL <unfinished ...>
      31 execve("/bin/b", ["b"], 0x1 /* 3 vars */ <unfinished ...>
      30 <... futex resumed>) = ?
      30 +++ superseded by execve in pid 31 +++
      30 <... execve resumed>) = 0 <0.000001>
      30 +++ exited with 0 +++
    `);
    assert.deepEqual(threadsOf(profile), ['30/30 b', '30/31 worker']);
    assert.deepEqual(callsOf(profile), { execve: '2 2 0', clone3: '1 1 0', prctl: '1 1 0' });
    assert.deepEqual(profile.warnings, []);
  });

  it('the files of -ff are one profile', async () => {
    const inputs = await Promise.all(['separate.strace.3891', 'separate.strace.3892'].map(async (name) => inputOf(name, await readFile(new URL(name, fixtures)))));
    const profile = await strace.read(inputs);
    assert.deepEqual(threadsOf(profile), ['3891/3891 syscalls', '3892/3892 ']);
    assert.deepEqual(profile.totals.slice(1), [46, 5]);
  });
});

describe('strace: memory and bytes over time', () => {
  it('follows the heap, mappings, and what is read and written', async () => {
    const profile = await read(`
      7 1795624756.000000 brk(NULL) = 0x1000000 <0.000001>
      7 1795624756.100000 brk(0x1021000) = 0x1021000 <0.000001>
      7 1795624756.200000 mmap(NULL, 10000, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f0000000000 <0.000001>
      7 1795624756.300000 mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 3</a, b>, 0) = 0x7f0000010000 <0.000001>
      7 1795624756.400000 munmap(0x7f0000001000, 4096) = 0 <0.000001>
      7 1795624756.500000 read(3, "", 10) = 0 <0.000001>
      7 1795624756.600000 read(3, "x"..., 10) = 10 <0.000001>
      7 1795624756.700000 pwrite64(3, "x"..., 20, 0) = 15 <0.000001>
      7 1795624756.800000 write(3, "x"..., 20) = -1 EAGAIN (Resource temporarily unavailable) <0.000001>
      7 1795624756.900000 execve("./b", ["b"], 0x1 /* 1 var */) = 0 <0.000001>
      7 1795624757.000000 mmap(NULL, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f0000000000 <0.000001>
      7 1795624757.500000 +++ killed by SIGKILL +++
    `);
    assert.deepEqual(profile.seriesAxis, { label: 'Time', unit: 'seconds' });
    assert.deepEqual(seriesOf(profile, 'heap (brk)'), ['0.1: 135168', '0.9: 0']);
    assert.deepEqual(seriesOf(profile, 'mmap'), ['0.2: 12288', '0.4: 8192', '0.9: 0', '1: 4096', '1: 0']);
    assert.deepEqual(seriesOf(profile, 'bytes read'), ['0.6: 10']);
    assert.deepEqual(seriesOf(profile, 'bytes written'), ['0.7: 15']);
    const calls = profile.series.find(({ name }) => name === 'calls per second');
    assert.ok(calls && Math.abs(calls.y.reduce((sum, y) => sum + y, 0) * (calls.x[1] - calls.x[0]) - 11) < 1e-9, 'the rates add up to the calls');
  });

  it('counts calls where there is no time', async () => {
    const profile = await read('getpid() = 1\nmmap(NULL, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f0000000000');
    assert.deepEqual(profile.seriesAxis, { label: 'Calls', unit: 'count' });
    assert.deepEqual(seriesOf(profile, 'mmap'), ['2: 4096']);
  });

  it('mappings may be cut, joined and covered', () => {
    const memory = new ProcessMemory();
    const page = (n: number) => n * 4096;
    const expectMapped = (pages: number) => assert.equal(memory.mapped, page(pages));
    memory.map(page(10), page(10));
    memory.map(page(20), page(5));
    memory.map(page(5), page(5));
    expectMapped(20);
    assert.equal(memory.unmap(page(8), page(14)), page(14));
    expectMapped(6);
    assert.equal(memory.unmap(page(0), page(100)), page(6));
    expectMapped(0);
    memory.map(page(1), page(1));
    memory.map(page(3), page(1));
    memory.map(page(5), page(1));
    memory.map(page(2), page(4));
    expectMapped(5);
    assert.equal(memory.unmap(page(4), 1), page(1));
    assert.equal(memory.unmap(page(6), page(1)), 0);
    expectMapped(4);
  });

  it('thins long series and keeps their peaks', async () => {
    const lines: string[] = [];
    for (let i = 0; i < 200_000; i++) {
      const peak = i === 123_457 ? 8000 : 1;
      lines.push(`${1795624756 + i}.0 mmap(NULL, ${4096 * peak}, 0, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f0000000000`, `${1795624756 + i}.5 munmap(0x7f0000000000, ${4096 * peak}) = 0`);
    }
    const profile = await readAs(strace, lines.join('\n') + '\n');
    const series = profile.series.find(({ name }) => name === 'mmap');
    assert.ok(series && series.x.length > 5000 && series.x.length <= 40_000, String(series?.x.length));
    const top = series.y.indexOf(4096 * 8000);
    assert.equal(series.x[top], 123_457);
    assert.equal(series.y.at(-1), 0);
  });
});

describe('strace: summaries', () => {
  it('the table of -c', async () => {
    const profile = await read(`
      % time     seconds  usecs/call     calls    errors syscall
      ------ ----------- ----------- --------- --------- ----------------
       60.07    0.032006        4572         7         3 wait4
       18.97    0.010111       10110         1           clock_nanosleep
      ------ ----------- ----------- --------- --------- ----------------
      100.00    0.042117        5264         8         3 total
    `);
    assert.deepEqual(callsOf(profile), { wait4: '32006 7 3', clock_nanosleep: '10111 1 0' });
    assert.equal(profile.events[0].label, 'Time (of -c)');
    assert.deepEqual([profile.warnings, profile.truncated, profile.samples], [[], false, null]);
  });

  it('columns in any order, and older totals', async () => {
    assert.deepEqual(callsOf(await read(`
      syscall            wall-total    calls   errors
      ---------------- ------------ -------- --------
      openat               0.000002       34       13
      ---------------- ------------ -------- --------
      total                0.000002       34       13
    `)), { openat: '2 34 13' });
    const old = await read(`
      % time     seconds  usecs/call     calls    errors syscall
      ------ ----------- ----------- --------- --------- ----------------
        -nan    0.000000           0        34        13 open
      ------ ----------- ----------- --------- --------- ----------------
      100.00    0.000000                    34        13 total
      System call usage summary for 32 bit mode:
      % time     seconds  usecs/call     calls    errors syscall
      ------ ----------- ----------- --------- --------- ----------------
        0.00    0.000000           0         2           open
      ------ ----------- ----------- --------- --------- ----------------
      100.00    0.000000                     2           total
    `);
    assert.deepEqual(callsOf(old), { open: '0 36 13' });
    assert.equal(old.events[old.defaultEvent].name, 'calls', 'where no time was measured');
  });

  it('after a trace is checked against it', async () => {
    const table = (calls: number) => `getpid() = 1 <0.000001>\n% time     seconds  usecs/call     calls    errors syscall\n------ -----------\n100.00    0.000001           1        ${calls}           getpid\n------ ---\n100.00    0.000001           1        ${calls}           total\n`;
    assert.deepEqual((await readAs(strace, table(1))).warnings, []);
    const filtered = await readAs(strace, table(2));
    assert.deepEqual(callsOf(filtered), { getpid: '1 1 0' });
    assert.match(filtered.warnings.join(), /counts 2 calls, the trace has 1 \(getpid: 2 and 1\)/);
  });

  it('a line that is none is an error, a missing total a cut', async () => {
    const header = '% time     seconds  usecs/call     calls    errors syscall\n------ ----\n';
    await assert.rejects(readAs(strace, `${header} 60.07    0.032006        4572         x         3 wait4\n`), (error) => error instanceof FormatError && error.place === 'line 3');
    await assert.rejects(readAs(strace, `${header} 60.07 wait4\n`), FormatError);
    const cut = await readAs(strace, `${header} 60.07    0.032006        4572         7         3 wait4\n 18.97    0.0101`);
    assert.deepEqual([callsOf(cut), cut.truncated], [{ wait4: '32006 7 3' }, true]);
  });
});

describe('strace: files', () => {
  it('all of the same run agree in calls and errors, whatever the options', async () => {
    const names = (await readdir(fixtures)).filter((name) => /^(?:syscalls|summary)/.test(name));
    assert.ok(names.length >= 8);
    const counts = await Promise.all(names.map(async (name) => {
      const profile = await readFixture(name);
      assert.deepEqual([profile.truncated, profile.warnings.filter((warning) => !/no durations/.test(warning))], [false, []], name);
      const [calls, errors] = ['calls', 'errors'].map((event) => profile.events.findIndex((each) => each.name === event));
      const sums = new Map<string, number[]>();
      for (let stack = 0; stack < profile.stacks.length; stack++) {
        if (profile.stackSelf[calls][stack] === 0) continue;
        const func = text(profile, profile.functions.name[profile.frames.func[profile.stacks.frame[stack]]]);
        const before = sums.get(func) ?? [0, 0];
        sums.set(func, [before[0] + profile.stackSelf[calls][stack], before[1] + profile.stackSelf[errors][stack]]);
      }
      return [...sums].sort();
    }));
    for (const [i, each] of counts.entries()) assert.deepEqual(each, counts[0], names[i]);
  });

  it('memory of the run', async () => {
    const profile = await readFixture('syscalls.strace');
    assert.deepEqual(profile.series.find(({ name }) => name === 'mmap')?.y.slice(), Float64Array.of(1048576, 786432, 720896, 2293760, 196608, 0));
    assert.equal(Math.max(...profile.series.find(({ name }) => name === 'heap (brk)')?.y ?? []), 1187840);
    assert.equal(profile.series.find(({ name }) => name === 'bytes read')?.y.at(-1), 1501);
  });

  it('are told from those of every other format', async () => {
    const root = new URL('../fixtures/', import.meta.url);
    for (const folder of await readdir(root)) {
      if (!(await readdir(root, { withFileTypes: true })).some((entry) => entry.name === folder && entry.isDirectory()) || folder === 'src') continue;
      for (const name of await readdir(new URL(`${folder}/`, root), { withFileTypes: true })) {
        if (!name.isFile() || /\.(?:md|json)$/.test(name.name)) continue;
        const head = new Uint8Array(await readFile(new URL(`${folder}/${name.name}`, root))).subarray(0, 65536);
        const format = detectFormat(head, name.name)?.id;
        if (folder === 'strace' || folder === 'ltrace') assert.equal(format, folder, name.name);
        else assert.ok(format !== 'strace' && format !== 'ltrace', `${folder}/${name.name} is taken for ${format}`);
      }
    }
  });

  it('that were cut keep what was read', async () => {
    const whole = await readFile(new URL('syscalls.strace', fixtures));
    const all = await readFixture('syscalls.strace');
    for (let end = 200; end < whole.length; end += 83) {
      const profile = await readAs(strace, whole.subarray(0, end), 'cut');
      assert.ok(profile.totals[1] <= all.totals[1]);
      const lastLine = whole.subarray(0, end).toString().split('\n').at(-1) ?? '';
      // Signals and ends of processes carry no numbers that a cut could change.
      assert.equal(profile.truncated, lastLine !== '' && !/^\d+ .*>$|^[\d.]+ +[\d.]+ (?:---|\+\+\+) ./.test(lastLine), lastLine);
    }
  });

  it('without a call are refused, or empty with a word', async () => {
    await assert.rejects(readAs(strace, 'Hello\nworld\n'), (error) => error instanceof FormatError && /line 2/.test(error.message));
    await assert.rejects(readAs(strace, ''), FormatError);
    const profile = await readAs(strace, '12 +++ exited with 0 +++\n');
    assert.deepEqual([profile.totals, profile.warnings], [[], ['no system call returned in this trace']]);
  });

  it('a million processes that wait stay bounded', async function () {
    this.timeout(20_000);
    const before = process.memoryUsage().rss;
    const input = {
      name: 'waiting',
      async *read() {
        for (let block = 0; block < 1000; block++) {
          yield new Uint8Array(Buffer.from(Array.from({ length: 1000 }, (_, i) => `${1 + block * 1000 + i} futex(0x1, FUTEX_WAIT, 1, NULL <unfinished ...>\n`).join('')));
        }
      },
    };
    const profile = await strace.read([input]);
    assert.equal(profile.threads.length, 1_000_000);
    assert.ok(process.memoryUsage().rss - before < 900e6);
  });
});
