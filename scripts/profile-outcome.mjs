// The outcome of a profile as text for a terminal.
import path from 'node:path';

const share = (part, whole) => (whole > 0 ? `${((100 * part) / whole).toFixed(1)} %` : '-').padStart(8);

/** A cost in its unit, with three digits that count. */
function cost(value, unit) {
  const seconds = { s: 1, ms: 1e-3, us: 1e-6, µs: 1e-6, ns: 1e-9 }[unit];
  if (seconds !== undefined) return `${Number((value * seconds).toPrecision(3))} s`;
  return `${value.toLocaleString('en')} ${unit}`;
}

/**
 * @param {object} outcome what the command heatline.profileFile returned, or `{ error }`
 * @param {string} folder file names are shown relative to it
 */
export function outcomeText(outcome, folder) {
  if (outcome.error) return `The profile failed: ${outcome.error}`;
  const { profiler, total, unit, exitCode, top } = outcome;
  const rows = top.map(({ file, line, self, total: inclusive, text }) => {
    const name = file.startsWith(folder + path.sep) ? path.relative(folder, file) : file;
    return `  ${share(self, total)}  ${share(inclusive, total)}  ${name}:${line}  ${text.trim()}`;
  });
  return [
    `Profiled with ${profiler}: ${cost(total, unit)} in all, exit code ${exitCode ?? 'unknown'}. The hottest lines:`,
    `  ${'self'.padStart(8)}  ${'total'.padStart(8)}  line`,
    ...rows,
  ].join('\n');
}
