import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { atLeast } from './dlvProgram.ts';
import { DEFAULTS } from './configuration.ts';
import type { Body, FeatureFactory, RequestHandler } from './feature.ts';
import type { Run } from './run.ts';
import { shownFrames } from './stops/shownFrames.ts';
import { expressionOf } from './values/references.ts';

type Wanted = Partial<DebugProtocol.SourceBreakpoint> & Partial<DebugProtocol.FunctionBreakpoint>;

/** dlv's command for each button, and for a step of one instruction. */
const STEPS: Readonly<Record<string, readonly [line: string, instruction: string]>> = {
  continue: ['continue', 'continue'], next: ['next', 'next-instruction'], stepIn: ['step', 'step-instruction'], stepOut: ['stepout', 'stepout'], stepBack: ['rev next', 'rev step-instruction'], reverseContinue: ['rev continue', 'rev continue'],
};

/** `showCommands`: tells in the console which command of dlv does what a button or the gutter has just done. */
export const mirror: FeatureFactory = (run) => {
  if (!(run.options.configuration.showCommands ?? DEFAULTS.showCommands)) return {};
  const say = (command: string) => run.client.output(`(dlv) ${command}\n`, 'console');
  /** What is typed into the console is not told again; its steps come here as well. */
  let typing = 0;
  let goroutine: number | undefined;
  let frame = 0;
  const breakpoints = new Map<string, Map<string, number>>();

  const select = (wanted: number, index: number) => {
    goroutine ??= run.stopped?.threadId;
    if (wanted > 0 && wanted !== goroutine) {
      say(`goroutine ${wanted}`);
      [goroutine, frame] = [wanted, 0];
    }
    if (index !== frame) say(`frame ${(frame = index)}`);
  };

  const step = (command: string): RequestHandler => (args, _run, next) => {
    if (typing > 0) return next(args);
    if (command !== 'continue' && command !== 'reverseContinue') select(args.threadId as number, frame);
    say(STEPS[command][args.granularity === 'instruction' ? 1 : 0]);
    return next(args);
  };

  const set = (key: string, placeOf: (each: Wanted) => string): RequestHandler => async (args, _run, next) => {
    const body = await next(args);
    const wanted = (args.breakpoints ?? []) as readonly Wanted[];
    const answered = body.breakpoints as readonly DebugProtocol.Breakpoint[];
    const owner = key === '' ? `file ${(args.source as DebugProtocol.Source).path}` : key;
    const before = breakpoints.get(owner) ?? new Map<string, number>();
    const now = new Map<string, number>();
    const kept = new Set<number>();
    for (const [at, each] of wanted.entries()) {
      const { id, verified } = answered[at] ?? {};
      if (!verified || id === undefined) continue;
      now.set(JSON.stringify(each), id);
      kept.add(id);
    }
    breakpoints.set(owner, now);
    if (typing > 0) return body;
    const old = new Set(before.values());
    for (const id of old) if (!kept.has(id)) say(`clear ${id}`);
    for (const [text, id] of now) if (!before.has(text)) for (const command of commandsFor(JSON.parse(text) as Wanted, placeOf, args, id, old.has(id), run)) say(command);
    return body;
  };

  return {
    requests: {
      ...Object.fromEntries(Object.keys(STEPS).map((command) => [command, step(command)])),
      evaluate: async (args, _run, next) => {
        if (args.context !== 'repl') return next(args);
        typing++;
        try {
          return await next(args);
        } finally {
          typing--;
        }
      },
      configurationDone: (args, _run, next) => {
        say(run.options.configuration.stopOnEntry ? 'continue main.main' : 'continue');
        return next(args);
      },
      pause: (args, _run, next) => {
        say('^C');
        return next(args);
      },
      setBreakpoints: set('', ({ line }) => String(line)),
      setFunctionBreakpoints: set('functions', ({ name }) => name ?? ''),
      setVariable: async (args, _run, next) => {
        // Its name means the same before and after, but not what it refers to.
        const expression = await expressionOf(run, args.variablesReference as number, String(args.name)).catch(() => undefined);
        const body = await next(args);
        say(`set ${expression ?? String(args.name)} = ${String(args.value)}`);
        return body;
      },
      setExpression: async (args, _run, next) => {
        const body = await next(args);
        say(`set ${String(args.expression)} = ${String(args.value)}`);
        return body;
      },
      // An editor asks for the variables of the frame that the person looks at.
      scopes: (args, _run, next) => {
        const place = shownFrames(run).get(args.frameId as number);
        if (place && typing === 0) select(place.goroutine, place.index);
        return next(args);
      },
    },
    events: {
      stopped: (body) => {
        goroutine = body.threadId as number | undefined;
        frame = 0;
        return body;
      },
    },
  };
};

/** What makes a breakpoint: one command, and others for what a terminal says about it afterwards. `exists`: it only changes. */
function commandsFor({ condition, hitCondition, logMessage, ...rest }: Wanted, placeOf: (each: Wanted) => string, args: Body, id: number, exists: boolean, run: Run): string[] {
  const file = (args.source as DebugProtocol.Source | undefined)?.path;
  const place = file === undefined ? placeOf(rest) : `${shortened(file, run.options.cwd)}:${placeOf(rest)}`;
  const asked = hitCondition?.trim();
  const { version } = run.options;
  // dlv takes the condition with the place from 1.21.1 on.
  const isWhole = !exists && condition && version !== '' && atLeast(version, '1.22');
  return [
    ...(exists ? [] : [`${logMessage ? 'trace' : 'break'} ${place}${isWhole ? ` if ${condition}` : ''}`]),
    ...(condition && !isWhole ? [`condition ${id} ${condition}`] : exists && !condition ? [`condition -clear ${id}`] : []),
    ...(asked ? [`condition -hitcount ${id} ${/^\d+$/.test(asked) ? `== ${asked}` : asked}`] : []),
    ...(logMessage ? [...logMessage.matchAll(/\{([^{}]+)\}/g)].map(([, expression]) => `on ${id} print ${expression}`) : []),
  ];
}

/** As a person would write it: dlv finds a file by the end of its path. */
function shortened(file: string, cwd: string): string {
  const relative = path.relative(cwd, file);
  return relative === '' || relative.startsWith('..') || path.isAbsolute(relative) ? file : relative;
}
