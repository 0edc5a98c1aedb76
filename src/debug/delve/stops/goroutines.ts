import type { DebugProtocol } from '@vscode/debugprotocol';
import { DEFAULTS } from '../configuration.ts';
import type { FeatureFactory } from '../feature.ts';
import type { Run } from '../run.ts';
import { goroutineFilters, type GoroutineFilter } from './goroutineFilters.ts';

/** What dlv's DAP says when it leaves goroutines out (service/dap/server.go), at each stop again. */
const TOO_MANY = /^Too many goroutines, only loaded \d+/;
/** A goroutine without a function: programs with cgo keep one for calls from C, which dlv counts among the user's. */
const IDLE = /^\[Go \d+[^\]]*\] runtime\.goexit$/;
/** Goroutines that dlv's DAP looks through. */
const LOOKED_THROUGH = 1 << 10;
/** Goroutines of one question; each costs dlv a stack trace. */
const BATCH = 1000;
/** A list that nobody reads; the editor asks for it at every stop. */
const MOST = 10_000;

/** A goroutine of dlv's own interface (api.Goroutine), as far as it is used. */
interface Goroutine {
  readonly id: number;
  readonly threadID: number;
  readonly userCurrentLoc: { readonly function?: { readonly name: string } };
  readonly labels?: Readonly<Record<string, string>>;
}

/** All goroutines, where dlv's DAP looks through the first 1024 alone and then filters; labels also where its DAP has none yet. */
export const goroutines: FeatureFactory = (run) => {
  let isCut = false;
  const isShown = ({ name }: DebugProtocol.Thread) => !hidesSystem(run) || !IDLE.test(name);
  const said = new Set<string>();
  const say = (text: string) => {
    if (said.has(text)) return;
    said.add(text);
    run.client.output(`${text}\n`, 'console');
  };
  return {
    requests: {
      threads: async (args, _run, next) => {
        isCut = false;
        const answered = await next(args);
        const threads = (answered.threads as DebugProtocol.Thread[]).filter(isShown);
        const body = { ...answered, threads };
        if (!run.stopped) return body;
        if (isCut && !run.server.takesMany) say(`There are more than ${LOOKED_THROUGH} goroutines, and this dlv lists the first of them only: "goroutineFilters" in launch.json chooses among those.`);
        if (!run.server.takesMany || !(isCut || lacksLabels(run, threads))) return body;
        const filters = filtersOf(run);
        if (!filters) return body;
        const { found, isAll } = await listed(run, filters, isCut ? MOST : threads.length);
        if (!isAll && isCut) say(`There are more than ${MOST} goroutines: the first are listed. "goroutineFilters" in launch.json chooses among all.`);
        const known = new Map(threads.map((thread) => [thread.id, thread]));
        for (const goroutine of found) known.set(goroutine.id, { id: goroutine.id, name: nameOf(goroutine, run) });
        return { threads: [...known.values()].filter(isShown) };
      },
    },
    events: {
      output: (body) => {
        if (body.category !== 'console' || !TOO_MANY.test(String(body.output))) return body;
        isCut = true;
        return undefined;
      },
    },
  };
};

/** Whether labels are wanted that this dlv's DAP does not show: that of 1.20 knows none. */
function lacksLabels({ options }: Run, threads: readonly DebugProtocol.Thread[]): boolean {
  const wanted = options.configuration.showPprofLabels ?? [];
  return wanted.length > 0 && !threads.some(({ name }) => /^(\* )?\[Go \d+ /.test(name));
}

function hidesSystem({ options: { configuration } }: Run): boolean {
  return configuration.hideSystemGoroutines ?? DEFAULTS.hideSystemGoroutines;
}

function filtersOf(run: Run): readonly GoroutineFilter[] | undefined {
  return goroutineFilters(run.options.configuration.goroutineFilters ?? '', hidesSystem(run));
}

async function listed(run: Run, filters: readonly GoroutineFilter[], most: number): Promise<{ found: readonly Goroutine[]; isAll: boolean }> {
  const rpc = await run.rpc();
  const found: Goroutine[] = [];
  let start = 0;
  while (start >= 0 && found.length < most) {
    const { Goroutines, Nextg } = await rpc.call<{ Goroutines: Goroutine[] | null; Nextg: number }>('ListGoroutines', { Start: start, Count: BATCH, Filters: filters });
    found.push(...(Goroutines ?? []));
    start = Nextg > start ? Nextg : -1;
  }
  return { found: found.slice(0, most), isAll: start < 0 };
}

/** As dlv's DAP names them: `* [Go 1 job:first] main.main (Thread 4711)`. */
function nameOf({ id, threadID, userCurrentLoc, labels = {} }: Goroutine, { stopped, options }: Run): string {
  const wanted = options.configuration.showPprofLabels ?? [];
  const keys = wanted.length === 1 && wanted[0] === '*' ? Object.keys(labels).sort() : wanted;
  const isPlain = wanted.length === 1 && wanted[0] !== '*';
  const text = keys.filter((key) => labels[key]).map((key) => (isPlain ? ` ${labels[key]}` : ` ${key}:${labels[key]}`)).join('');
  const name = userCurrentLoc.function?.name ?? '???';
  const slash = name.slice(0, /[([]/.exec(name)?.index).lastIndexOf('/');
  return `${stopped?.threadId === id ? '* ' : ''}[Go ${id}${text}] ${name.slice(slash + 1)}${threadID ? ` (Thread ${threadID})` : ''}`;
}
