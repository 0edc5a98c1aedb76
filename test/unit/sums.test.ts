// Who asks for what functions cost, and for nothing else, gets the same numbers with less work.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { functionCosts } from '../../src/core/functions.ts';
import { text, type Profile } from '../../src/core/profile.ts';
import { fixtures, SUBJECTS } from '../fuzzCases.ts';
import { inputOf } from '../stackText.ts';

function costsByName(profile: Profile): Record<string, readonly number[]> {
  const found: Record<string, number[]> = {};
  profile.events.forEach((_, event) => {
    const { self, total, calls } = functionCosts(profile, event);
    for (let func = 0; func < profile.functions.length; func++) {
      const { name, file, object, line } = profile.functions;
      const key = `${text(profile, name[func])} ${text(profile, file[func])}:${line[func]} ${text(profile, object[func])}`;
      (found[key] ??= []).push(self[func], total[func], calls ? calls[func] : -1);
    }
  });
  return found;
}

describe('sums alone', () => {
  for (const { format, folder } of SUBJECTS) {
    it(`are those of the whole profile for ${format.id}`, async () => {
      for (const name of readdirSync(path.join(fixtures, folder)).filter((each) => !/\.(md|expected\.json)$/.test(each))) {
        const file = readFileSync(path.join(fixtures, folder, name));
        const bytes = new Uint8Array(name.endsWith('.gz') ? gunzipSync(file) : file);
        if (bytes.length === 0) continue;
        const whole = await format.read([inputOf(name, bytes, 5000)]);
        const sums = await format.read([inputOf(name, bytes, 5000)], { samples: false, sums: true });
        assert.deepEqual([sums.totals, sums.warnings], [whole.totals, whole.warnings], name);
        assert.deepEqual(costsByName(sums), costsByName(whole), name);
      }
    });
  }
});
