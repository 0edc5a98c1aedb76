import type { Command } from './command.ts';
import { ExitCode, oneOf, parseWords, wholeNumber } from './command.ts';
import { costColumns, eventLine, headings, place } from './costTable.ts';
import { chooseEvent, openInput, reportHead, SUMS } from './input.ts';
import { cell, printJson, printLines, printWarnings } from './output.ts';
import { padColumns, textWidth } from './textWidth.ts';

/** Names up to this many columns are lined up; longer ones push what follows. */
const WIDEST_NAME = 48;

/** `heatline top`: the costliest functions. */
export const top: Command = {
  help: `heatline top FILE... [--event E] [--by self|total] [--limit N] [--json]

The costliest functions of a profile: self cost, total cost with everything they call, calls where they are counted.

  --event E          the event to show; default: the profile's main one
  --by self|total    what they are ordered by; default: self
  --limit N          how many; default: 20
  --json             {format, events, event, total, estimated, truncated, warnings, functions: [{name, file, line, object, self, total, calls}]};
                     calls is -1 when they are not counted`,
  async run(words) {
    const { values, positionals } = parseWords(words, {
      event: { type: 'string' }, by: { type: 'string', default: 'self' }, limit: { type: 'string', default: '20' }, json: { type: 'boolean' },
    });
    const by = oneOf('--by', values.by, ['self', 'total']);
    const limit = wholeNumber('--limit', values.limit);
    const input = await openInput(positionals, SUMS);
    const event = chooseEvent(input.profile, values.event);
    const rows = event < 0 ? [] : input.queries.costliest(event, by, limit);
    if (values.json) {
      await printJson(reportHead(input, event), {
        functions: rows.map(({ name, file, line, object, self, total, calls }) => ({ name, file, line, object, self, total, calls })),
      });
      return ExitCode.Fine;
    }
    printWarnings(input.profile.warnings);
    if (event < 0) {
      console.log('The profile is empty.');
      return ExitCode.Fine;
    }
    const names = rows.map(({ name }) => cell(name));
    const width = Math.min(WIDEST_NAME, Math.max(0, ...names.map(textWidth)));
    await printLines([
      eventLine(input.profile, event), headings(),
      ...rows.map((row, at) => `${costColumns(input.profile, event, row)}  ${padColumns(names[at], width)}  ${cell(place(row))}`.trimEnd()),
    ]);
    return ExitCode.Fine;
  },
};
