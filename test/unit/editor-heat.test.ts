// Heat on source: steps, the lines of one document, the text beside a line and its hover.
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { HEAT_STEPS, heatStep, mergeLines, type HeatLine } from '../../src/editor/heatLines.ts';
import { hoverMarkdown, inlineText } from '../../src/editor/heatText.ts';
import type { EventOverview, FileLines, FunctionRow } from '../../src/protocol/engine.ts';
import { dedent } from '../stackText.ts';

const WALL: EventOverview = { name: 'wall', label: 'Wall time', unit: 'nanoseconds', total: 10e9 };

function heatLine(self: number, total: number, more: Partial<HeatLine> = {}): HeatLine {
  return { line: 1, self, total, approximate: false, calls: -1, ...more };
}

function part(rows: readonly (readonly [line: number, self: number, total: number, approximate: number, calls: number])[]): FileLines {
  const column = (at: number) => rows.map((row) => row[at]);
  return { path: 'a.c', line: column(0), self: column(1), total: column(2), approximate: column(3), calls: column(4), functions: [] };
}

describe('heatStep', () => {
  it('gives the hottest line the highest step and nothing less than one', () => {
    for (const hottest of [1, 0.5, 0.001]) assert.equal(heatStep(hottest, hottest), HEAT_STEPS);
    assert.deepEqual([heatStep(0, 0.5), heatStep(1e-9, 0.5), heatStep(0.5, 0), heatStep(NaN, 0.5), heatStep(-1, 1), heatStep(0.9, 0.5)], [1, 1, 1, 1, 1, HEAT_STEPS]);
  });

  it('rises with the share, through every step', () => {
    const steps = Array.from({ length: 1000 }, (_, i) => heatStep((i + 1) / 1000, 1));
    steps.forEach((step, i) => assert.ok(i === 0 || step >= steps[i - 1]));
    assert.deepEqual([...new Set(steps)], [1, 2, 3, 4, 5, 6, 7, 8]);
    assert.equal(heatStep(0.25, 1), 4, 'by the square root');
  });
});

describe('mergeLines', () => {
  it('adds up the names of one file, sorted by line', () => {
    assert.deepEqual(mergeLines([part([[9, 1, 2, 0, -1], [20, 5, 5, 1, 3]]), part([[3, 1, 1, 0, -1], [9, 10, 20, 1, 4], [20, 1, 1, 0, -1]])]), [
      { line: 3, self: 1, total: 1, approximate: false, calls: -1 },
      { line: 9, self: 11, total: 22, approximate: true, calls: 4 },
      { line: 20, self: 6, total: 6, approximate: true, calls: 3 },
    ]);
    assert.deepEqual(mergeLines([]), []);
  });
});

describe('inlineText', () => {
  const text = (line: HeatLine, metric: 'self' | 'total' = 'self', threshold = 0.005) => inlineText(line, WALL, metric, threshold).replaceAll('\u2007', '.').replaceAll('\u00a0', ' ');

  it('shows share and quantity, and the total where it differs', () => {
    assert.equal(text(heatLine(1.23e9, 1.23e9)), '.12.3 %  1.23 s');
    assert.equal(text(heatLine(1.23e9, 4.5e9)), '.12.3 %  1.23 s  total 45.0 %');
    assert.equal(text(heatLine(1.23e9, 1.2301e9)), '.12.3 %  1.23 s', 'not for a hair');
    assert.equal(text(heatLine(10e9, 10e9)), '100.0 %  10.0 s');
    assert.equal(text(heatLine(0.05e9, 0.05e9)), '..0.5 %  50.0 ms');
  });

  it('shows only the total of a line that calls and does nothing itself', () => {
    assert.equal(text(heatLine(0, 4.5e9)), 'total 45.0 %  4.50 s');
    assert.equal(text(heatLine(0.01e9, 4.5e9)), 'total 45.0 %  4.50 s');
  });

  it('shows nothing below the threshold', () => {
    assert.equal(text(heatLine(0.049e9, 0.049e9)), '');
    assert.equal(text(heatLine(0.049e9, 0.049e9), 'total'), '');
    assert.equal(inlineText(heatLine(0, 0), { ...WALL, total: 0 }, 'self', 0.005), '');
  });

  it('puts the total first when that is the metric', () => {
    assert.equal(text(heatLine(1e9, 4.5e9), 'total'), '.45.0 %  4.50 s  self 10.0 %');
    assert.equal(text(heatLine(4.5e9, 4.5e9), 'total'), '.45.0 %  4.50 s');
    assert.equal(text(heatLine(0.01e9, 4.5e9), 'total'), '.45.0 %  4.50 s');
  });
});

describe('hoverMarkdown', () => {
  const head = (name: string, more: Partial<FunctionRow> = {}): FunctionRow => ({ func: 7, name, file: 'a.c', line: 1, object: '', self: 1e9, total: 2e9, calls: -1, kind: 0, ...more });
  const show = (line: HeatLine, heads: readonly FunctionRow[], profile = 'run 1') =>
    hoverMarkdown(line, WALL, heads, { profile, link: (func) => `command:show?${func}` }, 'en-US');

  it('tells self and total, then the functions that begin there', () => {
    assert.equal(show(heatLine(1.5e9, 2e9), [head('work', { calls: 12_345 })]), dedent(`
      **Heatline** Wall time in run 1

      self **15.0 %** · 1.50 s · 1,500,000,000 ns

      total **20.0 %** · 2.00 s · 2,000,000,000 ns

      [work](command:show?7): self 10.0 %, total 20.0 % 2.00 s, 12,345 calls`));
  });

  it('says when the cost is the function\'s and not the line\'s', () => {
    assert.match(show(heatLine(1, 1, { approximate: true }), []), /measured functions, not lines/);
    assert.doesNotMatch(show(heatLine(1, 1), []), /measured functions/);
  });

  it('shows names as they are, whatever they are made of', () => {
    for (const name of ['<lambda>', 'operator[](int)', '__init__', 'a*b*', '`tick`', 'x|y', '![i](u)', '[link](command:evil)', '~Foo', '# h', '$(flame)', 'back\\slash', '<img src=x>', 'a&lt;b']) {
      const markdown = show(heatLine(1, 1), [head(name)], name);
      const label = /^\[((?:\\.|[^\]\\])*)\]\(command:show\?7\): self/m.exec(markdown)?.[1];
      assert.ok(label !== undefined, `${name}: ${markdown}`);
      assert.equal(label.replace(/\\([!-/:-@[-`{-~])/g, '$1'), name);
      // What begins emphasis, a link, code, an icon, HTML, a table cell or a character reference stands behind a backslash.
      assert.doesNotMatch(label.replace(/\\./g, ''), /[\\`*_[\]<|~$!#]|&\w+;/, name);
    }
  });
});
