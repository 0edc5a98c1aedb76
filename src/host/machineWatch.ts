import * as vscode from 'vscode';
import { averageSigns, shortages, vitalSigns, type MachineReading, type Shortage, type VitalSigns } from '../core/vitalSigns.ts';
import { readMachine } from '../profilers/machine.ts';
import { MACHINE_SECONDS } from '../protocol/machine.ts';
import { log } from './log.ts';

/** Milliseconds between two readings. */
const INTERVAL = 1000;
/** Seconds that must agree before something counts as short. */
const AGREEING = 3;
/** Share of a run's seconds from which a shortage is worth a note. */
const NOTABLE = 0.25;

/** Reads the machine's vital signs once a second while anybody looks. */
export class MachineWatch implements vscode.Disposable {
  private readonly read = new vscode.EventEmitter<void>();
  /** New signs. */
  readonly onDidRead = this.read.event;
  private readonly signs: VitalSigns[] = [];
  private readonly counts = new Set<Map<Shortage['what'], { seconds: number; message: string }>>();
  private watchers = 0;
  private timer: NodeJS.Timeout | undefined;
  private last: MachineReading | undefined;

  /** The last minute, the latest last. */
  get history(): readonly VitalSigns[] {
    return this.signs;
  }

  /** What is short by the last seconds. */
  get shortages(): Shortage[] {
    const recent = averageSigns(this.signs.slice(-AGREEING));
    return recent && this.signs.length >= AGREEING ? shortages(recent) : [];
  }

  /** Reads until the result is disposed of. */
  watch(): vscode.Disposable {
    if (this.watchers++ === 0) {
      this.last = undefined;
      this.timer = setInterval(() => void this.tick(), INTERVAL);
      void this.tick();
    }
    let over = false;
    return {
      dispose: () => {
        if (over) return;
        over = true;
        if (--this.watchers === 0) clearInterval(this.timer);
      },
    };
  }

  /** Watches during a run; `notes` ends it and tells what the machine was short of meanwhile, for times measured then say less. */
  duringRun(): { notes(): string[] } {
    const watching = this.watch();
    const counted = new Map<Shortage['what'], { seconds: number; message: string }>();
    const from = Date.now();
    this.counts.add(counted);
    return {
      notes: () => {
        watching.dispose();
        this.counts.delete(counted);
        const seconds = Math.max(1, (Date.now() - from) / 1000);
        // The profiled program is busy itself: a full processor is what is to be expected, and worth no word unless the host takes it away.
        return [...counted].filter(([what, each]) => what !== 'cpu' && each.seconds >= Math.max(2, NOTABLE * seconds))
          .map(([, each]) => `${each.message.replace(/ is short: /, ' was short while it ran: ')} This went on for ${each.seconds} of ${Math.round(seconds)} s.`);
      },
    };
  }

  dispose(): void {
    clearInterval(this.timer);
    this.read.dispose();
  }

  private async tick(): Promise<void> {
    try {
      const now = await readMachine();
      if (this.last) {
        this.signs.push(vitalSigns(this.last, now));
        if (this.signs.length > MACHINE_SECONDS) this.signs.shift();
        const short = this.shortages;
        for (const counted of this.counts) {
          for (const { what, message } of short) counted.set(what, { seconds: (counted.get(what)?.seconds ?? 0) + 1, message });
        }
        this.read.fire();
      }
      this.last = now;
    } catch (error) {
      log().warn(`the machine's state could not be read: ${String(error)}`);
    }
  }
}
