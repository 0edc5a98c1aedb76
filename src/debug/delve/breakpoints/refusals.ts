import type { DebugProtocol } from '@vscode/debugprotocol';

/** What was asked for, as far as a refusal may name it. */
export interface Wanted {
  readonly condition?: string;
  readonly hitCondition?: string;
  readonly logMessage?: string;
  readonly name?: string;
}

type Words = (match: RegExpExecArray, wanted: Wanted) => string;

/** dlv's refusals, and what they say to a person. What none of them fits is shown as dlv says it. */
const REFUSALS: readonly (readonly [RegExp, Words])[] = [
  [/^could not find statement at .*:(\d+), please use a line with a statement$/, ([, line]) => `Line ${line} has no code to stop at. Choose a line with a statement.`],
  [/^could not find file (.*)$/, ([, file]) => `No code of ${file} is in the program: its package is not used, build constraints leave the file out, or it was built under another path ("substitutePath" says which).`],
  [/^[Bb]reakpoint exists at (.*) at [0-9a-f]+$/, ([, place]) => `There is another breakpoint at ${place} already, set for a function, for an instruction or in the console. The program stops there.`],
  [/^breakpoint already exists$/, () => 'The same breakpoint was given twice.'],
  [/^unable to parse breakpoint hit condition/, (_match, { hitCondition }) => `"${hitCondition}" is no hit count. Write a number, or one of ==, !=, >, >=, <, <=, % and a number: "5" stops at the fifth pass, "% 2" at every second.`],
  [/^(?:hit condition|unsupported hit condition)(.*)/, (_match, { hitCondition }) => `"${hitCondition}" is no hit count that dlv knows. Write a number, or an operator and a number, as "> 5".`],
  [/^invalid log point format, unexpected '}'$/, () => 'The log message has a "}" without a "{" before it. Expressions stand in braces: "n is {n}".'],
  [/^invalid log point format$/, () => 'The log message has a "{" that no "}" closes. Expressions stand in braces: "n is {n}".'],
  [/^empty evaluation string$/, () => 'The log message has braces with nothing in them. Expressions stand in braces: "n is {n}".'],
  [/^location "(.*)" not found$/, ([, name]) => `The program has no function ${name}. Write it as dlv does: main.run, strings.ToUpper, main.(*Server).Serve; one that is never called is not in the program, nor one that was inlined away.`],
  [/^Location "(.*)" ambiguous: ([^]*)$/, ([, name, all]) => `Several functions are called ${name}: ${all}. Write the whole name.`],
  [/^breakpoint name "(.*)" could not be parsed as a function/, ([, name]) => `"${name}" is no name of a function. Write it as dlv does: main.run, strings.ToUpper, main.(*Server).Serve.`],
  [/^(?:could not|can not) watch stack allocated variable for reads$/, () => 'A variable on the stack can be watched for writes only. Choose "Break on Value Change".'],
  [/^can not watch variable of type (.*)$/, ([, type]) => `A value of type ${type} cannot be watched: only values of at most a machine word. Watch one of its fields or elements.`],
  [/^(?:hardware breakpoints exhausted|no more hardware breakpoints)/i, () => 'The processor watches four values at once and no more. Remove another data breakpoint.'],
];

/** A condition that is no Go expression: `1:5: expected operand, found 'EOF'` of go/parser. */
const SYNTAX = /^(\d+):(\d+): (.*)$/s;

/** The message of a breakpoint that was not set, in plain words; dlv's own where it is clear. */
export function refusalWords(message: string, wanted: Wanted): string {
  const syntax = SYNTAX.exec(message);
  if (syntax && wanted.condition) return `The condition "${wanted.condition}" is no Go expression: ${syntax[3]}.`;
  for (const [pattern, words] of REFUSALS) {
    const match = pattern.exec(message);
    if (match) return words(match, wanted);
  }
  return message;
}

/** The answer's breakpoints with messages for people. */
export function worded(breakpoints: readonly DebugProtocol.Breakpoint[], wanted: readonly Wanted[]): DebugProtocol.Breakpoint[] {
  return breakpoints.map((each, at) => (each.verified || each.message === undefined ? each : { ...each, message: refusalWords(each.message, wanted[at] ?? {}) }));
}
