import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import type { Profile } from '../../src/core/profile.ts';
import { FormatError } from '../../src/formats/format.ts';
import { dhat } from '../../src/formats/dhat.ts';
import { detectFormat } from '../../src/formats/index.ts';
import { dedent, readAs, stackTree } from '../stackText.ts';

const fixtures = new URL('../fixtures/', import.meta.url);
const readFixture = async (name: string) => readAs(dhat, await readFile(new URL(`dhat/${name}`, fixtures)), name);

const FRAMES = ['[root]', '0x10: malloc (in /lib/v.so)', '0x20: make (a.c:3)', '0x30: main (a.c:9)', '0x30: inner (a.h:1)'];
const point = (fs: number[], tb: number, rest: object = {}) => ({ tb, tbk: 1, tl: 5, mb: 99, mbk: 9, gb: tb - 1, gbk: 1, eb: 0, ebk: 0, rb: 2, wb: 3, acc: [-3, 4], fs, ...rest });
const file = (pps: object[], rest: object = {}) => ({
  dhatFileVersion: 2, mode: 'heap', verb: 'Allocated', bklt: true, bkacc: true, tu: 'instrs', Mtu: 'Minstr', tuth: 500, cmd: './p a', pid: 7, te: 350, tg: 300, pps, ftbl: FRAMES, ...rest,
});
const read = (content: object) => readAs(dhat, JSON.stringify(content));
const totals = (profile: Profile) => Object.fromEntries(profile.events.map(({ name }, event) => [name, profile.totals[event]]));

const refused = (content: string | Uint8Array, message: RegExp) => assert.rejects(readAs(dhat, content, 'd.out'), (error) => {
  assert.ok(error instanceof FormatError, String(error));
  assert.match(error.message, message);
  return true;
});

describe('DHAT', () => {
  it('stacks are turned to begin with the outermost caller; costs that add up are events', async () => {
    const profile = await read(file([point([1, 2, 3], 10), point([1, 4, 3], 20), point([], 5)]));
    assert.equal(stackTree(profile, ['file', 'line', 'object', 'inlined']), dedent(`
      main[file:a.c][line:9]  total 30
        inner[file:a.h][line:1][inlined]  total 20
          malloc[object:/lib/v.so]  total 20, self 20
        make[file:a.c][line:3]  total 10
          malloc[object:/lib/v.so]  total 10, self 10
      [root]  total 5, self 5
    `));
    assert.deepEqual(totals(profile), {
      'total bytes': 35, 'total blocks': 3, 'at t-gmax bytes': 32, 'at t-gmax blocks': 3, 'at t-end bytes': 0, 'at t-end blocks': 0, reads: 6, writes: 9,
    });
    assert.deepEqual(profile.meta, {
      format: 'dhat', tool: 'dhat', command: './p a', pid: 7,
      facts: [['Mode', 'heap'], ['Program points', '3'], ['Time of the highest use (t-gmax)', '300 instrs'], ['Time of the end (t-end)', '350 instrs']],
    });
  });

  it('the costs of Valgrind\'s own malloc stand where it is called', async () => {
    const own = '0x10: malloc (in /usr/libexec/valgrind/vgpreload_dhat-amd64-linux.so)';
    const profile = await read(file([point([1, 2, 3], 10), point([1], 5)], { ftbl: ['[root]', own, ...FRAMES.slice(2)] }));
    assert.equal(stackTree(profile, ['file', 'line']), dedent(`
      main[file:a.c][line:9]  total 10
        make[file:a.c][line:3]  total 10, self 10
      malloc  total 5, self 5
    `));
  });

  it('without lifetimes and accesses there are totals alone, in the units of the file', async () => {
    const profile = await read(file([{ tb: 4, tbk: 2, fs: [3] }], { bklt: false, bkacc: false, mode: 'ad-hoc', bu: 'unit', bsu: 'units', bksu: 'events' }));
    assert.deepEqual(profile.events, [
      { name: 'total units', unit: 'count', label: 'Units in all' }, { name: 'total events', unit: 'count', label: 'Events in all' },
    ]);
    assert.deepEqual(profile.totals, [4, 2]);
  });

  it('keys may come in any order, and unknown ones are skipped', async () => {
    const { dhatFileVersion, pps, ftbl, ...rest } = file([point([1, 2, 3], 10, { future: { a: [1] } })]);
    const profile = await read({ ftbl, next: [{ x: 'y' }], pps, ...rest, dhatFileVersion });
    assert.equal(totals(profile)['total bytes'], 10);
    assert.match(stackTree(profile), /^main {2}total 10\n/);
  });

  it('without program points says so', async () => {
    const profile = await readFixture('nothing.dhat');
    assert.deepEqual([profile.totals, profile.warnings.length], [[0, 0], 1]);
  });

  it('that is cut off keeps what was read', async () => {
    const whole = JSON.stringify(file([point([1, 2, 3], 10), point([1, 4, 3], 20)]));
    const inPoint = await readAs(dhat, whole.slice(0, whole.lastIndexOf('"acc"')));
    assert.deepEqual([inPoint.truncated, totals(inPoint)['total bytes']], [true, 10]);
    assert.match(stackTree(inPoint), /^frame 3 {2}total 10\n {2}frame 2 {2}total 10\n/);
    const inTable = await readAs(dhat, whole.slice(0, whole.indexOf('main (a.c')));
    assert.deepEqual([inTable.truncated, totals(inTable)['total bytes']], [true, 30]);
    assert.match(stackTree(inTable), /^frame 3 {2}total 30\n[^]*make/);
    assert.match(inTable.warnings.join(), /was cut off at byte \d+/);
  });

  it('that is wrong is refused by byte', async () => {
    await refused('', /^d\.out, byte 0: expected a DHAT profile/);
    await refused('{}', /^d\.out, byte 0: expected "dhatFileVersion"/);
    await refused('{"dhatFileVersion":1}', /^d\.out, byte 19: expected version 2 of DHAT's files \(valgrind 3\.17 and later\), found "1}"$/);
    await refused(JSON.stringify(file([{ tb: 1 }])), /^d\.out, byte \d+: expected frames \("fs"\) in the program point/);
    await refused(JSON.stringify(file([point([9], 1)])), /^d\.out, byte \d+: expected the number of a frame of the table/);
    await refused(JSON.stringify(file([point([1], -1)])), /^d\.out, byte \d+: expected a whole number of "tb" below 2\^64, found "-1,/);
    await refused(JSON.stringify({ ...file([point([1], 1)]), ftbl: undefined }), /expected a table of frames \("ftbl"\)/);
    await refused(`${JSON.stringify(file([]))}x`, /expected the end of the file, found "x"$/);
  });

  it('of numbers beyond 2^53 is noticed; UTF-16 and CRLF are taken', async () => {
    const content = JSON.stringify(file([point([1, 2, 3], 10)]), undefined, 1);
    assert.match((await readAs(dhat, content.replace('"tb": 10', '"tb": 9007199254740993'))).warnings.join(), /above 2\^53/);
    const expected = stackTree(await readAs(dhat, content));
    for (const variant of [content.replaceAll('\n', '\r\n'), new Uint8Array(Buffer.from(`\ufeff${content}`, 'utf16le'))]) assert.equal(stackTree(await readAs(dhat, variant, 'd', 3)), expected);
  });

  it('may hold a million program points, stacks of 100,000 frames and names of a megabyte', async function () {
    this.timeout(30_000);
    const text = `{"dhatFileVersion":2,"pps":[${'{"tb":3,"tbk":1,"fs":[1,2,3]},'.repeat(999_999)}{"tb":4,"tbk":1,"fs":[1,2]}],"ftbl":${JSON.stringify(FRAMES)}}`;
    assert.deepEqual((await readAs(dhat, text)).totals, [3_000_001, 1_000_000]);
    const deep = await read(file([point(Array.from({ length: 100_000 }, (_, i) => 1 + i % 3), 7)]));
    assert.deepEqual([deep.stacks.length, deep.totals[0]], [100_000, 7]);
    const name = 'f'.repeat(1 << 20);
    assert.ok((await read(file([point([1], 1)], { ftbl: ['[root]', `0x10: ${name} (a.c:1)`] }))).strings.includes(name));
  });

  it('files by the tool are recognised by what they hold, and nothing else is', async () => {
    for (const folder of await readdir(fixtures)) {
      if (folder === 'src' || folder === 'grammars' || folder.endsWith('.md')) continue;
      for (const name of await readdir(new URL(`${folder}/`, fixtures))) {
        const head = (await readFile(new URL(`${folder}/${name}`, fixtures))).subarray(0, 65536);
        const ours = folder === 'dhat' && name.endsWith('.dhat');
        assert.equal(dhat.sniff(head, ''), ours, `${folder}/${name}`);
        if (ours) assert.equal(detectFormat(head, '')?.id, 'dhat');
      }
    }
    const profile = await readFixture('names.dhat');
    assert.equal(profile.meta.command, './names one two "words"');
    assert.deepEqual((await readFixture('heap.327.dhat')).totals.slice(0, 4), (await readFixture('heap.dhat')).totals.slice(0, 4));
  });
});
