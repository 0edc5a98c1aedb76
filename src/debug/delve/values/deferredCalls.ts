import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { FeatureFactory } from '../feature.ts';
import type { Run } from '../run.ts';
import { shownFrames, type ShownFrame } from '../stops/shownFrames.ts';
import { plainChildren, plainValue, type PlainVariable } from './plainValues.ts';

/** References of ours; dlv counts its own from 1000 and begins again at every stop. */
const FIRST_REFERENCE = 1 << 30;
/** How far values are read. */
const LOAD = { FollowPointers: true, MaxVariableRecurse: 1, MaxStringLen: 512, MaxArrayValues: 64, MaxStructFields: -1 };
/** The newest deferred calls of one frame that are shown; a loop may have made millions. */
const MOST = 200;

interface Place {
  readonly file: string;
  readonly line: number;
  readonly function?: { readonly name: string };
}

interface Defer {
  /** The function that will be called. */
  readonly DeferredLoc: Place;
  /** The `defer` statement. */
  readonly DeferLoc: Place;
  readonly Unreadable: string;
}

type Content = { readonly defers: readonly Defer[]; readonly frame: ShownFrame } | { readonly frame: ShownFrame; readonly call: number } | { readonly variable: PlainVariable };

/** A scope with the calls that a function has deferred, in the order in which they will be made; dlv has them in its terminal only. */
export const deferredCalls: FeatureFactory = (run) => {
  const contents = new Map<number, Content>();
  const defer = sourceTest();
  const keep = (content: Content) => {
    const reference = FIRST_REFERENCE + contents.size;
    contents.set(reference, content);
    return reference;
  };

  const shown = async (content: Content): Promise<DebugProtocol.Variable[]> => {
    if ('defers' in content) return content.defers.slice(0, MOST).map((each, at) => deferVariable(each, at, run, keep({ frame: content.frame, call: at + 1 })));
    if ('variable' in content) return plainChildren(content.variable).map((each) => plainVariable(each, keep));
    const { Args } = await (await run.rpc()).call<{ Args: PlainVariable[] | null }>('ListFunctionArgs', { Scope: { GoroutineID: content.frame.goroutine, Frame: content.frame.index, DeferredCall: content.call }, Cfg: LOAD });
    return (Args ?? []).map((each) => plainVariable(each, keep));
  };

  return {
    requests: {
      scopes: async (args, _run, next) => {
        const frame = shownFrames(run).get(args.frameId as number);
        const body = await next(args);
        if (!frame || !run.server.takesMany || !(await defer.mayBe(args.frameId as number))) return body;
        const defers = await defersOf(run, frame).catch(() => []);
        if (defers.length === 0) return body;
        const scope: DebugProtocol.Scope = { name: 'Deferred Calls', variablesReference: keep({ defers, frame }), namedVariables: Math.min(defers.length, MOST), expensive: false };
        return { ...body, scopes: [...(body.scopes as DebugProtocol.Scope[]), scope] };
      },
      variables: async (args, _run, next) => {
        const content = contents.get(args.variablesReference as number);
        return content ? { variables: await shown(content) } : next(args);
      },
      stackTrace: async (args, _run, next) => {
        const body = await next(args);
        defer.see(body.stackFrames as DebugProtocol.StackFrame[]);
        return body;
      },
    },
    events: {
      stopped: (body) => {
        contents.clear();
        defer.forget();
        return body;
      },
    },
  };
};

/** Files without the word `defer` cost no question: scopes are asked for at every step. */
function sourceTest(): { see(frames: readonly DebugProtocol.StackFrame[]): void; mayBe(frameId: number): Promise<boolean>; forget(): void } {
  const files = new Map<number, string | undefined>();
  const defers = new Map<string, Promise<boolean>>();
  return {
    see: (frames) => {
      for (const { id, source } of frames) files.set(id, source?.path);
    },
    mayBe: async (frameId) => {
      const file = files.get(frameId);
      if (!file) return true;
      let answer = defers.get(file);
      if (!answer) defers.set(file, (answer = readFile(file, 'utf8').then((text) => /\bdefer\b/.test(text), () => true)));
      return answer;
    },
    forget: () => files.clear(),
  };
}

async function defersOf(run: Run, { goroutine, index }: ShownFrame): Promise<readonly Defer[]> {
  const rpc = await run.rpc();
  const { Locations } = await rpc.call<{ Locations: { Defers: Defer[] | null }[] }>('Stacktrace', { Id: goroutine, Depth: index, Defers: true, Opts: 1 });
  return Locations[index]?.Defers ?? [];
}

function deferVariable({ DeferredLoc, DeferLoc, Unreadable }: Defer, at: number, run: Run, variablesReference: number): DebugProtocol.Variable {
  const name = `${at + 1}`;
  if (Unreadable) return { name, value: `unreadable: ${Unreadable}`, variablesReference: 0 };
  const place = ({ file, line }: Place) => `${path.relative(run.options.cwd, file).startsWith('..') ? path.basename(file) : path.relative(run.options.cwd, file)}:${line}`;
  return { name, value: `${DeferredLoc.function?.name ?? '???'}, deferred at ${place(DeferLoc)}`, type: `${DeferredLoc.file}:${DeferredLoc.line}`, variablesReference };
}

function plainVariable(variable: PlainVariable, keep: (content: Content) => number): DebugProtocol.Variable {
  const has = plainChildren(variable).length > 0;
  return { name: variable.name, value: plainValue(variable), type: variable.type, variablesReference: has ? keep({ variable }) : 0 };
}
