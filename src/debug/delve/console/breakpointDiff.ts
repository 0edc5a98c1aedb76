import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Run } from '../run.ts';

/** A breakpoint as dlv knows it (service/api Breakpoint), the part that is used. All of it must go back with an amendment. */
export interface ServerBreakpoint {
  /** Below 0: dlv's own, as for panics. */
  readonly id: number;
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly addrs?: readonly number[] | null;
  readonly Cond: string;
  readonly HitCond: string;
  readonly disabled: boolean;
  /** A trace point or log point. */
  readonly continue: boolean;
  readonly traceReturn: boolean;
  readonly WatchExpr: string;
  readonly goroutine: boolean;
  readonly stacktrace: number;
  readonly variables?: readonly string[] | null;
  readonly customCommands?: readonly string[] | null;
}

/** How dlv's DAP names the breakpoints of its client (service/dap/server.go). */
const OF_THE_CLIENT = /^(?:sourceBp Path=|functionBreakpoint Name=|instructionBreakpoint PC=|dataBreakpoint )/;

/** Whether a breakpoint was made by a request of the client. */
export function isOfClient({ name }: ServerBreakpoint): boolean {
  return OF_THE_CLIENT.test(name);
}

/** All breakpoints by their number. */
export async function breakpointsOf(run: Run): Promise<ReadonlyMap<number, ServerBreakpoint>> {
  const { Breakpoints } = await (await run.rpc()).call<{ Breakpoints: readonly ServerBreakpoint[] | null }>('ListBreakpoints', { All: false });
  return new Map((Breakpoints ?? []).map((each) => [each.id, each]));
}

/** Tells the client what a command has done to the breakpoints; those that it cannot show (of dlv itself, of data, at the ends of traced functions) are left out. Whether there was anything. */
export function tellChanges(run: Run, before: ReadonlyMap<number, ServerBreakpoint>, after: ReadonlyMap<number, ServerBreakpoint>): boolean {
  let isChanged = false;
  const tell = (reason: string, breakpoint: DebugProtocol.Breakpoint) => {
    isChanged = true;
    run.client.event('breakpoint', { reason, breakpoint });
  };
  for (const [id, each] of after) {
    const old = before.get(id);
    if (!isShown(each)) continue;
    if (!old) tell('new', described(run, each));
    else if (whatMatters(old) !== whatMatters(each)) tell('changed', described(run, each));
  }
  for (const [id, each] of before) {
    if (!after.has(id) && isShown(each)) tell('removed', { id, verified: false });
  }
  return isChanged;
}

/** dlv's words for its breakpoints, with numbers where dlv's DAP has given a name that nobody has typed. `numbersStops`: whether this dlv says the number of an unnamed one at a stop. */
export function withoutClientNames(text: string, breakpoints: Iterable<ServerBreakpoint>, numbersStops: boolean): string {
  let plain = text;
  for (const each of breakpoints) {
    if (!isOfClient(each) || !plain.includes(each.name)) continue;
    plain = plain.replaceAll(`[${each.name}] `, numbersStops ? `[Breakpoint ${each.id}] ` : '').replaceAll(each.name, String(each.id));
  }
  return plain;
}

/** Whether a client can show it among its breakpoints of lines. */
export function isShown({ id, traceReturn, WatchExpr }: ServerBreakpoint): boolean {
  return id > 0 && !traceReturn && !WatchExpr;
}

function whatMatters({ Cond, HitCond, disabled, line, addrs, continue: traces }: ServerBreakpoint): string {
  return JSON.stringify([Cond, HitCond, disabled, line, addrs, traces]);
}

/** A breakpoint as the client is told it. A disabled one is shown as one that is not set. */
export function described(run: Run, { id, file, line, disabled, addrs, Cond, HitCond }: ServerBreakpoint): DebugProtocol.Breakpoint {
  const here = clientPath(run, file);
  const isSet = (addrs?.length ?? 0) > 0;
  const conditions = [Cond && `if ${Cond}`, HitCond && `hit count ${HitCond}`].filter(Boolean).join(', ');
  const message = disabled ? 'Switched off in the console: type "toggle" with its number to switch it on.' : isSet ? conditions : 'dlv will set it when its code is loaded.';
  return { id, verified: isSet && !disabled, ...(message ? { message } : {}), ...(file && line > 0 ? { line, source: { name: path.basename(here), path: here } } : {}) };
}

/** A file of dlv's machine as the client calls it. */
function clientPath(run: Run, file: string): string {
  return mapped(file, (run.options.configuration.substitutePath ?? []).map(({ from, to }) => [to, from]));
}

/** A file of the client as dlv's machine calls it. */
export function serverPath(run: Run, file: string): string {
  return mapped(file, (run.options.configuration.substitutePath ?? []).map(({ from, to }) => [from, to]));
}

function mapped(file: string, rules: readonly (readonly [string, string])[]): string {
  for (const [from, to] of rules) {
    const folder = from.replace(/[\\/]+$/, '');
    if (folder !== '' && file.startsWith(folder) && /^(?:[\\/]|$)/.test(file.slice(folder.length))) return to.replace(/[\\/]+$/, '') + file.slice(folder.length);
  }
  return file;
}
