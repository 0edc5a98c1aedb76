/** Values over time: a chart to zoom into, and below it the tree of the snapshot under the cursor, or the series as a table. */
import { formatQuantity } from '../../src/core/quantities.ts';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { Button, Dropdown } from '../controls.ts';
import { counted } from '../numbers.tsx';
import { SplitView } from '../splitView.tsx';
import { themeVersion } from '../flame/flameTheme.ts';
import { ChartPane } from './chartPane.tsx';
import { readChartTheme } from './chartTheme.ts';
import { Chips, LegendTable } from './legend.tsx';
import type { ScaleMode } from './lines.ts';
import { chartSplit, cursor, inSight, points, scaleMode, seriesOverview, values, whole, zoomed } from './seriesState.ts';
import { TreeTable } from './treeTable.tsx';

const SCALES: readonly { readonly value: ScaleMode; readonly label: string }[] = [
  { value: 'shared', label: 'One scale for each unit' },
  { value: 'own', label: 'A scale for each series' },
];

export function SeriesView() {
  const series = seriesOverview.value;
  const root = useRef<HTMLDivElement>(null);
  const theme = themeVersion.value;
  // The legend's colours are the chart's.
  useLayoutEffect(() => {
    const element = root.current;
    if (element) readChartTheme(element).lines.forEach((color, at) => element.style.setProperty(`--line-${at}`, color));
  }, [theme, series]);
  if (!series) return <div class="series" aria-busy="true" />;
  const hasTree = series.snapshots.length > 0;
  return (
    <div class="series" data-testid="series" ref={root}>
      <Toolbar />
      {whole.value.from === whole.value.to && !hasTree ? <Single /> : <SplitView
        share={chartSplit.value}
        onShare={(share) => (chartSplit.value = share)}
        label="Height of the chart"
        isStacked
        first={(
          <div class="chart-pane">
            <ChartPane />
            {hasTree && <Chips />}
          </div>
        )}
        second={hasTree ? <TreeTable /> : <LegendTable />}
      />}
    </div>
  );
}

/** One moment makes no line: the numbers say all. */
function Single() {
  const isBlank = seriesOverview.value?.series.every(({ points: count }) => count === 0);
  return (
    <div class="single">
      <p class="dim">{isBlank ? 'No values were recorded.' : 'These are the values of one moment.'} Record at an interval to see how they change, for example with perf stat -I 100.</p>
      {!isBlank && <LegendTable isSingle />}
    </div>
  );
}

function Toolbar() {
  const series = seriesOverview.value;
  const at = cursor.value;
  const x = values.value?.x ?? at;
  if (!series) return null;
  const { from, to } = inSight.value;
  const { unit } = series.axis;
  return (
    <div class="toolbar">
      {series.series.length > 1 && series.from < series.to && (
        <Dropdown value={scaleMode.value} options={SCALES} label="Scales" onChange={(mode) => (scaleMode.value = mode)} testId="series-scale" />
      )}
      <span class="dim number" data-testid="series-range">
        {series.axis.label}{zoomed.value ? ` ${formatQuantity(from, unit)} – ${formatQuantity(to, unit)}` : ''}
      </span>
      {zoomed.value && <Button secondary testId="series-reset" title="Show all (Escape)" onClick={() => (zoomed.value = null)}>Reset zoom</Button>}
      {points.value?.isDecimated && <span class="dim" title="There are more points than pixels: each pixel shows the least and the greatest of its points. Zoom in to see them one by one.">min – max per pixel</span>}
      <span class="search-result dim number" data-testid="series-cursor">
        {at === null || x === null || Number.isNaN(x) ? counted(series.series.length, 'series', 'series') : `Cursor at ${formatQuantity(x, unit)}`}
      </span>
    </div>
  );
}
