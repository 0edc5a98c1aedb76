// A profile packed into bytes must come back as it was.
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { ProfileBuilder } from '../../src/core/builder.ts';
import { packProfile, unpackProfile } from '../../src/core/packed.ts';
import type { Profile } from '../../src/core/profile.ts';
import { jsonWriter } from '../../src/formats/jsonWriter.ts';
import { everyFixture, fixtureProfile, KINDS_OF_PROFILE, writtenText } from '../writtenText.ts';

const packed = (profile: Profile) => new Uint8Array(Buffer.concat([...packProfile(profile)]));
/** What JSON leaves out: fields that are undefined. */
const plain = (profile: Profile): Profile => ({ ...profile, meta: JSON.parse(JSON.stringify(profile.meta)) as Profile['meta'], events: JSON.parse(JSON.stringify(profile.events)) as Profile['events'] });

describe('packed profiles', () => {
  for (const [file, format] of KINDS_OF_PROFILE) {
    it(`keeps ${file}`, async () => {
      const profile = await fixtureProfile(file, format);
      assert.deepEqual(unpackProfile(packed(profile)), plain(profile));
    });
  }

  it('keeps every fixture, and none is without JSON', async () => {
    let profiles = 0;
    for await (const [name, profile] of everyFixture()) {
      assert.deepEqual(unpackProfile(packed(profile)), plain(profile), name);
      const json = JSON.parse(await writtenText(jsonWriter, profile)) as { strings: string[]; events: { total: number }[] };
      assert.deepEqual([json.strings.length, json.events.map(({ total }) => total)], [profile.strings.length, profile.totals], name);
      profiles++;
    }
    assert.ok(profiles > 60, `${profiles} profiles`);
  });

  it('keeps NaN, large numbers, odd strings and the profile of nothing', () => {
    const builder = new ProfileBuilder([{ name: 'e', unit: 'count' }]);
    for (const name of ['\ud800', '{"$column":0}', '', 'é\u0000']) builder.sampleOf(builder.stack(-1, builder.frame(builder.func({ name }), 1, 0, { address: 2 ** 52 })), 0, 0.1, NaN);
    const profile = builder.finish({ format: 'x' });
    assert.deepEqual(unpackProfile(packed(profile)), profile);
    const nothing = new ProfileBuilder([]).finish({ format: 'x' });
    assert.deepEqual(unpackProfile(packed(nothing)), nothing);
  });

  it('keeps strings of many megabytes, in pieces', () => {
    const builder = new ProfileBuilder([]);
    for (let at = 0; at < 30; at++) builder.func({ name: `${at}${'x'.repeat(200_000)}` });
    builder.func({ name: 'y'.repeat(3_000_000) });
    const profile = builder.finish({ format: 'x' });
    const pieces = [...packProfile(profile)];
    assert.ok(pieces.length > 9 && pieces.every((piece) => piece.length <= 1 << 20));
    assert.deepEqual(unpackProfile(packed(profile)).strings, profile.strings);
  });

  it('reads bytes that do not lie at a multiple of eight', async () => {
    const profile = await fixtureProfile('massif/heap.out', 'massif');
    const bytes = packed(profile);
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    assert.deepEqual(unpackProfile(shifted.subarray(3)), plain(profile));
  });

  it('refuses other bytes and a part', async () => {
    const bytes = packed(await fixtureProfile('massif/heap.out', 'massif'));
    assert.throws(() => unpackProfile(new Uint8Array(100)), /no packed profile/);
    assert.throws(() => unpackProfile(bytes.subarray(0, bytes.length - 8)), /cut short/);
  });
});
