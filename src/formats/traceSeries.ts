import type { ProfileBuilder } from '../core/builder.ts';
import { FloatColumn } from '../core/columns.ts';
import type { Unit } from '../core/profile.ts';

/** Points that a series keeps at most; more cannot be told apart on any screen. */
const MAX_POINTS = 32768;
/** Steps of `calls per second`: enough for a shape, few enough that most hold several calls. */
const RATE_STEPS = 128;

/** The points of one series, thinned as they come: of each group of points the lowest, the highest and the last stay, so that peaks and what holds after them do. */
class Points {
  private x = new FloatColumn(64);
  private y = new FloatColumn(64);
  /** Points of a group; 1: every point is kept. */
  private groupSize = 1;
  private grouped = 0;
  private low = 0;
  private lowX = 0;
  private high = 0;
  private highX = 0;
  private endX = 0;
  private endY = 0;
  private lastX = -Infinity;

  constructor(readonly name: string, readonly unit: Unit, readonly label: string | undefined, readonly step: boolean) {}

  add(x: number, y: number): void {
    // Lines of several processes may be out of order by a little.
    this.lastX = Math.max(x, this.lastX);
    this.group(this.lastX, y);
    if (this.x.length >= MAX_POINTS) this.thin();
  }

  write(builder: ProfileBuilder): void {
    this.endGroup();
    if (this.x.length === 0) return;
    const row = builder.seriesOf(this.name, this.unit, this.label, this.step);
    for (let i = 0; i < this.x.length; i++) builder.addPoint(row, this.x.data[i], this.y.data[i]);
  }

  private group(x: number, y: number): void {
    if (this.groupSize === 1) {
      this.push(x, y);
      return;
    }
    if (this.grouped === 0 || y < this.low) {
      this.low = y;
      this.lowX = x;
    }
    if (this.grouped === 0 || y > this.high) {
      this.high = y;
      this.highX = x;
    }
    this.endX = x;
    this.endY = y;
    if (++this.grouped === this.groupSize) this.endGroup();
  }

  private endGroup(): void {
    if (this.grouped === 0) return;
    this.grouped = 0;
    const lowFirst = this.lowX <= this.highX;
    this.push(lowFirst ? this.lowX : this.highX, lowFirst ? this.low : this.high);
    if (this.low !== this.high) this.push(lowFirst ? this.highX : this.lowX, lowFirst ? this.high : this.low);
    if (this.endY !== (lowFirst ? this.high : this.low)) this.push(this.endX, this.endY);
  }

  private push(x: number, y: number): void {
    this.x.push(x);
    this.y.push(y);
  }

  private thin(): void {
    const { x, y, groupSize } = this;
    this.endGroup();
    this.x = new FloatColumn(MAX_POINTS);
    this.y = new FloatColumn(MAX_POINTS);
    // What is kept stands for its group already: six of them make three at most.
    this.groupSize = 6;
    for (let i = 0; i < x.length; i++) this.group(x.data[i], y.data[i]);
    this.endGroup();
    this.groupSize = groupSize === 1 ? 6 : groupSize * 2;
  }
}

/** Values over time of a trace. x is in seconds, or the number of the call when the trace has no times. */
export class TraceSeries {
  private readonly points = new Map<string, Points>();
  private readonly counts = new Float64Array(RATE_STEPS);
  private step = 1e-6;
  private lastX = 0;
  private calls = 0;
  private timed = false;

  /** Notes that a call ended at `time` (nanoseconds, NaN: unknown); what x is from now on. */
  call(time: number): void {
    this.calls++;
    if (Number.isNaN(time)) {
      if (!this.timed) this.lastX = this.calls;
      return;
    }
    if (!this.timed) {
      this.timed = true;
      this.lastX = 0;
    }
    this.lastX = Math.max(this.lastX, time / 1e9);
    while (this.lastX >= this.step * RATE_STEPS) this.halve();
    this.counts[Math.floor(this.lastX / this.step)]++;
  }

  /** Sets the value of a series at the call noted last, which it holds from then on. */
  set(name: string, value: number, unit: Unit = 'bytes', label?: string): void {
    this.add(name, value, unit, label, true);
  }

  /** Adds a value that belongs to the call noted last alone. */
  point(name: string, value: number, unit: Unit, label: string): void {
    this.add(name, value, unit, label, false);
  }

  private add(name: string, value: number, unit: Unit, label: string | undefined, step: boolean): void {
    let points = this.points.get(name);
    if (!points) {
      points = new Points(name, unit, label, step);
      this.points.set(name, points);
    }
    points.add(this.lastX, value);
  }

  write(builder: ProfileBuilder): void {
    builder.seriesAxis = this.timed ? { label: 'Time', unit: 'seconds' } : { label: 'Calls', unit: 'count' };
    for (const points of this.points.values()) points.write(builder);
    if (!this.timed || this.lastX === 0) return;
    const row = builder.seriesOf('calls per second', 'count', undefined, true);
    const last = Math.floor(this.lastX / this.step);
    for (let i = 0; i <= last; i++) builder.addPoint(row, i * this.step, this.counts[i] / this.step);
  }

  private halve(): void {
    const { counts } = this;
    for (let i = 0; i < RATE_STEPS / 2; i++) counts[i] = counts[2 * i] + counts[2 * i + 1];
    counts.fill(0, RATE_STEPS / 2);
    this.step *= 2;
  }
}
