// Profiles in worker threads of their own, with the bundled worker: opening, refusing, asking and closing.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { after, before, describe, it } from 'mocha';
import { openProfile, UnknownFormatError } from '../../src/engine/open.ts';
import { EngineError, EngineSession } from '../../src/engine/session.ts';
import type { FunctionQuery } from '../../src/protocol/engine.ts';

const worker = fileURLToPath(new URL('../../dist/worker.cjs', import.meta.url));
const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
const TOP: FunctionQuery = { event: 0, sort: 'self', descending: true, search: '', from: 0, count: 1 };

let folder = '';
before(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'heatline-engine-'));
});
after(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const place = path.join(folder, name);
  await writeFile(place, content);
  return place;
}

/** The error an opening ends with. */
async function refusal(...files: string[]): Promise<EngineError> {
  const error = await EngineSession.open(worker, { files }).then((session) => session.dispose(), (reason: unknown) => reason);
  assert.ok(error instanceof EngineError, `not refused, or not by the worker: ${String(error)}`);
  return error;
}

describe('EngineSession', () => {
  it('opens a profile, answers and refuses questions, and ends', async () => {
    const progress: [number, number][] = [];
    const session = await EngineSession.open(worker, { files: [fixture('callgrind/calls.out')] }, { progress: (bytes, total) => progress.push([bytes, total]) });
    assert.equal(session.overview.format, 'callgrind');
    const size = (await readFile(fixture('callgrind/calls.out'))).length;
    assert.deepEqual(progress.at(-1), [size, size]);
    const { rows } = await session.ask('functions', TOP);
    assert.equal(rows.length, 1);
    const flame = await session.ask('flame', { event: 0, order: 'left-heavy', from: 0, to: 1, width: 800, minDepth: 0, maxDepth: 50 });
    assert.ok(flame.names instanceof Map && flame.start instanceof Float64Array);
    await assert.rejects(session.ask('functions', { ...TOP, event: 99 }), (error: Error) => error instanceof EngineError && error.name === 'RangeError' && !error.isInputError);
    const waiting = [session.ask('functions', TOP), session.ask('hottestLines', { event: 0, count: 3 })];
    session.dispose();
    for (const result of await Promise.allSettled([...waiting, session.ask('functions', TOP)])) assert.equal(result.status, 'rejected');
    await assert.rejects(session.ask('functions', TOP), /closed/);
    session.dispose();
  });

  it('answers in order, each question its own', async () => {
    const session = await EngineSession.open(worker, { files: [fixture('perf/calls.fp.txt')] });
    try {
      const all = await session.ask('functions', { ...TOP, count: 1000 });
      const single = await Promise.all(all.rows.map((_, from) => session.ask('functions', { ...TOP, from })));
      assert.deepEqual(single.map(({ rows }) => rows[0]), all.rows);
    } finally {
      session.dispose();
    }
  });

  it('holds two profiles at once', async () => {
    const [a, b] = await Promise.all([
      EngineSession.open(worker, { files: [fixture('callgrind/calls.out')] }), EngineSession.open(worker, { files: [fixture('pstats/cprofile-3.11.pstats')] }),
    ]);
    try {
      assert.deepEqual([a.overview.format, b.overview.format], ['callgrind', 'pstats']);
      a.dispose();
      assert.equal((await b.ask('functions', TOP)).rows.length, 1);
    } finally {
      b.dispose();
    }
  });

  it('refuses what is no profile, and says what it reads', async () => {
    const unknown = await refusal(await file('notes.txt', 'buy milk\n'));
    assert.deepEqual([unknown.name, unknown.isInputError], ['UnknownFormatError', true]);
    assert.match(unknown.message, /^notes\.txt .*Callgrind/);
    assert.equal((await refusal(await file('empty', ''))).name, 'UnknownFormatError');
  });

  it('refuses files that are missing, folders, and malformed profiles', async () => {
    for (const [place, word] of [[path.join(folder, 'missing'), 'ENOENT'], [folder, 'EISDIR']]) {
      const error = await refusal(place);
      assert.ok(error.message.includes(word) && error.isInputError, error.message);
    }
    const malformed = await refusal(await file('callgrind.out.1', '# callgrind format\nversion: 1\nevents: Ir\nfn=main\n3 cucumber\n'));
    assert.deepEqual([malformed.name, malformed.isInputError], ['FormatError', true]);
    assert.match(malformed.message, /callgrind\.out\.1, line 5/);
    assert.match((await refusal()).message, /no profile file/);
  });

  it('stops reading when it is told to', async () => {
    const line = `3 1\n${'5 2\n'.repeat(2000)}`;
    const large = await file('callgrind.out.2', `# callgrind format\nversion: 1\nevents: Ir\nfl=a.c\nfn=main\n${line.repeat(3000)}`);
    const stopper = new AbortController();
    const reason = new Error('never mind');
    const opening = EngineSession.open(worker, { files: [large] }, { signal: stopper.signal, progress: () => stopper.abort(reason) });
    await assert.rejects(opening, reason);
    await assert.rejects(EngineSession.open(worker, { files: [large] }, { signal: AbortSignal.abort(reason) }), reason);
  });

  it('reports a worker that cannot start', async () => {
    await assert.rejects(EngineSession.open(path.join(folder, 'no-worker.cjs'), { files: [] }), /no-worker/);
  });
});

describe('openProfile', () => {
  it('undoes gzip, and takes several files as one profile', async () => {
    const plain = await openProfile({ files: [fixture('callgrind/calls.out')] });
    const zipped = await openProfile({ files: [await file('calls.gz', gzipSync(await readFile(fixture('callgrind/calls.out'))))] });
    assert.deepEqual(zipped.profile.totals, plain.profile.totals);
    const parts = ['01', '02', '03'].map((part) => fixture(`callgrind/threads.out-${part}`));
    const whole = await openProfile({ files: parts });
    const sum = await Promise.all(parts.map(async (part) => (await openProfile({ files: [part] })).profile.totals[0]));
    assert.equal(whole.profile.totals[0], sum.reduce((a, b) => a + b, 0));
  });

  it('believes the format it is given', async () => {
    await assert.rejects(openProfile({ files: [fixture('callgrind/calls.out')], format: 'pstats' }), { name: 'FormatError' });
    await assert.rejects(openProfile({ files: [fixture('callgrind/calls.out')], format: 'nonsense' }), UnknownFormatError);
  });

  it('says that the input is to blame for gzip that is broken or cut short', async () => {
    const zipped = gzipSync(await readFile(fixture('callgrind/calls.out')));
    for (const [name, bytes] of [['cut.gz', zipped.subarray(0, zipped.length >> 1)], ['broken.gz', Buffer.concat([zipped.subarray(0, 30), Buffer.alloc(200, 0x55)])]] as const) {
      const error = await refusal(await file(name, bytes));
      assert.ok(error.isInputError, `${name}: ${error.name}: ${error.message}`);
    }
  });

  it('opens a profile whose symbol table is broken, as if there were none', async () => {
    const symbols = await file('symbols.json', '{"version":1,"fra');
    const opened = await openProfile({ files: [fixture('perf/calls.fp.txt')], symbols });
    assert.ok(opened.profile.totals[0] > 0);
  });

  it('works without a symbol table where the binaries are not to be asked', async () => {
    const opened = await openProfile({ files: [fixture('perf/calls.fp.txt')], symbols: path.join(folder, 'none.json') });
    assert.ok(opened.profile.totals[0] > 0);
    await assert.rejects(readFile(path.join(folder, 'none.json')), { code: 'ENOENT' });
  });
});
