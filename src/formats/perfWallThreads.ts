import type { ProfileBuilder } from '../core/builder.ts';
import type { WallCosts } from './perfWallCosts.ts';
import { RUNNABLE, UNKNOWN, type WaitReason } from './waitReasons.ts';

/** Who a record is about, and when. */
export interface Moment {
  readonly pid: number;
  readonly tid: number;
  /** The thread's name then. */
  readonly name: string;
  /** Nanoseconds since the recording began. */
  readonly time: number;
}

/** What is known of a thread between its records. */
interface Thread {
  readonly row: number;
  readonly pid: number;
  on: boolean;
  /** It was there before the recording, and whether it was on a processor then is to be seen. */
  undecided: boolean;
  /** Up to here its time is accounted for. */
  since: number;
  /** Nanoseconds on a processor that no sample has taken yet. */
  owed: number;
  /** Stack of its last sample; -1 before the first. */
  sampled: number;
  /** Stack of the last switch; -1 when it had none. */
  left: number;
  /** While off: why. */
  reason: WaitReason;
  /** A sample of the switch came, and its record is still to come. */
  outFollows: boolean;
}

/**
 * The life of each thread, from birth to death, cut into stretches on a processor and stretches off it, so that a thread's costs add up to its lifetime
 * whatever was lost. A stretch off the processor belongs to the stack of the switch. Samples come by the time that the thread spent on processors,
 * however many stretches that took (perf stops the clock in between), so each takes what was spent since the last one; what is left at the end goes to
 * the last stack.
 */
export class WallThreads {
  private readonly threads = new Map<number, Thread>();
  /** Ended ones: late records do not bring them back. */
  private readonly dead = new Set<number>();
  /** Switches without a stack of their own. */
  withoutStack = 0;

  constructor(private readonly builder: ProfileBuilder, private readonly costs: WallCosts) {}

  /** A new thread, which waits for a processor at first. */
  forked(moment: Moment): void {
    this.exited(moment);
    this.dead.delete(moment.tid);
    const thread = this.add(moment);
    thread.on = false;
    thread.reason = RUNNABLE;
  }

  /** A thread that is there when the recording begins. */
  found(moment: Moment): void {
    if (this.threads.has(moment.tid)) return;
    const thread = this.add(moment);
    thread.on = false;
    thread.undecided = true;
  }

  renamed(moment: Moment, exec: boolean): void {
    if (exec) {
      // The process goes on as this thread alone, which may have been another one that takes over the first one's number.
      this.dead.delete(moment.tid);
      for (const [tid, { pid }] of this.threads) if (pid === moment.pid && tid !== moment.tid) this.exited({ ...moment, tid });
      this.find(moment);
    }
    const thread = this.threads.get(moment.tid);
    if (thread) this.builder.renameThread(thread.row, moment.name);
  }

  /** A sample of the clock. */
  sampled(moment: Moment, stack: number): void {
    const thread = this.find(moment);
    if (!thread) return;
    this.decide(thread);
    if (!thread.on) this.wake(thread, moment.time);
    thread.outFollows = false;
    this.run(thread, moment.time);
    this.costs.cpu(stack, thread.owed, thread.since, thread.row);
    thread.owed = 0;
    thread.sampled = stack;
  }

  /** A sample of the switch off the processor, with its stack. */
  left(moment: Moment, stack: number, reason: WaitReason): void {
    const thread = this.find(moment);
    if (!thread) return;
    this.decide(thread);
    this.leave(thread, moment.time);
    thread.left = stack;
    thread.reason = reason;
    thread.outFollows = true;
  }

  /** The record of the switch off the processor. `preempted`: the thread could go on at once. */
  out(moment: Moment, preempted: boolean): void {
    const thread = this.find(moment);
    if (!thread) return;
    this.decide(thread);
    if (thread.outFollows) {
      thread.outFollows = false;
      if (preempted && !thread.on) thread.reason = RUNNABLE;
    } else if (thread.on) {
      this.leave(thread, moment.time);
      this.withoutStack++;
      thread.left = thread.sampled;
      thread.reason = preempted ? RUNNABLE : UNKNOWN;
    }
  }

  in(moment: Moment): void {
    const thread = this.find(moment);
    if (!thread) return;
    // Processors' clocks differ a little: the record of the switch off one may come after that of the switch onto the next.
    if (!thread.on) this.wake(thread, moment.time);
  }

  exited({ tid, time }: Pick<Moment, 'tid' | 'time'>): void {
    this.dead.add(tid);
    const thread = this.threads.get(tid);
    if (!thread) return;
    this.threads.delete(tid);
    if (thread.on) this.run(thread, time);
    else this.wake(thread, time);
    this.costs.cpu(thread.sampled < 0 ? thread.left : thread.sampled, thread.owed, thread.since, thread.row);
  }

  /** Ends the threads that still live, at the end of the recording. */
  finish(time: number): void {
    for (const tid of [...this.threads.keys()]) this.exited({ tid, time });
  }

  private find(moment: Moment): Thread | undefined {
    const known = this.threads.get(moment.tid);
    return known ?? (this.dead.has(moment.tid) ? undefined : this.add(moment));
  }

  /** A thread that was born now, or is seen for the first time: on a processor, for it does something. */
  private add({ pid, tid, name, time }: Moment): Thread {
    const row = this.builder.addThread({ pid, tid, name });
    const thread: Thread = { row, pid, on: true, undecided: false, since: time, owed: 0, sampled: -1, left: -1, reason: UNKNOWN, outFollows: false };
    this.threads.set(tid, thread);
    return thread;
  }

  /** What runs now, or leaves its processor, was on one. */
  private decide(thread: Thread): void {
    if (!thread.undecided) return;
    thread.undecided = false;
    thread.on = true;
  }

  /** Accounts for time on a processor until `time`. */
  private run(thread: Thread, time: number): void {
    thread.owed += Math.max(0, time - thread.since);
    thread.since = Math.max(thread.since, time);
  }

  /** Ends a stretch on a processor; or one off it, of whose end nothing is known. */
  private leave(thread: Thread, time: number): void {
    if (thread.on) this.run(thread, time);
    else this.wake(thread, time);
    thread.on = false;
  }

  /** Ends a stretch off the processors. */
  private wake(thread: Thread, time: number): void {
    const end = Math.max(thread.since, time);
    this.costs.wait(thread.left, thread.reason, end - thread.since, end, thread.row);
    thread.since = end;
    thread.on = true;
    thread.undecided = false;
  }
}
