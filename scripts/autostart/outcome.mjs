// The outcome of a profile as text for a terminal, in the words of the viewer. Bundled, because it takes them from src/core.
import path from 'node:path';
import { formatQuantity, formatShare } from '../../src/core/quantities.ts';

/**
 * @param {object} outcome what the command heatline.profileFile returned, or `{ error }`
 * @param {string} folder file names are shown relative to it
 */
export function outcomeText(outcome, folder) {
  if (outcome.error) return `The profile failed: ${outcome.error}`;
  const { profiler, total, unit, exitCode, top } = outcome;
  const cells = (self, inclusive, line) => `  ${self.padStart(8)}  ${inclusive.padStart(8)}  ${line}`;
  const rows = top.map(({ file, line, self, total: inclusive, text }) => {
    const name = file.startsWith(folder + path.sep) ? path.relative(folder, file) : file;
    return cells(formatShare(self, total), formatShare(inclusive, total), `${name}:${line}  ${text.trim()}`);
  });
  return [
    `Profiled with ${profiler}: ${formatQuantity(total, unit)} in all, exit code ${exitCode ?? 'unknown'}. The hottest lines:`,
    cells('self', 'total', 'line'),
    ...rows,
  ].join('\n');
}
