// Inputs far from the usual: very deep stacks, very long names, very many samples, and gzip that is a bomb.
import assert from 'node:assert/strict';
import { mkdtemp, open, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { functionCosts } from '../../src/core/functions.ts';
import { openProfile } from '../../src/engine/open.ts';
import { perfScript } from '../../src/formats/perfScript.ts';
import { inputOf } from '../stackText.ts';

const event = (number: number) => `prog 7/7 ${10 + Math.floor(number / 1000)}.${String(number % 1000).padStart(3, '0')}000000: 100 cpu-clock: \n`;

describe('perf script, extremes', function () {
  this.timeout(60_000);

  it('100,000 frames in one stack', async () => {
    const frames = Array.from({ length: 100_000 }, (_, depth) => `\t${(0x1000 + depth * 16).toString(16).padStart(16)} f${depth % 7}+0x1 (/bin/prog)\n`).join('');
    const profile = await perfScript.read([inputOf('x', `${event(0)}${frames}\n${event(1)}${frames}\n`, 65_536)]);
    assert.deepEqual([profile.stacks.length, profile.stackSelf[0].at(-1), profile.functions.length], [100_000, 200, 7]);
    assert.deepEqual([...functionCosts(profile, 0).total], Array.from({ length: 7 }, () => 200));
  });

  it('names of a megabyte', async () => {
    const name = `${'a<'.repeat(500_000)}()`;
    const lines = [1, 2, 3].map((number) => `\t            100${number} ${name}+0x${number} (/bin/prog)\n`);
    const profile = await perfScript.read([inputOf('x', `${event(0)}${lines.join('')}\n${event(1)}${lines[1]}${lines[0]}\n`, 1 << 20)]);
    assert.deepEqual([profile.functions.length, profile.strings[profile.functions.name[0]].length, profile.totals[0]], [1, 1_000_002, 200]);
  });

  it('many samples of few stacks: memory follows the stacks when samples are not asked for', async () => {
    const count = 400_000;
    const block = Buffer.from(Array.from({ length: 1000 }, (_, number) => `${event(number)}\t            100${number % 9} f (/bin/prog)\n\n`).join(''));
    const input = {
      name: 'x',
      async *read() {
        for (let blocks = count / 1000; blocks > 0; blocks--) yield await Promise.resolve(block);
      },
    };
    const before = process.memoryUsage().arrayBuffers;
    const profile = await perfScript.read([input], { samples: false });
    assert.deepEqual([profile.totals[0], profile.stacks.length, profile.samples], [count * 100, 9, null]);
    // Rows of samples would take 24 bytes each.
    assert.ok(process.memoryUsage().arrayBuffers - before < 6_000_000, `${process.memoryUsage().arrayBuffers - before}`);
  });

  describe('gzip', () => {
    let folder = '';
    before(async () => {
      folder = await mkdtemp(path.join(os.tmpdir(), 'heatline-bomb-'));
    });
    after(() => rm(folder, { recursive: true, force: true }));

    async function zipped(name: string, first: string, member: Buffer, times: number): Promise<string> {
      const file = await open(path.join(folder, name), 'w');
      await file.write(gzipSync(first));
      const packed = gzipSync(member);
      for (let i = 0; i < times; i++) await file.write(packed);
      await file.close();
      return path.join(folder, name);
    }

    const sample = `${event(0)}\t            1001 f (/bin/prog)\n\n`;

    it('a bomb is refused before it fills anything', async () => {
      const file = await zipped('bomb.gz', sample, Buffer.alloc(1 << 23, '\n'), 40);
      await assert.rejects(openProfile({ files: [file] }), { name: 'GzipError', message: /^bomb\.gz: it inflates to more than 400 times its size/ });
    });

    it('a text of many equal samples is none', async () => {
      const file = await zipped('equal.gz', sample, Buffer.from(sample.repeat(20_000)), 5);
      const { profile } = await openProfile({ files: [file] }, undefined, { samples: false });
      assert.equal(profile.totals[0], 100_001 * 100);
    });
  });
});
