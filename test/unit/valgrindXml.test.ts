import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { text, type Finding, type Profile } from '../../src/core/profile.ts';
import { FormatError } from '../../src/formats/format.ts';
import { detectFormat } from '../../src/formats/index.ts';
import { valgrindXml } from '../../src/formats/valgrindXml.ts';
import { dedent, inputOf, readAs, stackTree } from '../stackText.ts';

const fixtures = new URL('../fixtures/', import.meta.url);
const fixture = (name: string) => readFile(new URL(`valgrind-xml/${name}`, fixtures));
const readFixture = async (name: string) => readAs(valgrindXml, await fixture(name), name);

const HEAD = '<?xml version="1.0"?>\n\n<valgrindoutput>\n<protocolversion>4</protocolversion>\n<protocoltool>memcheck</protocoltool>\n<pid>7</pid><tool>memcheck</tool>\n';
const END = '\n</valgrindoutput>\n';
const report = (...parts: string[]) => HEAD + parts.join('\n') + END;

/** `fn a.c:1` frames, innermost first, as a `<stack>`. */
const stackOf = (...frames: string[]) => `<stack>${frames.map((frame, i) => {
  const [fn, place] = frame.split(' ');
  const [file, line] = place.split(':');
  return `<frame><ip>0x${(i + 1).toString(16)}0</ip><obj>/bin/p</obj><fn>${fn}</fn><dir>/src</dir><file>${file}</file><line>${line}</line></frame>`;
}).join('')}</stack>`;
const errorOf = (unique: number, kind: string, ...parts: string[]) => `<error><unique>0x${unique.toString(16)}</unique><tid>1</tid><kind>${kind}</kind>${parts.join('')}</error>`;
const leakOf = (unique: number, kind: string, message: string, bytes: number, blocks: number, ...frames: string[]) => (
  errorOf(unique, kind, `<xwhat><text>${message}</text><leakedbytes>${bytes}</leakedbytes><leakedblocks>${blocks}</leakedblocks></xwhat>`, stackOf(...frames)));

/** A finding as text: kind, severity, count and so on, then its stacks, innermost first. */
function findingText(profile: Profile, { kind, message, severity, count, bytes, thread, stacks }: Finding): string {
  const { frames, functions } = profile;
  const frame = (row: number) => `${text(profile, functions.name[frames.func[row]])}${frames.line[row] > 0 ? `:${frames.line[row]}` : ''}`;
  return [
    `${kind} ${severity} x${count}${bytes > 0 ? ` ${bytes} bytes` : ''} thread ${thread}: ${message}`,
    ...stacks.map(({ label, frames: rows }) => `  ${label === '' ? '' : `${label}: `}${Array.from(rows, frame).join(' < ')}`.replace(/: $/, ':')),
  ].join('\n');
}
const findingsText = (profile: Profile) => profile.findings.map((finding) => findingText(profile, finding)).join('\n');
const totals = (profile: Profile) => Object.fromEntries(profile.events.map(({ name }, event) => [name, profile.totals[event]]));

const refused = (content: string | Uint8Array, message: RegExp) => assert.rejects(readAs(valgrindXml, content, 'v.xml'), (error) => {
  assert.ok(error instanceof FormatError, String(error));
  assert.match(error.message, message);
  return true;
});

describe('Valgrind XML: findings', () => {
  it('are errors with their stacks in order, text before a stack being its label', async () => {
    const profile = await readAs(valgrindXml, report(
      errorOf(1, 'InvalidRead', '<what>Invalid read of size 1</what>', stackOf('leaf a.c:3', 'main a.c:9'),
        '<auxwhat>Address 0x4 is 2 bytes inside a block of size 4 free\'d</auxwhat>', stackOf('free m.c:1', 'main a.c:8'),
        '<auxwhat>Block was alloc\'d at</auxwhat>', stackOf('malloc m.c:2', 'main a.c:7'),
        '<suppression><sname>what</sname><sframe><fun>leaf</fun></sframe><rawtext><![CDATA[{ <what> }]]></rawtext></suppression>'),
      errorOf(2, 'InvalidWrite', '<what>Invalid write</what>', stackOf('main a.c:9'), '<auxwhat>Address 0x0 is not stack\'d</auxwhat>'),
      '<errorcounts><pair><count>4</count><unique>0x1</unique></pair><pair><count>9</count><unique>0x77</unique></pair></errorcounts>',
    ));
    assert.equal(findingsText(profile), dedent(`
      InvalidRead error x4 thread 1: Invalid read of size 1
        leaf:3 < main:9
        Address 0x4 is 2 bytes inside a block of size 4 free'd: free:1 < main:8
        Block was alloc'd at: malloc:2 < main:7
      InvalidWrite error x1 thread 1: Invalid write
        main:9
        Address 0x0 is not stack'd:
    `));
    assert.equal(stackTree(profile, ['file', 'line', 'object']), dedent(`
      main[file:/src/a.c][line:9][object:/bin/p]  total 4
        leaf[file:/src/a.c][line:3][object:/bin/p]  total 4, self 4
      main[file:/src/a.c][line:9][object:/bin/p]  total 1, self 1
      main[file:/src/a.c][line:7][object:/bin/p]  total 0
        malloc[file:/src/m.c][line:2][object:/bin/p]  total 0
      main[file:/src/a.c][line:8][object:/bin/p]  total 0
        free[file:/src/m.c][line:1][object:/bin/p]  total 0
    `));
  });

  it('are leaks, weighed by kind', async () => {
    const profile = await readAs(valgrindXml, report(
      leakOf(1, 'Leak_IndirectlyLost', '96 bytes in 3 blocks are indirectly lost in loss record 1 of 4', 96, 3, 'malloc m.c:1', 'main a.c:1'),
      leakOf(2, 'Leak_DefinitelyLost', '1,128 (1,032 direct, 96 indirect) bytes in 1 blocks are definitely lost in loss record 2 of 4', 1128, 1, 'malloc m.c:1', 'main a.c:2'),
      leakOf(3, 'Leak_PossiblyLost', '5 bytes in 2 blocks are possibly lost in loss record 3 of 4', 5, 2, 'malloc m.c:1', 'main a.c:3'),
      leakOf(4, 'Leak_StillReachable', '7 bytes in 1 blocks are still reachable in loss record 4 of 4', 7, 1, 'malloc m.c:1', 'main a.c:3'),
    ));
    assert.deepEqual(totals(profile), {
      'definitely lost': 1032, 'definitely lost blocks': 1, 'indirectly lost': 96, 'indirectly lost blocks': 3, 'possibly lost': 5, 'possibly lost blocks': 2, 'still reachable': 7, 'still reachable blocks': 1,
    });
    assert.deepEqual(profile.findings.map(({ severity, bytes, count }) => [severity, bytes, count]), [['error', 96, 1], ['error', 1128, 1], ['warning', 5, 1], ['info', 7, 1]]);
    assert.deepEqual(profile.events.map(({ unit }) => unit).filter((_, i) => i % 2 === 0), ['bytes', 'bytes', 'bytes', 'bytes']);
  });

  it('of bytes lost with others count where these were made, if they have no record', async () => {
    const profile = await readAs(valgrindXml, report(leakOf(2, 'Leak_DefinitelyLost', '128 (+128) (32 (+32) direct, 96 (+96) indirect) bytes in 1 (+1) blocks are definitely lost in new loss record 2 of 4', 128, 1, 'main a.c:2')));
    assert.deepEqual(totals(profile), { 'definitely lost': 32, 'definitely lost blocks': 1, 'indirectly lost': 96 });
  });

  it('of several leak checks are all there, and weigh what the last one found', async () => {
    const leak = (unique: number, bytes: number) => leakOf(unique, 'Leak_DefinitelyLost', `${bytes} bytes in 1 blocks are definitely lost in loss record 1 of 1`, bytes, 1, 'main a.c:2');
    const profile = await readAs(valgrindXml, report(leak(1, 10), leak(2, 30)));
    assert.deepEqual([totals(profile)['definitely lost'], profile.findings.length], [30, 2]);
    assert.match(profile.warnings.join(), /several leak checks/);
    const unnumbered = await readAs(valgrindXml, report(leakOf(1, 'Leak_DefinitelyLost', 'lost', 10, 1, 'main a.c:2'), leakOf(2, 'Leak_DefinitelyLost', 'lost', 30, 1, 'main a.c:2')));
    assert.deepEqual([totals(unnumbered)['definitely lost'], unnumbered.warnings], [40, []]);
  });

  it('of helgrind name the places where their threads were created', async () => {
    const profile = await readFixture('race.helgrind.xml');
    assert.equal(findingText(profile, profile.findings[0]), dedent(`
      Race error x1 thread two: Possible data race during read of size 4 at 0x10C0F0 by thread #3
        bump:12 < worker:19 < ??? < start_thread:442 < clone:100
        This conflicts with a previous write of size 4 by thread #2: bump:12 < worker:19 < ??? < start_thread:442 < clone:100
        Address 0x10c0f0 is 0 bytes inside data symbol "shared":
        Thread #3 was created: clone:76 < __clone_internal:83 < create_thread:295 < pthread_create@@GLIBC_2.34:831 < ??? < main:35
        Thread #2 was created: clone:76 < __clone_internal:83 < create_thread:295 < pthread_create@@GLIBC_2.34:831 < ??? < main:34
    `));
    assert.deepEqual(profile.findings.map(({ kind, severity }) => `${kind} ${severity}`), ['Race error', 'Race error', 'Race error', 'Race error', 'LockOrder warning', 'UnlockUnlocked warning']);
  });

  it('of drd say what the stacks of its own elements are', async () => {
    const last = (await readFixture('race.drd.xml')).findings.at(-1);
    assert.deepEqual([last?.kind, last?.stacks.length], ['MutexErr', 2]);
    assert.match(last?.stacks[1].label ?? '', /^mutex 0x[0-9a-f]+ was first observed at$/);
    const segment = await readAs(valgrindXml, report(errorOf(1, 'ConflictingAccess', '<what>Conflicting load</what>', stackOf('main a.c:1'), `<other_segment_start>${stackOf('f a.c:2')}</other_segment_start>`)));
    assert.equal(segment.findings[0].stacks[1].label, 'Other segment start');
    const held = await readAs(valgrindXml, report(errorOf(1, 'HoldtimeErr', `<acquired_at>${stackOf('lock a.c:2')}</acquired_at>`, '<what>Lock was held</what>', stackOf('main a.c:1'))));
    assert.deepEqual(held.findings[0].stacks.map(({ label }) => label), ['', 'Acquired at']);
  });

  it('are fatal signals and messages of the program, too', async () => {
    assert.equal(findingsText(await readFixture('abort.xml')), dedent(`
      ClientMessage info x1 thread 1: hello <3>
      ClientMessage info x1 thread 1: back 4
        VALGRIND_PRINTF_BACKTRACE:6815 < main:3
      InvalidRead error x1 thread 1: Invalid read of size 4
        main:3
        Address 0x0 is not stack'd, malloc'd or (recently) free'd:
      FatalSignal error x1 thread 1: Process terminating with default action of signal 11 (SIGSEGV): Access not within mapped region at address 0x0
        main:3
    `));
  });

  it('of protocol 5 are file descriptors, too', async () => {
    const profile = await readFixture('faults.memcheck5.xml');
    const files = profile.findings.filter(({ kind }) => kind.startsWith('Fd'));
    assert.deepEqual(files.map(({ kind, severity, message, stacks }) => [kind, severity, message, stacks.map(({ label }) => label)]), [
      ['FdBadClose', 'error', 'File descriptor 3: /dev/null is already closed', ['', 'Previously closed', 'Originally opened']],
      ['FdNotClosed', 'warning', 'Open file descriptor 3: /dev/zero', ['']],
    ]);
    assert.equal(profile.meta.command, './faults a b c');
  });

  it('of protocol 6 come with the summaries', async () => {
    const { meta } = await readFixture('faults.memcheck6.xml');
    const facts = Object.fromEntries(meta.facts ?? []);
    assert.equal(facts['Valgrind'], '3.27.1');
    assert.equal(facts['Definitely lost'], '338 bytes in 5 blocks');
    assert.equal(facts['In use at exit'], '1,734 bytes in 10 blocks');
    assert.equal(facts['Heap usage'], '12 allocs, 3 frees, 1,748 bytes allocated');
    assert.match(facts['Error summary'], /^15 errors from 12 contexts/);
    assert.deepEqual([meta.tool, meta.format, meta.command], ['memcheck', 'valgrind-xml', './faults']);
    assert.ok((meta.duration ?? 0) > 1e8 && (meta.pid ?? 0) > 0);
  });
});

describe('Valgrind XML: streams', () => {
  it('in chunks of any size, in UTF-16, with CRLF, are the same', async () => {
    const bytes = await fixture('fork.xml');
    const content = bytes.toString('utf8');
    const expected = findingsText(await readAs(valgrindXml, bytes));
    for (const variant of [bytes, new Uint8Array(Buffer.from(`\ufeff${content}`, 'utf16le')), content.replaceAll('\n', '\r\n'), content.trimEnd(), `\ufeff${content}`]) {
      for (const chunk of [1, 3, 17, 65536]) {
        const profile = await readAs(valgrindXml, variant, 'f', chunk);
        assert.equal(findingsText(profile), expected);
        assert.deepEqual(profile.meta.facts?.find(([label]) => label === 'Comment'), ['Comment', '<a & b> by "nobody"']);
      }
    }
  });

  it('of a process that was killed keep the findings, marked truncated', async () => {
    const whole = report(errorOf(1, 'InvalidRead', '<what>one</what>', stackOf('main a.c:1')), errorOf(2, 'InvalidRead', '<what>two</what>', stackOf('main a.c:2')));
    for (const end of [whole.indexOf('two') + 2, whole.lastIndexOf('</error>') + 3, whole.lastIndexOf('<error>') + 3]) {
      const profile = await readAs(valgrindXml, whole.slice(0, end));
      assert.deepEqual([profile.findings.length, profile.truncated, totals(profile)], [1, true, { errors: 1 }]);
      assert.match(profile.warnings.join(), /ends without <\/valgrindoutput>/);
    }
  });

  it('of several processes in one file are read together, also after one that was cut', async () => {
    const one = report(errorOf(1, 'InvalidRead', '<what>one</what>', stackOf('main a.c:1')), leakOf(2, 'Leak_DefinitelyLost', '5 bytes in loss record 1 of 1', 5, 1, 'main a.c:1'),
      '<errorcounts><pair><count>3</count><unique>0x1</unique></pair></errorcounts>');
    const twice = await readAs(valgrindXml, one + one);
    assert.deepEqual([twice.findings.length, totals(twice), twice.truncated], [4, { errors: 6, 'definitely lost': 10, 'definitely lost blocks': 2 }, false]);
    assert.match(twice.warnings.join(), /output of 2 processes \(7, 7\)/);
    const cut = await readAs(valgrindXml, one.slice(0, one.indexOf('Leak_Def')) + one);
    assert.deepEqual([cut.findings.length, totals(cut)['errors'], cut.truncated], [3, 4, true]);
    const forked = await readFixture('fork.xml');
    assert.deepEqual([forked.findings.length, totals(forked)['definitely lost'], forked.truncated], [6, 25, false]);
    assert.match(forked.warnings.join(), /one it forked/);
    const files = await valgrindXml.read([inputOf('a', one), inputOf('b', one)]);
    assert.deepEqual(totals(files), totals(twice));
  });

  it('without errors say so', async () => {
    const profile = await readAs(valgrindXml, report());
    assert.deepEqual([profile.findings.length, profile.events.length, profile.warnings], [0, 0, ['nothing was reported']]);
  });

  it('of other protocols are read with a warning', async () => {
    const profile = await readAs(valgrindXml, report(errorOf(1, 'Leak_DefinitelyLost', '<what>leak</what><leakedbytes>5</leakedbytes>', stackOf('main a.c:1'))).replace('>4<', '>3<'));
    assert.deepEqual([profile.findings[0].bytes, profile.findings[0].message], [5, 'leak']);
    assert.match(profile.warnings.join(), /protocol version 3/);
  });

  it('that are not XML are refused by line', async () => {
    await refused('', /^v\.xml, line 1: expected a <valgrindoutput> element/);
    await refused('<?xml version="1.0"?>\n<other/>', /^v\.xml, line 2: expected a <valgrindoutput> element, found "<other>"$/);
    await refused(`${HEAD}<error>\n<tid>1</ti>\n`, /^v\.xml, line 8: expected well-formed XML, found "Unexpected close tag"$/);
    await refused(report(errorOf(1, 'X', '<what>x</what><leakedbytes>many</leakedbytes>')), /^v\.xml, line 7: expected a whole number, found "many"$/);
    await refused(`${report()}garbage`, /^v\.xml, line 9: expected nothing or another element/);
  });

  it('cannot make entities explode', async () => {
    const bomb = `<?xml version="1.0"?>\n<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>\n<valgrindoutput><tool>&b;</tool></valgrindoutput>`;
    await refused(bomb, /^v\.xml, line 3: expected well-formed XML, found "Invalid character entity"$/);
    assert.equal((await readAs(valgrindXml, report(errorOf(1, 'X', '<what>&lt;&#65;&amp;&gt;</what>')))).findings[0].message, '<A&>');
  });

  it('may hold names of a megabyte, stacks of 100,000 frames and elements as deep', async () => {
    const name = 'f'.repeat(1 << 20);
    const long = await readAs(valgrindXml, report(errorOf(1, 'X', '<what>x</what>', stackOf(`${name} a.c:1`))));
    assert.ok(long.strings.includes(name));
    const deep = await readAs(valgrindXml, report(errorOf(1, 'X', '<what>x</what>', stackOf(...Array.from({ length: 100_000 }, (_, i) => `f${i % 7} a.c:${i + 1}`)))));
    assert.deepEqual([deep.stacks.length, deep.findings[0].stacks[0].frames.length], [100_000, 100_000]);
    const nested = await readAs(valgrindXml, HEAD + '<x>'.repeat(100_000) + '</x>'.repeat(100_000) + END);
    assert.equal(nested.truncated, false);
  });

  it('are recognised by what they hold, and nothing else is', async () => {
    for (const folder of await readdir(fixtures)) {
      if (folder === 'src' || folder === 'grammars' || folder.endsWith('.md')) continue;
      for (const name of await readdir(new URL(`${folder}/`, fixtures))) {
        const head = (await readFile(new URL(`${folder}/${name}`, fixtures))).subarray(0, 65536);
        const ours = folder === 'valgrind-xml' && name.endsWith('.xml');
        assert.equal(valgrindXml.sniff(head, ''), ours, `${folder}/${name}`);
        if (ours) assert.equal(detectFormat(head, '')?.id, 'valgrind-xml');
      }
    }
  });
});
