import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Channel } from './channel.ts';

type Body = Record<string, unknown>;

/** What of the client's breakpoints is set with one request each time, replacing the set before. */
const SETTERS = ['setBreakpoints', 'setFunctionBreakpoints', 'setExceptionBreakpoints', 'setDataBreakpoints'];

/**
 * The client's breakpoints as it set them last, in the helper's terms, so that a restarted program gets them again; and the numbers by which the client knows
 * them, since each helper counts for itself.
 */
export class BreakpointStore {
  /** Command and source -> arguments and the numbers that the client was told, in order. */
  #sets = new Map<string, { readonly command: string; readonly args: Body; ids: (number | undefined)[] }>();
  #toClient = new Map<number, number>();
  #highest = 0;

  static holds(command: string): boolean {
    return SETTERS.includes(command);
  }

  /** Notes a set that the helper has answered, and puts the client's numbers into the answer. */
  note(command: string, args: Body, body: Body): void {
    const ids = breakpointsOf(body).map((each) => this.#translate(each));
    this.#sets.set(keyOf(command, args), { command, args, ids });
  }

  /** Puts the client's numbers into an event's body (breakpoint, stopped). */
  translate(event: string, body: Body): void {
    if (event === 'breakpoint' && typeof body.breakpoint === 'object' && body.breakpoint !== null) this.#translate(body.breakpoint as DebugProtocol.Breakpoint);
    if (event === 'stopped' && Array.isArray(body.hitBreakpointIds)) body.hitBreakpointIds = body.hitBreakpointIds.map((id: number) => this.#toClient.get(id) ?? id);
  }

  /** Gives a new helper all breakpoints; returns those that the client shall be told about anew. */
  async setAgain(channel: Channel): Promise<DebugProtocol.Breakpoint[]> {
    this.#toClient.clear();
    const changed: DebugProtocol.Breakpoint[] = [];
    for (const set of this.#sets.values()) {
      const breakpoints = breakpointsOf(await channel.request(set.command, set.args));
      breakpoints.forEach((each, at) => {
        const known = set.ids[at];
        if (known !== undefined && each.id !== undefined) this.#toClient.set(each.id, known);
        set.ids[at] = this.#translate(each);
        if (each.id !== undefined) changed.push(each);
      });
    }
    return changed;
  }

  #translate(breakpoint: DebugProtocol.Breakpoint): number | undefined {
    if (breakpoint.id === undefined) return undefined;
    let id = this.#toClient.get(breakpoint.id);
    if (id === undefined) {
      // A number that an earlier helper gave to another breakpoint must not come twice.
      id = breakpoint.id > this.#highest ? breakpoint.id : this.#highest + 1;
      this.#toClient.set(breakpoint.id, id);
    }
    this.#highest = Math.max(this.#highest, id);
    breakpoint.id = id;
    return id;
  }
}

function keyOf(command: string, args: Body): string {
  const source = args.source as DebugProtocol.Source | undefined;
  return `${command}\0${source?.path ?? source?.sourceReference ?? ''}`;
}

function breakpointsOf(body: Body): DebugProtocol.Breakpoint[] {
  return Array.isArray(body.breakpoints) ? (body.breakpoints as DebugProtocol.Breakpoint[]) : [];
}
