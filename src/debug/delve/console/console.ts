import { existsSync } from 'node:fs';
import { ProblemError } from '../../../profilers/problem.ts';
import { faultText } from '../../fault.ts';
import { atLeast, findDlv, INSTALL } from '../dlvProgram.ts';
import type { Body, Feature, FeatureFactory, Next, RequestHandler } from '../feature.ts';
import type { Run } from '../run.ts';
import { isSamePlace, selectedGoroutine, stateOf, type ServerState } from '../serverState.ts';
import { shownFrames } from '../stops/shownFrames.ts';
import { breakpointsOf, isOfClient, withoutClientNames, type ServerBreakpoint } from './breakpointDiff.ts';
import { ClientBreakpoints } from './clientBreakpoints.ts';
import { Commands, innermost, type Command } from './commands.ts';
import { askToEnd, endRun, exitCodeIn, tellChanged, tellContinued, tellStopped } from './follow.ts';
import { Frames } from './frames.ts';
import { RunningCommand } from './runningCommand.ts';
import { StopText } from './stopText.ts';
import { DlvTerminal, MARK, type Answer } from './terminal.ts';

/** Commands without arguments that dlv's DAP carries out as well. */
const REQUESTS: Readonly<Record<string, string>> = { continue: 'continue', next: 'next', step: 'stepIn', stepout: 'stepOut' };

/** dlv's own commands in the client's console. */
class Console implements Feature {
  readonly frames = new Frames();
  #terminal: DlvTerminal | undefined;
  #commands = new Commands('');
  #numbersStops = true;
  /** The frame that the terminal has selected, of dlv's selected goroutine. */
  #frame = 0;
  #clientFrame: unknown;
  #lastLine = '';
  #saidNoTerminal = false;
  #asked: ((answer: Answer) => Promise<string>) | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #stopped: (() => void)[] = [];
  readonly #stopText = new StopText();
  readonly #running: RunningCommand;
  readonly #breakpoints: ClientBreakpoints;
  readonly requests: Feature['requests'];

  constructor(private readonly run: Run) {
    this.#running = new RunningCommand(run);
    this.#breakpoints = new ClientBreakpoints(run);
    this.requests = this.#allRequests();
  }

  #allRequests(): Feature['requests'] {
    return {
      evaluate: (args, _run, next) => (args.context === 'repl' ? this.#evaluate(args, next) : next(args)),
      stackTrace: this.frames.stackTrace,
      continue: (args, run, next) => {
        run.stopped = undefined;
        return next(args);
      },
      ...this.#running.requests,
      setBreakpoints: this.#whileStopped('setBreakpoints'),
      setFunctionBreakpoints: this.#whileStopped('setFunctionBreakpoints'),
    };
  }

  readonly events: Feature['events'] = {
    stopped: (body) => {
      this.frames.forget();
      this.#clientFrame = undefined;
      this.#wake();
      return body;
    },
    terminated: (body) => {
      this.#wake();
      return body;
    },
  };

  capabilities = () => ({ supportsANSIStyling: true });

  end(): void {
    this.#terminal?.kill();
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#stopped.splice(0)) wake();
  }

  /** The client's breakpoints as the console's see them, at a stop. */
  #whileStopped(name: string): RequestHandler {
    return (args, run, next) => this.#running.requests[name](args, run, (changed) => this.#breakpoints.requests[name](changed, run, next).then((body) => body ?? {}));
  }

  async #evaluate(args: Body, next: Next): Promise<Body> {
    const text = String(args.expression);
    if (!this.run.server.takesMany) return next(args);
    if (!this.run.stopped && !this.#asked) {
      if (this.run.server.input(`${text}\n`)) return answered('');
      throw new Error('The program is running: pause it first.');
    }
    const turn = this.#queue.then(() => this.#lines(text.split(/\r?\n/), args, next));
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  /** Several lines, as they are pasted: one after the other. */
  async #lines(lines: readonly string[], args: Body, next: Next): Promise<Body> {
    if (lines.length === 1) return this.#line(lines[0], args, next);
    const texts: string[] = [];
    let isFirst = true;
    for (const line of lines) {
      if (line.trim() === '') continue;
      const { result } = await this.#line(line, isFirst ? { ...args, expression: line } : { expression: line, context: 'repl' }, next);
      if (result !== '') texts.push(String(result));
      isFirst = false;
    }
    return answered(texts.join('\n'));
  }

  async #line(typed: string, args: Body, next: Next): Promise<Body> {
    const terminal = await this.#open().catch((error: unknown) => {
      // Values of a program elsewhere are shown without a dlv here.
      if (this.run.server.isOurs || !(error instanceof ProblemError) || error.problem.code !== 'delve-no-dlv') throw error;
      return undefined;
    });
    if (!terminal) {
      if (!this.#saidNoTerminal) this.run.client.output(`The console takes expressions only: dlv's own commands need a dlv here, too. ${INSTALL}\n`, 'console');
      this.#saidNoTerminal = true;
      return next({ ...args, expression: typed });
    }
    if (this.#asked) {
      this.#running.goesOn();
      return answered(await this.#asked(await terminal.run(typed)));
    }
    const line = typed.trim() === '' ? this.#lastLine : typed;
    const command = this.#commands.of(line);
    if (!command) return next({ ...args, expression: line });
    this.#lastLine = line;
    return answered(await this.#command(terminal, line, command, args.frameId));
  }

  /** The terminal, started when it is first needed, and again when it was lost. */
  async #open(): Promise<DlvTerminal> {
    if (this.#terminal?.isOpen) return this.#terminal;
    const { server, client, options } = this.run;
    const { dlv } = options.configuration;
    const { file, version } = await findDlv(dlv, options.cwd, process.env);
    try {
      this.#terminal = await DlvTerminal.start({
        dlv: file, address: `${server.host}:${server.port}`, cwd: existsSync(options.cwd) ? options.cwd : process.cwd(), env: process.env, colours: client.capabilities.supportsANSIStyling === true,
      });
    } catch (error) {
      throw new Error(`dlv's terminal could not be started: ${faultText(error)}`, { cause: error });
    }
    this.#frame = 0;
    this.#asked = undefined;
    this.#numbersStops = version === '' || atLeast(version, '1.22');
    await this.#learnCommands(this.#terminal);
    return this.#terminal;
  }

  async #learnCommands(terminal: DlvTerminal): Promise<void> {
    this.#commands = new Commands((await terminal.run('help')).text);
    this.#commands.names.delete(MARK);
  }

  async #command(terminal: DlvTerminal, line: string, command: Command, frameId: unknown): Promise<string> {
    if (command.name === 'exit') {
      askToEnd(this.run);
      return '';
    }
    // An editor in the terminal's pipes would wait for ever.
    if (command.name === 'on' && /\s-edit\s*$/.test(command.rest)) return 'Type the commands one by one: on NUMBER print EXPRESSION.';
    if (command.name === 'edit') return (await terminal.run(`list ${command.rest}`)).text.split('\n', 1)[0];
    const { effect } = innermost(this.#commands, command);
    const before = await stateOf(this.run);
    await this.#place(terminal, before, frameId);
    if (['condition', 'on', 'toggle'].includes(command.name)) await this.#breakpoints.adopt(command.rest);
    const known = effect === 'breakpoints' || effect === 'anything' || effect === 'runs' ? await breakpointsOf(this.run) : undefined;
    if (command.rest === '' && Object.hasOwn(REQUESTS, command.name) && (command.name === 'continue' || hasLogPoints(known))) return this.#request(terminal, REQUESTS[command.name], before);
    const runs = effect === 'runs' && command.name !== 'call';
    if (runs) {
      this.#running.begin();
      tellContinued(this.run, selectedGoroutine(before) || 1);
    }
    const finish = async (answer: Answer): Promise<string> => {
      const resumed = await this.#running.resumed(terminal, line, answer);
      if (resumed) return finish(resumed);
      if (answer.asks) {
        this.#asked = finish;
        await this.#running.waits();
        return trimmed(answer.text);
      }
      this.#asked = undefined;
      await this.#running.end();
      return this.#follow(terminal, command, effect, before, known, answer);
    };
    return finish(await terminal.run(line));
  }

  /** Tells the client what a command of the terminal has done, and its answer. */
  async #follow(terminal: DlvTerminal, command: Command, effect: Command['effect'], before: ServerState, known: ReadonlyMap<number, ServerBreakpoint> | undefined, { text, failed }: Answer): Promise<string> {
    const after = await stateOf(this.run).catch((error: Error) => error);
    const code = effect === 'runs' || effect === 'anything' ? exitCodeIn(after instanceof Error ? after.message : text) : undefined;
    if (code !== undefined || after instanceof Error) {
      endRun(this.run, code);
      return trimmed(text);
    }
    if (effect === 'runs' || effect === 'anything') {
      const moved = command.name === 'restart' || command.name === 'rebuild' || !isSamePlace(before, after);
      if ((effect === 'runs' && command.name !== 'call') || moved) {
        this.#frame = 0;
        if (!this.run.stopped || moved) tellStopped(this.run, after, this.#running.isPaused ? 'pause' : ['restart', 'rebuild'].includes(command.name) ? 'entry' : 'step');
      } else tellChanged(this.run);
    }
    if (effect === 'changes') tellChanged(this.run);
    if (effect === 'selects' && !failed) await this.#select(after, text);
    if (known) this.#breakpoints.changed(known, await breakpointsOf(this.run));
    if (command.name === 'restart') return trimmed(await this.#restarted(text));
    if (command.name === 'source') await this.#learnCommands(terminal);
    if (command.name === 'display') this.#stopText.hasDisplays = true;
    return trimmed(command.name === 'help' ? text.replace(new RegExp(`^ +${MARK} .*\\n`, 'm'), '') : await this.#plain(text, known?.values()));
  }

  /** A run command that dlv's DAP carries out; the answer comes with the stop. */
  async #request(terminal: DlvTerminal, command: string, before: ServerState): Promise<string> {
    const stopped = new Promise<void>((resolve) => this.#stopped.push(resolve));
    const threadId = selectedGoroutine(before) || this.run.stopped?.threadId || 1;
    if (command === 'continue') tellContinued(this.run, threadId);
    await this.run.handle(command, { threadId });
    // The console takes lines meanwhile: they are the program's input.
    await stopped;
    return this.#atStop(terminal);
  }

  async #atStop(terminal: DlvTerminal): Promise<string> {
    if (!this.run.stopped || !terminal.isOpen) return '';
    this.#frame = 0;
    return trimmed(await this.#plain(await this.#stopText.of(terminal, await stateOf(this.run))));
  }

  /** Moves the terminal to the frame that the client has selected since. */
  async #place(terminal: DlvTerminal, state: ServerState, frameId: unknown): Promise<void> {
    const place = frameId === this.#clientFrame ? undefined : shownFrames(this.run).get(frameId as number);
    this.#clientFrame = frameId;
    if (!place) return;
    if (place.goroutine !== selectedGoroutine(state)) {
      await terminal.run(`goroutine ${place.goroutine}`);
      this.#frame = 0;
    }
    if (place.index !== this.#frame) {
      await terminal.run(`frame ${place.index}`);
      this.#frame = place.index;
    }
  }

  /** A command has chosen a goroutine or a frame: the editor follows. */
  async #select(state: ServerState, text: string): Promise<void> {
    const goroutine = selectedGoroutine(state);
    const frame = /^Frame (\d+): /m.exec(text);
    if (!frame && !text.includes('Switched from')) return;
    this.#frame = frame ? Number(frame[1]) : 0;
    const frameId = await this.frames.idAt(this.run, { goroutine, index: this.#frame });
    if (frameId !== undefined) this.run.client.event('selectedFrame', { threadId: goroutine, frameId });
  }

  /** dlv finds the client's function breakpoints no more after a restart: they are set again. */
  async #restarted(text: string): Promise<string> {
    const plain = text.replace(/^Discarded breakpoint functionBreakpoint Name=.*\n/gm, '');
    if (plain !== text && this.#breakpoints.functions) await this.run.handle('setFunctionBreakpoints', this.#breakpoints.functions);
    return this.#plain(plain);
  }

  /** dlv's words without the names that its DAP gives; `before`: breakpoints that may be gone by now. */
  async #plain(text: string, before: Iterable<ServerBreakpoint> = []): Promise<string> {
    if (!/sourceBp Path=|functionBreakpoint Name=|instructionBreakpoint PC=|dataBreakpoint /.test(text)) return text;
    return withoutClientNames(text, [...before, ...(await breakpointsOf(this.run)).values()], this.#numbersStops);
  }

}

/** dlv's own commands in the debug console, carried out by dlv's own terminal. */
export const dlvConsole: FeatureFactory = (run) => new Console(run);

/** dlv's DAP alone writes the messages of log points. */
function hasLogPoints(breakpoints: ReadonlyMap<number, ServerBreakpoint> | undefined): boolean {
  return [...(breakpoints?.values() ?? [])].some((each) => isOfClient(each) && each.continue && !each.disabled);
}

function answered(result: string): Body {
  return { result, variablesReference: 0 };
}

function trimmed(text: string): string {
  return text.replace(/\r?\n$/, '');
}
