import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { FORMATS } from '../../src/formats/index.ts';
import { WRITERS } from '../../src/formats/writers.ts';
import { RUN_EXTENSION } from '../../src/profilers/run.ts';

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  contributes: { customEditors: { viewType: string; selector: { filenamePattern: string }[] }[] };
};

describe('formats and the manifest', () => {
  it('claim the same file names for the viewer', () => {
    const editor = manifest.contributes.customEditors.find(({ viewType }) => viewType === 'heatline.profile');
    assert.deepEqual(
      editor?.selector.map(({ filenamePattern }) => filenamePattern).sort(),
      [`*${RUN_EXTENSION}`, ...FORMATS.flatMap(({ names }) => names)].sort(),
    );
  });

  it('have ids of their own', () => {
    for (const ids of [FORMATS.map(({ id }) => id), WRITERS.map(({ id }) => id)]) assert.equal(new Set(ids).size, ids.length, ids.join());
  });
});
