import { abilities, abilityLines } from './abilityLines.ts';
import type { Command } from './command.ts';
import { ExitCode, parseWords, UsageError } from './command.ts';
import { printJson, printLines } from './output.ts';
import { targetOf } from './recordTarget.ts';

/** `heatline profilers`: which profilers there are. */
export const profilers: Command = {
  help: `heatline profilers [TARGET] [--json]

Which profilers there are, what each answers and costs, and whether it can run here. With TARGET only those that apply, the best first.

  --json    {target: {file, language} | null, profilers: [{id, label, question, cost, suits, usable, problem: {code, message, why, commands} | null}]}`,
  async run(words) {
    const { values, positionals } = parseWords(words, { json: { type: 'boolean' } });
    if (positionals.length > 1) throw new UsageError('heatline profilers takes one TARGET at most.');
    const target = positionals.length > 0 ? await targetOf(positionals) : undefined;
    const found = await abilities(target);
    if (values.json) {
      await printJson({ target: target ? { file: target.file, language: target.language } : null }, { profilers: found });
      return ExitCode.Fine;
    }
    await printLines(found.filter(({ suits }) => suits).flatMap(abilityLines));
    return ExitCode.Fine;
  },
};
