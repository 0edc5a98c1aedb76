// Every recording by a real tool is recognised from its bytes alone, as what it is and as nothing else.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { FORMATS, SNIFF_BYTES } from '../../src/formats/index.ts';
import { fixtures, SUBJECTS } from '../fuzzCases.ts';

/** The first bytes as the engine shows them to the readers: gzip is undone. */
function headOf(file: string): Uint8Array {
  const bytes = readFileSync(file);
  return (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).subarray(0, SNIFF_BYTES);
}

describe('recognising formats', () => {
  it('has real files of every format', () => {
    assert.deepEqual(FORMATS.map(({ id }) => id).filter((id) => !SUBJECTS.some(({ format }) => format.id === id)), []);
  });

  for (const { format, folder } of SUBJECTS) {
    it(`takes each file of fixtures/${folder} for ${format.label}`, () => {
      for (const name of readdirSync(path.join(fixtures, folder))) {
        if (/(\.md|\.expected\.json|\.expected)$/.test(name)) continue;
        const head = headOf(path.join(fixtures, folder, name));
        if (head.length === 0) continue;
        // The name is no help here, and must not be needed.
        assert.deepEqual(FORMATS.filter((each) => each.sniff(head, 'file')).map(({ id }) => id)[0], format.id, name);
      }
    });
  }
});
