import { functionChanges, normalScale, type FunctionChange, type Side } from '../core/difference.ts';
import { text } from '../core/profile.ts';
import { formatQuantity } from '../core/quantities.ts';
import type { Command } from './command.ts';
import { ExitCode, oneOf, parseWords, UsageError, wholeNumber } from './command.ts';
import { chooseEvent, openInput, SUMS, type OpenedInput } from './input.ts';
import { cell, printJson, printLines, printWarnings } from './output.ts';
import { place } from './costTable.ts';

/** `heatline diff`: what became dearer and cheaper from one profile to another. */
export const diff: Command = {
  help: `heatline diff A B [--event E] [--by self|total] [--normalize] [--limit N] [--json]

What became dearer or cheaper from profile A to profile B, the largest change first. Functions are matched by name, file and object,
wherever in the file they stand; if that fails by name and the file's base name, then by a name that is the only one left.

  --event E          the event to compare, in both; default: the main one of A
  --by self|total    the cost to compare; default: self
  --normalize        scale B to the total of A, so that shares are compared
  --limit N          how many; default: 20
  --json             {event, unit, by, normalized, before: {format, total}, after: {format, total}, change, functions: [{name, file, line, object, before,
                     after, change}], warnings}; change is after less before, scaled where normalized; line is where the function is in B, if it is there`,
  async run(words) {
    const { values, positionals } = parseWords(words, {
      event: { type: 'string' }, by: { type: 'string', default: 'self' }, normalize: { type: 'boolean', default: false },
      limit: { type: 'string', default: '20' }, json: { type: 'boolean' },
    });
    const by = oneOf('--by', values.by, ['self', 'total']);
    const limit = wholeNumber('--limit', values.limit);
    if (positionals.length !== 2) throw new UsageError('heatline diff takes two profiles: A and B.');
    if (positionals[0] === '-' && positionals[1] === '-') throw new UsageError('Standard input can be read once: give - once.');
    const [a, b] = [await openInput([positionals[0]], SUMS), await openInput([positionals[1]], SUMS)];
    const [before, after] = sides(a, b, values.event);
    const { name: eventName, unit, label } = before.profile.events[before.event];
    const totals = [before.profile.totals[before.event], after.profile.totals[after.event]];
    const scale = values.normalize ? normalScale(before, after) : 1;
    const changes = functionChanges(before, after, by, values.normalize).filter(({ change }) => change !== 0).slice(0, limit);
    const rows = changes.map((change) => describe(before, after, change));
    const warnings = [...a.profile.warnings.map((warning) => `${a.name}: ${warning}`), ...b.profile.warnings.map((warning) => `${b.name}: ${warning}`)];
    if (values.json) {
      await printJson({
        event: eventName, unit, by, normalized: values.normalize, before: { format: a.profile.meta.format, total: totals[0] },
        after: { format: b.profile.meta.format, total: totals[1] }, change: totals[1] * scale - totals[0], warnings,
      }, { functions: rows });
      return ExitCode.Fine;
    }
    printWarnings(warnings);
    const quantity = (value: number) => formatQuantity(value, unit).padStart(10);
    const signed = (value: number) => `${value > 0 ? '+' : ''}${formatQuantity(value, unit)}`.padStart(11);
    const percent = (old: number, change: number) => (old === 0 ? 'new' : `${change > 0 ? '+' : ''}${((change / old) * 100).toFixed(1)} %`).padStart(9);
    const change = totals[1] * scale - totals[0];
    await printLines([
      `${cell(label ?? eventName)}: ${formatQuantity(totals[0], unit)} -> ${formatQuantity(totals[1], unit)}${values.normalize ? ', scaled to the same total' : `, ${signed(change).trim()} (${percent(totals[0], change).trim()})`}`,
      `${'before'.padStart(10)}  ${'after'.padStart(10)}  ${'change'.padStart(11)}`,
      ...rows.map((row) => `${quantity(row.before)}  ${quantity(row.after)}  ${signed(row.change)}  ${percent(row.before, row.change)}  ${cell(row.name)}  ${cell(place(row))}`.trimEnd()),
      ...(rows.length === 0 ? ['No function changed.'] : []),
    ]);
    return ExitCode.Fine;
  },
};

/** The event of both sides. @throws UsageError when there is none to compare */
function sides(a: OpenedInput, b: OpenedInput, wanted: string | undefined): readonly [Side, Side] {
  const event = chooseEvent(a.profile, wanted);
  if (event < 0) throw new UsageError(`${a.name} has no events: there is nothing to compare.`);
  const { name, unit } = a.profile.events[event];
  const other = wanted === undefined ? b.profile.events.findIndex((candidate) => candidate.name === name) : chooseEvent(b.profile, wanted);
  if (other < 0) {
    throw new UsageError(`${b.name} has no event ${name}. Choose one of both with --event: ${a.name} has ${names(a)}; ${b.name} has ${names(b)}.`);
  }
  if (b.profile.events[other].unit !== unit) {
    throw new UsageError(`${name} counts ${unit} in ${a.name} and ${b.profile.events[other].unit} in ${b.name}: they cannot be compared.`);
  }
  return [{ profile: a.profile, event }, { profile: b.profile, event: other }];
}

function names({ profile }: OpenedInput): string {
  return profile.events.map(({ name }) => name).join(', ') || 'none';
}

function describe(before: Side, after: Side, change: FunctionChange) {
  const [{ profile }, func] = change.afterFunc >= 0 ? [after, change.afterFunc] : [before, change.beforeFunc];
  const { functions } = profile;
  return {
    name: text(profile, functions.name[func]), file: text(profile, functions.file[func]), line: functions.line[func], object: text(profile, functions.object[func]),
    before: change.before, after: change.after, change: change.change,
  };
}
