import type { Profile } from '../core/profile.ts';
import { formatQuantity, formatShare } from '../core/quantities.ts';

/** What a table of costs is about: `Instructions read: 5,347`. */
export function eventLine(profile: Profile, event: number): string {
  const { label, name, unit } = profile.events[event];
  return `${label ?? name}: ${formatQuantity(profile.totals[event], unit)}`;
}

/** The headings above `costColumns`. */
export function headings(): string {
  return `${'self'.padStart(8)} ${''.padStart(10)}  ${'total'.padStart(8)} ${''.padStart(10)}`.trimEnd();
}

/** Self and total, each as a share of the profile's total and as a quantity; always equally wide. */
export function costColumns(profile: Profile, event: number, { self, total }: { readonly self: number; readonly total: number }): string {
  return [self, total].map((value) => costColumn(profile, event, value)).join('  ');
}

/** One cost, 19 columns wide. */
export function costColumn(profile: Profile, event: number, value: number): string {
  return `${formatShare(value, profile.totals[event]).padStart(8)} ${formatQuantity(value, profile.events[event].unit).padStart(10)}`;
}

/** `file:line`, or what of it is known; the object where there is no file. */
export function place({ file, line, object }: { readonly file: string; readonly line: number; readonly object?: string }): string {
  return file === '' ? object ?? '' : line > 0 ? `${file}:${line}` : file;
}
