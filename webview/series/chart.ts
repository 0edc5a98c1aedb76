/** The chart itself: uPlot, told what to draw. Positions are in the unit of the axis. */
import uPlot from 'uplot';
import type { SeriesAxis, Unit } from '../../src/core/profile.ts';
import type { SeriesSlice, SnapshotMark } from '../../src/protocol/overTime.ts';
import type { ChartTheme } from './chartTheme.ts';
import type { Range } from './range.ts';
import { tickDistances, tickLabels } from './ticks.ts';

export interface ChartLine {
  readonly row: number;
  readonly unit: Unit;
  readonly scale: string;
  readonly color: number;
  readonly dash: readonly number[];
  /** A value holds until the next point. */
  readonly isStep: boolean;
}

/** What a chart is made for; another picture needs another chart. */
export interface ChartPlan {
  readonly axis: SeriesAxis;
  readonly lines: readonly ChartLine[];
  readonly theme: ChartTheme;
  readonly marks: readonly SnapshotMark[];
}

export interface ChartEvents {
  /** A range was dragged over. */
  readonly onSelect: (range: Range) => void;
  /** The pointer is at `x`. */
  readonly onPoint: (x: number) => void;
}

/** Height of a snapshot's mark at the foot of the chart, CSS pixels. */
const MARK = 6;
/** CSS pixels that a point needs to be drawn as one. */
const POINT_ROOM = 14;
/** CSS pixels of a drag that is no click. */
const LEAST_DRAG = 4;

export class SeriesChart {
  private readonly plot: uPlot;
  private readonly playhead: HTMLElement;
  private range: Range;
  private cursor: number | null = null;

  constructor(host: HTMLElement, private readonly plan: ChartPlan, range: Range, events: ChartEvents) {
    this.range = range;
    const scales = [...new Set(plan.lines.map(({ scale }) => scale))];
    const options: uPlot.Options = {
      width: host.clientWidth,
      height: host.clientHeight,
      padding: [10, scales.length > 1 ? 8 : 16, 0, 4],
      legend: { show: false },
      cursor: {
        x: true, y: false, points: { show: false }, drag: { x: true, y: false, setScale: false, dist: LEAST_DRAG },
        // A double click is the view's to handle.
        bind: { dblclick: () => null },
      },
      scales: {
        x: { time: false, range: () => [this.range.from, this.range.to] },
        ...Object.fromEntries(scales.map((scale) => [scale, { range: (_: uPlot, least: number | null, greatest: number | null) => valueRange(least, greatest) }])),
      },
      axes: [this.axisX(), ...this.axesY(scales)],
      series: [{}, ...plan.lines.map((line) => this.line(line))],
      hooks: {
        setSelect: [(plot) => {
          const { left, width } = plot.select;
          if (width >= LEAST_DRAG) events.onSelect({ from: plot.posToVal(left, 'x'), to: plot.posToVal(left + width, 'x') });
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        }],
        setCursor: [(plot) => {
          const left = plot.cursor.left ?? -1;
          if (left >= 0) events.onPoint(plot.posToVal(left, 'x'));
        }],
        draw: [(plot) => this.drawMarks(plot)],
        setSize: [() => this.placePlayhead()],
      },
    };
    this.plot = new uPlot(options, [[], ...plan.lines.map(() => [])], host);
    this.playhead = document.createElement('div');
    this.playhead.className = 'playhead';
    this.plot.over.append(this.playhead);
  }

  /** Shows the points in `range`; what of it is not known yet is drawn from what is. */
  show(points: SeriesSlice | null, range: Range): void {
    this.range = range;
    if (points) this.plot.setData(this.dataOf(points), false);
    this.plot.setScale('x', { min: range.from, max: range.to });
    this.placePlayhead();
  }

  setCursor(x: number | null): void {
    this.cursor = x;
    this.placePlayhead();
  }

  resize(width: number, height: number): void {
    if (width > 0 && height > 0) this.plot.setSize({ width, height });
  }

  /** Width of the plotted part, device pixels. */
  get pixels(): number {
    return Math.max(1, Math.round(this.plot.bbox.width));
  }

  /** The position at a pixel of the page. */
  positionAt(clientX: number): number {
    const bounds = this.plot.over.getBoundingClientRect();
    return this.plot.posToVal(Math.max(0, Math.min(bounds.width, clientX - bounds.left)), 'x');
  }

  dispose(): void {
    this.plot.destroy();
  }

  private dataOf({ rows, x, y }: SeriesSlice): uPlot.AlignedData {
    const columns = this.plan.lines.map(({ row }) => {
      const at = rows.indexOf(row);
      // null has no point; lines run past it.
      return Array.from(x, (_, i) => (at < 0 || Number.isNaN(y[at * x.length + i]) ? null : y[at * x.length + i]));
    });
    return [Array.from(x), ...columns];
  }

  private line({ color, dash, scale, isStep }: ChartLine): uPlot.Series {
    const { lines, lineWidth } = this.plan.theme;
    return {
      scale, stroke: lines[color], width: lineWidth, dash: [...dash], spanGaps: true, points: { size: 5, fill: lines[color], show: hasRoom },
      ...(isStep ? { paths: uPlot.paths.stepped!({ align: 1 }) } : {}),
    };
  }

  private axisX(): uPlot.Axis {
    const { axis } = this.plan;
    return { ...this.axisLook(), incrs: tickDistances(axis.unit), space: 90, size: 30, values: (_, splits, __, ___, distance) => tickLabels(splits, distance, axis.unit) };
  }

  /** Up to two scales have an axis, the second one at the right; of more only the legend tells values. */
  private axesY(scales: readonly string[]): uPlot.Axis[] {
    const named = scales.length <= 2 ? scales : [];
    return named.map((scale, at) => {
      const { unit, color } = this.plan.lines.find((line) => line.scale === scale)!;
      const look = this.axisLook();
      const isOwn = named.length > 1 && this.plan.lines.filter((line) => line.scale === scale).length === 1;
      return {
        ...look, scale, side: at === 0 ? 3 : 1, grid: { ...look.grid, show: at === 0 }, size: 72, space: 36, incrs: tickDistances(unit),
        stroke: isOwn ? this.plan.theme.lines[color] : look.stroke,
        values: (_, splits, __, ___, distance) => tickLabels(splits, distance, unit),
      };
    });
  }

  private axisLook() {
    const { font, dim, grid } = this.plan.theme;
    return { font, stroke: dim, gap: 6, grid: { show: true, stroke: grid, width: 1 }, ticks: { show: false } };
  }

  /** A small mark at the foot for every snapshot whose tree is known, and a line for the peak. */
  private drawMarks(plot: uPlot): void {
    const { ctx, bbox } = plot;
    const { marks, theme } = this.plan;
    const ratio = window.devicePixelRatio;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    ctx.strokeStyle = ctx.fillStyle = theme.mark;
    ctx.lineWidth = ratio;
    let last = -Infinity;
    for (const { x, isPeak } of marks) {
      if (x < this.range.from || x > this.range.to) continue;
      const left = Math.round(plot.valToPos(x, 'x', true)) + 0.5;
      if (left - last < 2 * ratio && !isPeak) continue;
      last = left;
      const height = (isPeak ? 2 * MARK : MARK) * ratio;
      ctx.beginPath();
      ctx.moveTo(left, bbox.top + bbox.height);
      ctx.lineTo(left, bbox.top + bbox.height - height);
      ctx.stroke();
      if (!isPeak) continue;
      ctx.setLineDash([3 * ratio, 3 * ratio]);
      ctx.beginPath();
      ctx.moveTo(left, bbox.top);
      ctx.lineTo(left, bbox.top + bbox.height);
      ctx.stroke();
      ctx.setLineDash([]);
      ctx.font = theme.font.replace(/^([\d.]+)px/, (_, size: string) => `${Number(size) * ratio}px`);
      const isRight = left > bbox.left + bbox.width - 50 * ratio;
      ctx.textAlign = isRight ? 'right' : 'left';
      ctx.textBaseline = 'top';
      ctx.fillText('peak', left + (isRight ? -4 : 4) * ratio, bbox.top + 2 * ratio);
    }
    ctx.restore();
  }

  private placePlayhead(): void {
    const { cursor, range, playhead } = this;
    const isSeen = cursor !== null && cursor >= range.from && cursor <= range.to;
    playhead.hidden = !isSeen;
    if (isSeen) playhead.style.transform = `translateX(${this.plot.valToPos(cursor, 'x').toFixed(1)}px)`;
  }
}

/** Points are drawn where they stand apart: a lone one would not be seen otherwise. */
function hasRoom(plot: uPlot, line: number, first: number, last: number): boolean {
  const column = plot.data[line];
  let known = 0;
  for (let at = first; at <= last; at++) if (column[at] !== null && column[at] !== undefined) known++;
  return known > 0 && plot.bbox.width / window.devicePixelRatio / known >= POINT_ROOM;
}

/** Counts and sizes begin at zero, so that a height is what it looks like. */
function valueRange(least: number | null, greatest: number | null): [number, number] {
  const low = Math.min(0, least ?? 0);
  const high = Math.max(0, greatest ?? 0);
  if (high === low) return [0, 1];
  const room = (high - low) * 0.06;
  return [low < 0 ? low - room : 0, high > 0 ? high + room : 0];
}
