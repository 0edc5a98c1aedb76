import type { JSX } from 'preact';
import { formatQuantity } from '../../src/core/quantities.ts';
import type { VitalSigns } from '../../src/core/vitalSigns.ts';
import type { HostToMachine } from '../../src/protocol/machine.ts';
import { CoreBars, ShareBar, Sparkline } from './sparkline.tsx';

/** A message of the host; undefined for others, such as those of the page's frame. */
export function asHostMessage(data: unknown): HostToMachine | undefined {
  return typeof data === 'object' && data !== null && (data as { type?: unknown }).type === 'signs' ? (data as HostToMachine) : undefined;
}

const percent = (share: number) => `${Math.round(share * 100)} %`;
const bytes = (value: number) => formatQuantity(value, 'bytes');
const rate = (value: number) => `${bytes(value)}/s`;

/** The whole view. */
export function MachinePage({ history, shortages, recording }: Omit<HostToMachine, 'type'>): JSX.Element {
  const signs = history.at(-1);
  if (!signs) return <p class="empty">Reading the machine's vital signs...</p>;
  const short = new Set<string>(shortages.map(({ what }) => what));
  const line = (of: (signs: VitalSigns) => number, most: number) => <Sparkline values={history.map(of)} most={most} />;
  const disk = (each: VitalSigns) => each.disk.readBytes + each.disk.writtenBytes;
  const network = (each: VitalSigns) => each.network.received + each.network.sent;
  const most = (of: (signs: VitalSigns) => number) => Math.max(1024 * 1024, ...history.map(of));
  return (
    <main>
      <div class={shortages.length > 0 ? 'verdict short' : 'verdict'} role="status" data-testid="verdict">
        {shortages.length > 0
          ? shortages.map(({ what, message }) => <p key={what}><span class="codicon codicon-warning" aria-hidden="true" />{message}</p>)
          : <p><span class="codicon codicon-pass" aria-hidden="true" />Nothing is short.</p>}
        {recording ? <p class="quiet"><span class="codicon codicon-flame" aria-hidden="true" />Profiling {recording}</p> : null}
      </div>
      <Sign name="CPU" value={percent(signs.cpu.busy)} short={short.has('cpu') || short.has('host')} chart={line(({ cpu }) => cpu.busy, 1)}
        detail={[`user ${percent(signs.cpu.user)}`, `system ${percent(signs.cpu.system)}`, `disk wait ${percent(signs.cpu.iowait)}`, ...(signs.cpu.steal >= 0.005 ? [`stolen ${percent(signs.cpu.steal)}`] : [])]}>
        <CoreBars cores={signs.cores} />
      </Sign>
      <Sign name="Run queue" value={String(signs.running)} short={short.has('cpu')} chart={line(({ running }) => running, Math.max(signs.cores.length * 2, ...history.map(({ running }) => running)))}
        detail={[`${signs.blocked} blocked`, `load ${signs.load.map((each) => each.toFixed(2)).join(' ')}`]} />
      <Sign name="Memory" value={percent(signs.memory.total ? signs.memory.used / signs.memory.total : 0)} short={short.has('memory')} chart={line(({ memory }) => memory.used, signs.memory.total)}
        detail={[
          `${bytes(signs.memory.used)} of ${bytes(signs.memory.total)}`, ...(signs.memory.swapTotal > 0 ? [`swap ${bytes(signs.memory.swapTotal - signs.memory.swapFree)} of ${bytes(signs.memory.swapTotal)}`] : ['no swap']),
          ...(signs.swapInBytes + signs.swapOutBytes > 0 ? [`swapping ${rate(signs.swapInBytes + signs.swapOutBytes)}`] : []), ...(signs.majorFaults >= 1 ? [`${Math.round(signs.majorFaults)} major faults/s`] : []),
        ]}>
        <ShareBar share={signs.memory.total ? signs.memory.used / signs.memory.total : 0} />
      </Sign>
      <Sign name="Disk" value={signs.disk.busiest ? percent(signs.disk.busy) : '–'} short={short.has('disk')} chart={line(disk, most(disk))}
        detail={signs.disk.busiest ? [`read ${rate(signs.disk.readBytes)}`, `written ${rate(signs.disk.writtenBytes)}`, `${Math.round(signs.disk.requests)} requests/s`] : ['no disk is visible here']} />
      <Sign name="Network" value={rate(network(signs))} short={short.has('network')} chart={line(network, most(network))}
        detail={[`in ${rate(signs.network.received)}`, `out ${rate(signs.network.sent)}`, ...(signs.network.lost >= 1 ? [`${Math.round(signs.network.lost)} lost/s`] : [])]} />
    </main>
  );
}

interface SignProps {
  readonly name: string;
  readonly value: string;
  readonly short: boolean;
  readonly detail: readonly string[];
  readonly chart: JSX.Element;
  readonly children?: JSX.Element;
}

function Sign({ name, value, short, detail, chart, children }: SignProps): JSX.Element {
  return (
    <section class={short ? 'sign short' : 'sign'} aria-label={name}>
      <h2>{name}</h2>
      <span class="value">{value}</span>
      {chart}
      {children}
      <p class="detail">{detail.map((each) => <span key={each.split(' ')[0]}>{each}</span>)}</p>
    </section>
  );
}
