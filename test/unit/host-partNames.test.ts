// Files that are parts of one profile by their names.
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { groupParts } from '../../src/host/partNames.ts';

describe('groupParts', () => {
  it('puts the dumps and threads of one callgrind run together, in the order of their numbers', () => {
    assert.deepEqual(groupParts(['/p/callgrind.out.7.10', '/p/callgrind.out.7.2', '/p/callgrind.out.7', '/p/callgrind.out.7.2-01']), [
      ['/p/callgrind.out.7', '/p/callgrind.out.7.2', '/p/callgrind.out.7.2-01', '/p/callgrind.out.7.10'],
    ]);
  });

  it('keeps other runs, folders and formats apart', () => {
    const paths = ['/p/callgrind.out.7.1', '/p/callgrind.out.8.1', '/q/callgrind.out.7.2', '/p/massif.out.7', '/p/massif.out.8', '/p/callgrind.out.old'];
    assert.deepEqual(groupParts(paths), paths.map((each) => [each]));
    assert.deepEqual(groupParts([]), []);
  });
});
