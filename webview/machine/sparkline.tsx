import type { JSX } from 'preact';
import { MACHINE_SECONDS } from '../../src/protocol/machine.ts';

/** The last minute as an area, the latest at the right; `most` is the height of the picture. Decoration: the numbers beside it say the same. */
export function Sparkline({ values, most }: { readonly values: readonly number[]; readonly most: number }): JSX.Element {
  const first = MACHINE_SECONDS - values.length;
  const points = values.map((value, index) => `${first + index},${(20 - 19 * Math.min(1, most > 0 ? value / most : 0)).toFixed(2)}`);
  const right = MACHINE_SECONDS - 1;
  return (
    <svg class="sparkline" viewBox={`0 0 ${right} 20`} preserveAspectRatio="none" aria-hidden="true">
      {points.length > 1 ? <path class="area" d={`M${first},20 L${points.join(' L')} L${right},20 Z`} /> : null}
      {points.length > 1 ? <polyline class="line" points={points.join(' ')} vector-effect="non-scaling-stroke" /> : null}
    </svg>
  );
}

/** A bar for each core. */
export function CoreBars({ cores }: { readonly cores: readonly number[] }): JSX.Element {
  return (
    <div class="cores" role="img" aria-label={`Cores: ${cores.map((share) => `${Math.round(share * 100)} %`).join(', ')}`}>
      {cores.map((share, core) => <span key={core} class="core" title={`Core ${core}: ${Math.round(share * 100)} %`}><span style={{ height: `${share * 100}%` }} /></span>)}
    </div>
  );
}

/** A part of a whole as a bar. */
export function ShareBar({ share }: { readonly share: number }): JSX.Element {
  return <div class="sharebar" aria-hidden="true"><span style={{ width: `${Math.min(1, share) * 100}%` }} /></div>;
}
