/** The summary's tables of a profile that has values over time or findings: each row leads to its view. */
import { useEffect, useState } from 'preact/hooks';
import type { KindCount } from '../src/core/findingList.ts';
import { formatQuantity } from '../src/core/quantities.ts';
import type { SeriesInfo } from '../src/protocol/overTime.ts';
import { ask } from './channel.ts';
import type { CompactColumn } from './compactTable.tsx';
import { CompactTable } from './compactTable.tsx';
import { kind } from './findings/findingState.ts';
import { kindLabel } from './findings/kinds.ts';
import { SeverityIcon } from './findings/severity.tsx';
import { count, Quantity } from './numbers.tsx';
import { cursor, seriesOverview } from './series/seriesState.ts';
import { failed, overview, searchText, view } from './state.ts';

const KIND_COLUMNS: readonly CompactColumn<KindCount>[] = [
  { id: 'calls', label: 'Findings', isNumber: true, cell: (row) => <span class="number">{count(row.findings)}</span> },
  { id: 'value', label: 'Happened', isNumber: true, cell: (row) => <Quantity value={row.count} unit="count" /> },
  { id: 'value2', label: 'Bytes', isNumber: true, cell: (row) => row.bytes > 0 && <Quantity value={row.bytes} unit="bytes" /> },
  { id: 'name', label: 'Kind', cell: (row) => <span title={row.kind}><SeverityIcon severity={row.severity} /> {kindLabel(row.kind)}</span> },
];

export function KindTable() {
  const [kinds, setKinds] = useState<readonly KindCount[] | null>(null);
  useEffect(() => {
    ask('findings', { search: '', kind: '', sort: 'severity', from: 0, count: 0 }).then((found) => setKinds(found.kinds), failed);
  }, [overview.value]);
  return (
    <section class="hot" aria-busy={!kinds}>
      <h2>Findings</h2>
      {kinds && (
        <CompactTable
          label="Findings by kind" testId="summary-kinds" rowTestId="summary-kind" rows={kinds} columns={KIND_COLUMNS} hint="Show these findings"
          onRow={(row) => {
            searchText.value = '';
            kind.value = row.kind;
            view.value = 'findings';
          }}
        />
      )}
    </section>
  );
}

const SERIES_COLUMNS: readonly CompactColumn<SeriesInfo>[] = [
  { id: 'value', label: 'Greatest', isNumber: true, cell: (row) => <Quantity value={row.greatest} unit={row.unit} /> },
  { id: 'value2', label: 'Last', isNumber: true, cell: (row) => <Quantity value={row.last} unit={row.unit} /> },
  { id: 'name', label: 'Series', cell: (row) => <span title={row.name}>{row.label}</span> },
];

export function SeriesTable() {
  const found = seriesOverview.value;
  const peak = found?.snapshots.find(({ isPeak }) => isPeak);
  return (
    <section class="hot" aria-busy={!found}>
      <h2>Over time</h2>
      {found && (
        <CompactTable
          label="Values over time" testId="summary-series" rowTestId="summary-series-row" rows={found.series} columns={SERIES_COLUMNS} first={8} hint="Show over time"
          onRow={() => (view.value = 'series')}
        />
      )}
      {found && peak && (
        <p class="peak-note dim">
          {`Peak: ${peak.name} at ${formatQuantity(peak.x, found.axis.unit)}. `}
          <button
            type="button" class="link"
            onClick={() => {
              cursor.value = peak.x;
              view.value = 'series';
            }}
          >
            Show its tree
          </button>
        </p>
      )}
    </section>
  );
}
