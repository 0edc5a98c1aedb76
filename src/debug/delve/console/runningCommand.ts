import { setTimeout as sleep } from 'node:timers/promises';
import type { Body, Next, RequestHandler } from '../feature.ts';
import type { Run } from '../run.ts';
import { stateOf } from '../serverState.ts';
import type { Answer, DlvTerminal } from './terminal.ts';

/** Milliseconds between two looks at whether the program has begun to run. */
const LOOK = 30;
/** Requests that dlv's DAP would not answer while a command of another client has the program running. */
const NEEDS_A_STOP = ['setBreakpoints', 'setFunctionBreakpoints', 'setInstructionBreakpoints', 'setDataBreakpoints', 'setExceptionBreakpoints'];

/** A command of dlv's terminal that has the program running, and what the client asks for meanwhile. */
export class RunningCommand {
  isActive = false;
  /** The client's person has pressed Pause. */
  isPaused = false;
  #isWaiting = false;
  #interruptions: (() => Promise<void>)[] = [];

  constructor(private readonly run: Run) {}

  readonly requests: Readonly<Record<string, RequestHandler>> = {
    pause: async (args, _run, next) => {
      if (!this.isActive) return next(args);
      this.isPaused = true;
      this.#halt().catch(() => undefined);
      return undefined;
    },
    ...Object.fromEntries(NEEDS_A_STOP.map((name) => [name, (args, _run, next) => this.#whileStopped(args, next)] satisfies [string, RequestHandler])),
  };

  begin(): void {
    this.isActive = true;
    this.isPaused = false;
  }

  /** What came too late to interrupt it is done now. */
  async end(): Promise<void> {
    this.isActive = false;
    for (const each of this.#interruptions.splice(0)) await each();
  }

  /** The command asks its person something while the program stands: what came meanwhile need not wait for the answer. */
  async waits(): Promise<void> {
    this.#isWaiting = this.isActive;
    await this.end();
  }

  /** Its question was answered. */
  goesOn(): void {
    if (this.#isWaiting) this.begin();
    this.#isWaiting = false;
  }

  /** Does what the program was interrupted for, and lets the command go on; undefined when nothing was, or the command is done. */
  async resumed(terminal: DlvTerminal, line: string, answer: Answer): Promise<Answer | undefined> {
    const waiting = this.#interruptions.splice(0);
    for (const each of waiting) await each();
    if (!answer.asks || !terminal.isOpen) {
      if (waiting.length === 0 || this.isPaused || !terminal.isOpen || !/^\s*c(?:ontinue)?\s/.test(line)) return undefined;
      // `continue PLACE` has ended with the interruption: it starts anew, unless it has come somewhere.
      const state = await stateOf(this.run).catch(() => undefined);
      return state && !state.currentThread?.breakPoint ? terminal.run(line) : undefined;
    }
    // A step asks what to do with the rest of it.
    if (this.isPaused) return terminal.run('s');
    return waiting.length > 0 ? terminal.run('c') : undefined;
  }

  /** Until the command has stopped for it: it may not have begun yet, and a halt of what stands is lost. */
  async #halt(): Promise<void> {
    const rpc = await this.run.rpc();
    while (this.isActive && (this.isPaused || this.#interruptions.length > 0)) {
      if ((await stateOf(this.run)).Running) await rpc.call('Command', { name: 'halt' });
      await sleep(LOOK);
    }
  }

  #whileStopped(args: Body, next: Next): Promise<Body> {
    if (!this.isActive) return next(args);
    return new Promise((resolve, reject) => {
      this.#interruptions.push(() => next(args).then(resolve, reject));
      this.#halt().catch(reject);
    });
  }
}
