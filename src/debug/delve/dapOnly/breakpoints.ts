import { existsSync } from 'node:fs';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Body, Feature, Next } from '../feature.ts';
import type { Run } from '../run.ts';
import type { View } from './view.ts';

type Wanted = Partial<DebugProtocol.SourceBreakpoint> & { readonly name?: string };

interface Known {
  /** As the console calls it: dlv gives one that was switched off and on again another number. */
  readonly number: number;
  wanted: Wanted;
  isEnabled: boolean;
  /** Made in the console, and not yet among those that the client sends. */
  isOurs: boolean;
  told: DebugProtocol.Breakpoint;
}

/** Where the function breakpoints are kept; no file has this name. */
const FUNCTIONS = '';

/** The breakpoints of client and console, for a dlv that takes them only as whole sets. */
export class Breakpoints {
  #sets = new Map<string, Known[]>();
  readonly #own = new WeakSet<Body>();

  constructor(private readonly run: Run, private readonly view: View) {}

  readonly requests: NonNullable<Feature['requests']> = {
    setBreakpoints: (args, _run, next) => this.#ofClient((args.source as DebugProtocol.Source).path ?? '?', args, next),
    setFunctionBreakpoints: (args, _run, next) => this.#ofClient(FUNCTIONS, args, next),
  };

  /** What the client sends counts; what the console has made stays until the client has it, and then drops it. */
  async #ofClient(key: string, args: Body, next: Next): Promise<Body> {
    if (this.#own.has(args)) return next(args);
    const before = this.#sets.get(key) ?? [];
    const wanted = (args.breakpoints ?? []) as readonly Wanted[];
    const off = wanted.map((each) => before.find((one) => !one.isEnabled && isSame(one.wanted, each)));
    const ours = before.filter((each) => each.isOurs && !wanted.some((one) => isSame(one, each.wanted)));
    const sent = [...wanted.filter((_each, at) => !off[at]), ...ours.filter(({ isEnabled }) => isEnabled).map((each) => each.wanted)];
    const body = await next({ ...args, breakpoints: sent, ...(args.lines ? { lines: sent.map(({ line }) => line) } : {}) });
    const answered = [...((body.breakpoints ?? []) as DebugProtocol.Breakpoint[])];
    const breakpoints = wanted.map((_each, at) => off[at]?.told ?? answered.shift() ?? { verified: false });
    const now = wanted.map((each, at): Known => {
      const old = before.find((one) => isSame(one.wanted, each));
      return { number: old?.number ?? breakpoints[at].id ?? 0, wanted: each, isEnabled: !off[at], isOurs: false, told: breakpoints[at] };
    });
    this.#sets.set(key, [...now, ...ours]);
    return { ...body, breakpoints };
  }

  /** `break`. @throws Error with dlv's words when it can be set nowhere */
  async add(rest: string): Promise<string> {
    const [, place, condition] = /^(\S+)(?:\s+if\s+([\s\S]+))?$/.exec(rest) ?? [];
    if (rest !== '' && place === undefined) throw new Error('A breakpoint cannot be named here: write a place, and "if" with a condition.');
    const frame = await this.view.frame();
    const [, file, sign, number] = /^(?:(.+):)?([+-]?)(\d+)$/.exec(place ?? '+0') ?? [];
    if (place?.startsWith('*')) throw new Error('Addresses are set in the disassembly view here.');
    const isLine = number !== undefined;
    const key = isLine ? this.#file(file, frame.source?.path) : FUNCTIONS;
    const line = sign ? frame.line + Number(`${sign}${number}`) : Number(number);
    const wanted: Wanted = { ...(isLine ? { line } : { name: place }), ...(condition ? { condition } : {}) };
    const set = this.#sets.get(key) ?? [];
    if (set.some((each) => isSame(each.wanted, wanted))) throw new Error(`Breakpoint exists at ${isLine ? `${this.view.path(key)}:${line}` : place}`);
    const added: Known = { number: 0, wanted, isEnabled: true, isOurs: true, told: { verified: false } };
    await this.#send(key, [...set, added]);
    const { told } = added;
    if (!told.verified) {
      await this.#send(key, set);
      throw new Error(told.message ?? 'dlv did not set it.');
    }
    const numbered = { ...added, number: told.id ?? 0 };
    this.#sets.set(key, [...set, numbered]);
    // The client takes breakpoints of lines into its own list only.
    this.#tell('new', numbered);
    return `Breakpoint ${numbered.number} set ${this.#placed(numbered)}\n`;
  }

  list(): string {
    const all = [...this.#sets.values()].flat().filter(({ told, isEnabled }) => told.verified || !isEnabled).sort((a, b) => a.number - b.number);
    return all.map((each) => {
      const { condition, hitCondition, logMessage } = each.wanted;
      const more = [condition && `cond ${condition}`, hitCondition && `cond -hitcount ${hitCondition}`, logMessage && `log ${logMessage}`].filter(Boolean);
      return `Breakpoint ${each.number} (${each.isEnabled ? 'enabled' : 'disabled'}) ${this.#placed(each)}\n${more.map((line) => `\t${line}\n`).join('')}`;
    }).join('');
  }

  async clear(rest: string): Promise<string> {
    if (rest === '') throw new Error('not enough arguments');
    const [key, known] = this.#find(rest);
    await this.#send(key, (this.#sets.get(key) ?? []).filter((each) => each !== known));
    this.#tell('removed', known);
    return `Breakpoint ${known.number} cleared ${this.#placed(known)}\n`;
  }

  async clearAll(rest: string): Promise<string> {
    if (rest !== '') throw new Error('Only all of them can be cleared here; "clear" takes one number.');
    const texts: string[] = [];
    for (const { number } of [...this.#sets.values()].flat()) texts.push(await this.clear(String(number)));
    return texts.join('');
  }

  async toggle(rest: string): Promise<string> {
    const [key, known] = this.#find(rest);
    known.isEnabled = !known.isEnabled;
    await this.#send(key, this.#sets.get(key) ?? []);
    this.#tell('changed', known);
    return `Breakpoint ${known.number} toggled ${this.#placed(known)}\n`;
  }

  /** `cond N EXPRESSION`, `cond -hitcount N > 2`, `cond -clear N`. */
  async condition(rest: string): Promise<string> {
    const [, option, number, expression] = /^(?:-(hitcount|clear)\s+)?(\S+)\s*([\s\S]*)$/.exec(rest) ?? [];
    if (number === undefined || (option !== 'clear' && expression === '')) throw new Error('not enough arguments');
    const [key, known] = this.#find(number);
    const before = known.wanted;
    known.wanted = option === 'clear' ? { ...before, condition: undefined, hitCondition: undefined } : option === 'hitcount' ? { ...before, hitCondition: expression } : { ...before, condition: expression };
    await this.#send(key, this.#sets.get(key) ?? []);
    if (!known.told.verified && known.isEnabled) {
      const { message } = known.told;
      known.wanted = before;
      await this.#send(key, this.#sets.get(key) ?? []);
      throw new Error(message ?? 'dlv refused the condition.');
    }
    this.#tell('changed', known);
    return '';
  }

  #file(named: string | undefined, current: string | undefined): string {
    if (named === undefined) {
      if (current === undefined) throw new Error('There is no current file.');
      return current;
    }
    if (path.isAbsolute(named)) return named;
    const bases = [this.run.options.cwd, ...(current === undefined ? [] : [path.dirname(current)])];
    const known = [...this.#sets.keys(), ...(current === undefined ? [] : [current])].find((file) => file.endsWith(`${path.sep}${named.replace(/^\.\//, '')}`));
    return known ?? bases.map((base) => path.join(base, named)).find((file) => existsSync(file)) ?? path.join(bases[0], named);
  }

  #find(number: string): [string, Known] {
    for (const [key, set] of this.#sets) for (const each of set) if (String(each.number) === number) return [key, each];
    throw new Error(`no breakpoint with id ${number}`);
  }

  /** Has dlv take a set; what became of each is noted. */
  async #send(key: string, set: Known[]): Promise<void> {
    const sent = set.filter(({ isEnabled }) => isEnabled);
    const breakpoints = sent.map(({ wanted }) => wanted);
    const args: Body = key === FUNCTIONS ? { breakpoints } : { source: { name: path.basename(key), path: key }, breakpoints, lines: breakpoints.map(({ line }) => line) };
    this.#own.add(args);
    const body = await this.run.handle(key === FUNCTIONS ? 'setFunctionBreakpoints' : 'setBreakpoints', args);
    const answered = (body?.breakpoints ?? []) as readonly DebugProtocol.Breakpoint[];
    for (const [at, each] of sent.entries()) each.told = answered[at] ?? each.told;
    this.#sets.set(key, set);
  }

  #tell(reason: 'new' | 'changed' | 'removed', { told, isEnabled }: Known): void {
    const message = isEnabled ? told.message : 'Switched off in the console: type "toggle" with its number to switch it on.';
    this.run.client.event('breakpoint', { reason, breakpoint: { ...told, verified: told.verified && isEnabled && reason !== 'removed', ...(message ? { message } : {}) } });
  }

  #placed({ wanted, told }: Known): string {
    return `${wanted.name === undefined ? '' : `for ${wanted.name}() `}at ${this.view.at({ source: told.source, line: told.line ?? wanted.line })}`;
  }
}

function isSame(a: Wanted, b: Wanted): boolean {
  return a.line === b.line && a.name === b.name;
}
