// Frames replaced by what a symboliser found: inlined functions appear, weights stay.
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { ProfileBuilder } from '../../src/core/builder.ts';
import { expandFrames, type ResolvedFrame } from '../../src/core/expand.ts';
import { text, type Profile } from '../../src/core/profile.ts';
import { dedent, stackProfile, stackTree } from '../stackText.ts';
import { randomProfile } from './core-random.ts';

/** The frames of a profile resolved by the name of their function. */
function resolve(profile: Profile, found: Readonly<Record<string, readonly ResolvedFrame[]>>): Profile {
  return expandFrames(profile, Array.from(profile.frames.func, (func) => found[text(profile, profile.functions.name[func])]));
}

const PICTURE = stackProfile(`
  weights: 3  2
  main[object:/bin/a][address:10][kind:native]  main[object:/bin/a][address:10][kind:native]
  work[object:/bin/a][address:20][kind:native]  libc[object:/lib/c][address:20][kind:native]`);

describe('expandFrames', () => {
  it('puts inlined functions between their caller and what they call', () => {
    const expanded = resolve(PICTURE, {
      main: [{ name: 'helper', file: 'h.h', line: 4, column: 7 }, { name: 'wrap', file: 'a.c', line: 9 }, { name: 'main', file: 'a.c', line: 12 }],
      work: [{ name: 'work', file: 'w.c', line: 5 }],
    });
    assert.equal(stackTree(expanded, ['file', 'line', 'object', 'address', 'inlined']), dedent(`
      main[file:a.c][line:12][object:/bin/a][address:10]  total 5
        wrap[file:a.c][line:9][object:/bin/a][address:10][inlined]  total 5
          helper[file:h.h][line:4][object:/bin/a][address:10][inlined]  total 5
            work[file:w.c][line:5][object:/bin/a][address:20]  total 3, self 3
            libc[object:/lib/c][address:20]  total 2, self 2`));
    assert.deepEqual([[...expanded.samples?.weights[0] ?? []], [...expanded.samples?.time ?? []]], [[3, 2], [0, 1]]);
  });

  it('leaves a profile as it is when nothing was found', () => {
    const same = resolve(PICTURE, { main: [] });
    assert.equal(stackTree(same, ['object', 'address', 'kind']), stackTree(PICTURE, ['object', 'address', 'kind']));
    assert.deepEqual(same.totals, PICTURE.totals);
  });

  it('merges stacks that turn out to be the same', () => {
    const profile = stackProfile(`
      main[address:1]  main[address:2]
      a[address:3]     b[address:4]`);
    const expanded = resolve(profile, { a: [{ name: 'x', file: 'x.c', line: 1 }], b: [{ name: 'x', file: 'x.c', line: 2 }] });
    assert.equal(stackTree(expanded, ['line']), dedent(`
      main  total 1
        x[line:1]  total 1, self 1
      main  total 1
        x[line:2]  total 1, self 1`));
    assert.equal(expanded.functions.length, 2);
  });

  it('changes no total, whatever was found', () => {
    for (let seed = 1; seed <= 50; seed++) {
      const { profile, functionCount } = randomProfile(seed);
      const found = Object.fromEntries(Array.from({ length: functionCount }, (_, func) => [`f${func}`, Array.from({ length: func % 4 }, (__, i) => ({ name: `g${i}`, file: 'g.c', line: i + 1 }))]));
      const expanded = resolve(profile, found);
      assert.deepEqual(expanded.totals, profile.totals);
      assert.equal(expanded.samples?.length, profile.samples?.length);
    }
  });

  it('keeps threads, also those that share numbers and name, events, warnings and weights without samples', () => {
    const builder = new ProfileBuilder([{ name: 'wall', unit: 'nanoseconds' }, { name: 'cpu', unit: 'nanoseconds' }]);
    const stack = builder.stack(-1, builder.frame(builder.func({ name: 'f' })));
    const threads = ['worker', 'worker', 'other'].map((name) => builder.addThread({ pid: 1, tid: 0, name }));
    threads.forEach((thread, i) => builder.sample(stack, [1, i], i, thread));
    builder.defaultEvent = 1;
    builder.truncated('cut');
    const expanded = resolve(builder.finish({ format: 'x' }), { f: [{ name: 'f', file: 'f.c', line: 1 }] });
    assert.deepEqual(expanded.threads.map(({ name }) => name), ['worker', 'worker', 'other']);
    assert.deepEqual([...expanded.samples!.thread].map((row) => expanded.threads[row]?.name), ['worker', 'worker', 'other']);
    assert.deepEqual([expanded.totals, expanded.defaultEvent, expanded.truncated, expanded.warnings], [[3, 3], 1, true, ['cut']]);

    const sums = new ProfileBuilder([{ name: 'wall', unit: 'nanoseconds' }]);
    sums.addSelf(sums.stack(-1, sums.frame(sums.func({ name: 'f' }))), 0, 12);
    assert.equal(stackTree(resolve(sums.finish({ format: 'x' }), { f: [{ name: 'g', file: 'f.c', line: 1 }] })), 'g  total 12, self 12');
  });
});
