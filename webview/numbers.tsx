/** Quantities and shares on screen: short where they are read, exact in the tooltip. */
import type { Unit } from '../src/core/profile.ts';
import { formatExact, formatQuantity, formatShare } from '../src/core/quantities.ts';

const locale = navigator.language;

export function exact(value: number, unit: Unit): string {
  return formatExact(value, unit, locale);
}

/** A whole number with thousands apart. */
export function count(value: number): string {
  return value.toLocaleString(locale);
}

/** `1 function`, `2,345 functions`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

export function Quantity({ value, unit }: { readonly value: number; readonly unit: Unit }) {
  return <span class="number" title={exact(value, unit)}>{formatQuantity(value, unit)}</span>;
}

/** `1.23 s (4.5 %)`, exact in the tooltip. */
export function QuantityOfTotal({ value, total, unit }: { readonly value: number; readonly total: number; readonly unit: Unit }) {
  return (
    <span class="number" title={exact(value, unit)}>
      {formatQuantity(value, unit)} <span class="dim">({formatShare(value, total)})</span>
    </span>
  );
}

interface ShareProps {
  readonly value: number;
  readonly total: number;
  readonly unit: Unit;
}

/** A share with a thin bar behind it. */
export function Share({ value, total, unit }: ShareProps) {
  const share = total > 0 ? Math.min(1, Math.max(0, value / total)) : 0;
  return (
    <span class="share number" title={exact(value, unit)}>
      <span class="share-bar" style={{ width: `${(share * 100).toFixed(2)}%` }} />
      <span class="share-text">{formatShare(value, total)}</span>
    </span>
  );
}

/** Calls, or nothing where they were not counted. */
export function Calls({ value }: { readonly value: number }) {
  return value < 0 ? null : <span class="number" title={exact(value, 'count')}>{formatQuantity(value, 'count')}</span>;
}
