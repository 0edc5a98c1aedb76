/** The selected finding: what it is, and every stack that the checker tells of it. */
import type { FindingDetail, FindingFrame } from '../../src/protocol/findings.ts';
import { tell } from '../channel.ts';
import type { CompactColumn } from '../compactTable.tsx';
import { CompactTable } from '../compactTable.tsx';
import { IconButton } from '../controls.ts';
import { FunctionName } from '../functionName.tsx';
import { isOpenable } from '../location.ts';
import { LocationLink } from '../locationLink.tsx';
import { count, counted, Quantity } from '../numbers.tsx';
import { OPEN_HINT, openSource } from '../state.ts';
import { detail, finding } from './findingState.ts';
import { findingText, kindLabel } from './kinds.ts';
import { SeverityIcon } from './severity.tsx';

const COLUMNS: readonly CompactColumn<FindingFrame>[] = [
  { id: 'name', label: 'Function', cell: (frame) => <FunctionName name={frame.name} /> },
  { id: 'place', label: 'Location', cell: (frame) => <LocationLink file={frame.file} line={frame.line} otherwise={frame.object} inTable /> },
];

export function FindingDetailPane() {
  const shown = detail.value;
  return (
    <section class="function-detail" aria-label="Selected finding" data-testid="finding-detail" aria-busy={finding.value >= 0 && shown?.row.finding !== finding.value}>
      {shown && finding.value >= 0 ? <Detail shown={shown} /> : <p class="detail-none dim">Select a finding to see where it happened.</p>}
    </section>
  );
}

function Detail({ shown }: { readonly shown: FindingDetail }) {
  const { row, stacks } = shown;
  return (
    <div class="detail-body">
      <header class="detail-head">
        <div class="detail-title">
          <h2 title={row.message}><SeverityIcon severity={row.severity} /> {row.message}</h2>
          <div class="detail-actions">
            <IconButton icon="copy" label="Copy finding as text" testId="copy-finding" onClick={() => tell({ type: 'copy', text: findingText(shown) })} />
          </div>
        </div>
        <dl class="detail-costs">
          <div><dt>Kind</dt><dd title={row.kind}>{kindLabel(row.kind)}</dd></div>
          <div><dt>Happened</dt><dd class="number">{row.count === 1 ? 'once' : `${count(row.count)} times`}</dd></div>
          {row.bytes > 0 && <div><dt>Bytes</dt><dd><Quantity value={row.bytes} unit="bytes" /></dd></div>}
          {row.thread !== '' && <div><dt>Thread</dt><dd>{row.thread}</dd></div>}
        </dl>
      </header>
      {stacks.length === 0 && <p class="detail-none dim">The checker tells no stack of this finding.</p>}
      {stacks.map(({ label, frames, left }, at) => (
        <section class="detail-part" key={`${row.finding} ${at}`} data-testid="finding-stack">
          {frames.length === 0 && label !== '' ? <p>{label}</p> : <h3>{label || 'Where it happened'}</h3>}
          {frames.length === 0 ? label === '' && <p class="dim">No frames are known.</p> : (
            <CompactTable
              label={label || 'Stack, innermost first'} testId="finding-frames" rowTestId="finding-frame" rows={frames} columns={COLUMNS} first={30} hint={OPEN_HINT}
              onRow={(frame) => isOpenable(frame.file) && openSource(frame.file, frame.line)}
              rowAttributes={(frame) => ({ 'data-name': frame.name, 'data-line': frame.line })}
            />
          )}
          {left > 0 && <p class="dim">{counted(left, 'more frame')} are not shown.</p>}
        </section>
      ))}
    </div>
  );
}
