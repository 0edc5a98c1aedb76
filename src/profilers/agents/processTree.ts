import { allProcesses, childrenOf, nameOf, shortNameOf, statOf, type ProcessStat } from './processMemory.ts';

/** Milliseconds between two looks at what is not asked every time: names, and orphans. */
const SELDOM = 1000;
/** Milliseconds that a process is young: it may still become another program. */
const YOUNG = 2000;

export interface TreeProcess {
  /** In order of appearance, from 0. */
  readonly index: number;
  /** Index of the parent; -1 for the root. */
  readonly parent: number;
  readonly pid: number;
  readonly start: number;
  readonly seen: number;
  name: string;
  named: number;
}

/**
 * The processes below a root, as they come and go. One that has lost its parent stays, and so do its children; one that was an orphan before it was ever seen is found
 * by its session.
 */
export class ProcessTree {
  private readonly alive = new Map<number, TreeProcess>();
  private count = 0;
  private searched = -Infinity;
  private readonly session: number;
  private readonly rootStart: number;

  /** `appeared` is told of every new process, and again when its name has changed; parents come before their children. */
  constructor(private readonly root: number, private readonly appeared: (process: TreeProcess) => void) {
    const stat = statOf(root);
    this.session = stat?.session ?? -1;
    this.rootStart = stat?.start ?? 0;
    if (stat) this.add(stat, -1, 0);
  }

  /** Looks anew. `now` in milliseconds. The living processes, parents before children. */
  look(now: number): Iterable<TreeProcess> {
    for (const process of this.alive.values()) if (statOf(process.pid)?.start !== process.start) this.alive.delete(process.pid);
    if (now - this.searched >= SELDOM) {
      if (this.searched > -Infinity) this.adoptOrphans(now);
      this.searched = now;
    }
    // A map's walk reaches what is added on the way.
    for (const process of this.alive.values()) {
      for (const pid of childrenOf(process.pid)) {
        if (this.alive.has(pid)) continue;
        const stat = statOf(pid);
        if (stat) this.add(stat, process.index, now);
      }
      this.rename(process, now);
    }
    return this.alive.values();
  }

  private add({ pid, start }: ProcessStat, parent: number, now: number): void {
    const process: TreeProcess = { index: this.count++, parent, pid, start, seen: now, name: nameOf(pid) || shortNameOf(pid), named: now };
    this.alive.set(pid, process);
    this.appeared(process);
  }

  /** exec makes another program of a process. */
  private rename(process: TreeProcess, now: number): void {
    if (now - process.named < (now - process.seen < YOUNG ? 0 : SELDOM)) return;
    process.named = now;
    const name = nameOf(process.pid);
    if (name === '' || name === process.name) return;
    process.name = name;
    this.appeared(process);
  }

  /** Processes of the root's session that began after it and whose parent is of another session: they were left by something below the root. */
  private adoptOrphans(now: number): void {
    const all = allProcesses();
    const sessions = new Map(all.map(({ pid, session }) => [pid, session]));
    for (const stat of all) {
      const isOurs = stat.session === this.session && stat.start >= this.rootStart && stat.pid !== this.root && stat.pid !== process.pid;
      if (isOurs && !this.alive.has(stat.pid) && sessions.get(stat.parent) !== this.session) this.add(stat, 0, now);
    }
  }
}
