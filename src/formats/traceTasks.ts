import type { ProfileBuilder } from '../core/builder.ts';

/** A process or thread of a trace. */
export interface Task {
  /** As the trace numbers it; 0 for the only process of a trace without numbers. */
  tid: number;
  readonly row: number;
  process: Process;
  name: string;
}

/** What threads share. */
export interface Process {
  pid: number;
  /** Its threads that have not ended. */
  tasks: number;
}

/**
 * The processes and threads of a trace. A line without a number belongs to the only task that is left: strace and ltrace
 * leave the number away while there is one.
 */
export class TraceTasks<T extends Task, P extends Process> {
  private readonly all: T[] = [];
  private readonly alive = new Map<number, T>();
  /** Tasks that a call has returned the number of, and that have printed nothing yet. */
  private readonly announced = new Map<number, { process: P | undefined; name: string }>();
  private first: T | undefined;
  private last: T | undefined;

  constructor(private readonly makeProcess: (pid: number) => P, private readonly makeTask: (tid: number, row: number, process: P, name: string) => T) {}

  get initial(): T | undefined {
    return this.first;
  }

  /** The living tasks. */
  living(): IterableIterator<T> {
    return this.alive.values();
  }

  /** The task of a line with this number, -1 for a line without one. `parent`: who makes new tasks just now, if known. */
  of(pid: number, parent?: { process: P | undefined; name: string }): T {
    if (this.last && (pid === this.last.tid || (pid < 0 && this.alive.size === 1)) && this.alive.has(this.last.tid)) return this.last;
    return (this.last = this.find(pid, parent));
  }

  private find(pid: number, parent?: { process: P | undefined; name: string }): T {
    if (pid < 0) {
      if (this.alive.size === 1) for (const task of this.alive.values()) return task;
      return this.first && this.alive.has(this.first.tid) ? this.first : this.add(0, undefined);
    }
    const known = this.alive.get(pid);
    if (known) return known;
    const { first } = this;
    if (first?.tid === 0 && !parent && !this.announced.has(pid) && this.alive.has(0)) {
      // The process that had no number as long as it was alone.
      this.alive.delete(0);
      this.alive.set(pid, first);
      first.tid = pid;
      if (first.process.pid === 0) first.process.pid = pid;
      return first;
    }
    return this.add(pid, parent);
  }

  private add(tid: number, parent: { process: P | undefined; name: string } | undefined): T {
    const origin = this.announced.get(tid) ?? parent;
    this.announced.delete(tid);
    const process = origin?.process ?? this.makeProcess(tid);
    process.tasks++;
    const task = this.makeTask(tid, this.all.length, process, origin?.name ?? '');
    this.all.push(task);
    this.alive.set(tid, task);
    this.first ??= task;
    return task;
  }

  /** Notes that a task was made; `process` is its own when it is a thread of that process. */
  announce(tid: number, process: P | undefined, name: string): void {
    if (!(tid > 0) || this.alive.has(tid)) return;
    // Numbers that never show up again must not pile up.
    if (this.announced.size >= 100_000) this.announced.clear();
    this.announced.set(tid, { process, name });
  }

  /** Notes that a task has ended; true when its process has ended with it. */
  end(task: T): boolean {
    if (!this.alive.delete(task.tid)) return false;
    return --task.process.tasks <= 0;
  }

  /** Adds all tasks as threads to the profile, in the order of their rows. Call it once, at the end. */
  write(builder: ProfileBuilder): void {
    for (const { tid, process, name } of this.all) builder.addThread({ pid: process.pid, tid, name });
  }

  get count(): number {
    return this.all.length;
  }

  /** Begins another input: what is running there is not known from the one before. */
  clear(): void {
    this.alive.clear();
    this.announced.clear();
    this.last = undefined;
  }
}
