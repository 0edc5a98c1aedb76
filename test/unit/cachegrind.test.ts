import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { functionCosts } from '../../src/core/functions.ts';
import { FunctionKind, text } from '../../src/core/profile.ts';
import { cachegrind } from '../../src/formats/cachegrind.ts';
import { callgrind } from '../../src/formats/callgrind.ts';
import { FormatError } from '../../src/formats/format.ts';
import { detectFormat } from '../../src/formats/index.ts';
import { dedent, graphText, inputOf, readAs } from '../stackText.ts';

const fixtures = new URL('../fixtures/cachegrind/', import.meta.url);
const names = async () => (await readdir(fixtures)).filter((name) => !name.endsWith('.md'));
const read = (picture: string) => readAs(cachegrind, `${dedent(picture)}\n`);

async function assertMalformed(picture: string, place: string, expected: RegExp): Promise<void> {
  await assert.rejects(read(picture), (error: unknown) => {
    assert.ok(error instanceof FormatError, String(error));
    assert.equal(error.place, place);
    assert.match(error.message, expected);
    return true;
  });
}

describe('cachegrind: grammar', () => {
  it('reads counts by file, function and line', async () => {
    const profile = await read(`
      desc: I1 cache:         32768 B, 64 B, 8-way associative
      desc: LL cache:         8388608 B, 64 B, 16-way associative
      cmd: ./prog  -x
      events: Ir Dr Dw
      fl=a.c
      fn=main
      3 10 4 1
      4 20
      fl=b.h
      fn=main
      7 5 . 2
      fl=b.c
      fn=helper
      9 1 1 1
      fl=a.c
      fn=main
      3 1 0 0
      summary: 37 5 4
    `);
    assert.equal(graphText(profile), dedent(`
      self helper b.c:9 = 1 1 1
      self main a.c:3 = 11 4 1
      self main a.c:4 = 20 0 0
      self main b.h:7 = 5 0 2
    `));
    assert.deepEqual(profile.totals, [37, 5, 4]);
    assert.deepEqual([profile.warnings, profile.truncated], [[], false]);
    assert.deepEqual(profile.events[1], { name: 'Dr', unit: 'count', label: 'Data reads' });
    assert.deepEqual(profile.meta, {
      format: 'cachegrind', tool: 'cachegrind', command: './prog  -x',
      facts: [['I1 cache', '32768 B, 64 B, 8-way associative'], ['LL cache', '8388608 B, 64 B, 16-way associative']],
    });
    assert.equal(profile.graph?.edges.length, 0);
    // As in cg_annotate, code inlined from b.h is a function of its own.
    const { self, total } = functionCosts(profile, 0);
    assert.deepEqual(Array.from(profile.functions.name, (name, func) => [text(profile, name), text(profile, profile.functions.file[func]), self[func], total[func]]),
      [['main', 'a.c', 31, 31], ['main', 'b.h', 5, 5], ['helper', 'b.c', 1, 1]]);
    assert.deepEqual([...new Set(profile.functions.kind)], [FunctionKind.Native]);
  });

  it('takes irregular white space, comments, negative counts, and lines 0 and below', async () => {
    const profile = await read(`
      # a comment
      desc:  Files compared:   a.out; b.out
      cmd:  ./a; ./b
      events:   Ir   Bc

      fl=a.c
      fn=f
      0   -5\t7  ${''}
       -1 2   -3
      12\t4
      # another
      summary:   1   4
    `);
    assert.equal(graphText(profile), dedent(`
      self f a.c:0 = -3 4
      self f a.c:12 = 4 0
    `));
    assert.deepEqual(profile.totals, [1, 4]);
    assert.deepEqual(profile.warnings, []);
  });

  it('costs before any function, and after a file without one, are those of an unknown function', async () => {
    const profile = await read(`
      cmd: a
      events: Ir
      1 2
      fl=a.c
      5 3
      fn=f
      6 1
      fl=???
      fn=???
      0 9
      summary: 15
    `);
    assert.equal(graphText(profile), dedent(`
      self ??? ?:0 = 9
      self ??? ?:1 = 2
      self ??? a.c:5 = 3
      self f a.c:6 = 1
    `));
  });

  it('fi= and fe= change the file of lines and not the function', async () => {
    const profile = await read(`
      cmd: a
      events: Ir
      fl=a.c
      fn=f
      1 1
      fi=b.h
      2 2
      fe=a.c
      3 3
      fn=g
      4 4
      summary: 10
    `);
    assert.equal(graphText(profile), dedent(`
      self f a.c:1 = 1
      self f a.c:3 = 3
      self f b.h:2 = 2
      self g a.c:4 = 4
    `));
    assert.equal(profile.functions.length, 2);
  });

  it('keeps what was read of a file that is cut', async () => {
    const whole = 'cmd: a\nevents: Ir\nfl=a.c\nfn=f\n1 10\n2 20\nsummary: 30\n';
    for (let length = 'cmd: a\nevents: Ir\n'.length; length < whole.length - 2; length++) {
      const profile = await readAs(cachegrind, whole.slice(0, length));
      assert.equal(profile.truncated, true, whole.slice(0, length));
      assert.ok([0, 10, 30].includes(profile.totals[0]), `${length}: ${profile.totals[0]}`);
    }
    assert.equal((await readAs(cachegrind, whole.slice(0, -1))).truncated, false);
  });

  it('warns of sums that differ and of counts that a double cannot hold', async () => {
    const wrong = await read('cmd: a\nevents: Ir\nfl=a\nfn=f\n1 5\nsummary: 7');
    assert.match(wrong.warnings.join(), /Ir adds up to 5, 2 less than the 7 it states/);
    const large = await read('cmd: a\nevents: Ir\nfl=a\nfn=f\n1 9007199254740993\nsummary: 9007199254740993');
    assert.match(large.warnings.join(), /above 2\^53/);
  });

  it('names the line and what was expected', async () => {
    await assertMalformed('cmd: a\nfl=a.c\nfn=f\n1 2', 'line 4', /"events:" line before the first count/);
    await assertMalformed('cmd: a\nevents: Ir\n1 2 3', 'line 3', /at most 1 counts/);
    await assertMalformed('cmd: a\nevents: Ir\n1 2x', 'line 3', /a number, found "2x"/);
    await assertMalformed('cmd: a\nevents: Ir\n99999999999 1', 'line 3', /a line number/);
    await assertMalformed('cmd: a\nevents:\n1 2', 'line 2', /names after "events:"/);
    await assertMalformed('cmd: a\nevents: Ir\nfx=a', 'line 3', /fl= or fn=/);
    await assertMalformed('cmd: a\nevents: Ir\nwhat', 'line 3', /a line with counts/);
    await assertMalformed('cmd: a', 'line 1', /"events:" line, but the file ends/);
    await assert.rejects(readAs(cachegrind, ''), FormatError);
  });
});

describe('cachegrind: real files', () => {
  it('are recognised before callgrind, and nothing else is', async () => {
    for (const name of await names()) {
      const head = (await readFile(new URL(name, fixtures))).subarray(0, 65536);
      assert.equal(detectFormat(head, 'x')?.id, 'cachegrind', name);
    }
    for (const folder of ['callgrind', 'perf', 'pstats', 'samples']) {
      const other = new URL(`../fixtures/${folder}/`, import.meta.url);
      for (const name of await readdir(other)) {
        const head = (await readFile(new URL(name, other))).subarray(0, 65536);
        assert.equal(cachegrind.sniff(head, 'cachegrind.out.1'), false, name);
        if (folder === 'callgrind' && head.length > 0) assert.equal(detectFormat(head, 'cachegrind.out.1')?.id, 'callgrind', name);
      }
    }
    assert.equal(callgrind.sniff(Buffer.from('cmd: a\nevents: Ir\nfl=a\nfn=f\n1 1\ncfn=g\ncalls=1 2\n1 5\n'), 'x'), true);
    assert.equal(cachegrind.sniff(Buffer.from('cmd: a\nevents: Ir\nfl=a\nfn=f\n1 1\ncfn=g\ncalls=1 2\n1 5\n'), 'x'), false);
  });

  it('add up to their own sums, in chunks of any size and with Windows line ends', async () => {
    for (const name of await names()) {
      const bytes = await readFile(new URL(name, fixtures));
      const profile = await readAs(cachegrind, bytes);
      const summary = /^summary:\s*(.*)$/m.exec(bytes.toString())?.[1].trim().split(/\s+/).map(Number);
      assert.deepEqual(profile.totals, summary, name);
      assert.deepEqual([profile.warnings, profile.truncated], [[], false], name);
      const expected = graphText(profile);
      for (const size of [1, 63]) assert.equal(graphText(await readAs(cachegrind, bytes, 'x', size)), expected);
      const windows = Buffer.from(bytes.toString().replaceAll('\n', '\r\n'));
      assert.ok(cachegrind.sniff(windows, 'x'));
      assert.equal(graphText(await readAs(cachegrind, windows)), expected);
    }
  });

  it('the difference of two runs is negative where the second did less', async () => {
    const profile = await cachegrind.read([inputOf('x', await readFile(new URL('calls.diff.out', fixtures)))]);
    const spin = graphText(profile).split('\n').find((line) => line.startsWith('self spin'));
    assert.match(spin ?? '', /:0 = [1-9]/);
  });
});
