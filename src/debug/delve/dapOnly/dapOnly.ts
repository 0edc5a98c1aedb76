import type { DebugProtocol } from '@vscode/debugprotocol';
import { terminalCommand } from '../console/commandTable.ts';
import { askToEnd } from '../console/follow.ts';
import type { Body, Feature, FeatureFactory, Next } from '../feature.ts';
import type { Run } from '../run.ts';
import { Breakpoints } from './breakpoints.ts';
import { frame, goroutine, goroutines, list, stack, threads } from './stacks.ts';
import { dlvCommand, evaluated, globals, print, registers, set, variables, whatis } from './values.ts';
import { View } from './view.ts';

type Carry = (rest: string) => Promise<string>;

/** Requests for commands that run the program. */
const RUNS: Readonly<Record<string, readonly [request: string, granularity?: string]>> = {
  continue: ['continue'], next: ['next'], step: ['stepIn'], stepout: ['stepOut'], 'step-instruction': ['stepIn', 'instruction'], 'next-instruction': ['next', 'instruction'],
};
/** How to get what DAP has not. */
const WAY_OUT = 'This dlv takes one client, and its DAP has no such command: start it with --accept-multiclient (dlv debug --headless --accept-multiclient ...) to use all of dlv\'s commands here.';

/** dlv's commands in the console of a server that takes one client: translated to requests of DAP. Answers read like dlv's terminal's, as far as DAP has what they say. */
class DapOnlyConsole implements Feature {
  readonly #view: View;
  readonly #commands: Readonly<Record<string, Carry>>;
  readonly requests: NonNullable<Feature['requests']>;
  #waiting: (() => void)[] = [];
  #last = '';

  constructor(private readonly run: Run) {
    const view = (this.#view = new View(run));
    const breakpoints = new Breakpoints(run, view);
    this.#commands = {
      args: (rest) => variables(view, rest, 'args'), locals: (rest) => variables(view, rest, 'locals'), vars: (rest) => globals(view, rest), regs: () => registers(view),
      print: (rest) => print(view, rest), whatis: (rest) => whatis(view, rest), set: (rest) => set(view, rest), call: (rest) => this.#call(rest),
      stack: (rest) => stack(view, rest), frame: (rest) => this.#frame(rest), up: (rest) => frame(view, view.index + count(rest)), down: (rest) => frame(view, view.index - count(rest)), list: (rest) => list(view, rest),
      goroutines: (rest) => goroutines(view, rest), goroutine: (rest) => this.#goroutine(rest), threads: () => threads(view),
      break: (rest) => breakpoints.add(rest), breakpoints: async () => breakpoints.list(), clear: (rest) => breakpoints.clear(rest), clearall: (rest) => breakpoints.clearAll(rest), toggle: (rest) => breakpoints.toggle(rest),
      condition: (rest) => breakpoints.condition(rest),
      config: (rest) => dlvCommand(view, `config ${rest}`), sources: (rest) => dlvCommand(view, `sources ${rest}`), types: (rest) => dlvCommand(view, `types ${rest}`), examinemem: (rest) => dlvCommand(view, `examinemem ${rest}`),
      disassemble: (rest) => this.#disassemble(rest), help: async (rest) => this.#help(rest), exit: async () => (askToEnd(run), ''),
    };
    this.requests = {
      ...breakpoints.requests,
      evaluate: (args, _run, next) => (args.context === 'repl' ? this.#evaluate(args, next) : next(args)),
    };
  }

  readonly events: Feature['events'] = {
    stopped: (body) => {
      this.end();
      return body;
    },
    terminated: (body) => {
      this.end();
      return body;
    },
  };

  end(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  async #evaluate(args: Body, next: Next): Promise<Body> {
    const typed = String(args.expression);
    const line = typed.trim() === '' ? this.#last : typed.trim();
    const [, first, rest] = /^(\S+)\s*([\s\S]*)$/.exec(line) ?? ['', '', ''];
    const command = terminalCommand(first);
    if (!this.run.stopped) {
      if (this.run.server.input(`${typed}\n`)) return { result: '', variablesReference: 0 };
      throw new Error('The program is running: pause it first.');
    }
    // `x = 3`, `s.Name`, `n + 1`: variables may be called as commands are.
    if (!command || /^(?:[=!<>]?=|[-+*/%&|^<>])\s/.test(rest)) return next({ ...args, expression: line });
    this.#last = line;
    await this.#view.place(args.frameId as number | undefined);
    return { result: (await this.#carry(command.names[0], rest.trim())).replace(/\n$/, ''), variablesReference: 0 };
  }

  async #carry(name: string, rest: string): Promise<string> {
    if (Object.hasOwn(RUNS, name)) return this.#runs(name, rest);
    const carry = Object.hasOwn(this.#commands, name) ? this.#commands[name] : undefined;
    if (carry) return carry(rest);
    if (name === 'restart' || name === 'rebuild') throw new Error('Use Restart of the debug toolbar: a dlv for one client starts the program anew only with the session.');
    throw new Error(WAY_OUT);
  }

  async #runs(name: string, rest: string): Promise<string> {
    const times = name === 'next' && rest !== '' ? count(rest) : 1;
    if (rest !== '' && name !== 'next') throw new Error(name === 'continue' ? 'Set a breakpoint there, and continue.' : 'It takes no argument.');
    if (name !== 'continue' && this.#view.index !== 0) throw new Error('not on topmost frame');
    const [request, granularity] = RUNS[name];
    for (let left = times; left > 0 && this.run.stopped; left--) {
      const stopped = new Promise<void>((resolve) => this.#waiting.push(resolve));
      const threadId = this.#view.goroutine;
      if (request === 'continue') this.run.stopped = undefined;
      await this.run.handle(request, { threadId, ...(granularity ? { granularity } : {}) });
      // An answer to continue tells the client nothing, where it did not ask itself.
      if (request === 'continue') this.run.client.event('continued', { threadId, allThreadsContinued: true });
      await stopped;
      await this.#view.place().catch(() => undefined);
    }
    return this.#view.stopText();
  }

  async #frame(rest: string): Promise<string> {
    const [, index, inner] = /^(\d+)\s*([\s\S]*)$/.exec(rest) ?? [];
    if (index === undefined) throw new Error(rest === '' ? 'not enough arguments' : `Invalid frame ${rest}`);
    return inner ? this.#within(this.#view.goroutine, Number(index), inner) : frame(this.#view, Number(index));
  }

  async #goroutine(rest: string): Promise<string> {
    const [, number, inner] = /^(\d+)\s+(\S[\s\S]*)$/.exec(rest) ?? [];
    return inner ? this.#within(Number(number), 0, inner) : goroutine(this.#view, rest);
  }

  /** A command in another place, where the console does not stay. */
  async #within(goroutineId: number, index: number, line: string): Promise<string> {
    const [, first, rest] = /^(\S+)\s*([\s\S]*)$/.exec(line) ?? ['', '', ''];
    const command = terminalCommand(first);
    if (!command) throw new Error('command not available');
    const [before, at] = [this.#view.goroutine, this.#view.index];
    [this.#view.goroutine, this.#view.index] = [goroutineId, index];
    try {
      return await this.#carry(command.names[0], rest.trim());
    } finally {
      if (this.run.stopped) [this.#view.goroutine, this.#view.index] = [before, at];
    }
  }

  async #call(rest: string): Promise<string> {
    const { result } = await evaluated(this.#view, `call ${rest}`);
    if (this.run.client.capabilities.supportsInvalidatedEvent) this.run.client.event('invalidated', { areas: ['variables'] });
    return result === '' ? '' : `Values returned:\n${result.split('\n').map((line) => `\t${line}\n`).join('')}`;
  }

  async #disassemble(rest: string): Promise<string> {
    if (rest !== '') throw new Error('Only the instructions around the current one are shown here.');
    const { instructionPointerReference: memoryReference, name, source } = await this.#view.frame();
    if (!memoryReference) throw new Error('This dlv does not tell where it is.');
    const { instructions = [] } = await this.#view.ask<NonNullable<DebugProtocol.DisassembleResponse['body']>>('disassemble', { memoryReference, instructionOffset: -10, instructionCount: 30, resolveSymbols: true });
    let [place, at] = [source?.name ?? '?', 0];
    const lines = instructions.map((each) => {
      [place, at] = [each.location?.name ?? place, each.line ?? at];
      return `${BigInt(each.address) === BigInt(memoryReference) ? '=>' : ''}\t${place}:${at === 0 ? '?' : at}\t${each.address}\t${each.instructionBytes?.replaceAll(' ', '') ?? ''}\t${each.instruction}\n`;
    });
    return `${name}\n${lines.join('')}`;
  }

  #help(rest: string): string {
    const known = rest === '' ? undefined : terminalCommand(rest);
    if (rest !== '' && !known) throw new Error('command not available');
    const isHere = (name: string) => Object.hasOwn(this.#commands, name) || Object.hasOwn(RUNS, name);
    if (known) return `${known.about}\n${isHere(known.names[0]) ? '' : `${WAY_OUT}\n`}`;
    const here = Object.keys({ ...RUNS, ...this.#commands }).flatMap((name) => terminalCommand(name) ?? []);
    const title = ({ names: [name, ...aliases] }: (typeof here)[number]) => (aliases.length > 0 ? `${name} (alias: ${aliases.join(' | ')})` : name);
    const width = Math.max(...here.map((each) => title(each).length));
    return `The following commands are available:\n${here.map((each) => `    ${title(each).padEnd(width)}  ${each.about}\n`).join('')}This dlv takes one client: with --accept-multiclient all of its commands work here.\n`;
  }
}

/** dlv's commands where there is no second client that could carry them out. */
export const dapOnly: FeatureFactory = (run) => (run.server.takesMany ? {} : new DapOnlyConsole(run));

/** A count behind `next`, `up` and `down`. */
function count(text: string): number {
  const number = text === '' ? 1 : Number(text);
  if (!Number.isInteger(number) || number <= 0) throw new Error(`"${text}" is no count.`);
  return number;
}
