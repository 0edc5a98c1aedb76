// Plays one script of debugger actions against a Debug Adapter Protocol adapter, and notes where the program stopped.
//
// The script stands in the program's own comments:
//   # debug: break here            a breakpoint on the line that holds the mark <here>; +1 and -1 mean lines beside it
//   # debug: break here if i == 3  with a condition; `hits 3` with a hit count
//   # debug: break here moved there   an adapter may move it: to the line of another mark
//   # debug: break other.py:there  in another file of the same folder
//   # debug: function spam         a function breakpoint
//   # debug: exceptions raised uncaught userUnhandled
//   # debug: entry                 stop on entry
//   # debug: do in, next 3, out, continue     one action a stop; when they are used up, the program is continued
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { DapClient } from './dapClient.ts';

export type Action = 'next' | 'in' | 'out' | 'continue';

/** `movedTo`: the line that is expected of an adapter that moves it. */
export type ScriptBreakpoint = DebugProtocol.SourceBreakpoint & { readonly movedTo?: number };

export interface DebugScript {
  readonly program: string;
  /** By file; those with the condition False are not noted in the run. */
  readonly breakpoints: ReadonlyMap<string, readonly ScriptBreakpoint[]>;
  readonly functions: readonly string[];
  readonly exceptions: readonly string[];
  readonly stopOnEntry: boolean;
  readonly actions: readonly Action[];
  /** A function breakpoint stops on the line of `def`: one step more, and that is where it counts as having stopped. */
  readonly functionsStopAtDef?: boolean;
}

/** Where and how the program stopped once. */
export interface Stop {
  /** The stop event's reason. */
  readonly reason: string;
  /** Frames of the programs' folder, innermost first: `function file:line`. */
  readonly stack: readonly string[];
  /** Names and value texts of the innermost frame's variables of plain types. */
  readonly locals: Readonly<Record<string, string>>;
  /** Class and words of the exception, when it stopped on one. */
  readonly exception?: string;
}

export interface DebugRun {
  /** Where the breakpoints of lines were set, in the script's order. */
  readonly breakpoints: readonly string[];
  readonly stops: readonly Stop[];
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number | undefined;
}

const ACTIONS: Readonly<Record<Action, string>> = { next: 'next', in: 'stepIn', out: 'stepOut', continue: 'continue' };
const PLAIN = new Set(['int', 'float', 'complex', 'bool', 'str', 'bytes', 'NoneType', 'list', 'tuple', 'dict', 'set', 'frozenset']);

function lineOf(file: string, place: string): number {
  const [, mark, offset] = /^([\w-]+?)([+-]\d+)?$/.exec(place) ?? [];
  const index = readFileSync(file, 'utf8').split('\n').findIndex((line) => line.includes(`<${mark}>`));
  if (index < 0) throw new Error(`${file} has no mark <${mark}>`);
  return index + 1 + Number(offset ?? 0);
}

/** Reads the script out of a program's comments. @throws when a line of it is not understood */
export function readScript(program: string): DebugScript {
  const folder = path.dirname(program);
  const breakpoints = new Map<string, ScriptBreakpoint[]>();
  const functions: string[] = [];
  const exceptions: string[] = [];
  const actions: Action[] = [];
  let stopOnEntry = false;
  for (const [, text] of readFileSync(program, 'utf8').matchAll(/^# debug: (.*)$/gm)) {
    const [, verb, rest = ''] = /^(\w+)(?: (.*))?$/.exec(text) ?? [];
    if (verb === 'break') {
      const [, other, place, moved, condition, hits] = /^(?:([\w.]+):)?([\w+-]+)(?: moved (\S+))?(?: if (.+?))?(?: hits (\S+))?$/.exec(rest) ?? [];
      if (!place) throw new Error(`${program}: ${text}`);
      const file = other ? path.join(folder, other) : program;
      const list = breakpoints.get(file) ?? [];
      list.push({ line: lineOf(file, place), ...(moved ? { movedTo: lineOf(file, moved) } : {}), ...(condition ? { condition } : {}), ...(hits ? { hitCondition: hits } : {}) });
      breakpoints.set(file, list);
    } else if (verb === 'function') functions.push(...rest.split(' '));
    else if (verb === 'exceptions') exceptions.push(...rest.split(' '));
    else if (verb === 'entry') stopOnEntry = true;
    else if (verb === 'do') {
      for (const part of rest.split(', ')) {
        const [name, times = '1'] = part.split(' ');
        if (!(name in ACTIONS)) throw new Error(`${program}: no action ${part}`);
        actions.push(...Array.from({ length: Number(times) }, () => name as Action));
      }
    } else throw new Error(`${program}: ${text}`);
  }
  return { program, breakpoints, functions, exceptions, stopOnEntry, actions };
}

/**
 * The script with a breakpoint that never holds in every function and at module level. Below 3.12 debugpy does not trace a caller without breakpoints, so what it does
 * at the end of a function would depend on breakpoints that have nothing to do with it.
 */
export function tracedThroughout(script: DebugScript): DebugScript {
  const breakpoints = new Map(script.breakpoints);
  for (const file of new Set([script.program, ...breakpoints.keys()])) {
    const own = breakpoints.get(file) ?? [];
    const taken = new Set(own.map(({ line }) => line));
    const added = [...statementsOfFunctions(readFileSync(file, 'utf8').split('\n'))].map((lines) => lines.find((line) => !taken.has(line)));
    breakpoints.set(file, [...own, ...added.filter((line) => line !== undefined).map((line) => ({ line, condition: 'False' }))]);
  }
  return { ...script, breakpoints };
}

/** Lines (from 1) on which statements begin, for the module, each function and each class. Good enough for the programs of these tests, whose strings hold no brackets. */
function statementsOfFunctions(lines: readonly string[]): Iterable<number[]> {
  const owners: { indent: number; head: number }[] = [];
  const found = new Map<number, number[]>();
  let depth = 0;
  let inText = false;
  lines.forEach((line, i) => {
    const code = line.replace(/\s*#.*$/, '');
    const begins = depth === 0 && !inText && code.trim() !== '';
    depth += (code.match(/[([{]/g)?.length ?? 0) - (code.match(/[)\]}]/g)?.length ?? 0);
    if ((code.match(/"""|'''/g)?.length ?? 0) % 2 === 1) inText = !inText;
    if (!begins) return;
    const indent = code.length - code.trimStart().length;
    while (owners.length > 0 && owners[owners.length - 1].indent >= indent) owners.pop();
    if (/^\s*(async )?def |^\s*class /.test(code)) owners.push({ indent, head: i });
    else if (!/^\s*([@"']|(else|try|finally|except|case|match|import|from|global|nonlocal)\b)/.test(code)) {
      const head = owners[owners.length - 1]?.head ?? -1;
      found.set(head, [...(found.get(head) ?? []), i + 1]);
    }
  });
  return found.values();
}

/** Functions as `__name__` has them; where debugpy says `bump`, ours says `counter.<locals>.bump`. In a trace that goes on above the stop, debugpy marks the frame. */
const plainName = (name: string) => name.slice(name.lastIndexOf('.') + 1).replace(' (Current frame)', '');

async function lookAt(client: DapClient, folder: string, { reason, threadId }: DebugProtocol.StoppedEvent['body']): Promise<Stop> {
  const { stackFrames } = await client.request<DebugProtocol.StackTraceResponse['body']>('stackTrace', { threadId, startFrame: 0, levels: 0 });
  // What only one of them shows below the stack: ours who awaits a task, under a label; debugpy the frames of chained exceptions, which ours has in exceptionInfo.
  const label = stackFrames.findIndex(({ presentationHint }) => presentationHint === 'label');
  const inFolder = stackFrames.slice(0, label < 0 ? undefined : label).filter(({ name, source }) => source?.path?.startsWith(folder + path.sep) && !name.startsWith('[Chained Exc'));
  const locals: Record<string, string> = {};
  if (stackFrames[0]) {
    const { scopes } = await client.request<DebugProtocol.ScopesResponse['body']>('scopes', { frameId: stackFrames[0].id });
    // Ours shows variables of enclosing functions in a scope of their own, debugpy among the locals.
    const inside = scopes.filter(({ name, presentationHint }) => presentationHint === 'locals' || /local|closure/i.test(name));
    const variables: DebugProtocol.Variable[] = [];
    for (const { variablesReference } of inside.length > 0 ? inside : scopes.slice(0, 1)) {
      variables.push(...(await client.request<DebugProtocol.VariablesResponse['body']>('variables', { variablesReference })).variables);
    }
    for (const { name, value, type } of variables) {
      if (!/^[A-Za-z_]\w*$/.test(name) || name.startsWith('__') || !PLAIN.has(type ?? '') || value.includes('<')) continue;
      locals[name] = value;
    }
  }
  const sorted = Object.fromEntries(Object.entries(locals).sort(([a], [b]) => (a < b ? -1 : 1)));
  const stack = inFolder.map(({ name, source, line }) => `${plainName(name)} ${path.basename(source?.path ?? '')}:${line}`);
  if (reason !== 'exception') return { reason, stack, locals: sorted };
  const { exceptionId, description } = await client.request<DebugProtocol.ExceptionInfoResponse['body']>('exceptionInfo', { threadId });
  // debugpy adds a note to the class of some; ours names its module.
  return { reason, stack, locals: sorted, exception: `${plainName(exceptionId.split(' ')[0])}: ${description ?? ''}` };
}

/** Launches the script's program with the adapter's own launch arguments, and plays it to the end of the program. */
export async function play(client: DapClient, script: DebugScript, launch: object, timeoutMs = 60_000): Promise<DebugRun> {
  const folder = path.dirname(script.program);
  const output = { stdout: '', stderr: '' };
  const stops: Stop[] = [];
  const breakpoints: string[] = [];
  let exitCode: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  const actions = [...script.actions];

  const end = new Promise<void>((resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no end after ${timeoutMs} ms; stops so far: ${JSON.stringify(stops.slice(-3))}, output ${JSON.stringify(output)}`)), timeoutMs);
    let inDef = false;
    const stopped = async (body: DebugProtocol.StoppedEvent['body']) => {
      if (inDef) body = { ...body, reason: 'function breakpoint' };
      inDef = script.functionsStopAtDef === true && body.reason === 'function breakpoint' && !inDef;
      if (inDef) {
        await client.request('next', { threadId: body.threadId });
        return;
      }
      stops.push(await lookAt(client, folder, body));
      await client.request(ACTIONS[actions.shift() ?? 'continue'], { threadId: body.threadId });
    };
    client.onEvent(({ event, body }) => {
      if (event === 'stopped') stopped(body as DebugProtocol.StoppedEvent['body']).catch(reject);
      else if (event === 'exited') exitCode = (body as DebugProtocol.ExitedEvent['body']).exitCode;
      else if (event === 'terminated') resolve();
      else if (event === 'output') {
        const { category, output: text } = body as DebugProtocol.OutputEvent['body'];
        if (category === 'stdout' || category === 'stderr') output[category] += text;
      }
    });
    void client.ended.then((code) => reject(new Error(`the adapter ended with ${code}: ${client.stderr}`)));
  });

  const initialized = client.event('initialized');
  const configure = async () => {
    await client.request('initialize', {
      clientID: 'heatline-test', adapterID: 'test', linesStartAt1: true, columnsStartAt1: true, pathFormat: 'path', supportsVariableType: true,
    });
    const launched = client.request('launch', { name: 'test', request: 'launch', program: script.program, stopOnEntry: script.stopOnEntry, ...launch });
    launched.catch(() => undefined);
    await Promise.race([initialized, launched]);
    for (const [file, list] of script.breakpoints) {
      const answer = await client.request<DebugProtocol.SetBreakpointsResponse['body']>('setBreakpoints', { source: { path: file }, breakpoints: list.map(({ line, condition, hitCondition }) => ({ line, condition, hitCondition })), lines: list.map(({ line }) => line) });
      answer.breakpoints.forEach(({ verified, line }, i) => list[i].condition !== 'False' && breakpoints.push(`${path.basename(file)} ${verified ? `at ${line}` : 'not set'}`));
    }
    if (script.functions.length > 0) await client.request('setFunctionBreakpoints', { breakpoints: script.functions.map((name) => ({ name })) });
    await client.request('setExceptionBreakpoints', { filters: script.exceptions });
    await client.request('configurationDone');
    await launched;
  };
  try {
    // Whichever fails first ends the run; the configuration alone does not.
    await Promise.all([end, configure()]);
    await client.request('disconnect', {}).catch(() => undefined);
  } finally {
    clearTimeout(timer);
  }
  return { breakpoints, stops, ...output, exitCode };
}
