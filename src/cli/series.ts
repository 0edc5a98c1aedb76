import type { Series } from '../core/profile.ts';
import { formatQuantity } from '../core/quantities.ts';
import type { Command } from './command.ts';
import { ExitCode, parseWords } from './command.ts';
import { openInput, SUMS } from './input.ts';
import { cell, printJson, printLines, printWarnings } from './output.ts';
import { padColumns, textWidth } from './textWidth.ts';

/** Columns of the little picture of a series. */
const PICTURE = 32;
const BARS = '▁▂▃▄▅▆▇█';

/** `heatline series`: values over time. */
export const series: Command = {
  help: `heatline series FILE... [--json]

Values over time: heap snapshots, counters at intervals. Without --json one line for each, with its range and a small picture.

  --json    {series: [{name, unit, points: [[t, v], ...]}], axis: {label, unit}}; axis is what t counts, null when there are no series; also
            format, truncated, warnings`,
  async run(words) {
    const { values, positionals } = parseWords(words, { json: { type: 'boolean' } });
    const { profile } = await openInput(positionals, SUMS);
    if (values.json) {
      const points = ({ x, y }: Series) => Array.from(x, (at, row) => [at, y[row]]);
      await printJson({ format: profile.meta.format, truncated: profile.truncated, warnings: profile.warnings, axis: profile.seriesAxis }, {
        series: (function* () {
          for (const each of profile.series) yield { name: each.name, unit: each.unit, points: points(each) };
        })(),
      });
      return ExitCode.Fine;
    }
    printWarnings(profile.warnings);
    if (profile.series.length === 0 || !profile.seriesAxis) {
      console.log('The profile has no values over time.');
      return ExitCode.Fine;
    }
    const names = profile.series.map(({ name, label }) => cell(label ?? name));
    const width = Math.max(...names.map(textWidth));
    const { label, unit } = profile.seriesAxis;
    const ends = profile.series.filter(({ x }) => x.length > 0).flatMap(({ x }) => [x[0], x[x.length - 1]]);
    // Not by spreading: there may be a hundred thousand series of two points.
    const [from, to] = ends.reduce(([low, high], at) => [Math.min(low, at), Math.max(high, at)], [Infinity, -Infinity]);
    await printLines([
      ends.length > 0 ? `${label}: ${formatQuantity(from, unit)} to ${formatQuantity(to, unit)}` : label,
      `${padColumns('', width)}  ${'points'.padStart(8)}  ${'least'.padStart(10)}  ${'most'.padStart(10)}  ${'last'.padStart(10)}`,
      ...profile.series.map((each, row) => {
        const { least, most } = range(each);
        const quantities = each.y.length === 0 ? [] : [least, most, each.y[each.y.length - 1]];
        return `${padColumns(names[row], width)}  ${String(each.y.length).padStart(8)}${quantities.map((value) => `  ${formatQuantity(value, each.unit).padStart(10)}`).join('')}  ${picture(each, from, to)}`.trimEnd();
      }),
    ]);
    return ExitCode.Fine;
  },
};

function range({ y }: Series): { least: number; most: number } {
  let [least, most] = [Infinity, -Infinity];
  for (const value of y) [least, most] = [Math.min(least, value), Math.max(most, value)];
  return { least, most };
}

/** The highest value in each of so many equal stretches, from 0; a stretch without points repeats the one before. */
function picture(each: Series, from: number, to: number): string {
  if (each.y.length === 0) return '';
  const top = new Array<number>(PICTURE).fill(-Infinity);
  for (let row = 0; row < each.y.length; row++) {
    const at = to > from ? Math.min(PICTURE - 1, Math.floor(((each.x[row] - from) / (to - from)) * PICTURE)) : 0;
    top[at] = Math.max(top[at], each.y[row]);
  }
  const { most } = range(each);
  let last = 0;
  return top.map((value) => {
    if (value !== -Infinity) last = value;
    return most > 0 ? BARS[Math.max(0, Math.min(BARS.length - 1, Math.round((last / most) * (BARS.length - 1))))] : BARS[0];
  }).join('');
}
