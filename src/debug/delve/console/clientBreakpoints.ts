import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Body, Next, RequestHandler } from '../feature.ts';
import type { Run } from '../run.ts';
import { breakpointsOf, described, isOfClient, isShown, serverPath, tellChanges, type ServerBreakpoint } from './breakpointDiff.ts';

type Wanted = DebugProtocol.SourceBreakpoint | DebugProtocol.FunctionBreakpoint;
type Known = ReadonlyMap<number, ServerBreakpoint>;

/**
 * The client's breakpoints and the console's are one set. A client that is told of a breakpoint of the console sends it with its own the next time: it is not set twice,
 * and goes when the client sends the file's without it. One of the client's that the console changes becomes the console's, with its number: dlv's own interface changes none that has
 * a name as its DAP gives them.
 */
export class ClientBreakpoints {
  /** What the client has last said of each breakpoint, by its number. */
  #wanted = new Map<number, string>();
  /** The console has made or changed one. Until then nothing is compared: it would cost every start a question. */
  #isTouched = false;
  /** The client's function breakpoints, which dlv loses when it starts the program again. */
  functions: Body | undefined;

  constructor(private readonly run: Run) {}

  readonly requests: Readonly<Record<string, RequestHandler>> = {
    setBreakpoints: async (args, _run, next) => (this.#isTouched ? this.#setBreakpoints(args, next) : this.#noted(args, await next(args))),
    setFunctionBreakpoints: async (args, _run, next) => {
      this.functions = args;
      return this.#set(args, next);
    },
  };

  /** Tells the client what a command has changed. */
  changed(before: Known, after: Known): void {
    if (tellChanges(this.run, before, after)) this.#isTouched = true;
  }

  /** Before `cond`, `on` or `toggle`: makes a breakpoint of the client one that dlv's terminal can change. Its hits are counted anew. */
  async adopt(rest: string): Promise<void> {
    const number = Number(/^(?:-\S+\s+)*(\d+)(?:\s|$)/.exec(rest)?.[1] ?? NaN);
    const known = await breakpointsOf(this.run);
    const wanted = known.get(number);
    // The message of a log point is dlv's DAP's, and function breakpoints are found again by their names only.
    if (!wanted?.name.startsWith('sourceBp ') || wanted.continue) return;
    this.#isTouched = true;
    await this.#renew(wanted);
    // dlv counts on from the number that was given last: the highest must be that.
    const highest = [...known.values()].filter((each) => isShown(each) && !each.continue).reduce((most, each) => (each.id > most.id ? each : most), wanted);
    if (highest !== wanted && (!isOfClient(highest) || highest.name.startsWith('sourceBp '))) await this.#renew(highest);
  }

  async #renew(known: ServerBreakpoint): Promise<void> {
    const rpc = await this.run.rpc();
    const renewed = { ...known, name: isOfClient(known) ? '' : known.name };
    await rpc.call('ClearBreakpoint', { Id: known.id });
    await rpc.call('CreateBreakpoint', { Breakpoint: renewed });
    if (known.disabled) await rpc.call('AmendBreakpoint', { Breakpoint: renewed });
  }

  /** Those of a source file. */
  async #setBreakpoints(args: Body, next: Next): Promise<Body> {
    const file = serverPath(this.run, (args.source as DebugProtocol.Source | undefined)?.path ?? '');
    const wanted = (args.breakpoints ?? []) as readonly DebugProtocol.SourceBreakpoint[];
    const ofConsole = [...(await breakpointsOf(this.run)).values()].filter((each) => isShown(each) && !isOfClient(each) && each.file === file);
    if (ofConsole.length === 0) return this.#set(args, next);
    const same = wanted.map(({ line }) => ofConsole.find((each) => each.line === line));
    const rpc = await this.run.rpc();
    for (const each of ofConsole) {
      // The request names all that the file is to have.
      if (same.includes(each)) continue;
      this.#wanted.delete(each.id);
      await rpc.call('ClearBreakpoint', { Id: each.id });
    }
    const taken = await Promise.all(wanted.map((each, at) => same[at] && this.#take(same[at], each)));
    const rest = wanted.filter((_each, at) => !taken[at]);
    const { breakpoints } = await this.#set({ ...args, breakpoints: rest, lines: rest.map(({ line }) => line) }, next);
    const others = [...(breakpoints as DebugProtocol.Breakpoint[])];
    return { breakpoints: taken.map((each) => each ?? others.shift()) };
  }

  /** The client sends one of the console's: its condition counts when the client has one, or has taken it away. */
  async #take(known: ServerBreakpoint, wanted: DebugProtocol.SourceBreakpoint): Promise<DebugProtocol.Breakpoint> {
    const { condition = '', hitCondition = '' } = wanted;
    const before = this.#wanted.get(known.id);
    const now = said(wanted);
    this.#wanted.set(known.id, now);
    if (before === undefined ? condition === '' && hitCondition === '' : before === now) return described(this.run, known);
    const amended = { ...known, Cond: condition, HitCond: hitCondition };
    await (await this.run.rpc()).call('AmendBreakpoint', { Breakpoint: amended });
    return described(this.run, amended);
  }

  async #set(args: Body, next: Next): Promise<Body> {
    return this.#noted(args, await next(args));
  }

  #noted(args: Body, body: Body): Body {
    const wanted = (args.breakpoints ?? []) as readonly Wanted[];
    for (const [at, { id }] of (body.breakpoints as DebugProtocol.Breakpoint[]).entries()) if (id !== undefined && at < wanted.length) this.#wanted.set(id, said(wanted[at]));
    return body;
  }
}

function said({ condition, hitCondition, ...rest }: Wanted): string {
  return JSON.stringify([condition ?? '', hitCondition ?? '', 'logMessage' in rest ? rest.logMessage : '']);
}
