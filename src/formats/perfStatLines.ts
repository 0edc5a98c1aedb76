/** One value of one counter, as a line of `perf stat` tells it. */
export interface PerfStatCount {
  /** Seconds since the start (`-I`); NaN without intervals. */
  readonly time: number;
  /** `CPU 0`, `S0-D0-C1`, `bash-123`; '' when the value is of all. */
  readonly part: string;
  /** NaN for `<not counted>` and `<not supported>`; then `missing` says which. */
  readonly value: number;
  readonly missing: string;
  /** As perf prints it: `msec`, `Joules`, ''. */
  readonly unit: string;
  readonly event: string;
  /** Percentage of the time in which the counter was really counting; below 100 the value is scaled up. */
  readonly running: number;
  /** Derived number, ready for people: `0.083 CPUs utilized`; '' when there is none. */
  readonly metric: string;
}

/** Fields that name what a value is of. */
const PARTS = ['cpu', 'core', 'cluster', 'cache', 'die', 'socket', 'node', 'thread', 'cgroup'];

/** A line of `-j`, parsed; undefined for a line without a counter (metrics alone, an empty object), a string for what was expected instead. */
export function jsonCount(line: unknown): PerfStatCount | string | undefined {
  if (typeof line !== 'object' || line === null || Array.isArray(line)) return 'a JSON object';
  const fields = line as Readonly<Record<string, unknown>>;
  const text = (key: string) => {
    const value = fields[key];
    return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
  };
  if (fields['counter-value'] === undefined) return undefined;
  if (text('event') === '') return 'an "event" beside the "counter-value"';
  const time = fields['interval'] === undefined ? NaN : numberOf(text('interval'));
  if (fields['interval'] !== undefined && !(time >= 0 && time < 1e12)) return 'an "interval" in seconds';
  const parts = PARTS.filter((key) => text(key) !== '').map((key) => (key === 'cpu' ? `CPU ${text(key).replace(/^CPU/, '')}` : text(key)));
  const count = countOf(text('counter-value'));
  if (!count) return 'a number as "counter-value"';
  const metric = numberOf(text('metric-value'));
  return {
    time, part: parts.join(' '), ...count, unit: text('unit'), event: text('event'),
    running: fields['pcnt-running'] === undefined ? 100 : numberOf(text('pcnt-running')),
    metric: metricText(metric, text('metric-unit')),
  };
}

/** Lines of `-x` with one of the usual separators. An event's name may hold commas, so all is told by the numbers around it. The point of numbers is the locale's. */
const CSV = [';', ',', '|', '\t'].map((separator) => {
  const s = separator === '|' ? String.raw`\|` : separator;
  const field = `[^${s}]*`;
  const point = separator === ',' ? '[.]' : '[.,]';
  const value = `(-?\\d+(?:${point}\\d+)?|<not (?:counted|supported)>)`;
  return new RegExp(`^(?:\\s*(\\d+\\.\\d+)${s})?(?:([A-Za-z]${field})${s}(?:\\d+${s})?)?${value}${s}(${field})${s}([^\\s${s}].*?)${s}(?:[\\d.,]+%${s})?(\\d+)${s}(\\d+${point}\\d\\d)(?:${s}(${field})${s}(${field}))?$`);
});

/** A line of `-x`; undefined when it is none. */
export function csvCount(line: string): PerfStatCount | undefined {
  if (line.length > 4096) return undefined;
  for (const pattern of CSV) {
    const found = pattern.exec(line);
    if (!found) continue;
    const [, time, part, value, unit, event, , running, metric, metricUnit] = found;
    const count = countOf(value);
    const seconds = time === undefined ? NaN : Number(time);
    if (!count || seconds >= 1e12) return undefined;
    return {
      time: seconds, part: (part ?? '').replace(/^CPU(\d+)$/, 'CPU $1'), ...count, unit, event, running: numberOf(running),
      metric: metricText(metric ? numberOf(metric) : NaN, metricUnit ?? ''),
    };
  }
  return undefined;
}

function countOf(text: string): { value: number; missing: string } | undefined {
  const missing = /^<(not (?:counted|supported))>$/.exec(text);
  if (missing) return { value: NaN, missing: missing[1] };
  const value = numberOf(text);
  return Number.isNaN(value) ? undefined : { value, missing: '' };
}

/** perf prints numbers by the locale, so the comma may be a decimal one. */
function numberOf(text: string): number {
  return /^-?\d+(?:[.,]\d+)?$/.test(text) && text.length < 300 ? Number(text.replace(',', '.')) : NaN;
}

function metricText(value: number, unit: string): string {
  return Number.isNaN(value) || unit.trim() === '' ? '' : `${Number(value.toPrecision(4))} ${unit.trim()}`;
}
