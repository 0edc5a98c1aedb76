import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Profile } from '../../src/core/profile.ts';
import { openProfile } from '../../src/engine/open.ts';
import { detectFormat } from '../../src/formats/index.ts';
import { perfData } from '../../src/formats/perfData.ts';
import { inputOf } from '../stackText.ts';

const folder = fileURLToPath(new URL('../fixtures/perf-data/', import.meta.url));
const bytesOf = (name: string) => new Uint8Array(readFileSync(`${folder}${name}.perf.data`));
const read = (bytes: Uint8Array, chunkSize = 300) => perfData.read([inputOf('x', bytes, chunkSize)]);
const factsOf = (profile: Profile) => Object.fromEntries(profile.meta.facts ?? []) as Record<string, string>;

/** A file of the other byte order: a header, one attribute (cycles, 4000 Hz), a lost record and the host's name. */
function bigEndian(): Uint8Array {
  const bytes = new Uint8Array(104 + 144 + 40 + 16 + 12);
  const view = new DataView(bytes.buffer);
  const u64 = (at: number, value: number) => view.setBigUint64(at, BigInt(value));
  bytes.set(Buffer.from('2ELIFREP'));
  [104, 144, 104, 144, 248, 40].forEach((value, index) => u64(8 + index * 8, value));
  u64(72, 1 << 3);
  u64(104 + 16, 4000);
  view.setUint32(104 + 40, 1 << 21);
  [2, 0].forEach((value, index) => view.setUint32(248 + index * 4, value));
  view.setUint16(248 + 6, 40);
  u64(248 + 16, 77);
  u64(288, 304);
  u64(296, 12);
  view.setUint32(304, 8);
  bytes.set(Buffer.from('hostbig\0'), 308);
  return bytes;
}

describe('perf.data: what the file says of itself', () => {
  it('is recognised by its magic', () => {
    for (const name of readdirSync(folder).filter((each) => each.endsWith('.data'))) assert.equal(detectFormat(new Uint8Array(readFileSync(folder + name)), 'x')?.id, 'perf-data', name);
    assert.equal(detectFormat(bigEndian(), 'x')?.id, 'perf-data');
  });

  for (const chunkSize of [1, 300, 1 << 20]) {
    it(`facts of a recording, in chunks of ${chunkSize}`, async () => {
      const profile = await read(bytesOf('calls'), chunkSize);
      assert.equal(profile.meta.tool, 'perf 6.1.187');
      assert.equal(profile.meta.command, '/usr/bin/perf record -q --no-bpf-event -e cpu-clock -F 99 --call-graph fp -o calls.perf.data ./calls 100000');
      assert.equal(profile.meta.frequency, 99);
      const facts = factsOf(profile);
      assert.deepEqual([facts['Host'], facts['Architecture'], facts['Processors'], facts['Events recorded']], ['vm', 'x86_64', '2', 'cpu-clock (99 Hz)']);
      assert.deepEqual([facts['Samples in the file'], profile.meta.duration], ['3', 58952988]);
      assert.deepEqual([profile.truncated, profile.warnings], [false, []]);
    });
  }

  it('several events, compressed records, a file from a pipe', async () => {
    assert.equal(factsOf(await read(bytesOf('events')))['Events recorded'], 'cpu-clock (99 Hz), page-faults (99 Hz)');
    assert.equal(factsOf(await read(bytesOf('zstd')))['Records'], 'compressed (zstd)');
    const piped = await read(bytesOf('pipe'));
    assert.deepEqual([factsOf(piped)['Written to'], factsOf(piped)['Host'], factsOf(piped)['Events recorded']], ['a pipe', 'vm', 'cpu-clock (99 Hz)']);
    assert.ok(Number(factsOf(piped)['Samples in the file']) > 1);
  });

  it('lost events are counted', async () => {
    const [warning] = (await read(bytesOf('lost'))).warnings;
    assert.match(warning, /^perf lost [1-9]\d* events while recording/);
  });

  it('perf was killed: what there is, marked as incomplete', async () => {
    const profile = await read(bytesOf('killed'));
    assert.equal(profile.truncated, true);
    assert.match(profile.warnings[0], /^perf was killed before it could finish x/);
    assert.equal(factsOf(profile)['Events recorded'], 'cpu-clock (99 Hz)');
  });

  it('the other byte order', async () => {
    const profile = await read(bigEndian());
    assert.deepEqual([factsOf(profile)['Host'], factsOf(profile)['Events recorded'], profile.warnings.length], ['hostbig', 'cycles (4000 Hz)', 1]);
    assert.match(profile.warnings[0], /lost 77 events/);
  });

  it('cut off anywhere: a truncated profile or an error that names the byte', async () => {
    const bytes = bytesOf('calls');
    let truncated = 0;
    for (let length = 0; length < bytes.length; length += 97) {
      try {
        const profile = await read(bytes.slice(0, length));
        assert.equal(profile.truncated, true, `${length}`);
        truncated++;
      } catch (error) {
        assert.match((error as Error).message, /^x, byte \d+: expected/);
        assert.ok(length < 104, `${length}: ${(error as Error).message}`);
      }
    }
    assert.ok(truncated > 20);
  });

  it('nonsense is an error with its place', async () => {
    const broken = bytesOf('calls');
    broken[264 + 6] = 3;
    broken[264 + 7] = 0;
    await assert.rejects(read(broken), { name: 'FormatError', message: 'x, byte 264: expected a record of at least 8 bytes, found "one of 3"' });
    const odd = bytesOf('calls');
    odd[8] = 20;
    await assert.rejects(read(odd), { message: 'x, byte 8: expected the size of the header, 16 or 104, found "20"' });
  });
});

describe('perf.data: when perf cannot be asked', () => {
  let scratch = '';
  before(async () => {
    scratch = await mkdtemp(path.join(os.tmpdir(), 'heatline-perfdata-'));
  });
  after(() => rm(scratch, { recursive: true, force: true }));

  const file = `${folder}calls.perf.data`;

  async function fakePerf(name: string, script: string): Promise<string> {
    const place = path.join(scratch, name);
    await writeFile(place, `#!/bin/sh\n${script}\n`);
    await chmod(place, 0o755);
    return place;
  }

  it('nothing is run in a workspace that is not trusted', async () => {
    const marker = path.join(scratch, 'was-run');
    const perf = await fakePerf('marks', `touch '${marker}'`);
    await assert.rejects(openProfile({ files: [file], mayRun: false, perf }), {
      name: 'PerfRefusal', message: /^calls\.perf\.data is a recording of perf, made by "\/usr\/bin\/perf record .*", on vm \(x86_64, .*\), of cpu-clock \(99 Hz\), with \d+ samples\. .*not trusted\. Trust the workspace, or run "perf script -i calls\.perf\.data > perf\.txt"/,
    });
    assert.throws(() => readFileSync(marker));
  });

  it('without perf it says what to install', async () => {
    await assert.rejects(openProfile({ files: [file], perf: path.join(scratch, 'none') }), { name: 'PerfRefusal', message: /not installed here\. Install it \(Debian: apt install linux-perf/ });
  });

  it("explains perf's refusals", async () => {
    const foreign = await fakePerf('foreign', "echo 'File x.data not owned by current user or root (use -f to override)' >&2; exit 255");
    await assert.rejects(openProfile({ files: [file], perf: foreign }), { name: 'PerfRefusal', message: /belongs to another user.*perf script --force -i/ });
    const old = await fakePerf('old', "echo 'Warning: x' >&2; echo 'incompatible file format (rerun with -v to learn more)' >&2; exit 255");
    await assert.rejects(openProfile({ files: [file], perf: old }), { name: 'PerfRefusal', message: /does not read it: incompatible file format/ });
    const zipped = path.join(scratch, 'z.perf.data');
    await writeFile(zipped, gzipSync(readFileSync(file)));
    await assert.rejects(openProfile({ files: [zipped] }), { name: 'PerfRefusal', message: /gunzip/ });
  });

  it('keeps what perf printed before it failed', async () => {
    const half = await fakePerf('half', "printf 'a 1/1 1.000000000: 5 cpu-clock: \\n\\t 11d8 f (/bin/none)\\n\\n'; echo 'out of luck' >&2; exit 3");
    const { profile } = await openProfile({ files: [file], perf: half });
    assert.deepEqual([profile.totals[0], profile.truncated, profile.warnings.at(-1), profile.meta.format], [5, true, 'perf did not read all of it: out of luck', 'perf-data']);
  });

  it('an abort ends perf', async () => {
    const pid = path.join(scratch, 'pid');
    const slow = await fakePerf('slow', `echo $$ > '${pid}'; exec sleep 60`);
    const abort = new AbortController();
    const opening = openProfile({ files: [file], perf: slow }, undefined, { signal: abort.signal });
    const end = Date.now() + 5000;
    const started = () => { try { return readFileSync(pid, 'utf8').trim(); } catch { return ''; } };
    while (started() === '' && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 20));
    abort.abort();
    await assert.rejects(opening, { name: 'AbortError' });
    assert.notEqual(started(), '');
    while (isAlive(Number(started())) && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(isAlive(Number(started())), false);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
