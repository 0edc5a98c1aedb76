// Trees of snapshots: allocating places first, callers below, opened where asked.
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { ProfileBuilder } from '../../src/core/builder.ts';
import { text, type Profile } from '../../src/core/profile.ts';
import { snapshotAt, SnapshotTrees, type Expansion } from '../../src/core/snapshotTree.ts';

/** Stacks as `main/work:7/malloc`, outermost first, with their bytes in each snapshot. */
function massif(...snapshots: Readonly<Record<string, number>>[]): Profile {
  const builder = new ProfileBuilder([{ name: 'bytes', unit: 'bytes' }]);
  snapshots.forEach((stacks, at) => {
    const row = builder.snapshot(at * 10, `snapshot ${at}`);
    for (const [path, bytes] of Object.entries(stacks)) {
      let stack = -1;
      for (const step of path.split('/')) {
        const [name, line = '0'] = step.split(':');
        stack = builder.stack(stack, builder.frame(builder.func({ name, file: 'a.c' }), Number(line)));
      }
      builder.addSnapshotWeight(row, stack, bytes);
    }
  });
  return builder.finish({ format: 'massif' });
}

function drawn(profile: Profile, trees: SnapshotTrees, snapshot: number, expansion: Expansion, threshold = 0, most = 100): string[] {
  return trees.rows(profile.snapshots[snapshot], expansion, threshold, most).map(({ depth, frame, weight, count, hasChildren, isExpanded }) => {
    const name = frame < 0 ? `${count} more` : text(profile, profile.functions.name[profile.frames.func[frame]]) + (profile.frames.line[frame] ? `:${profile.frames.line[frame]}` : '');
    return `${'  '.repeat(depth)}${hasChildren ? (isExpanded ? '-' : '+') : ' '} ${name} ${weight}`;
  });
}

const PROFILE = massif(
  { 'main:3/work:7': 60, 'main:4/work:7': 10, 'main:5/work:8': 20, 'main/other:1': 7, 'main/tiny:1': 1, 'main/tiny:2': 2 },
  { 'main:3/work:7': 5 },
);

describe('SnapshotTrees', () => {
  it('begins with the places that allocated, by weight', () => {
    assert.deepEqual(drawn(PROFILE, new SnapshotTrees(PROFILE), 0, new Set()), [
      '+ work:7 70', '+ work:8 20', '+ other:1 7', '+ tiny:2 2', '+ tiny:1 1',
    ]);
  });

  it('opens what is asked for, and the same path in another snapshot', () => {
    const trees = new SnapshotTrees(PROFILE);
    const [first] = trees.rows(PROFILE.snapshots[0], new Set(), 0, 100);
    assert.deepEqual(drawn(PROFILE, trees, 0, new Set([first.node])).slice(0, 3), ['- work:7 70', '    main:3 60', '    main:4 10']);
    assert.deepEqual(drawn(PROFILE, trees, 1, new Set([first.node])), ['- work:7 5', '    main:3 5']);
  });

  it('opens where most of the weight is', () => {
    assert.deepEqual(drawn(PROFILE, new SnapshotTrees(PROFILE), 0, 'heaviest').slice(0, 4), ['- work:7 70', '    main:3 60', '    main:4 10', '+ work:8 20']);
  });

  it('puts what is below the threshold into one row, unless it is a single one', () => {
    const trees = new SnapshotTrees(PROFILE);
    assert.deepEqual(drawn(PROFILE, trees, 0, new Set(), 0.05), ['+ work:7 70', '+ work:8 20', '+ other:1 7', '  2 more 3']);
    assert.deepEqual(drawn(PROFILE, trees, 0, new Set(), 0.015).at(-1), '+ tiny:1 1');
  });

  it('gives no more rows than asked for', () => {
    assert.equal(drawn(PROFILE, new SnapshotTrees(PROFILE), 0, 'heaviest', 0, 2).length, 2);
  });

  it('takes a recursion of 100,000 calls', () => {
    const path = Array.from({ length: 100_000 }, (_, at) => `f:${at + 1}`).join('/');
    const deep = massif({ [path]: 8 });
    const trees = new SnapshotTrees(deep);
    const open = new Set<number>();
    for (let turn = 0; turn < 50; turn++) for (const { node } of trees.rows(deep.snapshots[0], open, 0, 5000)) open.add(node);
    const rows = trees.rows(deep.snapshots[0], open, 0, 5000);
    assert.equal(rows.length, 51);
    assert.equal(rows[50].weight, 8);
  });

  it('works on a snapshot without stacks', () => {
    const empty = massif({});
    assert.deepEqual(new SnapshotTrees(empty).rows(empty.snapshots[0], 'heaviest', 0.01, 10), []);
  });
});

describe('snapshotAt', () => {
  it('is the last one at or before', () => {
    assert.deepEqual([-1, 0, 9, 10, 11].map((x) => snapshotAt(PROFILE.snapshots, x)), [0, 0, 0, 1, 1]);
    assert.equal(snapshotAt([], 3), -1);
  });
});
