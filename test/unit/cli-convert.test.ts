// heatline convert, as built: every format it writes, what it says of losses, and files that are never seen half.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { WRITERS } from '../../src/formats/writers.ts';
import { CLI, fixture, heatline, json } from '../cliProgram.ts';

interface Top { readonly format: string; readonly events: readonly { readonly name: string; readonly unit: string; readonly total: number }[] }

/** A profile with stacks, one with several events, and one that is a call graph. */
const SOURCES = ['perf/calls.fp.txt', 'perf/shapes.multi.txt', 'callgrind/calls.instr.out', 'pstats/cprofile-3.11.pstats', 'samples/threads.samples', 'massif/heap.out'];

describe('heatline convert', function () {
  this.timeout(60_000);
  let folder = '';
  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'heatline-convert-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const { id, extension } of WRITERS) {
    it(`writes ${id} to a file and to standard output`, () => {
      for (const source of SOURCES) {
        const out = path.join(folder, `${id}-${path.basename(source)}${extension}`);
        const { code, stdout, stderr } = heatline(['convert', fixture(source), '--to', id, '-o', out]);
        assert.deepEqual([code, stdout], [0, ''], stderr);
        assert.ok(readFileSync(out).length > 20, `${source} as ${id} is nearly empty`);
        const piped = execFileSync(process.execPath, [CLI, 'convert', fixture(source), '--to', id], { stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1 << 28 });
        assert.ok(piped.length > 20);
      }
      assert.deepEqual(readdirSync(folder).filter((name) => name.endsWith('.new')), []);
    });
  }

  it('keeps every total on the way through a format and back', () => {
    for (const id of ['pprof', 'speedscope', 'callgrind', 'collapsed']) {
      const { extension } = WRITERS.find((writer) => writer.id === id)!;
      for (const source of SOURCES) {
        const out = path.join(folder, `back-${id}-${path.basename(source)}${extension}`);
        assert.equal(heatline(['convert', fixture(source), '--to', id, '-o', out]).code, 0);
        const [before, after] = [json<Top & { total: number; event: string }>(['top', fixture(source)]), json<Top & { total: number; event: string }>(['top', out])];
        assert.equal(after.format, id);
        const scale = (unit: string) => ({ seconds: 1, milliseconds: 1e-3, microseconds: 1e-6, nanoseconds: 1e-9 })[unit] ?? 1;
        const totals = ({ events }: Top) => events.map(({ unit, total }) => total * scale(unit));
        const wanted = id === 'collapsed' ? [before.total * scale(before.events.find(({ name }) => name === before.event)!.unit)] : totals(before).filter((total) => total !== 0);
        const found = id === 'collapsed' ? [after.total] : totals(after).filter((total) => total !== 0);
        assert.equal(found.length, wanted.length, `${source} as ${id}`);
        wanted.forEach((total, i) => {
          // Collapsed stacks have no unit: they count what the event counts, times in nanoseconds.
          const ratio = id === 'collapsed' && total !== 0 ? Math.round(Math.log10(found[i] / total)) : 0;
          assert.ok(Math.abs(found[i] / 10 ** ratio - total) <= Math.abs(total) * 1e-9 + 2e-9, `${source} as ${id}: ${found[i]} is not ${total}`);
        });
      }
    }
  });

  it('takes the format from the ending of the file', () => {
    const out = path.join(folder, 'by-ending.speedscope.json');
    assert.equal(heatline(['convert', fixture(SOURCES[0]), '-o', out]).code, 0);
    assert.equal(json<Top>(['top', out]).format, 'speedscope');
  });

  it('leaves the file as it was when the input cannot be read', () => {
    const out = path.join(folder, 'kept.svg');
    writeFileSync(out, 'before');
    const broken = path.join(folder, 'callgrind.out.1');
    writeFileSync(broken, '# callgrind format\nevents: Ir\nfn=main\n3 cucumber\n');
    const { code, stderr } = heatline(['convert', broken, '-o', out]);
    assert.equal(code, 3);
    assert.match(stderr, /line 4/);
    assert.equal(readFileSync(out, 'utf8'), 'before');
  });

  it('says why a file cannot be written', () => {
    const { code, stderr } = heatline(['convert', fixture(SOURCES[0]), '-o', path.join(folder, 'no', 'such', 'folder.svg')]);
    assert.equal(code, 2);
    assert.match(stderr, /folder\.svg could not be written: ENOENT/);
    assert.equal(existsSync(path.join(folder, 'no')), false);
  });

  it('says what is lost', () => {
    const { stderr } = heatline(['convert', fixture('callgrind/calls.out'), '--to', 'collapsed', '-o', path.join(folder, 'lossy.folded')]);
    assert.match(stderr, /^warning: /m);
  });

  it('refuses formats it does not know', () => {
    const { code, stderr } = heatline(['convert', fixture(SOURCES[0]), '--to', 'pdf']);
    assert.equal(code, 2);
    assert.match(stderr, /--to takes one of html, svg, speedscope/);
  });
});
