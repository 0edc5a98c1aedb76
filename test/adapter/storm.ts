// A client that presses every button at random: whatever is asked when, each request is answered, nothing breaks the protocol, and the end is an end.
import assert from 'node:assert/strict';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { AdapterClient } from './adapterClient.ts';

/** Milliseconds within which each request must be answered on a loaded machine. */
const PATIENCE = 30_000;

export interface Storm {
  readonly seed: number;
  readonly actions: number;
  readonly file: string;
  /** Lines where breakpoints may be put, also such without code. */
  readonly lines: readonly number[];
  readonly functions: readonly string[];
  /** What is typed into the console. */
  readonly typed: readonly string[];
  readonly conditions: readonly string[];
}

/** Numbers in [0, 1) that depend on the seed alone (mulberry32, public domain by Tommy Ettinger). */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * Sends random requests to a session that has begun, often several before the first is answered. Refusals are fine; silence is not.
 * Returns how many requests were answered, by command.
 */
export async function storm(client: AdapterClient, { seed, actions, file, lines, functions, typed, conditions }: Storm): Promise<Record<string, number>> {
  const next = random(seed);
  const below = (most: number) => Math.floor(next() * most);
  const one = <T>(list: readonly T[]): T => list[below(list.length)];
  const some = <T>(list: readonly T[]): T[] => list.filter(() => next() < 0.4);
  const answered: Record<string, number> = {};
  const open = new Set<string>();
  const pending: Promise<void>[] = [];
  let threads: readonly number[] = [1];
  let frames: readonly number[] = [0];
  let references: readonly number[] = [1];

  const ask = async (command: string, args: object): Promise<Record<string, unknown> | undefined> => {
    const label = `${command} ${JSON.stringify(args)}`;
    open.add(label);
    try {
      const response = (await client.send(command, args)) as DebugProtocol.Response;
      return response.body as Record<string, unknown> | undefined;
    } catch {
      return undefined;
    } finally {
      open.delete(label);
      answered[command] = (answered[command] ?? 0) + 1;
    }
  };
  const look = async (): Promise<void> => {
    const list = (await ask('threads', {}))?.threads as readonly { id: number }[] | undefined;
    if (list?.length) threads = list.map(({ id }) => id);
    const stack = (await ask('stackTrace', { threadId: one(threads), levels: 20 }))?.stackFrames as readonly { id: number }[] | undefined;
    if (!stack?.length) return;
    frames = stack.map(({ id }) => id);
    const scopes = (await ask('scopes', { frameId: one(frames) }))?.scopes as readonly { variablesReference: number }[] | undefined;
    if (!scopes?.length) return;
    references = scopes.map(({ variablesReference }) => variablesReference);
    await ask('variables', { variablesReference: one(references) });
  };
  const acts: readonly (() => Promise<unknown>)[] = [
    look, look,
    () => ask('continue', { threadId: one(threads) }), () => ask('continue', { threadId: one(threads) }),
    () => ask(one(['next', 'stepIn', 'stepOut']), { threadId: one(threads) }), () => ask('next', { threadId: one(threads) }),
    () => ask('pause', { threadId: one(threads) }), () => ask('pause', { threadId: one(threads) }),
    () => ask('setBreakpoints', { source: { path: file }, breakpoints: some(lines).map((line) => ({ line, ...(next() < 0.3 ? { condition: one(conditions) } : {}) })) }),
    () => ask('setFunctionBreakpoints', { breakpoints: some(functions).map((name) => ({ name })) }),
    () => ask('evaluate', { expression: one(typed), context: 'repl', ...(next() < 0.7 ? { frameId: one(frames) } : {}) }),
    () => ask('evaluate', { expression: one(typed), context: 'repl', frameId: one(frames) }),
    () => ask('evaluate', { expression: one(conditions), context: one(['watch', 'hover']), frameId: one(frames) }),
    () => ask('variables', { variablesReference: below(50) }),
    () => ask('stackTrace', { threadId: below(20) }),
    () => ask('exceptionInfo', { threadId: one(threads) }),
  ];
  for (let count = 0; count < actions; count++) {
    const act = one(acts)().then(() => undefined);
    pending.push(act);
    if (next() < 0.6) await Promise.race([act, new Promise((resolve) => setTimeout(resolve, 200))]);
    if (client.events.some(({ event }) => event === 'terminated')) break;
  }
  // Answers may wait for a stop; one more pause brings it.
  void ask('pause', { threadId: one(threads) });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => (timer = setTimeout(() => resolve('late'), PATIENCE)));
  const outcome = await Promise.race([Promise.all(pending), late]);
  clearTimeout(timer);
  const last = () => `\nthe end of what it said:\n${client.output().slice(-3000)}\nevents: ${JSON.stringify(client.events.filter(({ event }) => event !== 'output').slice(-8))}`;
  assert.notEqual(outcome, 'late', `seed ${seed}: never answered: ${[...open].join('; ')}${last()}`);
  assert.ok(!client.events.some(({ event }) => event === 'terminated'), `seed ${seed}: the program has ended${last()}`);
  return answered;
}
