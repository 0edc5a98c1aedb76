// The JSON form holds all of a profile: it is read back here by its documentation, and must give the profile itself.
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { ProfileBuilder } from '../../src/core/builder.ts';
import { FunctionKind, type Profile } from '../../src/core/profile.ts';
import { jsonWriter } from '../../src/formats/jsonWriter.ts';
import { stackProfile } from '../stackText.ts';
import { fixtureProfile, KINDS_OF_PROFILE, writtenText } from '../writtenText.ts';

type Column = (number | null)[];
type Table = Record<string, Column> & { readonly length: number };
interface Written {
  version: number; generator: string; title?: string; estimated: boolean;
  meta: Profile['meta']; events: { name: string; unit: Profile['events'][number]['unit']; label?: string; total: number }[];
  defaultEvent: number; truncated: boolean; warnings: string[]; threads: Profile['threads']; strings: string[];
  functions: Table & { kind: string[] }; frames: Table; stacks: Table & { self: Column[] };
  samples: (Table & { weights: Column[] }) | null;
  callGraph: { lines: Table & { self: Column[] }; edges: Table & { total: Column[] }; totals: Column[] | null; calls: Column | null; primitiveCalls: Column | null } | null;
  seriesAxis: Profile['seriesAxis'];
  series: { name: string; unit: Profile['events'][number]['unit']; label?: string; x: Column; y: Column }[];
  snapshots: { x: number; name: string; isPeak: boolean; event: number; stack: Column; weight: Column }[];
  findings: (Omit<Profile['findings'][number], 'stacks'> & { stacks: { label: string; frames: Column }[] })[];
}

const ints = (column: Column) => Int32Array.from(column as number[]);
const floats = (column: Column) => Float64Array.from(column, (value) => value ?? NaN);
const bytes = (column: Column) => Uint8Array.from(column as number[]);
const KINDS = Object.keys(FunctionKind).map((name) => name.toLowerCase());

function readBack(json: Written): Profile {
  const { functions, frames, stacks, samples, callGraph: graph } = json;
  const ends = Int32Array.from(stacks.parent, (_, row) => row + 1);
  for (let row = ends.length - 1; row >= 0; row--) {
    const up = stacks.parent[row]!;
    if (up >= 0) ends[up] = Math.max(ends[up], ends[row]);
  }
  return {
    meta: json.meta, events: json.events.map(({ total: _, ...event }) => event), defaultEvent: json.defaultEvent, strings: json.strings,
    functions: {
      length: functions.length, name: ints(functions.name), file: ints(functions.file), object: ints(functions.object), line: ints(functions.line),
      kind: Uint8Array.from(functions.kind, (kind) => KINDS.indexOf(kind)),
    },
    frames: {
      length: frames.length, func: ints(frames.function), file: ints(frames.file), line: ints(frames.line), column: ints(frames.column),
      address: floats(frames.address), inlined: bytes(frames.inlined),
    },
    threads: json.threads,
    stacks: { length: stacks.length, parent: ints(stacks.parent), frame: ints(stacks.frame), depth: ints(stacks.depth), subtreeEnd: ends },
    stackSelf: stacks.self.map(floats),
    samples: samples && { length: samples.length, stack: ints(samples.stack), thread: ints(samples.thread), time: floats(samples.time), weights: samples.weights.map(floats) },
    graph: graph && {
      lines: { length: graph.lines.length, func: ints(graph.lines.function), file: ints(graph.lines.file), line: ints(graph.lines.line), cost: graph.lines.self.map(floats) },
      edges: {
        length: graph.edges.length, caller: ints(graph.edges.caller), callee: ints(graph.edges.callee), file: ints(graph.edges.file), line: ints(graph.edges.line),
        calls: floats(graph.edges.calls), cost: graph.edges.total.map(floats),
      },
      total: graph.totals && graph.totals.map(floats), calls: graph.calls && floats(graph.calls), primitiveCalls: graph.primitiveCalls && floats(graph.primitiveCalls),
    },
    seriesAxis: json.seriesAxis,
    series: json.series.map(({ x, y, ...facts }) => ({ ...facts, x: floats(x), y: floats(y) })),
    snapshots: json.snapshots.map((snapshot) => ({ ...snapshot, stack: ints(snapshot.stack), weight: floats(snapshot.weight) })),
    findings: json.findings.map((finding) => ({ ...finding, stacks: finding.stacks.map(({ label, frames: rows }) => ({ label, frames: ints(rows) })) })),
    totals: json.events.map(({ total }) => total), truncated: json.truncated, warnings: json.warnings,
  };
}

/** As JSON has it: without what is undefined. */
const plain = (profile: Profile): Profile => ({ ...profile, meta: JSON.parse(JSON.stringify(profile.meta)) as Profile['meta'], events: JSON.parse(JSON.stringify(profile.events)) as Profile['events'] });

describe('JSON writer', () => {
  for (const [file, format] of KINDS_OF_PROFILE) {
    it(`loses nothing of ${file}`, async () => {
      const profile = await fixtureProfile(file, format);
      const json = JSON.parse(await writtenText(jsonWriter, profile)) as Written;
      assert.equal(json.version, 1);
      assert.deepEqual(readBack(json), plain(profile));
    });
  }

  it('writes a small profile as documented', async () => {
    const profile = stackProfile(`
      weights: 3  1
      main[file:/src/a.c]  main[file:/src/a.c]
      work[file:/src/a.c][line:7][object:/bin/a][kind:native]  idle[kind:kernel][address:1f]
    `);
    const text = await writtenText(jsonWriter, profile, { title: 'a "quoted" title' });
    const json = JSON.parse(text) as Written;
    assert.deepEqual([json.title, json.generator, json.estimated], ['a "quoted" title', 'Heatline', false]);
    assert.deepEqual(json.events, [{ name: 'samples', unit: 'count', total: 4 }]);
    assert.deepEqual(json.functions.name.map((row) => json.strings[row!]), ['main', 'work', 'idle']);
    assert.deepEqual(json.functions.kind, ['unknown', 'native', 'kernel']);
    assert.deepEqual(json.frames.address, [-1, -1, 31]);
    assert.deepEqual([json.stacks.parent, json.stacks.self], [[-1, 0, 0], [[0, 3, 1]]]);
    assert.equal(json.callGraph, null);
    assert.equal(await writtenText(jsonWriter, profile, { title: 'a "quoted" title' }), text);
  });

  it('has null for what is no number, and keeps hostile texts', async () => {
    const builder = new ProfileBuilder([{ name: 'e', unit: 'count' }]);
    const names = ['"];alert(1)//', 'line\nbreak', '\u0000', '\ud800', '\u2028'];
    for (const name of names) builder.sampleOf(builder.stack(-1, builder.frame(builder.func({ name }))), 0, 1, NaN);
    builder.warn('</script>');
    const json = JSON.parse(await writtenText(jsonWriter, builder.finish({ format: 'x' }))) as Written;
    assert.deepEqual(json.functions.name.map((row) => json.strings[row!]), names);
    assert.deepEqual(json.samples?.time, [null, null, null, null, null]);
    assert.deepEqual(json.warnings, ['</script>']);
  });

  it('comes in small pieces', () => {
    const builder = new ProfileBuilder([{ name: 'e', unit: 'count' }]);
    const stack = builder.stack(-1, builder.frame(builder.func({ name: 'f' })));
    for (let at = 0; at < 100_000; at++) builder.sampleOf(stack, 0, 1, at);
    let longest = 0;
    let length = 0;
    for (const piece of jsonWriter.write(builder.finish({ format: 'x' }), {}) as Iterable<string>) {
      longest = Math.max(longest, piece.length);
      length += piece.length;
    }
    assert.ok(length > 1_000_000 && longest < 100_000, `${length} characters, ${longest} in one piece`);
  });

  it('writes a profile of nothing', async () => {
    const json = JSON.parse(await writtenText(jsonWriter, new ProfileBuilder([]).finish({ format: 'x' }))) as Written;
    assert.deepEqual([json.events, json.functions.length, json.samples, json.series, json.findings], [[], 0, null, [], []]);
  });
});
