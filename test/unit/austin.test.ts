import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { FunctionKind, text, type Profile } from '../../src/core/profile.ts';
import { austin } from '../../src/formats/austin.ts';
import { FormatError } from '../../src/formats/format.ts';
import { detectFormat } from '../../src/formats/index.ts';
import { dedent, readAs, stackTree } from '../stackText.ts';

const fixture = (name: string) => new Uint8Array(readFileSync(fileURLToPath(new URL(`../fixtures/austin/${name}`, import.meta.url))));
const read = (content: string | Uint8Array, chunkSize?: number) => readAs(austin, content, 'x.austin', chunkSize);
const expected = JSON.parse(Buffer.from(fixture('mojo.expected.json')).toString()) as Record<string, { totals: number[]; samples: number; self: Record<string, number> }>;

async function assertFails(content: string | Uint8Array, message: RegExp): Promise<void> {
  await assert.rejects(read(content), (error: unknown) => {
    assert.ok(error instanceof FormatError, String(error));
    assert.match(error.message, message);
    return true;
  });
}

/** Self weight of the first event by `file:function:line` of the leaf. */
function selfByFrame(profile: Profile): Record<string, number> {
  const self: Record<string, number> = {};
  for (let row = 0; row < profile.stacks.length; row++) {
    const frame = profile.stacks.frame[row];
    const func = profile.frames.func[frame];
    const key = `${text(profile, profile.functions.file[func])}:${text(profile, profile.functions.name[func])}:${profile.frames.line[frame]}`;
    if (profile.stackSelf[0][row] !== 0) self[key] = (self[key] ?? 0) + profile.stackSelf[0][row];
  }
  return self;
}

describe('Austin, text', () => {
  /** Sums of the columns of metrics of a recording. */
  const metrics = (name: string) => Buffer.from(fixture(name)).toString().split('\n').filter((line) => line.startsWith('P')).map((line) => line.slice(line.lastIndexOf(' ') + 1).split(',').map(Number));
  const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0);

  it('reads recordings of all modes with the sums of their metrics', async () => {
    const events = async (name: string) => {
      const profile = await read(fixture(name), 1000);
      return profile.events.map((event, row) => [event.name, event.unit, profile.totals[row]]);
    };
    assert.deepEqual(await events('wall.austin'), [['wall', 'microseconds', sum(metrics('wall.austin').map(([time]) => time))]]);
    assert.deepEqual(await events('cpu.austin'), [['cpu', 'microseconds', sum(metrics('cpu.austin').map(([time]) => time))]]);
    const memory = metrics('memory.austin').map(([bytes]) => bytes);
    assert.deepEqual(await events('memory.austin'), [['allocated', 'bytes', sum(memory.map((bytes) => Math.max(bytes, 0)))], ['freed', 'bytes', sum(memory.map((bytes) => Math.max(-bytes, 0)))]]);
    const full = metrics('full.austin');
    assert.deepEqual(await events('full.austin'), [
      ['wall', 'microseconds', sum(full.map(([time]) => time))], ['cpu', 'microseconds', sum(full.map(([time, idle]) => (idle === 0 ? time : 0)))],
      ['allocated', 'bytes', sum(full.map(([, , bytes]) => Math.max(bytes, 0)))], ['freed', 'bytes', sum(full.map(([, , bytes]) => Math.max(-bytes, 0)))],
    ]);
  });

  it('knows lines, threads, times and what the header says', async () => {
    const profile = await read('# austin: 3.7.0\n# interval: 100\n# mode: wall\n\nP7;T0:8;/a/b.py:main:3;/a/b.py:work:5 100\nP7;T0:8;/a/b.py:main:4 50\nP7;T1:9 7\nP7;T0:8;:GC: 1\n\n# duration: 200\n');
    assert.equal(stackTree(profile, ['file', 'line', 'kind']), dedent(`
      main[file:/a/b.py][line:3][kind:python]  total 100
        work[file:/a/b.py][line:5][kind:python]  total 100, self 100
      main[file:/a/b.py][line:4][kind:python]  total 50, self 50
      (no Python frame)[kind:native]  total 7, self 7
      GC[kind:builtin]  total 1, self 1`));
    assert.deepEqual(profile.threads, [{ pid: 7, tid: 8, name: '' }, { pid: 7, tid: 9, name: 'interpreter 1' }]);
    assert.deepEqual([...profile.samples!.time], [0, 100_000, 0, 150_000]);
    assert.deepEqual([profile.meta.tool, profile.meta.duration, profile.meta.frequency], ['Austin 3.7.0', 200_000, 10_000]);
  });

  it('reads older forms, Windows paths and native frames', async () => {
    const profile = await read('P1;T2;C:\\a\\b.py:f:3;/usr/lib/libc.so.6:std::sort:0;kernel:do_syscall_64:0 5\nProcess 1;Thread 0x7f;main (a.py);L12;work (b.py);L5 7\n');
    assert.equal(stackTree(profile, ['file', 'line', 'object', 'kind']), dedent(`
      main[file:a.py][line:12][kind:python]  total 7
        work[file:b.py][line:5][kind:python]  total 7, self 7
      f[file:C:\\a\\b.py][line:3][kind:python]  total 5
        std::sort[object:/usr/lib/libc.so.6][kind:native]  total 5
          do_syscall_64[kind:kernel]  total 5, self 5`));
    assert.deepEqual(profile.threads.map(({ tid }) => tid), [2, 127]);
  });

  it('names the line that is no sample, and keeps what came before one that was cut off', async () => {
    await assertFails('P1;T1;a.py:f:1 5\nP1;T1;a.py:f:1\n', /x\.austin, line 2: expected a sample such as ".*", found "P1;T1;a\.py:f:1"/);
    await assertFails('P1;T1;a.py:f:1 5\nnonsense 5\n', /line 2/);
    await assertFails('P1;T1;a.py:f:1 5,1\n', /line 1/);
    await assertFails('', /line 1: expected a sample of Austin/);
    const cut = await read('P1;T1;a.py:f:1 5\nP1;T1;a.py:f:1 5');
    assert.deepEqual([cut.truncated, cut.totals], [true, [5]]);
    assert.deepEqual((await read('# austin: 3.7.0\n# mode: memory\n')).warnings, ['no samples are in this file']);
  });

  it('reads 100,000 frames and names of a megabyte', async () => {
    const deep = Array.from({ length: 100_000 }, (_, index) => `a.py:f:${index % 50}`).join(';');
    const profile = await read(`P1;T1;${deep};a.py:${'x'.repeat(1 << 20)}:1 5\n`);
    assert.equal(profile.stacks.length, 100_001);
    assert.deepEqual(profile.totals, [5]);
  });

  it('is told from collapsed stacks', () => {
    for (const name of ['wall.austin', 'cpu.austin', 'memory.austin', 'full.austin', 'full3.mojo', 'wall4.mojo', 'full4.mojo']) assert.equal(detectFormat(fixture(name), 'x')?.id, 'austin', name);
    const bytes = (content: string) => new Uint8Array(Buffer.from(content));
    assert.ok(austin.sniff(bytes('P1;T2;a.py:f:3 5\n'), 'x'));
    for (const other of ['main;P1;T2 5\n', 'P1;main 5\n', 'MOJ', 'MOJO\n', '']) assert.equal(austin.sniff(bytes(other), 'x.austin'), false, other);
  });
});

/** Bytes of a MOJO stream from numbers and text. */
const mojo = (...parts: (number | string)[]) => Uint8Array.from(parts.flatMap((part) => (typeof part === 'string' ? [...Buffer.from(part), 0] : [part])));
const START = [0x4d, 0x4f, 0x4a] as const;

describe('Austin, MOJO', () => {
  for (const name of ['full3.mojo', 'wall4.mojo', 'full4.mojo']) {
    it(`reads ${name} as Austin's own Python package does`, async () => {
      const profile = await read(fixture(name));
      assert.deepEqual(profile.totals, expected[name].totals);
      assert.equal(profile.samples?.length, expected[name].samples);
      assert.deepEqual(selfByFrame(profile), expected[name].self);
      assert.equal(profile.truncated, false);
    });
  }

  it('reads every kind of record', async () => {
    const profile = await read(mojo(
      ...START, 4, 1, 'mode', 'full',
      2, 5, 0, '1f', 11, 2, 'a.py', 11, 3, 'f', 3, 7, 2, 3, 9, 0, 4, 0, 5, 7, 6, 'sys_read', 7, 9, 10, 10, 0x43,
      2, 5, 0, '1f', 5, 7, 16, 1, 14, 8, 0, 1, 5, 7, 15, 8, 0, 8, 9, 20, 10, 1,
      2, 5, 1, '20', 4, 12, 2, 9, 1, 10, 2,
      2, 5, 0, '1f', 13, 9, 5, 10, 0, 1, 'duration', '9',
    ));
    assert.equal(stackTree(profile, ['file', 'line', 'kind']), dedent(`
      f[file:a.py][line:9][kind:python]  total 35, self 25
        sys_read[kind:kernel]  total 10
          GC[kind:builtin]  total 10, self 10
      INVALID[kind:builtin]  total 1, self 1`));
    assert.deepEqual(profile.totals, [36, 16, 3, 3]);
    assert.deepEqual(profile.threads.map(({ tid, name }) => [tid, name]), [[31, ''], [32, 'interpreter 1']]);
    assert.equal(profile.frames.column[0], 4);
  });

  it('reads numbers of every size', async () => {
    // 0x40 is the sign; each further byte holds seven bits.
    const profile = await read(mojo(...START, 3, 1, 'mode', 'wall', 2, 0x80, 0x01, 0, 'a', 9, 0xbf, 0xff, 0x01, 1, 'duration', '1'));
    assert.deepEqual([profile.threads[0].pid, profile.totals[0]], [64, 63 + 127 * 64 + 8192]);
    await assertFails(mojo(...START, 3, 2, 0xff, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1), /byte 5: expected a number of at most 64 bits/);
  });

  it('names the byte of what it does not know', async () => {
    await assertFails(mojo(...START, 3, 99), /byte 4: expected a record of the kinds 1 to 16, found "99"/);
    await assertFails(mojo(...START, 3, 2, 1, 0, 'a', 5, 7), /byte 9: expected a reference to an earlier frame/);
    await assertFails(mojo(...START, 3, 2, 1, 0, 'a', 3, 7, 9, 9, 1, 1, 1, 1), /byte 9: expected a reference to an earlier string/);
  });

  it('keeps whole samples of a file that was cut off anywhere', async () => {
    const whole = fixture('full4.mojo');
    let most = 0;
    for (let length = 5; length < whole.length; length++) {
      const profile = await read(whole.subarray(0, length));
      const total = profile.totals[0];
      assert.ok(total <= expected['full4.mojo'].totals[0] && total >= most, `${length} bytes: ${total}`);
      most = total;
    }
    assert.ok(most > 0);
    assert.ok((await read(whole.subarray(0, whole.length - 1))).truncated);
  });

  it('marks the kinds of functions', async () => {
    const profile = await read(fixture('full4.mojo'));
    const spin = Array.from(profile.functions.name, (name) => text(profile, name)).indexOf('spin');
    assert.equal(profile.functions.kind[spin], FunctionKind.Python);
    assert.equal(text(profile, profile.functions.file[spin]), '/tmp/rec/busy.py');
  });
});
