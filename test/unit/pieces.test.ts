// Reading in pieces must give the profile that reading at once gives, row by row.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { readFileSync, readdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ProfileBuilder } from '../../src/core/builder.ts';
import { mergeInto } from '../../src/core/merge.ts';
import type { Profile } from '../../src/core/profile.ts';
import { StackTree } from '../../src/core/stackTree.ts';
import { openProfile } from '../../src/engine/open.ts';
import { readInPieces } from '../../src/engine/pieces.ts';
import { ByteStrings } from '../../src/formats/byteStrings.ts';
import type { Format, PieceEnd } from '../../src/formats/format.ts';
import { FORMATS } from '../../src/formats/index.ts';
import { perfScript } from '../../src/formats/perfScript.ts';
import { writePerfScriptText } from '../bench/perfScriptText.ts';
import { inputOf } from '../stackText.ts';
import { randomNumbers } from './core-random.ts';

const fixtures = fileURLToPath(new URL('../fixtures/', import.meta.url));
const worker = fileURLToPath(new URL('../../dist/worker.cjs', import.meta.url));

/** What the engine does, without threads. Undefined: a piece could not be understood alone. */
async function readCut(format: Format, bytes: Uint8Array, cuts: readonly number[], chunkSize: number): Promise<Profile | undefined> {
  const pieces = format.pieces!;
  const edges = [0, ...cuts, bytes.length];
  const whole = new ProfileBuilder();
  const ends: PieceEnd[] = [];
  for (let piece = 0; piece < edges.length - 1; piece++) {
    const builder = piece === 0 ? whole : new ProfileBuilder();
    const input = inputOf('x', bytes.subarray(edges[piece], edges[piece + 1]), chunkSize);
    const end = await pieces.read(input, builder, { first: piece === 0, last: piece === edges.length - 2 });
    if (!end) return undefined;
    ends.push(structuredClone(end));
    if (piece > 0) mergeInto(whole, structuredClone(builder.tables()), pieces.timeShift?.(ends, piece) ?? 0);
  }
  return whole.finish(pieces.finish(whole, 'x', ends));
}

function boundaries(format: Format, bytes: Uint8Array): number[] {
  const found: number[] = [];
  for (let at = format.pieces!.boundary(bytes, 1); at >= 0 && at < bytes.length; at = format.pieces!.boundary(bytes, at + 1)) found.push(at);
  return found;
}

async function outcomeOf(reading: Promise<Profile | undefined>): Promise<unknown> {
  try {
    return await reading;
  } catch (error) {
    return (error as Error).name;
  }
}

const FOLDERS: Readonly<Record<string, string>> = { 'perf-script': 'perf', 'heatline-samples': 'samples' };

describe('reading in pieces', function () {
  this.timeout(60_000);

  for (const format of FORMATS.filter(({ pieces }) => pieces)) {
    const folder = path.join(fixtures, FOLDERS[format.id] ?? format.id);
    const files = readdirSync(folder).filter((name) => !/\.(md|json)$/.test(name)).map((name) => new Uint8Array(readFileSync(path.join(folder, name)))).filter((bytes) => format.sniff(bytes.subarray(0, 65536), ''));

    it(`${format.id}: cut at any boundary, real files give the same profile`, async () => {
      let compared = 0;
      for (const bytes of files) {
        const whole = await format.read([inputOf('x', bytes)]);
        const places = boundaries(format, bytes);
        for (let cut = 0; cut < places.length; cut += Math.ceil(places.length / 8)) {
          const joined = await readCut(format, bytes, places.slice(cut, cut + 1 + (cut % 3)), 1000);
          // Whether all lines have two counts shows only of the whole; such files are read at once.
          if (joined === undefined && format.id === 'collapsed' && whole.events.length === 2) continue;
          assert.deepEqual(joined, whole);
          compared++;
        }
      }
      assert.ok(compared > 10);
    });

    it(`${format.id}: cut files and foreign lines give the same profile or the same kind of error`, async () => {
      const random = randomNumbers(17);
      let [joined, refused] = [0, 0];
      for (let turn = 0; turn < 200; turn++) {
        let bytes = files[random(files.length)].slice();
        for (let i = random(4); i > 0; i--) bytes[random(bytes.length)] = [10, 32, 40, 255, 9, 58][random(6)];
        bytes = bytes.subarray(0, bytes.length - random(2) * random(bytes.length));
        const places = boundaries(format, bytes).filter(() => random(3) === 0).slice(0, 5);
        if (places.length === 0) continue;
        const whole = await outcomeOf(format.read([inputOf('x', bytes)]));
        const own = await outcomeOf(readCut(format, bytes, places, 1 + random(5000)));
        if (own === undefined) continue;
        assert.deepEqual(own, whole);
        if (typeof own === 'string') refused++;
        else joined++;
      }
      assert.ok(joined > 30 && refused > 0, `${joined} joined, ${refused} refused`);
    });
  }

  describe('by threads', () => {
    let folder = '';
    let file = '';
    before(async () => {
      folder = await mkdtemp(path.join(os.tmpdir(), 'heatline-pieces-'));
      file = path.join(folder, 'perf.txt');
      writePerfScriptText(file, { seed: 3, samples: 3000 });
    });
    after(() => rm(folder, { recursive: true, force: true }));

    const size = () => readFileSync(file).length;

    it('gives the profile of one thread, with every sample in its place', async () => {
      const { profile } = await openProfile({ files: [file] });
      const joined = await readInPieces(file, 'perf.txt', size(), perfScript, { workerFile: worker, leastPiece: 1 << 20, mostPieces: 4 });
      assert.deepEqual(joined, profile);
      assert.equal(joined?.samples?.length, 3000);
    });

    it('keeps no rows of samples when nobody asks for them', async () => {
      const { profile } = await openProfile({ files: [file] });
      const joined = await readInPieces(file, 'perf.txt', size(), perfScript, { workerFile: worker, leastPiece: 1 << 20, mostPieces: 2, samples: false });
      assert.deepEqual(joined, { ...profile, samples: null });
    });

    it('names the line of an error in a later piece as one thread does', async () => {
      const broken = path.join(folder, 'broken.txt');
      const text = readFileSync(file, 'latin1');
      const middle = text.indexOf('\n\n', Math.floor(text.length * 0.8)) + 2;
      await writeFile(broken, `${text.slice(0, middle)}worker 1/2 12.123456: 1000 cycles:\n    what is this?\n\n${text.slice(middle)}`);
      const alone = await openProfile({ files: [broken] }).then(() => '', (error: Error) => error.message);
      assert.match(alone, /line \d{4,}/);
      await assert.rejects(readInPieces(broken, 'broken.txt', text.length, perfScript, { workerFile: worker, leastPiece: 1 << 20, mostPieces: 3 }), { name: 'FormatError', message: alone });
    });

    it('leaves small files, other text and UTF-16 to one thread', async () => {
      assert.equal(await readInPieces(file, 'x', 1000, perfScript, { workerFile: worker }), undefined);
      assert.equal(await readInPieces(file, 'x', size(), perfScript, { leastPiece: 1 }), undefined);
      const wide = path.join(folder, 'wide.txt');
      await writeFile(wide, Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(readFileSync(file, 'latin1').slice(0, 100_000), 'utf16le')]));
      assert.equal(await readInPieces(wide, 'x', 200_000, perfScript, { workerFile: worker, leastPiece: 1000 }), undefined);
      const lines = path.join(folder, 'lines.txt');
      await writeFile(lines, 'no event\n'.repeat(10_000));
      assert.equal(await readInPieces(lines, 'x', 90_000, perfScript, { workerFile: worker, leastPiece: 1000 }), undefined);
    });
  });
});

describe('StackTree', () => {
  it('gives each pair of caller and frame one row, whatever its number of callees', () => {
    const random = randomNumbers(5);
    const tree = new StackTree();
    const known = new Map<string, number>();
    const pairs: [number, number][] = [];
    for (let turn = 0; turn < 60_000; turn++) {
      const parent = random(4) === 0 ? -1 : pairs.length === 0 ? -1 : random(3) === 0 ? pairs.length - 1 : random(Math.min(pairs.length, 200));
      const frame = random(random(2) === 0 ? 5 : 300);
      const key = `${parent} ${frame}`;
      const row = tree.child(parent, frame);
      if (!known.has(key)) {
        known.set(key, pairs.length);
        pairs.push([parent, frame]);
      }
      assert.equal(row, known.get(key));
    }
    assert.ok(pairs.length > 4096, `${pairs.length}`);
    const { parent, frame } = tree.release();
    assert.deepEqual(Array.from(parent, (up, row) => [up, frame[row]]), pairs);
  });
});

describe('ByteStrings', () => {
  it('tells bytes apart that are equal as numbers, and finds lines again by their first bytes', () => {
    const random = randomNumbers(11);
    const strings = new ByteStrings();
    const known = new Map<string, number>();
    // Zeros, minus zeros and NaNs of doubles, and few letters so that equal beginnings occur.
    const odd = [[0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 128], [1, 0, 0, 0, 0, 0, 248, 127], [2, 0, 0, 0, 0, 0, 248, 127], [97, 98, 99, 100, 101, 102, 103, 104]];
    let recalled = 0;
    for (let turn = 0; turn < 20_000; turn++) {
      const parts = Array.from({ length: random(3) + (turn % 2) }, () => odd[random(odd.length)]).flat();
      const bytes = Uint8Array.from([...parts, ...(turn % 5 === 0 ? parts.slice(0, random(8)).map((byte) => byte ^ random(2)) : [])]);
      const key = Buffer.from(bytes).toString('latin1');
      const line = Uint8Array.from([9, ...bytes, 10, 120]);
      const found = strings.recall(line, 1, line.length);
      if (found >= 0) {
        assert.deepEqual([found, strings.recalledEnd], [known.get(key), bytes.length + 2]);
        recalled++;
      }
      const index = strings.intern(bytes, 0, bytes.length);
      assert.equal(index, known.get(key) ?? known.size);
      known.set(key, index);
      strings.remember(index);
    }
    assert.ok(recalled > 1000 && known.size > 200, `${recalled} ${known.size}`);
  });
});
