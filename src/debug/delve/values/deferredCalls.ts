import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { FeatureFactory } from '../feature.ts';
import type { Run } from '../run.ts';
import { shownFrames, type ShownFrame } from '../stops/shownFrames.ts';

/** References of ours; dlv counts its own from 1000 and begins again at every stop. */
const FIRST_REFERENCE = 1 << 30;
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

/**
 * A scope with the calls that a function has deferred, in the order in which they will be made; dlv has them in its terminal only. Their arguments are not shown: since Go 1.17
 * they are kept by the compiler's own closures, and what dlv reads of them is nothing, or wrong.
 */
export const deferredCalls: FeatureFactory = (run) => {
  const scopes = new Map<number, readonly Defer[]>();
  const defer = sourceTest();
  return {
    requests: {
      scopes: async (args, _run, next) => {
        const frame = shownFrames(run).get(args.frameId as number);
        const body = await next(args);
        if (!frame || !run.server.takesMany || !(await defer.mayBe(args.frameId as number))) return body;
        const defers = await defersOf(run, frame).catch(() => []);
        if (defers.length === 0) return body;
        const reference = FIRST_REFERENCE + scopes.size;
        scopes.set(reference, defers.slice(0, MOST));
        const scope: DebugProtocol.Scope = { name: 'Deferred Calls', variablesReference: reference, namedVariables: Math.min(defers.length, MOST), expensive: false };
        return { ...body, scopes: [...(body.scopes as DebugProtocol.Scope[]), scope] };
      },
      variables: async (args, _run, next) => {
        const defers = scopes.get(args.variablesReference as number);
        return defers ? { variables: defers.map((each, at) => variableOf(each, `${at + 1}`, run)) } : next(args);
      },
      stackTrace: async (args, _run, next) => {
        const body = await next(args);
        defer.see(body.stackFrames as DebugProtocol.StackFrame[]);
        return body;
      },
    },
    events: {
      stopped: (body) => {
        scopes.clear();
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

function variableOf({ DeferredLoc, DeferLoc, Unreadable }: Defer, name: string, run: Run): DebugProtocol.Variable {
  if (Unreadable) return { name, value: `unreadable: ${Unreadable}`, variablesReference: 0 };
  const inside = path.relative(run.options.cwd, DeferLoc.file);
  const place = `${inside.startsWith('..') ? DeferLoc.file : inside}:${DeferLoc.line}`;
  return { name, value: `${DeferredLoc.function?.name ?? '???'}, deferred at ${place}`, type: `${DeferredLoc.file}:${DeferredLoc.line}`, variablesReference: 0 };
}
