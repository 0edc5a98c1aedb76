import type { Unit } from './profile.ts';

/** Three significant digits, never an exponent: 0.0123, 1.23, 12.3, 123, 1234. */
function significant(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0';
  // Of the rounded value: 99.95 is 100, not 100.0.
  const digits = Math.max(0, 2 - Math.floor(Math.log10(rounded(size))));
  return value.toFixed(Math.min(digits, 12));
}

function rounded(size: number): number {
  return Number(size.toPrecision(3));
}

const TIME_STEPS: readonly (readonly [number, string])[] = [[1e9, 's'], [1e6, 'ms'], [1e3, 'µs'], [1, 'ns']];
const COUNT_STEPS: readonly (readonly [number, string])[] = [[1e12, ' T'], [1e9, ' G'], [1e6, ' M'], [1e3, ' k']];
const BYTE_STEPS: readonly (readonly [number, string])[] = [[2 ** 40, 'TiB'], [2 ** 30, 'GiB'], [2 ** 20, 'MiB'], [2 ** 10, 'KiB'], [1, 'B']];

/** Nanoseconds of one of a time unit's units; 0 for units that do not measure time. */
export function nanosecondsPer(unit: Unit): number {
  switch (unit) {
    case 'seconds': return 1e9;
    case 'milliseconds': return 1e6;
    case 'microseconds': return 1e3;
    case 'nanoseconds': return 1;
    default: return 0;
  }
}

/** A quantity as people say it, three significant digits: `0.45 s`, `12.3 ms`, `4.20 MiB`, `1.23 M`. */
export function formatQuantity(value: number, unit: Unit): string {
  const scale = nanosecondsPer(unit);
  if (scale) {
    const nanoseconds = value * scale;
    const size = rounded(Math.abs(nanoseconds));
    if (size === 0) return '0 s';
    // Tenths of a second read better as seconds than as hundreds of milliseconds.
    const [step, name] = size >= 1e8 ? TIME_STEPS[0] : TIME_STEPS.find(([at]) => size >= at) ?? TIME_STEPS[3];
    return `${significant(nanoseconds / step)} ${name}`;
  }
  if (unit === 'bytes') {
    const [step, name] = BYTE_STEPS.find(([at]) => Math.abs(value) >= at) ?? BYTE_STEPS[4];
    return `${step === 1 ? String(Math.round(value)) : significant(value / step)} ${name}`;
  }
  const found = Math.abs(value) >= 1e4 ? COUNT_STEPS.find(([at]) => rounded(Math.abs(value)) >= at) : undefined;
  if (found) return significant(value / found[0]) + found[1];
  return Number.isInteger(value) ? groupedDigits(value) : significant(value);
}

/** A whole number with thousands apart: `1,234,567`. For terminals: loading what a locale knows takes longer than reading a small profile. */
export function groupedDigits(value: number): string {
  return String(value).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** The exact value with thousands apart, for tooltips: `450,123,000 ns`. */
export function formatExact(value: number, unit: Unit, locale?: string): string {
  const names: Record<Unit, string> = {
    seconds: 's', milliseconds: 'ms', microseconds: 'µs', nanoseconds: 'ns', bytes: 'bytes', instructions: 'instructions', count: '',
  };
  return `${value.toLocaleString(locale, { maximumFractionDigits: 9 })} ${names[unit]}`.trim();
}

/** A share of a total in percent, one decimal: `12.3 %`; `0.0 %` of nothing. */
export function formatShare(value: number, total: number): string {
  return `${(total === 0 ? 0 : (value / total) * 100).toFixed(1)} %`;
}
