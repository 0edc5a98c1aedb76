import type { ProfileBuilder } from '../core/builder.ts';
import { FunctionKind, type EventInfo, type Profile } from '../core/profile.ts';

const WALL: EventInfo = { name: 'wall', unit: 'microseconds', label: 'Wall clock' };
const CPU: EventInfo = { name: 'cpu', unit: 'microseconds', label: 'CPU time' };
const ALLOCATED: EventInfo = { name: 'allocated', unit: 'bytes', label: 'Memory grown' };
const FREED: EventInfo = { name: 'freed', unit: 'bytes', label: 'Memory shrunk' };

/** A frame as Austin names it. */
export interface AustinFrame {
  readonly module: string;
  readonly name: string;
  readonly line: number;
  readonly column?: number;
}

/**
 * Collects what samples of either form say: time since the thread's last sample in microseconds, whether the thread was idle then, and
 * by how many bytes the process had grown or shrunk.
 */
export class AustinSamples {
  private readonly facts = new Map<string, string>();
  private readonly times = new Map<number, number>();
  private weights: number[] = [];
  private mode = '';
  private inputs = 0;
  private readonly firstEvents = new Map<string, number>();

  constructor(readonly builder: ProfileBuilder) {}

  /** Begins an input. */
  begin(): void {
    this.mode = '';
    this.times.clear();
    this.inputs++;
  }

  /** A line of the header or the end: `mode`, `wall`. */
  fact(key: string, value: string): void {
    if (key === 'mode') this.mode = value.trim();
    if (this.inputs === 1 && this.facts.size < 50) this.facts.set(key, value.trim());
  }

  get version(): string {
    return this.facts.get('austin') ?? '';
  }

  /** True when samples carry a difference of memory and no time. */
  get countsMemory(): boolean {
    return this.mode === 'memory';
  }

  /** Row of a frame. */
  frame({ module, name, line, column = 0 }: AustinFrame): number {
    const { builder } = this;
    if (module === '' || module === 'kernel') {
      return builder.frame(builder.func({ name: name || '[unknown]', kind: module === 'kernel' ? FunctionKind.Kernel : FunctionKind.Builtin }));
    }
    // austinp adds the native frames of the process; their module is a library.
    const native = /\.so(?:\.[\d.]+)?$|^\[|^native@/.test(module) || (!/\.py[cdowx]?$|^</.test(module) && line === 0);
    const func = native
      ? builder.func({ name: name || '[unknown]', object: module, kind: FunctionKind.Native })
      : builder.func({ name: name || '[unknown]', file: module, kind: FunctionKind.Python });
    return builder.frame(func, line, column);
  }

  /** A thread without Python frames: it is starting or ending, or belongs to an extension. */
  noFrame(): number {
    return this.builder.frame(this.builder.func({ name: '(no Python frame)', kind: FunctionKind.Native }));
  }

  /** A sample with time, or memory, or both (mode `full`). */
  sample(stack: number, thread: number, time: number | undefined, idle: boolean | undefined, memory: number | undefined): void {
    const { builder, weights } = this;
    weights.fill(0);
    if (time !== undefined && (idle === undefined || memory === undefined)) this.weigh(this.mode === 'cpu' ? CPU : WALL, time);
    else if (time !== undefined) {
      this.weigh(WALL, time);
      this.weigh(CPU, idle ? 0 : time);
    }
    if (memory !== undefined) {
      this.weigh(ALLOCATED, Math.max(memory, 0));
      this.weigh(FREED, Math.max(-memory, 0));
    }
    const at = this.times.get(thread) ?? 0;
    if (time !== undefined) this.times.set(thread, at + time);
    builder.sample(stack, weights, time === undefined ? NaN : at * 1000, thread);
  }

  finish(): Profile {
    const { builder, facts } = this;
    if (builder.events.length === 0) builder.event(this.mode === 'memory' ? ALLOCATED : this.mode === 'cpu' ? CPU : WALL);
    if (builder.sampleCount === 0) builder.warn('no samples are in this file');
    const duration = Number(facts.get('duration'));
    const interval = Number(facts.get('interval'));
    const shown: (readonly [string, string])[] = [];
    for (const [key, label] of [['mode', 'Mode'], ['python', 'Python'], ['memory', 'Memory of the machine (KB)']]) {
      const value = facts.get(key);
      if (value) shown.push([label, value]);
    }
    return builder.finish({
      format: 'austin',
      tool: this.version === '' ? 'Austin' : `Austin ${this.version}`,
      ...(duration > 0 ? { duration: duration * 1000 } : {}),
      ...(interval > 0 ? { frequency: 1e6 / interval } : {}),
      facts: shown,
    });
  }

  private weigh(event: EventInfo, weight: number): void {
    let row = this.firstEvents.get(event.name);
    if (row === undefined) this.firstEvents.set(event.name, (row = this.builder.event(event)));
    while (this.weights.length <= row) this.weights.push(0);
    this.weights[row] = weight;
  }
}
