/** The chart with what pointer, wheel and keys do to it. */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { formatQuantity } from '../../src/core/quantities.ts';
import { themeVersion } from '../flame/flameTheme.ts';
import { SeriesChart, type ChartLine } from './chart.ts';
import { readChartTheme } from './chartTheme.ts';
import { lineLook, scaleName } from './lines.ts';
import type { Range } from './range.ts';
import { panRange, zoomRange } from './range.ts';
import {
  chartWidth, cursor, inSight, moveCursor, points, scaleMode, seriesOverview, shownRows, snapshotRow, stepCursor, values, whole, zoomed,
} from './seriesState.ts';

const KEY_ZOOM = 0.5;
const WHEEL_ZOOM = 1.0015;
const PAN = 0.25;

/** Sets the part in sight; all of it is no zoom. */
export function look(range: Range): void {
  const all = whole.peek();
  zoomed.value = range.from <= all.from && range.to >= all.to ? null : range;
}

function zoomBy(factor: number, at?: number): void {
  const range = inSight.peek();
  const x = at ?? cursor.peek();
  look(zoomRange(range, whole.peek(), x !== null && x >= range.from && x <= range.to ? x : (range.from + range.to) / 2, factor));
}

export function ChartPane() {
  const host = useRef<HTMLDivElement>(null);
  const [chart, setChart] = useState<SeriesChart | null>(null);
  const series = seriesOverview.value;
  const mode = scaleMode.value;
  const shown = [...shownRows.value].sort((a, b) => a - b).join(' ');
  const theme = themeVersion.value;
  useLayoutEffect(() => {
    const element = host.current;
    if (!element || !series) return undefined;
    const lines = shown.split(' ').filter(Boolean).map(Number).filter((row) => series.series[row]).map((row): ChartLine => {
      const { unit, isStep } = series.series[row];
      return { row, unit, isStep, scale: scaleName(mode, row, unit), ...lineLook(row) };
    });
    const made = new SeriesChart(element, { axis: series.axis, lines, theme: readChartTheme(element), marks: series.snapshots }, inSight.peek(), {
      onSelect: look,
      onPoint: (x) => (cursor.value = x),
    });
    const measure = () => {
      made.resize(element.clientWidth, element.clientHeight);
      chartWidth.value = made.pixels;
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    setChart(made);
    return () => {
      observer.disconnect();
      made.dispose();
    };
  }, [series, mode, shown, theme]);
  const slice = points.value;
  const range = inSight.value;
  useLayoutEffect(() => chart?.show(slice, range), [chart, slice, range]);
  const at = cursor.value;
  useLayoutEffect(() => chart?.setCursor(at), [chart, at]);
  useEffect(() => {
    const element = host.current;
    if (!element || !chart) return undefined;
    // Not passive: the page would scroll.
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      const isSideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
      if (isSideways) look(panRange(inSight.peek(), whole.peek(), (event.deltaX || event.deltaY) / 1000));
      else zoomBy(WHEEL_ZOOM ** event.deltaY, chart.positionAt(event.clientX));
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, [chart]);
  return (
    <div
      class="chart"
      ref={host}
      tabIndex={0}
      role="application"
      aria-roledescription="chart"
      aria-label="Values over time. Left and Right move the cursor, plus and minus zoom, Shift with Left and Right moves the view, Escape shows all."
      aria-describedby="chart-spoken"
      data-testid="series-chart"
      data-from={range.from}
      data-to={range.to}
      data-points={slice ? slice.x.length : undefined}
      onKeyDown={(event) => onKey(event)}
      onDblClick={() => (zoomed.value = null)}
    >
      <Spoken />
    </div>
  );
}

function onKey(event: KeyboardEvent): void {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const direction = event.key === 'ArrowLeft' ? -1 : 1;
  switch (event.key) {
    case 'ArrowLeft': case 'ArrowRight':
      if (event.shiftKey) look(panRange(inSight.peek(), whole.peek(), direction * PAN));
      else stepCursor(direction);
      break;
    case 'PageUp': stepCursor(-10); break;
    case 'PageDown': stepCursor(10); break;
    case 'Home': moveCursor(whole.peek().from); break;
    case 'End': moveCursor(whole.peek().to); break;
    case '+': case '=': zoomBy(KEY_ZOOM); break;
    case '-': case '_': zoomBy(1 / KEY_ZOOM); break;
    case 'Escape': case '0': zoomed.value = null; break;
    default: return;
  }
  event.preventDefault();
}

/** What a screen reader says of the cursor. */
function Spoken() {
  const series = seriesOverview.value;
  const at = values.value;
  const mark = series?.snapshots[snapshotRow.value];
  return (
    <div class="spoken" id="chart-spoken" aria-live="polite">
      {series && at && [
        mark ? `${mark.name}${mark.isPeak ? ', peak' : ''}` : '',
        Number.isNaN(at.x) ? '' : formatQuantity(at.x, series.axis.unit),
        ...series.series.map(({ label, unit }, row) => (shownRows.value.has(row) && !Number.isNaN(at.values[row] ?? NaN) ? `${label} ${formatQuantity(at.values[row], unit)}` : '')),
      ].filter(Boolean).join(', ')}
    </div>
  );
}
