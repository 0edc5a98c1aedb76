import assert from 'node:assert/strict';
import { FunctionKind } from '../../src/core/profile.ts';
import type { Paint, Palette, Rgb, ThemeKind } from '../../src/core/flameColors.ts';
import { contrast, groupColor, mix, oklch, paintOf, palette, parseColor, READABLE } from '../../src/core/flameColors.ts';
import { MERGED_FUNCTION, ROOT_FUNCTION } from '../../src/core/flame.ts';

const THEMES: [ThemeKind, Rgb][] = [
  ['dark', [31, 31, 31]], ['dark', [0, 43, 54]], ['dark', [39, 40, 34]], ['dark', [60, 63, 65]],
  ['light', [255, 255, 255]], ['light', [253, 246, 227]], ['light', [220, 220, 220]],
  ['hc-dark', [0, 0, 0]], ['hc-light', [255, 255, 255]],
];

function paints(colors: Palette): Paint[] {
  return [...colors.groups, ...colors.dimmed, colors.muted, colors.mutedDimmed, colors.neutral, colors.neutralDimmed, colors.match];
}

function rgb(css: string): Rgb {
  const color = parseColor(css);
  assert.ok(color, css);
  return color;
}

describe('flame colours', () => {
  for (const [kind, background] of THEMES) {
    it(`can be read on ${kind} ${background.join(' ')}`, () => {
      for (const { fill, text } of paints(palette(kind, background))) {
        const ratio = contrast(rgb(fill), rgb(text));
        assert.ok(ratio >= READABLE, `${text} on ${fill} is ${ratio.toFixed(2)}`);
      }
    });

    it(`tells boxes from the background on ${kind} ${background.join(' ')}`, () => {
      const { groups } = palette(kind, background);
      const differ = groups.filter(({ fill }) => fill !== `rgb(${background.join(', ')})`);
      assert.equal(differ.length, groups.length);
      assert.equal(new Set(groups.map(({ fill }) => fill)).size, groups.length, 'every group its colour');
    });
  }

  it('computes contrast as WCAG does', () => {
    assert.equal(contrast([0, 0, 0], [255, 255, 255]), 21);
    assert.equal(contrast([10, 20, 30], [10, 20, 30]), 1);
    // Grey #767676 is the well-known lightest grey that passes on white.
    assert.ok(contrast([0x76, 0x76, 0x76], [255, 255, 255]) >= 4.5);
    assert.ok(contrast([0x77, 0x77, 0x77], [255, 255, 255]) < 4.5);
  });

  it('converts OKLCH as its reference does', () => {
    assert.deepEqual(oklch(1, 0, 0), [255, 255, 255]);
    assert.deepEqual(oklch(0, 0, 0), [0, 0, 0]);
    // The primary colours of sRGB, from the reference implementation.
    const [red, green, blue] = [oklch(0.62796, 0.25768, 29.234), oklch(0.86644, 0.29483, 142.495), oklch(0.45201, 0.31321, 264.052)];
    const close = (actual: Rgb, expected: Rgb) => actual.forEach((byte, at) => assert.ok(Math.abs(byte - expected[at]) <= 3, `${actual.join()} is not ${expected.join()}`));
    close(red, [255, 0, 0]);
    close(green, [0, 255, 0]);
    close(blue, [0, 0, 255]);
  });

  it('gives a group the same colour always, and spreads groups', () => {
    const colors = palette('dark', [31, 31, 31]);
    assert.equal(groupColor(4711), groupColor(4711));
    const used = new Set(Array.from({ length: 200 }, (_, group) => groupColor(group)));
    assert.equal(used.size, colors.groups.length, 'every colour is used');
    const neighbours = Array.from({ length: 200 }, (_, group) => groupColor(group) === groupColor(group + 1)).filter(Boolean).length;
    assert.ok(neighbours < 30, `${neighbours} of 200 neighbours look the same`);
    for (const group of [0, -5, 2 ** 31 - 1]) assert.ok(colors.groups[groupColor(group)]);
  });

  it('mutes what is not one\'s own, and dims what a search did not hit', () => {
    const colors = palette('light', [255, 255, 255]);
    assert.equal(paintOf(colors, ROOT_FUNCTION, -1, 0, undefined), colors.neutral);
    assert.equal(paintOf(colors, MERGED_FUNCTION, -1, 0, false), colors.neutralDimmed);
    assert.equal(paintOf(colors, 5, 9, FunctionKind.Kernel, undefined), colors.muted);
    assert.equal(paintOf(colors, 5, 9, FunctionKind.Builtin, false), colors.mutedDimmed);
    assert.equal(paintOf(colors, 5, -1, FunctionKind.Native, undefined), colors.muted);
    assert.equal(paintOf(colors, 5, 9, FunctionKind.Python, undefined), colors.groups[groupColor(9)]);
    assert.equal(paintOf(colors, 5, 9, FunctionKind.Python, false), colors.dimmed[groupColor(9)]);
    assert.equal(paintOf(colors, 5, 9, FunctionKind.Kernel, true), colors.match);
  });

  it('reads the forms of colour that themes use', () => {
    assert.deepEqual(parseColor('#1f1f1f'), [31, 31, 31]);
    assert.deepEqual(parseColor('#abc'), [170, 187, 204]);
    assert.deepEqual(parseColor('#0078d4b3'), [0, 120, 212]);
    assert.deepEqual(parseColor('rgb(1, 2, 3)'), [1, 2, 3]);
    assert.deepEqual(parseColor('rgba(1, 2, 3, 0.5)'), [1, 2, 3]);
    assert.equal(parseColor(''), undefined);
    assert.equal(parseColor('hotpink'), undefined);
    assert.deepEqual(mix([0, 0, 0], [100, 200, 50], 0.5), [50, 100, 25]);
  });
});
