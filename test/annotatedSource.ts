// What callgrind_annotate and cg_annotate print, as numbers.
import { text, type Profile } from '../src/core/profile.ts';

/** `1,234`, `.` and negative numbers of the tools' tables. */
export const annotatedNumber = (cell: string) => (cell === '.' ? 0 : Number(cell.replaceAll(',', '')));

/** Costs of one source line; `calls` is the sum of the calls that are listed below it. */
export interface AnnotatedLine {
  readonly self: number[];
  readonly calls: number[];
}

/**
 * The lines of `source` as the tool shows them with `--context` so large that nothing is left out; `events` is the number of its columns. Line 1
 * is the first.
 */
export function annotatedLines(output: string, source: string, events: number): AnnotatedLine[] {
  const begin = output.indexOf(`annotated source: ${source}\n`);
  if (begin < 0) throw new Error(`${source} is not annotated`);
  const after = output.slice(begin).split('\n').slice(1);
  const first = after.indexOf('') + 1;
  const lines: AnnotatedLine[] = [];
  const row = new RegExp(`^ *((?:(?:-?[\\d,]+|\\.) +){${events}})(.*)$`);
  for (const line of after.slice(first)) {
    const found = row.exec(`${line} `);
    if (!found) break;
    const costs = found[1].trim().split(/ +/).map(annotatedNumber);
    if (!found[2].startsWith('=> ')) lines.push({ self: costs, calls: costs.map(() => 0) });
    else costs.forEach((cost, event) => (lines[lines.length - 1].calls[event] += cost));
  }
  return lines;
}

export const sortedCosts = <T>(costs: ReadonlyMap<string, T>) => [...costs].sort(([a], [b]) => (a < b ? -1 : 1));

/** Self costs of a profile by the file of the line and the function's name, as the tools list them; without rows that cost nothing. */
export function selfByFileAndFunction(profile: Profile): Map<string, number[]> {
  const costs = new Map<string, number[]>();
  const lines = profile.graph?.lines;
  for (let row = 0; lines && row < lines.length; row++) {
    const key = `${text(profile, lines.file[row]) || '???'}:${text(profile, profile.functions.name[lines.func[row]])}`;
    const before = costs.get(key);
    costs.set(key, lines.cost.map((column, event) => column[row] + (before?.[event] ?? 0)));
  }
  for (const [key, values] of costs) if (values.every((value) => value === 0)) costs.delete(key);
  return costs;
}
