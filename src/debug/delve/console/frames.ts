import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Body, Feature } from '../feature.ts';
import type { Run } from '../run.ts';

/** A function on the stack of a goroutine; 0 is the newest. */
export interface Place {
  readonly goroutine: number;
  readonly index: number;
}

/**
 * Which goroutine and frame the client's frame ids mean. dlv gives a frame another id each time that it is asked; the client is told the first one of each stop,
 * so that a frame which the console chooses is the one that the editor shows.
 */
export class Frames implements Feature {
  #places = new Map<number, Place>();
  #ids = new Map<string, number>();

  readonly requests: Feature['requests'] = {
    stackTrace: async (args, _run, next) => {
      const body = await next(args);
      const frames = body.stackFrames as DebugProtocol.StackFrame[];
      const start = (args.startFrame as number | undefined) ?? 0;
      return { ...body, stackFrames: frames.map((frame, at) => ({ ...frame, id: this.#idOf(frame.id, args.threadId as number, Math.max(0, start) + at) })) };
    },
  };

  readonly events: Feature['events'] = {
    stopped: (body) => {
      this.forget();
      return body;
    },
  };

  /** The ids of a stop mean nothing at the next one. */
  forget(): void {
    this.#places.clear();
    this.#ids.clear();
  }

  placeOf(frameId: unknown): Place | undefined {
    return this.#places.get(frameId as number);
  }

  /** The client's id of a frame. @throws Error with dlv's words when there is none */
  async idAt(run: Run, { goroutine, index }: Place): Promise<number | undefined> {
    const known = this.#ids.get(`${goroutine} ${index}`);
    if (known !== undefined) return known;
    const { stackFrames } = (await run.handle('stackTrace', { threadId: goroutine, startFrame: 0, levels: index + 1 })) as Body;
    return (stackFrames as DebugProtocol.StackFrame[])[index]?.id;
  }

  #idOf(id: number, goroutine: number, index: number): number {
    const key = `${goroutine} ${index}`;
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    this.#ids.set(key, id);
    this.#places.set(id, { goroutine, index });
    return id;
  }
}
