import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Body, Next, RequestHandler } from '../feature.ts';
import type { Run } from '../run.ts';
import { breakpointsOf, described, isOfClient, isShown, serverPath, tellChanges, type ServerBreakpoint } from './breakpointDiff.ts';

type Wanted = DebugProtocol.SourceBreakpoint | DebugProtocol.FunctionBreakpoint;
type Known = ReadonlyMap<number, ServerBreakpoint>;

/**
 * The client's breakpoints and the console's are one set. A client that is told of a breakpoint of the console sends it with its own the next time: it is not set twice,
 * and goes when the client no longer sends it. What the console has changed of the client's own stays when the client sends it again unchanged.
 */
export class ClientBreakpoints {
  /** What the client has last said of each breakpoint, by its number. */
  #wanted = new Map<number, string>();
  /** What the console has made of the client's own. */
  #changed = new Map<number, Pick<ServerBreakpoint, 'Cond' | 'HitCond' | 'disabled'>>();
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
    if (!tellChanges(this.run, before, after)) return;
    this.#isTouched = true;
    for (const [id, each] of after) {
      const old = before.get(id);
      const { Cond, HitCond, disabled } = each;
      // The message of a log point is dlv's DAP's: nobody else can send it back.
      if (old && isOfClient(each) && !each.continue && (old.Cond !== Cond || old.HitCond !== HitCond || old.disabled !== disabled)) this.#changed.set(id, { Cond, HitCond, disabled });
    }
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
      if (same.includes(each) || !this.#wanted.has(each.id)) continue;
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

  /** Hands a set on, and puts back what the console has changed of those that the client sends unchanged. */
  async #set(args: Body, next: Next): Promise<Body> {
    const before = new Map(this.#wanted);
    const body = await next(args);
    this.#noted(args, body);
    if (this.#changed.size === 0) return body;
    const known = await breakpointsOf(this.run);
    const breakpoints = await Promise.all((body.breakpoints as DebugProtocol.Breakpoint[]).map(async (each) => {
      const [changes, now] = [this.#changed.get(each.id ?? 0), known.get(each.id ?? 0)];
      if (!changes || !now) return each;
      if (before.get(now.id) !== this.#wanted.get(now.id)) {
        this.#changed.delete(now.id);
        return each;
      }
      const amended = { ...now, ...changes };
      await (await this.run.rpc()).call('AmendBreakpoint', { Breakpoint: amended });
      return described(this.run, amended);
    }));
    return { ...body, breakpoints };
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
