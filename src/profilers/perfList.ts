import type { ReadOption, Suggestion } from './options.ts';
import { perfPath } from './perfAbility.ts';
import { runProcess } from './process.ts';

/** A line that is a pattern and no event: `rNNN`, `cpu/t1=v1[,t2=v2,t3 ...]/modifier`, `mem:<addr>[/len][:access]`. */
const PATTERN = /[<[\]]|^rN+$|\/t1=v1|\/modifier/;

const listed = new Map<string, Promise<readonly Suggestion[]>>();

/** The events that `perf list` offers here; none where perf cannot be asked. Asked once for each perf. */
export async function perfEvents(read: ReadOption): Promise<readonly Suggestion[]> {
  const program = read(perfPath);
  const known = listed.get(program) ?? ask(program);
  listed.set(program, known);
  const found = await known;
  if (found.length === 0) listed.delete(program);
  return found;
}

async function ask(program: string): Promise<readonly Suggestion[]> {
  // perf 6.2 and later say it as JSON.
  for (const [words, parse] of [[['list', '-j'], parseListJson], [['list'], parseListText]] as const) {
    const { code, stdout } = await runProcess(program, words, { timeout: 20_000 }).catch(() => ({ code: 1, stdout: '' }));
    const found = code === 0 ? parse(stdout) : [];
    if (found.length > 0) return found;
  }
  return [];
}

/** Events out of `perf list -j`: objects with EventName, EventType, Topic, BriefDescription. Source: linux, tools/perf/builtin-list.c, json_print_event. */
export function parseListJson(output: string): Suggestion[] {
  let value: unknown;
  try {
    value = JSON.parse(output);
  } catch {
    return [];
  }
  if (!Array.isArray(value)) return [];
  return unique(value.flatMap((entry: unknown) => {
    const fields = (typeof entry === 'object' && entry !== null ? entry : {}) as Readonly<Record<string, unknown>>;
    const word = (key: string) => (typeof fields[key] === 'string' ? fields[key] : '');
    return word('EventName') === '' || word('Deprecated') === '1' ? [] : [{ value: word('EventName'), detail: word('BriefDescription') || word('EventType') || word('Topic') }];
  }));
}

/** Events out of the text of `perf list`: `  name OR alias   [Kind of event]`, or `  name` with `       [description]` on the lines below. */
export function parseListText(output: string): Suggestion[] {
  const found: { value: string; detail: string }[] = [];
  let metrics = false;
  for (const line of output.split('\n')) {
    // Behind the events come metrics, which are no events.
    if (/^Metric/.test(line)) metrics = true;
    const event = /^ {2}(\S+)(?: OR \S+)*\s*(?:\[([^\]]*)\])?\s*$/.exec(line);
    if (event && !metrics) found.push({ value: event[1], detail: event[2] ?? '' });
    const description = /^\s{6,}\[?(.*?)\]?\s*$/.exec(line)?.[1];
    const last = found.at(-1);
    if (description && last && !metrics) last.detail = `${last.detail} ${description}`.trim();
  }
  return unique(found);
}

function unique(suggestions: readonly Suggestion[]): Suggestion[] {
  const byValue = new Map<string, Suggestion>();
  for (const suggestion of suggestions) if (!PATTERN.test(suggestion.value) && !byValue.has(suggestion.value)) byValue.set(suggestion.value, suggestion);
  return [...byValue.values()];
}
