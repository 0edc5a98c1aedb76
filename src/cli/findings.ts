import { text, type Finding, type FindingStack, type Profile } from '../core/profile.ts';
import { groupedDigits } from '../core/quantities.ts';
import type { Command } from './command.ts';
import { ExitCode, parseWords } from './command.ts';
import { openInput, SUMS } from './input.ts';
import { cell, printJson, printLines, printWarnings } from './output.ts';

/** Frames of a stack that are listed without --json. */
const MOST_FRAMES = 30;

/** `heatline findings`: what a checker found. */
export const findings: Command = {
  help: `heatline findings FILE... [--json]

What a checker found: errors, leaks, races, with their stacks, innermost frame first.

  --json    {findings: [{kind, message, count, bytes, stacks: [[{function, file, line, object}]], severity, thread, labels, notes}]}; labels says what
            each stack shows, '' for where the finding is; notes are words of the checker that have no stack; also format, truncated, warnings`,
  async run(words) {
    const { values, positionals } = parseWords(words, { json: { type: 'boolean' } });
    const { profile } = await openInput(positionals, SUMS);
    if (values.json) {
      await printJson({ format: profile.meta.format, truncated: profile.truncated, warnings: profile.warnings }, {
        findings: (function* () {
          for (const finding of profile.findings) yield asJson(profile, finding);
        })(),
      });
      return ExitCode.Fine;
    }
    printWarnings(profile.warnings);
    if (profile.findings.length === 0) console.log('The profile has no findings.');
    for (const finding of profile.findings) await printLines(asText(profile, finding));
    return ExitCode.Fine;
  },
};

function framesOf(profile: Profile, stack: FindingStack) {
  const { frames, functions } = profile;
  return Array.from(stack.frames, (frame) => {
    const func = frames.func[frame];
    return { function: text(profile, functions.name[func]), file: text(profile, frames.file[frame]), line: frames.line[frame], object: text(profile, functions.object[func]) };
  });
}

function asJson(profile: Profile, finding: Finding) {
  const { kind, message, count, bytes, severity, thread, stacks } = finding;
  const withFrames = stacks.filter(({ frames }) => frames.length > 0);
  return {
    kind, message, count, bytes, stacks: withFrames.map((stack) => framesOf(profile, stack)), severity, thread, labels: withFrames.map(({ label }) => label),
    notes: stacks.filter(({ frames }) => frames.length === 0).map(({ label }) => label),
  };
}

function asText(profile: Profile, { kind, message, count, bytes, severity, thread, stacks }: Finding): string[] {
  const facts = [
    ...(count > 1 ? [`${groupedDigits(count)} times`] : []), ...(bytes > 0 ? [`${groupedDigits(bytes)} bytes`] : []), ...(thread === '' ? [] : [`thread ${cell(thread)}`]),
  ];
  const lines = [`${severity}: ${cell(message)} [${cell(kind)}]${facts.length > 0 ? ` (${facts.join(', ')})` : ''}`];
  for (const stack of stacks) {
    if (stack.label !== '') lines.push(`  ${cell(stack.label)}`);
    const frames = framesOf(profile, stack);
    for (const frame of frames.slice(0, MOST_FRAMES)) {
      const where = frame.file === '' ? (frame.object === '' ? '' : ` (in ${cell(frame.object)})`) : ` (${cell(frame.file)}${frame.line > 0 ? `:${frame.line}` : ''})`;
      lines.push(`    ${cell(frame.function)}${where}`);
    }
    if (frames.length > MOST_FRAMES) lines.push(`    ... ${frames.length - MOST_FRAMES} more`);
  }
  return [...lines, ''];
}
