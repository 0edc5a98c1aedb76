import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { FunctionKind, text, type Profile } from '../../src/core/profile.ts';
import { FormatError } from '../../src/formats/format.ts';
import { detectFormat } from '../../src/formats/index.ts';
import { isKernelObject, parseFrame } from '../../src/formats/perfFrames.ts';
import { perfScript } from '../../src/formats/perfScript.ts';
import { dedent, inputOf, readAs, stackTree, type Detail } from '../stackText.ts';

const fixtures = new URL('../fixtures/perf/', import.meta.url);
const fixture = (name: string) => readFile(new URL(name, fixtures));
const readFixture = async (name: string) => readAs(perfScript, await fixture(name), name);

/** Pictures use spaces where perf writes a tab before each frame. */
const perfText = (picture: string) => `${dedent(picture).replace(/^ {2,}(?=[0-9a-f]+ )/gm, '\t')}\n\n`;
const read = (picture: string) => readAs(perfScript, perfText(picture));

async function assertTree(picture: string, expected: string, details: Detail[] = []): Promise<Profile> {
  const profile = await read(picture);
  assert.equal(stackTree(profile, details), dedent(expected));
  return profile;
}

describe('perf script: frames', () => {
  it('take the last group of parentheses for the object', () => {
    const frame = (line: string) => {
      const { symbol, object, inlined } = parseFrame(line);
      return [symbol, object, ...(inlined ? ['inlined'] : [])];
    };
    assert.deepEqual(frame('11d0 spin (/bin/hot)'), ['spin', '/bin/hot']);
    assert.deepEqual(frame('11d0 spin+0x40 (/bin/hot)'), ['spin', '/bin/hot']);
    assert.deepEqual(frame('1 std::_Function_handler<int (int), main::{lambda(int)#1}>::_M_invoke (/bin/a b (1)/x)'),
      ['std::_Function_handler<int (int), main::{lambda(int)#1}>::_M_invoke', '/bin/a b (1)/x']);
    assert.deepEqual(frame('1 (anonymous namespace)::f (/lib/x.so (deleted))'), ['(anonymous namespace)::f', '/lib/x.so (deleted)']);
    assert.deepEqual(frame('1 operator() (/a(b/c)'), ['operator()', '/a(b/c']);
    assert.deepEqual(frame('1 [unknown] ([unknown])'), ['[unknown]', '[unknown]']);
    assert.deepEqual(frame('1 mix+0x3 (inlined)'), ['mix', '', 'inlined']);
    assert.deepEqual(frame('1 f(int)'), ['f(int)', '']);
    assert.deepEqual(frame('1 (/bin/x)'), ['[unknown]', '/bin/x']);
    assert.deepEqual(frame('1'), ['[unknown]', '']);
    assert.equal(parseFrame('7f23cb80e2db f (/a)').address, 0x7f23cb80e2db);
    assert.equal(parseFrame('ffffffff821f8b58 f ([kernel.kallsyms])').address, -1);
  });

  it('of the kernel and its modules are told from the bracketed places of user space', () => {
    for (const object of ['[kernel.kallsyms]', '[kernel]', '[guest.kernel.kallsyms.123]', '[nf_conntrack]', '[kernel.vmlinux]', '/boot/vmlinux-6.1', '/lib/modules/6.1/x.ko', '/x/y.ko.xz', 'bpf_prog_6deef7357e7b4530']) {
      assert.equal(isKernelObject(object), true, object);
    }
    for (const object of ['[unknown]', '[vdso]', '[vsyscall]', '[heap]', '[stack]', '[anon:x]', '/bin/vmlinuxer', '/x.konfig', '']) {
      assert.equal(isKernelObject(object), false, object);
    }
  });
});

describe('perf script: layouts', () => {
  it('stacks are outermost first, weighted by period, timed from the first sample', async () => {
    const profile = await assertTree(`
      work er 1 123/124  100.000000500:    1000000 cpu-clock:
               20 leaf (/bin/prog)
               30 middle (/bin/prog)
               40 main (/bin/prog)

      work er 1 123/125  100.001000600:    2000000 cpu-clock:
               30 middle (/bin/prog)
               40 main (/bin/prog)
    `, `
      main[object:/bin/prog][address:3f][kind:native]  total 3000000
        middle[object:/bin/prog][address:30][kind:native]  total 2000000, self 2000000
        middle[object:/bin/prog][address:2f][kind:native]  total 1000000
          leaf[object:/bin/prog][address:20][kind:native]  total 1000000, self 1000000
    `, ['object', 'address', 'kind']);
    assert.deepEqual(profile.events, [{ name: 'cpu-clock', unit: 'nanoseconds' }]);
    assert.deepEqual(profile.threads, [{ pid: 123, tid: 124, name: 'work er 1' }, { pid: 123, tid: 125, name: 'work er 1' }]);
    assert.deepEqual([...profile.samples?.time ?? []], [0, 1000100]);
    assert.deepEqual([...profile.samples?.thread ?? []], [0, 1]);
    assert.deepEqual(profile.warnings, []);
    assert.equal(profile.truncated, false);
    assert.deepEqual(profile.meta, { format: 'perf-script', tool: 'perf', duration: 1000100, facts: [] });
  });

  it('several events are weighed apart, each by its own period', async () => {
    const profile = await read(`
      a 1/1 1.000000: 10 cycles:u:
         1 f (/a)

      a 1/1 1.000001: 7 instructions:
         1 f (/a)

      a 1/1 1.000002: 1 sched:sched_switch: prev_comm=a prev_pid=1 ==> next_comm=b: x
         1 f (/a)

      a 1/1 1.000003: 5 task-clock:pppH:
         1 f (/a)

      a 1/1 1.000004: 30 cycles:u:
         2 g (/a)
    `);
    assert.deepEqual(profile.events, [
      { name: 'cycles:u', unit: 'count' }, { name: 'instructions', unit: 'instructions' },
      { name: 'sched:sched_switch', unit: 'count' }, { name: 'task-clock:pppH', unit: 'nanoseconds' },
    ]);
    assert.deepEqual(profile.totals, [40, 7, 1, 5]);
  });

  it('without call chains the frame stands on the event line', async () => {
    const profile = await assertTree(`
                   hot 10677  1457.637686:    2004008 cpu-clock:      55db626141d0 spin+0x40 (/tmp/hot)
                   hot 10677 [003]  1457.639673:    2004008 cpu-clock:  ffffffff810001d0 do_it ([kernel.kallsyms])
    `, `
      do_it[object:[kernel.kallsyms]][kind:kernel]  total 2004008, self 2004008
      spin[object:/tmp/hot][address:55db626141d0][kind:native]  total 2004008, self 2004008
    `, ['object', 'address', 'kind']);
    assert.deepEqual(profile.threads, [{ pid: 0, tid: 10677, name: 'hot' }]);
  });

  it('without a period each sample counts as one, with a warning', async () => {
    const profile = await read(`
      perf 22  5.000001: cpu-clock:
         1 f (/a)

      perf 22  5.000002: cpu-clock:
         1 f (/a)
    `);
    assert.deepEqual(profile.totals, [2]);
    assert.deepEqual(profile.events, [{ name: 'cpu-clock', unit: 'count', label: 'cpu-clock (samples)' }]);
    assert.match(profile.warnings.join(), /no period/);
  });

  it('without times', async () => {
    const profile = await read(`
      my comm 22/23  77 cycles:
         1 f (/a)
    `);
    assert.deepEqual([profile.totals, profile.threads], [[77], [{ pid: 22, tid: 23, name: 'my comm' }]]);
    assert.ok(Number.isNaN(profile.samples?.time[0]));
  });

  it('names with spaces, digits, slashes and colons', async () => {
    const line = (comm: string) => `${comm} 5/6 [001] 1.000000: 1 e:\n\t 1 f (/a)\n\n`;
    const names = ['a', 'Web Content', 'kworker/0:1-ev', '123', '12 34', '1.5: x', ':-1', 'x  '];
    const profile = await readAs(perfScript, names.map(line).join(''));
    assert.deepEqual(profile.threads.map(({ pid, tid, name }) => [pid, tid, name]), names.map((name) => [5, 6, name.trimEnd()]));
  });

  it('an address below kernel frames is where the kernel was entered, not where a call returns', async () => {
    await assertTree(`
      a 1/1 1.000000: 1 e:
         ffffffff81000130 entry_SYSCALL_64 ([kernel.kallsyms])
         100 read (/lib/c.so)
         200 main (/bin/a)
    `, `
      main[address:1ff]  total 1
        read[address:100]  total 1
          entry_SYSCALL_64  total 1, self 1
    `, ['address']);
  });

  it('inlined frames take the object of the frame they were inlined into', async () => {
    await assertTree(`
      a 1/1 1.000000: 1 e:
         11d1 mix+0x3e (inlined)
         11d1 spin+0x3e (/bin/calls)
         27249 start_call+0x79 (/lib/c.so)
         27304 start_main+0x84 (inlined)
         1070 _start+0x20 (/bin/calls)
    `, `
      _start[object:/bin/calls][address:106f]  total 1
        start_main[address:27303][inlined]  total 1
          start_call[object:/lib/c.so][address:27248]  total 1
            spin[object:/bin/calls][address:11d1]  total 1
              mix[object:/bin/calls][address:11d1][inlined]  total 1, self 1
    `, ['object', 'address', 'inlined']);
  });

  it('source lines below frames', async () => {
    const profile = await readAs(perfScript, [
      'calls 21677  3060.365333:   10 cpu-clock: ',
      '\t            11d1 mix+0x3e', '  mix.h:3 (inlined)', '\t            11d1 spin+0x3e (/bin/calls)', '  calls.c:24',
      '\t           27249 libc+0x79 (/lib/c.so)', '  ??:0', '', '',
    ].join('\n'));
    assert.equal(stackTree(profile, ['file', 'line', 'inlined', 'object']), dedent(`
      libc[object:/lib/c.so]  total 10
        spin[file:calls.c][line:24][object:/bin/calls]  total 10
          mix[file:mix.h][line:3][object:/bin/calls][inlined]  total 10, self 10
    `));
  });

  it('Python and Java names', async () => {
    const profile = await assertTree(`
      java 1/1 1.000000: 1 e:
         7f01 Lfoo::a->Lfoo::b (/tmp/perf-123.map)
         7f02 std::x::operator-> (/bin/a)
         7f03 py::Class.method:/src/a b.py (/tmp/perf-123.map)
    `, `
      Class.method[file:/src/a b.py][kind:python]  total 1
        std::x::operator->[kind:native]  total 1
          Lfoo::a[kind:native]  total 1
            Lfoo::b[kind:native][inlined]  total 1, self 1
    `, ['file', 'kind', 'inlined']);
    // Generated code has no file to look its addresses up in.
    assert.equal(profile.frames.address.filter((address) => address >= 0).length, 1);
  });

  it('samples without any frame still count', async () => {
    assert.equal(stackTree(await read('a 1/1 1.000000: 5 e:\n\na 1/1 1.000001: 6 e:\n')), '[unknown]  total 11, self 11');
  });

  it('comments, records of other kinds, lost events and messages in between', async () => {
    const profile = await readAs(perfScript, [
      '# ========', '# hostname : box', '# os release : 6.1', '# perf version : 6.1.187', '# cmdline : /usr/bin/perf record ./a b', '# event : name = cycles, , id = { 1 }', '#',
      '[ perf record: Woken up 1 times to write data ]',
      'a 1/1  0.500000: PERF_RECORD_MMAP2 1/1: [0x55db62614000(0x1000) @ 0x1000 fe:00 9978595 1979456850]: r-xp /a',
      'a 1/1 1.000000: 1 e: ', '\t 1 f (/a)', 'addr2line: could not read first record', '\t 2 g (/a)', '',
      'a 1/1 1.000001: PERF_RECORD_LOST lost 12', 'a 1/1 1.000002: PERF_RECORD_LOST_SAMPLES lost 3', 'a 1/1 1.000003: PERF_RECORD_SWITCH IN         ', '',
      'Warning:', 'Processed 3 events and lost 1 chunks!', '',
    ].join('\n'));
    assert.equal(stackTree(profile), 'g  total 1\n  f  total 1, self 1');
    assert.deepEqual(profile.warnings, ['perf lost 15 events while recording: the machine was too busy to write them']);
    assert.deepEqual(profile.meta, {
      format: 'perf-script', tool: 'perf 6.1.187', command: '/usr/bin/perf record ./a b', facts: [['Host', 'box'], ['Kernel', '6.1']],
    });
  });

  it('frames indented by spaces, as editors leave them, and CRLF', async () => {
    const picture = perfText('a 1/1 1.000000: 1 e:\n   20 f (/a)\n   30 main (/a)');
    const expected = stackTree(await readAs(perfScript, picture));
    assert.equal(stackTree(await readAs(perfScript, picture.replaceAll('\t', '        '))), expected);
    assert.equal(stackTree(await readAs(perfScript, picture.replaceAll('\n', '\r\n'))), expected);
    assert.equal(stackTree(await readAs(perfScript, picture.trimEnd())), expected);
  });

  it('stacks far deeper than JavaScript could recurse', async () => {
    const depth = 50_000;
    const lines = Array.from({ length: depth }, (_, i) => `\t ${(0x1000 + i).toString(16)} f${i % 10} (/a)`);
    const profile = await readAs(perfScript, `a 1/1 1.000000: 1 e: \n${lines.join('\n')}\n\na 1/1 1.000001: 1 e: \n${lines.slice(10).join('\n')}\n\n`);
    assert.equal(profile.stacks.length, depth + 1);
    assert.equal(profile.stacks.depth[profile.stacks.length - 1] > depth - 20, true);
    assert.deepEqual(profile.totals, [2]);
  });

  it('shares what stacks have in common, whatever came before', async () => {
    // The same stacks in any order must give the same tree: the reader reuses the last sample's rows.
    const samples = ['abc', 'ab', 'abcd', 'b', 'abd', 'a', 'kabc', 'Kabc', 'KKab', 'abc'].map((names, index) => (
      `t 1/1 1.00000${index}: 1 e: \n${[...names].reverse().map((name) => (
        name === 'K' ? '\t ffffffff81000130 K ([kernel.kallsyms])' : `\t ${(name.charCodeAt(0) * 16).toString(16)} ${name} (/a)`)).join('\n')}\n\n`));
    const expected = stackTree(await readAs(perfScript, samples.join('')), ['address']);
    let seed = 3;
    for (let round = 0; round < 50; round++) {
      const order = samples.map((sample) => ({ sample, at: (seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) })).sort((a, b) => a.at - b.at);
      assert.equal(stackTree(await readAs(perfScript, order.map(({ sample }) => sample).join('')), ['address']), expected);
    }
  });
});

describe('perf script: malformed and cut input', () => {
  it('names the line and what was expected', async () => {
    const malformed = async (content: string, place: string, expected: RegExp) => {
      await assert.rejects(readAs(perfScript, content), (error: unknown) => {
        assert.ok(error instanceof FormatError, String(error));
        assert.equal(error.place, place);
        assert.match(error.message, expected);
        return true;
      });
    };
    await malformed('hello world\n', 'line 1', /an event line such as/);
    await malformed('a 1/1 1.000000: 1 e: \n\t xyz f (/a)\n', 'line 2', /an address/);
    await malformed('a 1/1 1.000000: 1 e: \n   xyz f (/a)\n', 'line 2', /a frame/);
    await malformed('a 1/1 1.000000: 1 e: \n\t 1 f (/a)\n\n\t 1 f (/a)\n', 'line 4', /an event line/);
    await malformed('a 1/1 1.000000: 17\n', 'line 1', /an event name and a colon/);
    await malformed('# nothing\n', 'line 1', /at least one sample/);
    await malformed('', 'line 0', /at least one sample/);
  });

  it('keeps what was read when the text is cut anywhere', async () => {
    for (const name of ['calls.fp.txt', 'calls.nochain.txt', 'calls.dwarf-srcline.txt']) {
      const bytes = await fixture(name);
      const whole = await readFixture(name);
      let last = 0;
      const first = bytes.indexOf('\n\n') > 0 ? bytes.indexOf('\n\n') + 2 : bytes.indexOf('\n') + 1;
      for (let length = first; length < bytes.length; length += 11) {
        const cut = await readAs(perfScript, bytes.subarray(0, length), name);
        // The sample that was cut may be left out again when more of it is there, but nothing else is.
        const weight = whole.totals[0] / (whole.samples?.length ?? 1);
        assert.ok(cut.totals[0] >= last - weight * 1.01 && cut.totals[0] <= whole.totals[0], `${name} cut at byte ${length}`);
        last = Math.max(last, cut.totals[0]);
      }
      assert.ok(last > whole.totals[0] * 0.9, name);
    }
    const half = (await fixture('calls.fp.txt')).subarray(0, 2000);
    const cut = await readAs(perfScript, half);
    assert.equal(cut.truncated, true);
    assert.match(cut.warnings.join(), /was cut off at line/);
  });
});

describe('perf script: real recordings', () => {
  it('are recognised, and nothing else is', async () => {
    for (const name of await readdir(fixtures)) assert.equal(detectFormat((await fixture(name)).subarray(0, 65536), 'x')?.id, 'perf-script', name);
    for (const folder of ['callgrind', 'pstats', 'samples', 'src']) {
      for (const name of await readdir(new URL(`../${folder}/`, fixtures))) {
        assert.equal(perfScript.sniff(await readFile(new URL(`../${folder}/${name}`, fixtures)), name), false, name);
      }
    }
    const strace = '1234 12.345678 open("a", 0) = 3 <0.000253>\n';
    const trace = '           <...>-1234  [001] d..2.  1234.567890: sched_switch: prev_comm=a\n';
    for (const other of [strace, trace]) assert.equal(perfScript.sniff(new TextEncoder().encode(other), 'x'), false);
  });

  it('agree in every layout', async () => {
    const names = ['calls.fp.txt', 'calls.default.txt', 'calls.srcline.txt'];
    const profiles = await Promise.all(names.map(readFixture));
    for (const profile of profiles) {
      assert.deepEqual([profile.totals, profile.warnings, profile.truncated], [profiles[0].totals, [], false]);
      assert.equal(stackTree(profile, ['object', 'address']), stackTree(profiles[0], ['object', 'address']));
    }
    const bare = await readFixture('calls.nochain.txt');
    assert.deepEqual(bare.totals, profiles[0].totals);
    assert.ok(bare.stacks.length < profiles[0].stacks.length);
  });

  it('read the same in chunks of any size', async () => {
    const bytes = await fixture('shapes.multi.txt');
    const expected = stackTree(await readAs(perfScript, bytes), ['object', 'address']);
    for (const size of [1, 2, 3, 17, 256, 4096]) assert.equal(stackTree(await readAs(perfScript, bytes, 'x', size), ['object', 'address']), expected, `chunks of ${size} bytes`);
  });

  it('of C++ with several events', async () => {
    const profile = await readFixture('shapes.multi.txt');
    assert.deepEqual(profile.events.map(({ name, unit }) => [name, unit]), [['page-faults', 'count'], ['cpu-clock', 'nanoseconds']]);
    assert.match(stackTree(profile, [], 1), /\(anonymous namespace\)::Square<unsigned long>::area {2}total \d+, self \d+/);
    assert.ok([...profile.functions.kind].includes(FunctionKind.Kernel));
  });

  it('of context switches, with what the tracepoint says', async () => {
    const profile = await readFixture('threads.switch.txt');
    assert.deepEqual(profile.events.map(({ name }) => name).sort(), ['cpu-clock', 'sched:sched_switch']);
    assert.equal(profile.threads.length, 3);
  });

  it('of DWARF stacks with inlined functions', async () => {
    const profile = await readFixture('calls.dwarf.txt');
    const tree = stackTree(profile, ['object', 'inlined']);
    assert.match(tree, /spin\[object:\/tmp\/rec\/calls\].*\n +mix\[object:\/tmp\/rec\/calls\]\[inlined\]/);
    const lines = stackTree(await readFixture('calls.dwarf-srcline.txt'), ['file', 'line', 'inlined']);
    assert.match(lines, /spin\[file:calls\.c\]\[line:24\].*\n +mix\[file:mix\.h\]\[line:3\]\[inlined\]/);
  });

  it('of Go and of Python', async () => {
    assert.match(stackTree(await readFixture('gocpu.txt')), /main\.walk/);
    const python = await readFixture('python.txt');
    const row = Array.from(python.functions.name, (name) => text(python, name)).indexOf('hot');
    assert.equal(python.functions.kind[row], FunctionKind.Python);
    assert.equal(text(python, python.functions.file[row]), '/tmp/rec/hot.py');
  });

  it('of several inputs add up', async () => {
    const one = await readFixture('calls.fp.txt');
    const two = await perfScript.read([inputOf('a', await fixture('calls.fp.txt')), inputOf('b', await fixture('gocpu.txt'))]);
    const go = await readFixture('gocpu.txt');
    assert.deepEqual(two.totals, [one.totals[0] + go.totals[0]]);
    assert.equal(two.samples?.length, (one.samples?.length ?? 0) + (go.samples?.length ?? 0));
  });
});
