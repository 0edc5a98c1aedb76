import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { functionCosts } from '../../src/core/functions.ts';
import { FunctionKind, text, type Profile } from '../../src/core/profile.ts';
import { callgrind } from '../../src/formats/callgrind.ts';
import { FormatError } from '../../src/formats/format.ts';
import { detectFormat } from '../../src/formats/index.ts';
import { dedent, graphText, inputOf, readAs } from '../stackText.ts';

const fixtures = new URL('../fixtures/callgrind/', import.meta.url);
const fixture = (name: string) => readFile(new URL(name, fixtures));
const readFixtures = async (...names: string[]) => callgrind.read(await Promise.all(names.map(async (name) => inputOf(name, await fixture(name)))));
const read = (picture: string) => readAs(callgrind, `${dedent(picture)}\n`);

function assertGraph(profile: Profile, expected: string): void {
  assert.equal(graphText(profile), dedent(expected));
}

async function assertMalformed(picture: string, place: string, expected: RegExp): Promise<void> {
  await assert.rejects(read(picture), (error: unknown) => {
    assert.ok(error instanceof FormatError, String(error));
    assert.equal(error.place, place);
    assert.match(error.message, expected);
    return true;
  });
}

describe('callgrind: grammar', () => {
  it('reads costs, calls and compressed names', async () => {
    const profile = await read(`
      # callgrind format
      version: 1
      creator: callgrind-3.19.0
      pid: 4711
      cmd: ./prog  -x
      positions: line
      events: Ir Dr
      fl=(1) file1.c
      fn=(1) main
      16 20 1
      cfn=(2) func1
      calls=1 50
      16 400 7
      cfi=(2) file2.c
      cfn=(3) func2
      calls=3 20
      17 400
      fn=(2)
      51 100 7
      fl=(2)
      fn=(3)
      20 700
      totals: 820 8
    `);
    assertGraph(profile, `
      self func1 file1.c:51 = 100 7
      self func2 file2.c:20 = 700 0
      self main file1.c:16 = 20 1
      call main file1.c:16 -> func1 x1 = 400 7
      call main file1.c:17 -> func2 x3 = 400 0
    `);
    assert.deepEqual(profile.totals, [820, 8]);
    assert.deepEqual(profile.warnings, []);
    assert.equal(profile.truncated, false);
    assert.deepEqual(profile.meta, { format: 'callgrind', tool: 'callgrind-3.19.0', command: './prog  -x', pid: 4711, facts: [] });
    assert.deepEqual(profile.events, [
      { name: 'Ir', unit: 'instructions', label: 'Instructions read' },
      { name: 'Dr', unit: 'count', label: 'Data reads' },
    ]);
    // Where a function starts is learned from the calls of it.
    const starts = Array.from(profile.functions.name, (name, row) => [text(profile, name), profile.functions.line[row]]);
    assert.deepEqual(starts, [['main', 0], ['func1', 50], ['func2', 20]]);
    assert.deepEqual([...profile.functions.kind], [FunctionKind.Native, FunctionKind.Native, FunctionKind.Native]);
  });

  it('counts relative positions of callgrind from the last self cost', async () => {
    // Lines after calls= and jump= do not move the position, and targets never do: see dump.c, fprint_fcost.
    assertGraph(await read(`
      creator: callgrind-3.19.0
      positions: line
      events: Ir
      fl=a.c
      fn=main
      12 2
      +3 5
      cfn=f
      calls=1 -8
      +2 49
      jump=4 +9
      +1
      +7 11
      * 1
      -22 3
      fn=f
      1 7
      totals: 29
    `), `
      self f a.c:1 = 7
      self main a.c:0 = 3
      self main a.c:12 = 2
      self main a.c:15 = 5
      self main a.c:22 = 12
      call main a.c:17 -> f x1 = 49
    `);
  });

  it('counts them from any cost line in files of other writers', async () => {
    assertGraph(await read(`
      events: Ticks
      fl=a.c
      fn=main
      12 2
      cfn=f
      calls=1 30
      +2 49
      +1 5
    `), `
      self main a.c:12 = 2
      self main a.c:15 = 5
      call main a.c:14 -> f x1 = 49
    `);
  });

  it('reads instruction, basic block and line positions, ranges and hexadecimal lines', async () => {
    assertGraph(await read(`
      positions: instr bb line
      events: Ir
      fl=a.c
      fn=f
      0x401000 0x401000 0x10 1
      +3 * +1 2
      -2 +0x5 -2 3
      0x401000-0x401010 * 20-25 4
      * * 30+4 5
      * * 40:44 6
    `), `
      self f a.c:15 = 3
      self f a.c:16 = 1
      self f a.c:17 = 2
      self f a.c:20 = 4
      self f a.c:30 = 5
      self f a.c:40 = 6
    `);
    assertGraph(await read(`
      positions: instr
      events: Ir
      fn=f
      0x401000 1
      +5 2
    `), 'self f ?:0 = 3');
  });

  it('skips jumps and their position-only lines', async () => {
    assertGraph(await read(`
      positions: instr line
      events: Ir
      fl=a.c
      fn=f
      0x10 5 10
      jcnd=3/4 +8 +2
      * *
      jfi=(9) other.c
      jfn=(8) g
      jump=4 +9 +1
      * *
      +2 * 7
      fi=(9)
      +1 * 2
    `), `
      self f a.c:5 = 17
      self f other.c:5 = 2
    `);
  });

  it('goes back to the file of the function after fi= and fe=, and resolves callees without cfi= in the current file', async () => {
    const profile = await read(`
      events: Ir
      ob=/bin/prog
      fl=a.c
      fn=f
      1 1
      fi=inline.h
      2 10
      cfn=g
      calls=1 5
      2 100
      cob=/lib/x.so
      cfl=x.c
      cfn=g
      calls=1 5
      2 100
      cfn=h
      calls=1 5
      2 100
      fe=a.c
      3 2
      fi=inline.h
      4 20
      fn=k
      5 3
    `);
    assertGraph(profile, `
      self f a.c:1 = 1
      self f a.c:3 = 2
      self f inline.h:2 = 10
      self f inline.h:4 = 20
      self k a.c:5 = 3
      call f inline.h:2 -> g x1 = 100
      call f inline.h:2 -> g x1 = 100
      call f inline.h:2 -> h x1 = 100
    `);
    const functions = Array.from(profile.functions.name, (name, row) => (
      [text(profile, name), text(profile, profile.functions.file[row]), text(profile, profile.functions.object[row])].join(' ')));
    assert.deepEqual(functions.sort(), ['f a.c /bin/prog', 'g inline.h /bin/prog', 'g x.c /lib/x.so', 'h inline.h /bin/prog', 'k a.c /bin/prog']);
  });

  it('adds up several parts, whose ids may be given away anew', async () => {
    const profile = await read(`
      # callgrind format
      creator: callgrind-3.19.0
      part: 1
      thread: 1
      positions: line
      events: Ir Dr
      summary: 5 1

      fl=(1) a.c
      fn=(1) f
      3 5 1
      totals: 5 1

      part: 2
      thread: 2
      positions: instr line
      events: Dr Ir
      summary: 2 7

      fl=(1) b.c
      fn=(1) g
      0x1 +4 2 6
      fl=(2) a.c
      fn=(2) f
      0x2 3 0 1
      totals: 2 7
    `);
    assertGraph(profile, `
      self f a.c:3 = 6 1
      self g b.c:4 = 6 2
    `);
    assert.deepEqual(profile.warnings, []);
    assert.deepEqual(profile.meta.facts, [['Parts', '2'], ['Threads', '2']]);
  });

  it('expands names that callgrind builds from ids of a call chain', async () => {
    assertGraph(await read(`
      events: Ir
      fl=a.c
      fn=(3) fib
      1 1
      fn=(5) main
      2 1
      fn=(7) (3)'2'(5)
      3 1
      fn=(anonymous namespace)::f(int)
      4 1
    `), `
      self (anonymous namespace)::f(int) a.c:4 = 1
      self fib a.c:1 = 1
      self fib'2'main a.c:3 = 1
      self main a.c:2 = 1
    `);
  });

  it('takes fewer costs than events, dots, negative and fractional numbers, and calls=0', async () => {
    assertGraph(await read(`
      events: A B C
      fl=a.c
      fn=f
      1
      2 . 3
      3 -5 0x10 1.5
      cfn=g
      calls=0 9
      4 7
      rcalls=2
      5 1
    `), `
      self f a.c:1 = 0 0 0
      self f a.c:2 = 0 3 0
      self f a.c:3 = -5 16 1.5
      call f a.c:4 -> g x0 = 7 0 0
      call f a.c:5 -> g x2 = 1 0 0
    `);
  });

  it('treats ??? as unknown, and costs before any function as those of an unknown one', async () => {
    const profile = await read(`
      events: Ir
      7 3
      ob=???
      fl=???
      fn=???
      8 4
    `);
    assertGraph(profile, `
      self ??? ?:7 = 3
      self ??? ?:8 = 4
    `);
    assert.equal(profile.functions.length, 1);
    assert.equal(profile.functions.object[0], -1);
  });

  it('gives events their long names, and computes derived events', async () => {
    const profile = await read(`
      event: Ir : Instruction Fetch
      event: Cost = Ir + 10 Bm - 2*X : Cycle Estimation
      event: Rest=Y
      event: sysTime : sysTime (elapsed ns)
      event: curB : currently allocated Bytes
      events: Ir Bm sysTime curB cpu(ms) Time_(10ns)
      fl=a.c
      fn=f
      1 100 2 5 6 7 8
      cfn=g
      calls=1 1
      2 10 1
    `);
    assert.deepEqual(profile.events, [
      { name: 'Ir', unit: 'instructions', label: 'Instruction Fetch' },
      { name: 'Bm', unit: 'count' },
      { name: 'sysTime', unit: 'nanoseconds', label: 'sysTime (elapsed ns)' },
      { name: 'curB', unit: 'bytes', label: 'currently allocated Bytes' },
      { name: 'cpu(ms)', unit: 'milliseconds' },
      { name: 'Time_(10ns)', unit: 'nanoseconds' },
      { name: 'Cost', unit: 'count', label: 'Cycle Estimation' },
    ]);
    assertGraph(profile, `
      self f a.c:1 = 100 2 5 6 7 80 120
      call f a.c:2 -> g x1 = 10 1 0 0 0 0 20
    `);
  });

  it('ignores comments, blank lines, header lines it does not know, and hidden options\' markers', async () => {
    const profile = await read(`
      # callgrind format
      version: 1
      arch: arm
      flavour: vanilla
      timeframe (BB): 1
      desc: Trigger: Program termination
      desc: Option: --x
      events: Ir

      # a comment
      fl=a.c
      fn=f
      rec=1
      frfn=(spontaneous)
      bb=0x40 2 4
      ln=3
        5   7
      fe=a.c
    `);
    assertGraph(profile, 'self f a.c:5 = 7');
    assert.deepEqual(profile.warnings, ['header lines "flavour:" are unknown and were ignored']);
    assert.deepEqual(profile.meta.facts, [['Trigger', 'Program termination']]);
  });

  it('says by how much a wrong sum is wrong', async () => {
    const profile = await read(`
      events: Ir Dr
      fn=f
      1 10 5
      totals: 12 5
    `);
    assert.deepEqual(profile.warnings, ['test.input: Ir adds up to 10, 2 less than the 12 it states']);
    // Writers other than valgrind put something else into the summary; only theirs is believed.
    assert.deepEqual((await read('events: Ir\nsummary: 12\nfn=f\n1 10')).warnings, []);
    assert.deepEqual((await read('creator: callgrind-3\nevents: Ir\nsummary: 12\nfn=f\n1 10\ntotals: 10')).warnings, []);
    const [warning] = (await read('desc: I1 cache: 32768 B\ncmd: x\nevents: Ir\nfn=f\n1 10\nsummary: 7')).warnings;
    assert.match(warning, /adds up to 10, 3 more than the 7/);
  });

  it('notices counts that a double cannot hold', async () => {
    const profile = await read('events: Ir\nfn=f\n1 9007199254740993');
    assert.match(profile.warnings.join(), /above 2\^53/);
    assert.deepEqual((await read('events: Ir\nfn=f\n1 9007199254740991')).warnings, []);
    // Each fits, their sum does not.
    assert.match((await read('events: Ir\nfn=f\n1 9007199254740991\n2 1')).warnings.join(), /above 2\^53/);
  });
});

describe('callgrind: malformed input', () => {
  it('names the line and what was expected', async () => {
    await assertMalformed('events: Ir\nfn=f\n1 2 3\n', 'line 3', /at most 1 costs, found "1 2 3"/);
    await assertMalformed('events: Ir\nfn=f\n1 2x\n', 'line 3', /a number, found "2x"/);
    await assertMalformed('events: Ir\nfn=f\n-3 2\n', 'line 3', /a line number/);
    await assertMalformed('events: Ir\nfn=f\n99999999999 2\n', 'line 3', /a line number/);
    await assertMalformed('events: Ir\nfn=(3)\n', 'line 2', /a number that was given a name before, found "\(3\)"/);
    await assertMalformed('events: Ir\nfn=(3 f\n', 'line 2', /`\(number\) name`/);
    await assertMalformed('events: Ir\nfn=f\ncalls=1 2\n', 'line 3', /cfn= before calls=/);
    await assertMalformed('events: Ir\nfn=f\ncfn=g\ncalls=x\n1 1\n', 'line 4', /a number of calls/);
    await assertMalformed('events: Ir\nfn=f\ncfn=g\ncalls=1 2\nfn=h\n1 1\n', 'line 5', /the cost line of the call/);
    await assertMalformed('events: Ir\nfn=f\njump=a\n1\n', 'line 3', /a number of jumps/);
    await assertMalformed('events: Ir\nfn=f\nwhat is this\n1 1\n', 'line 3', /a position, a cost line or a header line/);
    await assertMalformed('positions: line instr moon\nevents: Ir\n', 'line 1', /positions instr, bb or line/);
    await assertMalformed('version: 2\nevents: Ir\n', 'line 1', /version 1/);
    await assertMalformed('fn=f\n1 2\n', 'line 2', /an "events:" line before the first cost/);
    await assertMalformed('events:\n', 'line 1', /names after "events:"/);
    await assertMalformed('positions: instr line\nevents: Ir\nfn=f\n0x1\n', 'line 4', /2 positions/);
    await assertMalformed('positions: instr line\nevents: Ir\nfn=f\n0xg1 3 4\n', 'line 4', /a position/);
    await assertMalformed('# callgrind format\n', 'line 1', /an "events:" line, but the file ends/);
  });

  it('refuses input that is empty altogether', async () => {
    await assert.rejects(callgrind.read([inputOf('a', ''), inputOf('b', '')]), /a, line 1: expected callgrind data, but the file is empty/);
  });
});

describe('callgrind: usual lines are read in runs', () => {
  const before = ['positions: instr line', 'events: Ir Dr', 'fl=(1) a.c', 'fl=(2) b.c', 'ob=(1) prog', 'fl=(1)', 'fn=(1) f', 'fn=(2) g', 'fn=(1)', '0x10 5 1 2', '+3 +2 4'];
  const after = ['+1 +1 7 7', 'cfi=(2)', 'cob=(1)', 'cfn=(2)', 'calls=2 0x20 +3 ', '* * 50 1', 'jcnd=1/2 +4 +1', '* *', '+2 -1 1', 'fi=(2)', '+1 * 3', 'fe=(1)', '* 9 1', 'fn=(2)', '0x20 8 40 1'];
  /** Lines that are not quite the usual ones, valid and not. */
  const odd = [
    '', ' ', '#', '0x20 6 1', '+3 6 1 ', '+3  6  1', '\t+3 6\t1', '+3 6 1\t', '+3 6', '+3 6 ', '+3 *', '* * .', '* -3 1', '* -9 1', '+3 6-8 1', '+3-+5 6 1', '* 0x10 1', '* 1:2 3', '* 2147483647 1', '* 2147483648 1',
    '* * 123456789012345', '* * 1234567890123456', '* * 9007199254740993', '* * 99999999999999999999', '* * 1 2 3', '* * 1 x', '* * 1x', '* * x', '* * 0x1f', '* * -5', '* * 1.5', '* * 1e2', 'z * 1', '-1 +', '- - 1', '+3',
    'cfn=(2)', 'cfn=(2) h', 'cfn=(9)', 'cfn=(9) new', 'cfn=g', 'cfn=()', 'cfn=(2', 'cfn=(99999999999)', 'cfi=(9)', 'cfi=(1) other.c', 'cob=(7)', 'cob=(7) lib.so', 'cxx=(1)', 'calls=1 * *', 'cfn=(2)\ncalls=1 * *\nfn=(2)',
    'cfn=(2)\ncalls=0 * *\n* * 8', 'cfn=(2)\ncalls=1\n* * 8', 'cfn=(2)\ncalls= * *\n* * 8', 'cfn=(2)\ncalls=1 *\n* * 8', 'cfn=(2)\ncalls=1 * * *\n* * 8', 'cfn=(2)\ncalls=12345678901234567 * *\n* * 8', 'cfn=(2)\ncalls=2 * 77\n* * 8 9 10',
    'cfn=(2)\ncalls=1 * *\n\n#\n* * 8', 'jump=1 * *\n* *', 'jump=1 * *\n* * 5', 'jump=1 * *\n* * 5 x', 'jump=x * *', 'jump=1/ * *', 'jcnd=1 * *\n* *', 'jump=1 *', 'jump=1', 'jfi=(2)\njfn=(2)\njump=1 * *\n* *', 'fn=(3) h\n* 3 1',
    'fn=(8)', 'fl=(8)', 'fi=(8)', 'fx=(1)', 'ob=(8)', 'ob=(2) lib', 'ox=(1)', 'totals: 1 2', 'events: Ir', 'part: 2', 'part: 2\nevents: Ir\nfn=(1)\n* * 1', 'nonsense', '\u00e9=1', 'rcalls=1 * *', 'bb=1', '+1 +1 0 0',
  ];

  async function outcome(content: string, chunkSize: number): Promise<string> {
    try {
      const profile = await readAs(callgrind, content, 'x', chunkSize);
      return `${graphText(profile)}\n${profile.warnings.join('\n')}\n${profile.truncated}`;
    } catch (error) {
      assert.ok(error instanceof FormatError, String(error));
      return error.message;
    }
  }

  for (const creator of ['', 'creator: callgrind-3.19.0']) {
    it(`with the same result as one by one, whatever stands between them ${creator}`, async () => {
      const ends = new Set<string>();
      for (const line of odd) {
        const content = [creator, ...before, line, ...after, 'totals: 99 9', ''].join('\n');
        // A chunk of one byte never holds a line, so nothing is read in runs.
        const slow = await outcome(content, 1);
        for (const size of [29, 1 << 16]) assert.equal(await outcome(content, size), slow, JSON.stringify(line));
        ends.add(slow.startsWith('x, line') ? 'error' : 'profile');
      }
      assert.equal(ends.size, 2);
    });
  }
});

describe('callgrind: real files', () => {
  it('are recognised, and nothing else is', async () => {
    for (const name of await readdir(fixtures)) {
      const head = (await fixture(name)).subarray(0, 65536);
      if (head.length > 0) assert.equal(detectFormat(head, 'x')?.id, 'callgrind', name);
    }
    for (const folder of ['perf', 'pstats', 'samples', 'src']) {
      for (const name of await readdir(new URL(`../${folder}/`, fixtures))) {
        assert.equal(callgrind.sniff(await readFile(new URL(`../${folder}/${name}`, fixtures)), name), false, name);
      }
    }
  });

  it('add up to their own totals, however they were written', async () => {
    const plain = await readFixtures('calls.out');
    assert.deepEqual(plain.totals, [5347]);
    for (const name of (await readdir(fixtures)).filter((file) => file !== 'threads.out')) {
      const profile = await readFixtures(name);
      assert.deepEqual([profile.warnings, profile.truncated], [[], false], name);
    }
    // One program, five ways of dumping it: the same cost by function and line.
    const self = (profile: Profile) => graphText(profile).split('\n').filter((line) => line.startsWith('self'));
    const expected = self(plain);
    assert.ok(expected.includes('self spin /tmp/rec/mix.h:3 = 2018'), expected.join('\n'));
    assert.deepEqual(self(await readFixtures('calls.plain.out')), expected);
    assert.deepEqual(self(await readFixtures('calls.combined.out')), expected);
    assert.deepEqual(self(await readFixtures('calls.parts.out.1', 'calls.parts.out.2', 'calls.parts.out.3', 'calls.parts.out')), expected);
    const first = (line: string) => line.replace(/( = -?\d+).*/, '$1');
    assert.deepEqual(self(await readFixtures('calls.instr.out')).map(first), expected);
  });

  it('by thread: the file without a number is empty', async () => {
    const profile = await readFixtures('threads.out', 'threads.out-01', 'threads.out-02', 'threads.out-03');
    assert.deepEqual(profile.meta.facts?.filter(([label]) => /Parts|Threads/.test(label)), [['Parts', '3'], ['Threads', '3']]);
    const one = await readFixtures('threads.out-02');
    const other = await readFixtures('threads.out-03');
    assert.equal(profile.totals[0], one.totals[0] + other.totals[0]);
    assert.ok(other.totals[0] > 2 * one.totals[0]);
  });

  it('with calls from lines without cost', async () => {
    const calls = graphText(await readFixtures('toggle.out')).split('\n').filter((line) => line.startsWith('call main'));
    assert.deepEqual(calls, [
      'call main /tmp/rec/toggle.c:19 -> inner x1 = 64',
      'call main /tmp/rec/toggle.c:21 -> outer x1 = 49',
      'call main /tmp/rec/toggle.c:24 -> outer x1 = 55',
      'call main /tmp/rec/toggle.c:27 -> inner x1 = 70',
    ]);
  });

  it('of valgrind\'s execution trees', async () => {
    const memory = await readFixtures('leak.xtree-memory.out');
    assert.deepEqual(memory.totals, [510, 5, 560, 6, 50, 1]);
    assert.deepEqual(memory.events.map(({ unit }) => unit), ['bytes', 'count', 'bytes', 'count', 'bytes', 'count']);
    assert.equal((await readFixtures('leak.xtree-leak.out')).totals[3], 510);
  });

  it('of Go\'s pprof and of pyprof2calltree', async () => {
    const go = await readFixtures('gocpu.pprof.out');
    assert.deepEqual(go.events, [{ name: 'cpu(ms)', unit: 'milliseconds' }]);
    const hot = graphText(go).split('\n').find((line) => line.startsWith('self main.mix'));
    assert.match(hot ?? '', /main\.go:12 = \d+$/);
    const python = await readFixtures('calls.pyprof2calltree.out');
    assert.deepEqual(python.events, [{ name: 'ns', unit: 'nanoseconds', label: 'Nanoseconds' }]);
    assert.ok(graphText(python).includes('call fib /tmp/rec/calls.py:6 -> fib x108 = '));
  });

  it('keep what was read when they are cut anywhere', async () => {
    const bytes = await fixture('calls.instr.out');
    const whole = await readAs(callgrind, bytes);
    const events = new TextDecoder().decode(bytes).indexOf('\nfl=');
    let last = 0;
    for (let length = events + 1; length < bytes.length; length += 1) {
      const cut = await readAs(callgrind, bytes.subarray(0, length));
      const onlyNewlineIsMissing = length === bytes.length - 1;
      assert.equal(cut.truncated, !onlyNewlineIsMissing, `cut at byte ${length}`);
      assert.ok(cut.totals[0] >= last && cut.totals[0] <= whole.totals[0], `cut at byte ${length}: ${cut.totals[0]}`);
      last = cut.totals[0];
    }
    assert.equal(last, whole.totals[0]);
  });

  it('read the same in chunks of any size', async () => {
    const bytes = await fixture('calls.out');
    const expected = graphText(await readAs(callgrind, bytes));
    for (const size of [1, 2, 3, 7, 64, 1000]) assert.equal(graphText(await readAs(callgrind, bytes, 'x', size)), expected, `chunks of ${size} bytes`);
    const windows = new TextDecoder().decode(bytes).replaceAll('\n', '\r\n');
    assert.equal(graphText(await readAs(callgrind, windows)), expected);
    // As PowerShell's > writes it.
    const wide = Buffer.concat([Uint8Array.of(0xff, 0xfe), Buffer.from(windows, 'utf16le')]);
    assert.equal(callgrind.sniff(wide, 'x'), true);
    for (const size of [1, 63, 4096]) assert.equal(graphText(await readAs(callgrind, wide, 'x', size)), expected);
  });
});

describe('callgrind: Xdebug', () => {
  // Written after Xdebug 3's src/profiler/profiler.c: ids for names, the summary in the middle, costs in 10 ns and bytes.
  const file = dedent(`
    version: 1
    creator: xdebug 3.2.0 (PHP 8.2.1)
    cmd: /srv/app.php
    part: 1
    positions: line

    events: Time_(10ns) Memory_(bytes)

    fl=(1) php:internal
    fn=(1) php::strlen
    5 12 32

    fl=(2) /srv/app.php
    fn=(2) App->run
    3 200 4096
    cfl=(1)
    cfn=(1)
    calls=1 0 0
    5 12 32

    fl=(2)
    fn=(3) {main}

    summary: 999 8192

    1 50 -64
    cfl=(2)
    cfn=(2)
    calls=1 0 0
    9 212 4128
  `);

  it('is read in nanoseconds and bytes', async () => {
    const profile = await readAs(callgrind, file);
    assertGraph(profile, `
      self App->run /srv/app.php:3 = 2000 4096
      self php::strlen php:internal:5 = 120 32
      self {main} /srv/app.php:1 = 500 -64
      call App->run /srv/app.php:5 -> php::strlen x1 = 120 32
      call {main} /srv/app.php:9 -> App->run x1 = 2120 4128
    `);
    assert.deepEqual(profile.events.map(({ unit }) => unit), ['nanoseconds', 'bytes']);
    assert.deepEqual([profile.warnings, profile.truncated], [[], false]);
  });

  it('reads a real recording: time and memory, calls of built-in functions, methods', async () => {
    const profile = await readFixtures('calls.xdebug.out');
    assert.equal(profile.meta.tool, 'xdebug 3.2.0 (PHP 8.2.36)');
    assert.deepEqual(profile.events.map(({ name, unit }) => [name, unit]), [['Time_(10ns)', 'nanoseconds'], ['Memory_(bytes)', 'bytes']]);
    assert.deepEqual([profile.warnings, profile.truncated], [[], false]);
    const calls = graphText(profile).split('\n').map((line) => /^call (.* -> .* x\d+) = /.exec(line)?.[1]).filter(Boolean);
    assert.deepEqual(calls, [
      'Work->fill /tmp/rec/calls.php:15 -> php::str_repeat x20',
      'Work::all /tmp/rec/calls.php:19 -> Work->fill x1',
      'Work::all /tmp/rec/calls.php:20 -> fib x1',
      'Work::all /tmp/rec/calls.php:20 -> spin x2',
      'fib /tmp/rec/calls.php:10 -> fib x66',
      'spin /tmp/rec/calls.php:6 -> mix x40',
      '{main} /tmp/rec/calls.php:23 -> Work::all x1',
    ]);
    // Everything below {main} is in its inclusive cost, but for what Xdebug's clock counts twice.
    const { self, total } = functionCosts(profile, 0);
    const row = Array.from(profile.functions.name, (name) => text(profile, name)).indexOf('{main}');
    assert.ok(total[row] > 0.5 * self.reduce((sum, cost) => sum + cost, 0));
  });
});
