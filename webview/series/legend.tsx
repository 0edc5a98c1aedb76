/** The series by name, with their values: chips under a chart that has a tree below, else a table. Each can be hidden. */
import { useRef, useState } from 'preact/hooks';
import type { Unit } from '../../src/core/profile.ts';
import type { SeriesInfo } from '../../src/protocol/overTime.ts';
import { Quantity } from '../numbers.tsx';
import { lineLook } from './lines.ts';
import { seriesOverview, shownRows, toggleSeries, values } from './seriesState.ts';

const COLUMNS = ['At cursor', 'Least', 'Greatest', 'Last', 'Points'];
const HINT = 'Show or hide; with Alt only this one';

/** A short piece of the line as it is drawn. */
function Swatch({ row }: { readonly row: number }) {
  const { color, dash } = lineLook(row);
  return (
    <svg class="swatch" width="22" height="8" aria-hidden="true">
      <line x1="0" y1="4" x2="22" y2="4" stroke={`var(--line-${color}, currentColor)`} stroke-width="2" stroke-dasharray={dash.join(' ')} />
    </svg>
  );
}

function ValueAt({ info, row }: { readonly info: SeriesInfo; readonly row: number }) {
  const value = values.value?.values[row];
  return value === undefined || Number.isNaN(value) ? <span class="dim">–</span> : <Quantity value={value} unit={info.unit} />;
}

function NumberCell({ value, unit }: { readonly value: number; readonly unit: Unit }) {
  return <td role="gridcell" class="cell-number right"><Quantity value={value} unit={unit} /></td>;
}

export function Chips() {
  const series = seriesOverview.value?.series ?? [];
  return (
    <div class="chips" role="group" aria-label="Series">
      {series.map((info, row) => (
        <button
          type="button"
          key={row}
          class="chip"
          aria-pressed={shownRows.value.has(row)}
          title={`${info.label}\n${HINT}`}
          data-testid="series-toggle"
          onClick={(event) => toggleSeries(row, event.altKey)}
        >
          <Swatch row={row} />
          <span class="chip-name">{info.label}</span>
          <span class="chip-value"><ValueAt info={info} row={row} /></span>
        </button>
      ))}
    </div>
  );
}

/** `isSingle`: there is one value of each, and no chart to show it in. */
export function LegendTable({ isSingle = false }: { readonly isSingle?: boolean }) {
  const series = seriesOverview.value?.series ?? [];
  const [at, setAt] = useState(0);
  const body = useRef<HTMLTableSectionElement>(null);
  const onKeyDown = (event: KeyboardEvent, row: number) => {
    if (event.ctrlKey || event.metaKey) return;
    const to = { ArrowDown: row + 1, ArrowUp: row - 1, Home: 0, End: series.length - 1 }[event.key];
    if (to !== undefined) {
      const next = Math.max(0, Math.min(series.length - 1, to));
      setAt(next);
      (body.current?.children[next] as HTMLElement | undefined)?.focus();
    } else if ((event.key === ' ' || event.key === 'Enter') && !isSingle) toggleSeries(row, event.altKey);
    else return;
    event.preventDefault();
  };
  return (
    <div class="legend-table">
      <table class="compact" role="grid" aria-label="Series" data-testid="series-table">
        <thead>
          <tr>
            <th scope="col" class="cell-name">Series</th>
            {(isSingle ? ['Value'] : COLUMNS).map((label) => <th key={label} scope="col" class="cell-number right">{label}</th>)}
          </tr>
        </thead>
        <tbody ref={body}>
          {series.map((info, row) => (
            <tr
              key={row}
              class={isSingle || shownRows.value.has(row) ? '' : 'off'}
              aria-selected={shownRows.value.has(row)}
              tabIndex={row === at ? 0 : -1}
              title={isSingle ? undefined : HINT}
              data-testid="series-toggle"
              onFocus={() => setAt(row)}
              onClick={(event) => !isSingle && toggleSeries(row, event.altKey)}
              onKeyDown={(event) => onKeyDown(event, row)}
            >
              <td role="gridcell" class="cell-name" title={info.name}>
                {!isSingle && <span class={`check codicon codicon-${shownRows.value.has(row) ? 'check' : 'blank'}`} aria-hidden="true" />}
                {!isSingle && <Swatch row={row} />} {info.label}
              </td>
              {isSingle ? <NumberCell value={info.last} unit={info.unit} /> : (
                <>
                  <td role="gridcell" class="cell-number right"><ValueAt info={info} row={row} /></td>
                  <NumberCell value={info.least} unit={info.unit} />
                  <NumberCell value={info.greatest} unit={info.unit} />
                  <NumberCell value={info.last} unit={info.unit} />
                  <NumberCell value={info.points} unit="count" />
                </>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
