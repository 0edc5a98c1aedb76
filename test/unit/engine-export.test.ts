// Writing an open profile in other formats, in its worker.
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, describe, it } from 'mocha';
import { EngineSession } from '../../src/engine/session.ts';
import { WRITERS } from '../../src/formats/writers.ts';

const worker = fileURLToPath(new URL('../../dist/worker.cjs', import.meta.url));
const fixture = fileURLToPath(new URL('../fixtures/perf/calls.fp.txt', import.meta.url));

describe('EngineSession.export', () => {
  let folder = '';
  let session: EngineSession;

  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'heatline-export-'));
    session = await EngineSession.open(worker, { files: [fixture] });
  });

  after(async () => {
    session.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  it('offers every writer, with what would be lost', async () => {
    const offers = await session.exportOffers(0);
    assert.deepEqual(offers.map(({ id, extension }) => [id, extension]), WRITERS.map(({ id, extension }) => [id, extension]));
    assert.ok(offers.every(({ losses }) => losses.every((loss) => typeof loss === 'string' && loss !== '')));
  });

  for (const { id, extension } of WRITERS) {
    it(`writes ${id}, and nothing beside it`, async () => {
      const file = path.join(folder, `${id}${extension}`);
      await session.export({ writer: id, file, event: 0, title: 'calls' });
      assert.ok((await stat(file)).isFile());
      assert.deepEqual((await readdir(folder)).filter((name) => name.includes('.new')), []);
    });
  }

  it('leaves what was there when it is called off', async () => {
    const file = path.join(folder, 'kept.folded');
    await writeFile(file, 'before');
    await assert.rejects(session.export({ writer: 'collapsed', file, event: 0 }, AbortSignal.abort()), { name: 'AbortError' });
    assert.equal(await readFile(file, 'utf8'), 'before');
  });

  it('says what is wrong with the order', async () => {
    await assert.rejects(session.export({ writer: 'nonsense', file: path.join(folder, 'x') }), { name: 'RangeError', message: /nonsense/ });
    await assert.rejects(session.export({ writer: 'collapsed', file: path.join(folder, 'none', 'x'), event: 0 }), /ENOENT/);
  });

  it('answers questions meanwhile and afterwards', async () => {
    const writing = session.export({ writer: 'collapsed', file: path.join(folder, 'more.folded'), event: 0 });
    const { rows } = await session.ask('functions', { event: 0, sort: 'self', descending: true, search: '', from: 0, count: 1 });
    assert.equal(rows.length, 1);
    await writing;
  });
});
