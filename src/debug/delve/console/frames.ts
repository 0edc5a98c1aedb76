import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Body, RequestHandler } from '../feature.ts';
import type { Run } from '../run.ts';
import type { ShownFrame } from '../stops/shownFrames.ts';

/**
 * The client's ids of frames. dlv gives a frame another id each time that it is asked; the client is told the first one of each stop,
 * so that a frame which the console chooses is the one that the editor shows.
 */
export class Frames {
  #ids = new Map<string, number>();

  readonly stackTrace: RequestHandler = async (args, _run, next) => {
    const body = await next(args);
    const frames = body.stackFrames as DebugProtocol.StackFrame[];
    const start = (args.startFrame as number | undefined) ?? 0;
    return { ...body, stackFrames: frames.map((frame, at) => ({ ...frame, id: this.#idOf(frame.id, args.threadId as number, Math.max(0, start) + at) })) };
  };

  /** The ids of a stop mean nothing at the next one. */
  forget(): void {
    this.#ids.clear();
  }

  /** The client's id of a frame. @throws Error with dlv's words when there is none */
  async idAt(run: Run, { goroutine, index }: ShownFrame): Promise<number | undefined> {
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
    return id;
  }
}
