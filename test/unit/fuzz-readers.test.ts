// A short run of test/fuzz/readers.ts; there are longer ones by `npm run fuzz`.
import assert from 'node:assert/strict';
import { SUBJECTS, keepCase, makeCase, runCase } from '../fuzzCases.ts';

const SEED = 20261120;
const CASES = 300;

describe('readers survive broken input', function () {
  this.timeout(120_000);

  for (const { format, folder } of SUBJECTS) {
    it(`${format.label}: ${CASES} cases of seed ${SEED}`, async () => {
      const counts = new Map<string, number>();
      for (let index = 0; index < CASES; index++) {
        const broken = makeCase(folder, SEED, index);
        const { kind, problem } = await runCase(format, broken);
        counts.set(kind, (counts.get(kind) ?? 0) + 1);
        if (problem !== undefined) assert.fail(`case ${index} of seed ${SEED}, kept as ${keepCase(format, SEED, index, broken)}: ${problem}`);
      }
      // Cases that are all refused at once, or that change nothing, would test little.
      for (const kind of ['profile', 'truncated', 'error']) assert.ok((counts.get(kind) ?? 0) > CASES / 100, `${kind}: ${JSON.stringify([...counts])}`);
    });
  }

  it('makes the same case from the same seed', () => {
    for (const { folder } of SUBJECTS) {
      assert.deepEqual(makeCase(folder, 5, 17), makeCase(folder, 5, 17));
      assert.notDeepEqual(makeCase(folder, 5, 17), makeCase(folder, 6, 17));
    }
  });
});
