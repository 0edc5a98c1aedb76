import type { DebugProtocol } from '@vscode/debugprotocol';
import type { FeatureFactory } from '../feature.ts';
import type { Run } from '../run.ts';
import { shownFrames } from './shownFrames.ts';

/** Reasons to stop right where the goroutine is: even inside the runtime, the top frame is what is looked for. */
const EXACT = new Set(['step', 'breakpoint', 'function breakpoint', 'instruction breakpoint', 'data breakpoint', 'entry', 'goto']);

/** dlv's number for whatever is current. */
const CURRENT = -1;

/**
 * A goroutine that waits, panics or was paused stands in the runtime, mostly below more of the standard library. The frames above the first of the program's own are
 * marked as not worth looking at, so that the editor opens the program's line and not `fatalpanic`.
 */
export const stacks: FeatureFactory = () => {
  /** `/usr/local/go/src/`, once a frame of the runtime has shown it. */
  let standardLibrary: string | undefined;

  const isStandard = (frame: DebugProtocol.StackFrame) => {
    if (frame.presentationHint === 'subtle' && frame.name.startsWith('runtime.')) standardLibrary ??= /^.*[\\/]src[\\/](?=runtime[\\/])/.exec(frame.source?.path ?? '')?.[0];
    return !frame.source || frame.presentationHint === 'subtle' || (standardLibrary !== undefined && frame.source.path?.startsWith(standardLibrary) === true);
  };

  const fade = (frames: readonly DebugProtocol.StackFrame[]) => {
    if (frames[0]?.presentationHint !== 'subtle') return;
    for (const frame of frames) {
      if (!isStandard(frame)) return;
      if (frame.source) frame.source.presentationHint = 'deemphasize';
    }
  };

  const isExact = ({ stopped }: Run, goroutine: number) => stopped?.threadId === goroutine && EXACT.has(stopped.reason);

  return {
    requests: {
      stackTrace: async (args, run, next) => {
        // Before the first goroutine there is a thread only.
        const body = await next(args).catch((error: unknown) => {
          if (run.stopped?.reason !== 'entry') throw error;
          return next({ ...args, threadId: CURRENT });
        });
        const { threadId, startFrame = 0 } = args as unknown as DebugProtocol.StackTraceArguments;
        const frames = body.stackFrames as DebugProtocol.StackFrame[];
        const shown = shownFrames(run);
        for (const [at, { id }] of frames.entries()) shown.set(id, { goroutine: threadId, index: startFrame + at });
        if (startFrame === 0 && !isExact(run, threadId)) fade(frames);
        return body;
      },
    },
    events: {
      stopped: (body, run) => {
        shownFrames(run).clear();
        return body;
      },
    },
  };
};
