import { callEdges } from '../core/edges.ts';
import { text } from '../core/profile.ts';
import { groupedDigits } from '../core/quantities.ts';
import type { Command } from './command.ts';
import { ExitCode, parseWords, wholeNumber } from './command.ts';
import { costColumn, eventLine } from './costTable.ts';
import { chooseEvent, openInput, reportHead, SUMS } from './input.ts';
import { cell, printJson, printLines, printWarnings } from './output.ts';

/** `heatline edges`: who calls whom. */
export const edges: Command = {
  help: `heatline edges FILE... [--event E] [--limit N] [--json]

Who calls whom, the costliest first: calls where they are counted, and the inclusive cost that flows over them. Of stacks, each counts
once for a pair, so recursion adds nothing; of call graphs, the call sites of a pair are added up.

  --event E    the event to show; default: the profile's main one
  --limit N    how many; default: all with --json, else 40
  --json       {event, edges: [{caller, callee, calls, total}]}, each with callerFile, callerObject, calleeFile, calleeObject too; calls is -1 when
               they are not counted; also format, events, total, estimated, truncated, warnings as heatline top has them`,
  async run(words) {
    const { values, positionals } = parseWords(words, { event: { type: 'string' }, limit: { type: 'string' }, json: { type: 'boolean' } });
    const limit = values.limit === undefined ? (values.json ? Infinity : 40) : wholeNumber('--limit', values.limit);
    const input = await openInput(positionals, SUMS);
    const { profile } = input;
    const { functions } = profile;
    const event = chooseEvent(profile, values.event);
    const { caller, callee, calls, total, length } = event < 0 ? { ...NO_EDGES } : callEdges(profile, event);
    const order = Array.from({ length }, (_, row) => row).sort((a, b) => total[b] - total[a] || calls[b] - calls[a] || a - b).slice(0, limit);
    const name = (func: number) => text(profile, functions.name[func]);
    const file = (func: number) => text(profile, functions.file[func]);
    const object = (func: number) => text(profile, functions.object[func]);
    if (values.json) {
      const rows = function* () {
        for (const row of order) {
          const [from, to] = [caller[row], callee[row]];
          yield {
            caller: name(from), callee: name(to), calls: calls[row], total: total[row],
            callerFile: file(from), callerObject: object(from), calleeFile: file(to), calleeObject: object(to),
          };
        }
      };
      await printJson(reportHead(input, event), { edges: rows() });
      return ExitCode.Fine;
    }
    printWarnings(profile.warnings);
    if (event < 0) {
      console.log('The profile is empty.');
      return ExitCode.Fine;
    }
    await printLines([
      eventLine(profile, event), `${'total'.padStart(8)} ${''.padStart(10)}  ${'calls'.padStart(12)}`,
      ...order.map((row) => `${costColumn(profile, event, total[row])}  ${(calls[row] < 0 ? '-' : groupedDigits(calls[row])).padStart(12)}  ${cell(name(caller[row]))} -> ${cell(name(callee[row]))}`),
    ]);
    return ExitCode.Fine;
  },
};

const NO_EDGES = { length: 0, caller: new Int32Array(0), callee: new Int32Array(0), calls: new Float64Array(0), total: new Float64Array(0) };
