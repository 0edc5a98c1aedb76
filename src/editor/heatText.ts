import type { Unit } from '../core/profile.ts';
import { formatExact, formatQuantity, formatShare } from '../core/quantities.ts';
import type { EventOverview, FunctionRow } from '../protocol/engine.ts';
import type { HeatLine } from './heatLines.ts';

/** Figure space: as wide as a digit, so that the numbers of neighbouring lines stand below each other. */
const PAD = '\u2007';
/** Between two numbers; plain blanks would become one. */
const GAP = '\u00a0\u00a0';

/**
 * The text after a line: the metric's share and quantity, and the total beside the self cost where a call makes them differ:
 * `12.3 %  0.45 s  total 45.0 %`. '' when both are below the threshold.
 */
export function inlineText(line: HeatLine, event: EventOverview, metric: 'self' | 'total', threshold: number): string {
  const share = (value: number) => (event.total > 0 ? value / event.total : 0);
  const number = (value: number) => `${formatShare(value, event.total).padStart(7, PAD)}${GAP}${formatQuantity(value, event.unit)}`;
  if (metric === 'total') {
    if (share(line.total) < threshold) return '';
    const self = share(line.self) >= threshold && line.self !== line.total ? `${GAP}self ${formatShare(line.self, event.total)}` : '';
    return number(line.total) + self;
  }
  const total = share(line.total) >= threshold && share(line.total - line.self) >= 0.001 ? `total ${formatShare(line.total, event.total)}` : '';
  if (share(line.self) >= threshold) return number(line.self) + (total ? GAP + total : '');
  return total && `${total}${GAP}${formatQuantity(line.total, event.unit)}`;
}

/** The hover of a line as Markdown; `link` opens the function in the viewer. */
export function hoverMarkdown(
  line: HeatLine, event: EventOverview, heads: readonly FunctionRow[], metric: { profile: string; link: (func: number) => string }, locale?: string,
): string {
  const row = (label: string, value: number, unit: Unit) =>
    `${label} **${formatShare(value, event.total)}** \u00b7 ${formatQuantity(value, unit)} \u00b7 ${formatExact(value, unit, locale)}`;
  const parts = [
    `**Heatline** ${escapeMarkdown(event.label)} in ${escapeMarkdown(metric.profile)}`,
    row('self', line.self, event.unit), row('total', line.total, event.unit),
  ];
  if (line.approximate) parts.push('_The profiler measured functions, not lines: this is the cost of the function that begins here._');
  for (const head of heads) {
    const calls = head.calls >= 0 ? `, ${formatExact(head.calls, 'count', locale)} calls` : '';
    parts.push(
      `[${escapeMarkdown(head.name)}](${metric.link(head.func)}): self ${formatShare(head.self, event.total)}, total ${formatShare(head.total, event.total)} ${formatQuantity(head.total, event.unit)}${calls}`,
    );
  }
  return parts.join('\n\n');
}

function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-.!|<>~$&]/g, '\\$&');
}
