import type { DebugProtocol } from '@vscode/debugprotocol';
import { atLeast } from '../dlvProgram.ts';
import type { FeatureFactory } from '../feature.ts';
import { Candidates, type Candidate } from './candidates.ts';
import { PARAMETERS, TERMINAL_COMMANDS, terminalCommand, type TerminalCommand } from './commandTable.ts';

/** Candidates of one answer; more is not read by anybody. */
const MOST = 200;
/** Commands that another command may stand behind: `frame 2 print x`, `on 1 stack 3`. */
const BEHIND_ON = ['print', 'stack', 'goroutine', 'condition', 'trace', 'args', 'locals'];

/** What can be typed next in the console: dlv's commands, and what they take. */
export const completions: FeatureFactory = (run) => {
  const candidates = new Candidates(run);
  return {
    requests: {
      completions: async (args) => {
        const { text, column, line = 1, frameId } = args as unknown as DebugProtocol.CompletionsArguments;
        const { linesStartAt1 = true, columnsStartAt1 = true } = run.client.capabilities;
        const typed = (text.split('\n')[line - (linesStartAt1 ? 1 : 0)] ?? '').slice(0, column - (columnsStartAt1 ? 1 : 0));
        // While the program runs a line is its input, or refused.
        if (!run.stopped) return { targets: [] };
        const { word, found } = await complete(typed, run.options.version, candidates, frameId);
        const start = typed.length - word.length + (columnsStartAt1 ? 1 : 0);
        return { targets: chosen(found, word).map((each) => ({ ...each, text: each.label, start, length: word.length })) };
      },
    },
    capabilities: () => ({ supportsCompletionsRequest: true, completionTriggerCharacters: ['.'] }),
  };
};

interface Found {
  /** What is typed of the word at the cursor. */
  readonly word: string;
  readonly found: readonly Candidate[];
}

async function complete(typed: string, version: string, candidates: Candidates, frameId: number | undefined): Promise<Found> {
  const [, first, gap, rest] = /^\s*(\S*)(\s*)([\s\S]*)$/.exec(typed) ?? ['', '', '', ''];
  const command = gap === '' ? undefined : terminalCommand(first);
  if (gap === '') {
    const { word, found } = await expression(first, candidates, frameId);
    return { word, found: [...(word === first ? commandNames(version) : []), ...found] };
  }
  return command ? behind(command, rest, version, candidates, frameId) : expression(typed, candidates, frameId);
}

/** What a command takes. */
async function behind(command: TerminalCommand, rest: string, version: string, candidates: Candidates, frameId: number | undefined): Promise<Found> {
  const [, before, word] = /^([\s\S]*?)(\S*)$/.exec(rest) ?? ['', '', ''];
  const isFirst = before.trim() === '';
  if (/^-[\w-]*$/.test(word)) return { word, found: (command.options ?? []).map((label) => ({ label, type: 'keyword' })) };
  switch (command.operand) {
    case 'expression': return expression(rest.replace(/^%\S*\s/, ''), candidates, frameId);
    case 'place': {
      // `break NAME PLACE`, `break PLACE if CONDITION`
      const condition = /\sif\s+([\s\S]*)$/.exec(rest);
      return condition ? expression(condition[1], candidates, frameId) : { word, found: await candidates.places(word) };
    }
    case 'function': return { word, found: await candidates.functions(word) };
    case 'breakpoint': {
      if (isFirst) return { word, found: await candidates.breakpoints() };
      const behindOn = /^\S+\s+(\S+)\s+([\s\S]*)$/.exec(rest);
      if (command.names[0] === 'condition') return expression(rest.replace(/^\S+\s+/, ''), candidates, frameId);
      if (command.names[0] !== 'on') return { word, found: [] };
      const inner = behindOn && terminalCommand(behindOn[1]);
      return inner ? behind(inner, behindOn[2], version, candidates, frameId) : { word, found: BEHIND_ON.map((label) => ({ label, type: 'keyword' })) };
    }
    case 'goroutine':
    case 'frame': {
      if (!isFirst) return complete(rest.replace(/^\S+\s+/, ''), version, candidates, frameId);
      return { word, found: command.operand === 'goroutine' ? await candidates.goroutines() : await candidates.frames() };
    }
    case 'command': return { word, found: commandNames(version) };
    case 'variable': return { word, found: await candidates.variables(frameId) };
    case 'global': return { word, found: await candidates.globals(word) };
    case 'type': return { word, found: await candidates.types(word) };
    case 'source': return { word, found: await candidates.sources(word) };
    case 'package': return { word, found: await candidates.packages() };
    case 'parameter': return { word, found: isFirst || /^-list\s+$/.test(before) ? PARAMETERS.map((label) => ({ label, type: 'property' })) : [] };
    case 'none': return { word, found: [] };
  }
}

/** A name at the end of an expression: a variable, a member of what stands before its dot, or what a package has. */
async function expression(text: string, candidates: Candidates, frameId: number | undefined): Promise<Found> {
  const word = /[\p{L}_][\p{L}\p{N}_]*$/u.exec(text)?.[0] ?? '';
  const before = text.slice(0, text.length - word.length);
  // A number's dot, and the inside of a string, want no names.
  if (/[\p{N}]$/u.test(before) || isInString(before)) return { word, found: [] };
  if (!before.endsWith('.')) return { word, found: word === '' && /\S$/.test(before) && !/[([,=+\-*/%&|^<>!{:]$/.test(before) ? [] : await candidates.names(frameId) };
  return { word, found: await candidates.members(ownerOf(before.slice(0, -1)), word, frameId) };
}

/** The operand that ends a text: `sum + list[0].point` -> `list[0].point`. */
function ownerOf(text: string): string {
  let depth = 0;
  for (let at = text.length - 1; at >= 0; at--) {
    const character = text[at];
    if (character === ')' || character === ']') depth++;
    else if (character === '(' || character === '[') depth--;
    if (depth < 0 || (depth === 0 && !/[\p{L}\p{N}_.)\]([]/u.test(character))) return text.slice(at + 1);
  }
  return text;
}

function isInString(text: string): boolean {
  return (text.replace(/\\./g, '').match(/"/g)?.length ?? 0) % 2 === 1;
}

function commandNames(version: string): readonly Candidate[] {
  const known = TERMINAL_COMMANDS.filter(({ since }) => since === undefined || version === '' || atLeast(version, since));
  return known.flatMap(({ names, about }) => names.map((label) => ({ label, type: 'keyword' as const, detail: about })));
}

/** Those that begin as what is typed, or where none does, begin so but for capitals; each once. */
function chosen(found: readonly Candidate[], word: string): readonly Candidate[] {
  const begins = found.filter(({ label }) => label.startsWith(word));
  const some = begins.length > 0 ? begins : found.filter(({ label }) => label.toLowerCase().startsWith(word.toLowerCase()));
  return [...new Map(some.map((each) => [each.label, each])).values()].slice(0, MOST);
}
