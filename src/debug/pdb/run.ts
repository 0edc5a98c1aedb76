import { constants } from 'node:os';
import { sendSignal } from '../../profilers/process.ts';
import type { Answer, ChannelListener, WireEvent } from './channel.ts';
import { ChildServer, childOf, releaseChild, type Child } from './children.ts';
import { childConfiguration, type Client } from './client.ts';
import type { AttachConfiguration, CommonConfiguration, HelperSettings } from './configuration.ts';
import type { Ending } from '../startedProcess.ts';
import type { Debuggee } from './debuggee.ts';
import { RESUMING, StoppedThreads } from './stoppedThreads.ts';
import { whyItEnded } from './ending.ts';
import { fault } from '../fault.ts';

type Body = Record<string, unknown>;

/** Milliseconds between a connection's end and the process's after which the program is said to go on alone. */
const ALONE = 1500;
/** Milliseconds for KeyboardInterrupt to end a program that is asked to end. */
const GRACE = 4000;
/** Milliseconds to read what a program that has ended said last. */
const LAST_WORDS = 500;
/** How often, and after how many milliseconds, an evaluation is broken off again. */
const INTERRUPTS = 20;
const INTERRUPT_PAUSE = 200;
/** Milliseconds for a helper to let go of its program. */
const DETACH_PATIENCE = 3000;

/** One program under the debugger, from its helper's hello to its end. */
export class Run implements ChannelListener {
  readonly stopped = new StoppedThreads();
  #children: ChildServer | undefined;
  #exitCode: number | undefined;
  /** What the helper said about its own end. */
  #farewell: string | undefined;
  #prompting = false;
  /** The client no longer hears of this run: it was restarted, or left. */
  #silent = false;
  #over = false;
  #toldSlow = new Set<string>();
  #events: WireEvent[] = [];
  #settling = false;

  private constructor(private readonly client: Client, readonly debuggee: Debuggee, private readonly configuration: CommonConfiguration) {}

  /** Tells the helper its settings. @throws Error with the helper's words */
  static async begin(client: Client, debuggee: Debuggee, configuration: CommonConfiguration, settings: Omit<HelperSettings, 'childServer' | 'clientName'>): Promise<Run> {
    const run = new Run(client, debuggee, configuration);
    debuggee.channel.listen(run);
    void run.#watchEnd();
    if (settings.subProcess) run.#children = await ChildServer.open((child) => void run.#startChild(child));
    const { port, key, host } = run.#children ?? {};
    const { clientName } = client.capabilities;
    await debuggee.channel.request('configure', { ...settings, ...(run.#children ? { childServer: { host, port, key } } : {}), ...(clientName ? { clientName } : {}) });
    const { hello, title, startMethod, isLocal } = debuggee;
    client.event('process', { name: title, startMethod, isLocalProcess: isLocal, systemProcessId: hello.pid, pointerSize: 64 });
    return run;
  }

  /** Breaks off the evaluation that is going on; again and again, as one that is just about to begin is not reached. */
  async interrupt(): Promise<void> {
    const { channel } = this.debuggee;
    for (let times = 0; times < INTERRUPTS && channel.isWaiting(...EVALUATING); times++) {
      await channel.request('interrupt').catch(() => undefined);
      await timeout(INTERRUPT_PAUSE);
    }
  }

  /** Whether the Debug Console's next line is something else than an expression: where it went, or undefined. */
  takeConsoleLine(text: string): 'interrupt' | 'prompt' | 'stdin' | 'nowhere' | undefined {
    if (text.trim() === '^C' && this.debuggee.channel.isWaiting(...EVALUATING)) {
      void this.interrupt();
      return 'interrupt';
    }
    if (this.#prompting) {
      void this.debuggee.channel.request('input', { text }).catch(() => undefined);
      return 'prompt';
    }
    if (this.stopped.any) return undefined;
    return this.debuggee.input(`${text}\n`) ? 'stdin' : 'nowhere';
  }

  /** A request as the client made it, in the helper's terms. */
  send(command: string, args: Body, done: (answer: Answer) => void): number {
    // Nothing stops a thread that works on an expression but breaking that off.
    if (command === 'pause' && this.debuggee.channel.isWaiting(...EVALUATING)) void this.interrupt();
    return this.debuggee.channel.send(command, args, (given) => {
      // A program that goes on may have ended before the answer was sent.
      const answer: Answer = 'error' in given && given.gone && RESUMING.has(command) ? { body: {} } : given;
      if ('body' in answer) this.stopped.answered(command, args, answer.body, this.configuration.allThreads !== false);
      done(answer);
      if ('body' in answer && command === 'evaluate' && answer.body.resumed === true) this.#resumedByConsole(answer.body);
    });
  }

  /** Lets the program begin, once everything is set. @throws Error with the helper's words */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      // One that has ended before the answer was sent has begun; its end is told by itself.
      this.debuggee.channel.send('run', {}, (answer) => {
        if ('error' in answer && !answer.gone) reject(cannotRun(this.debuggee, answer.error));
        else resolve();
      });
    });
  }

  /** Asks the program to end, by KeyboardInterrupt first. Resolves when it has. */
  async terminate(): Promise<void> {
    const { channel, ended } = this.debuggee;
    const asked = channel.request('terminate').catch(() => undefined);
    const late = timeout(GRACE);
    if ((await Promise.race([ended, late])) !== LATE) return;
    this.client.output(`${this.debuggee.title} did not end ${GRACE / 1000} seconds after KeyboardInterrupt; it is killed.\n`, 'console');
    await asked.catch(() => undefined);
    await this.kill();
  }

  async kill(): Promise<void> {
    await this.debuggee.kill();
    this.#close();
  }

  /** Lets the program go on without a debugger; `suspend` leaves it stopped until it gets SIGCONT. @throws Error where it cannot be suspended */
  async detach(suspend: boolean): Promise<void> {
    const { channel, hello, isLocal } = this.debuggee;
    if (suspend && !isLocal) throw fault('pdb-suspend', `${this.debuggee.title} cannot be left suspended.`, 'Its process is not on this machine.');
    this.#silent = true;
    // Stopped first, so that it runs nothing more: it sees that the debugger has gone when it goes on.
    if (suspend) sendSignal(hello.pid, 'SIGSTOP');
    else await Promise.race([channel.request('detach').catch(() => undefined), timeout(DETACH_PATIENCE)]);
    this.#close();
    this.debuggee.release();
  }

  /** What it does from now on is nobody's concern. */
  silence(): void {
    this.#silent = true;
  }

  event(event: WireEvent): void {
    if (this.client.congested(() => this.debuggee.channel.resume())) this.debuggee.channel.pause();
    this.#events.push(event);
    if (!this.#settling) this.#deliver();
  }

  slow(command: string): void {
    const kind = EVALUATING.has(command) ? 'evaluating' : 'frozen';
    // These take the time that the program takes, or are watched by who asks.
    if (this.#silent || ['run', 'terminate', 'detach'].includes(command) || this.#toldSlow.has(kind)) return;
    this.#toldSlow.add(kind);
    this.client.output(kind === 'evaluating'
      ? `The program has been working on "${command}" for five seconds. Type ^C to break it off; Stop ends the program.\n`
      : `The program does not answer ("${command}"): no Python code can run in it, as native code holds the interpreter's lock, or the process is stopped. It is tried on; Stop kills the program.\n`, 'console');
  }

  closed(reason?: string): void {
    if (reason) this.client.output(`${reason}\n`, 'important');
    this.#prompting = false;
  }

  /** Hands events on in their order. What was printed before a stop is told before it: the pipes are read first. */
  #deliver(): void {
    for (let event = this.#events.shift(); event; event = this.#events.shift()) {
      if (event.event !== 'stopped' || this.#settling) {
        this.#handle(event);
        continue;
      }
      this.#settling = true;
      this.#events.unshift(event);
      setImmediate(() => setImmediate(() => {
        const stop = this.#events.shift();
        if (stop) this.#handle(stop);
        this.#settling = false;
        this.#deliver();
      }));
      return;
    }
  }

  #handle({ event, body }: WireEvent): void {
    if (this.#silent) return;
    switch (event) {
      case 'exited':
        if (typeof body.exitCode === 'number') this.#exitCode = body.exitCode;
        return;
      case 'terminating':
        this.#farewell = typeof body.message === 'string' ? body.message : undefined;
        return;
      case 'prompt':
        this.#prompting = typeof body.text === 'string';
        if (typeof body.text === 'string' && body.text !== '') this.client.output(body.text, 'console');
        return;
      case 'restart':
        this.client.runAgain(Array.isArray(body.arguments) ? body.arguments.map(String) : undefined);
        return;
      case 'child': {
        const child = childOf(body);
        if (child) void this.#startChild(child);
        return;
      }
      case 'stopped':
        this.debuggee.settle?.();
        this.#toldSlow.clear();
        this.stopped.stopped(body);
        break;
      case 'continued':
        this.stopped.continued(body);
        break;
    }
    this.client.breakpoints.translate(event, body);
    this.client.event(event, this.client.format.toClient(body));
  }

  #resumedByConsole(body: Body): void {
    const threadId = typeof body.threadId === 'number' ? body.threadId : this.stopped.last;
    const allThreadsContinued = this.configuration.allThreads !== false;
    if (threadId === undefined || !this.stopped.any) return;
    this.stopped.continued({ threadId, allThreadsContinued });
    this.client.event('continued', { threadId, allThreadsContinued });
  }

  async #startChild(child: Child): Promise<void> {
    const name = `${child.name} (${child.pid})`;
    if (!this.client.capabilities.supportsStartDebuggingRequest) {
      this.client.output(`The child process ${name} runs on without a debugger: this client cannot start another session for it.\n`, 'console');
      return releaseChild(child);
    }
    const configuration: AttachConfiguration = {
      ...childConfiguration(this.configuration), type: this.configuration.type ?? 'pdb', name, host: child.host, port: child.port, token: child.token,
    };
    try {
      await this.client.ask('startDebugging', { request: 'attach', configuration: { ...configuration, request: 'attach' } });
    } catch (error) {
      this.client.output(`The child process ${name} runs on without a debugger: ${(error as Error).message}\n`, 'console');
      await releaseChild(child);
    }
  }

  async #watchEnd(): Promise<void> {
    const { debuggee } = this;
    await Promise.race([debuggee.channel.whenClosed, debuggee.ended]);
    // What the helper said last is on its way through the queue.
    let ending = await Promise.race([debuggee.ended, timeout(ALONE)]);
    if (ending === LATE) {
      if (!this.#silent && this.#exitCode === undefined) {
        this.client.output(`${this.#farewell ?? `${debuggee.title} has closed its connection to the debugger.`} It runs on without it; Stop ends it.\n`, 'important');
      }
      ending = await debuggee.ended;
    }
    // The helper's last words may still be unread.
    await Promise.race([debuggee.channel.whenClosed, timeout(LAST_WORDS)]);
    while (this.#settling) await new Promise((resolve) => setImmediate(resolve));
    this.#report(ending as Ending);
  }

  #report(ending: Ending): void {
    if (this.#over) return;
    const wasSilent = this.#silent;
    this.#close();
    if (wasSilent) return;
    const { signal } = ending;
    const words = whyItEnded(this.debuggee, ending, this.#exitCode, this.#farewell);
    if (words) this.client.output(`${words}\n`, 'important');
    const bySignal = signal ? 128 + (constants.signals[signal as NodeJS.Signals] ?? 0) : undefined;
    const exitCode = ending.code ?? bySignal ?? this.#exitCode;
    if (exitCode !== undefined) this.client.event('exited', { exitCode });
    this.client.ended();
  }

  #close(): void {
    this.#over = true;
    this.#silent = true;
    this.#children?.close();
    this.debuggee.channel.close();
  }
}

function cannotRun({ title, hello }: Debuggee, words: string): Error {
  const mend = /No module named/.test(words)
    ? `Install it for ${hello.executable}, let "python" of the debug configuration name the interpreter that has it, or "cwd" the folder that it is in.`
    : 'Correct the debug configuration.';
  return fault('pdb-run', `${title} cannot be run: ${words.replace(/\.?$/, '.')}`, mend);
}

/** Requests that run the program's code, which may take its time. */
const EVALUATING = new Set(['evaluate', 'variables', 'setVariable', 'setExpression', 'completions', 'exceptionInfo', 'dataBreakpointInfo']);

const LATE = Symbol('late');

function timeout(milliseconds: number): Promise<typeof LATE> {
  return new Promise((resolve) => setTimeout(() => resolve(LATE), milliseconds).unref());
}
