// What the Delve adapter costs beside dlv's own: from the launch to the first stop, and a thousand steps. Exits 1 when a bar is missed.
//   npm run bench -- delve
// dist must be built. All figures are ratios within one run of this program, of pairs in turns, so that a busy machine disturbs both alike. Both build the program
// (from Go's cache, which a first pair fills) and both start a dlv, so that what is compared is all that a person waits for. Ours runs in the client's process, as
// it does in VS Code; as a program of its own, as other clients have it, it also takes the start of a Node: that is told, and has no bar.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { findTool } from '../../scripts/system-tools.mjs';
import { DapClient } from '../dapClient.ts';
import { delveAdapter, delveSession, dlvAdapter, type GoAdapter } from '../debugAdapters.ts';

const ROUNDS = 21;
/** Of what has no bar. */
const FEWER_ROUNDS = 7;
const STEPS = 1000;
/** Pairs of programs that do the steps: one process is faster than another throughout its life, by how the system places it on the processors. */
const WALKERS = 10;
/** Steps that one program does before the other does as many. */
const BLOCK = 10;
const BARS = { start: 1.05, steps: 1.1 };

/** The smallest there is, where what surrounds the build weighs most, and one that serves HTTP, which is like what people debug. */
const PROGRAMS: Readonly<Record<string, string>> = {
  small: `package main

func main() {
	x := 1 // here
	println(x)
}
`,
  server: `package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
)

func main() {
	server := httptest.NewServer(http.NotFoundHandler()) // here
	defer server.Close()
	answer, err := http.Get(server.URL)
	fmt.Println(answer.Status, err)
}
`,
};

const STEPPED = `package main

func main() {
	total := 0
	for i := 0; i < 1_000_000; i++ { // here
		total += i
		total ^= 3
		total -= 2
	}
	println(total)
}
`;

/** A program that stands at its line with "// here". */
interface Stopped {
  /** Milliseconds from the start of the adapter to this stop. */
  readonly took: number;
  /** Milliseconds that so many steps took. */
  step(count: number): Promise<number>;
  end(): Promise<void>;
}

/** Builds and starts the program of a folder. */
async function debugged({ name, adapter, launch }: GoAdapter, folder: string, line: number): Promise<Stopped> {
  const began = performance.now();
  const client = new DapClient(adapter);
  const gone = client.ended.then(() => Promise.reject(new Error(`${name} ended: ${client.stderr}`)));
  gone.catch(() => undefined);
  const stop = () => Promise.race([client.event<DebugProtocol.StoppedEvent['body']>('stopped'), gone]);
  const breakpoints = (lines: readonly number[]) => client.request('setBreakpoints', { source: { path: path.join(folder, 'main.go') }, breakpoints: lines.map((each) => ({ line: each })) });
  try {
    const initialized = client.event('initialized');
    const first = stop();
    await client.request('initialize', { clientID: 'bench', adapterID: 'bench', linesStartAt1: true, columnsStartAt1: true, pathFormat: 'path' });
    const launched = client.request('launch', { name: 'bench', request: 'launch', program: folder, cwd: folder, ...launch });
    await Promise.race([initialized, launched, gone]);
    await breakpoints([line]);
    await client.request('setExceptionBreakpoints', { filters: [] });
    await client.request('configurationDone');
    await launched;
    const { threadId } = await first;
    const took = performance.now() - began;
    // A program that comes to its breakpoint again would not have stepped.
    await breakpoints([]);
    const step = async () => {
      const stopped = stop();
      await client.request('next', { threadId });
      const { reason } = await stopped;
      if (reason !== 'step') throw new Error(`a step of ${name} ended with "${reason}"`);
    };
    return {
      took,
      step: async (count) => {
        const from = performance.now();
        for (let done = 0; done < count; done++) await step();
        return performance.now() - from;
      },
      end: async () => {
        await client.request('disconnect', { terminateDebuggee: true });
        // Nothing of one session may run beside the next; a `dlv dap` ends with its session.
        client.close();
        await client.ended;
      },
    };
  } catch (error) {
    await client.kill();
    throw error;
  }
}

const median = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN;

interface Pair {
  readonly theirs: number;
  readonly ours: number;
}

/** Starts both in turns, each first as often as the other, after one pair that fills caches. */
async function starts(rounds: number, folder: string, line: number, theirs: GoAdapter, ours: GoAdapter): Promise<Pair[]> {
  const start = async (adapter: GoAdapter) => {
    const { took, end } = await debugged(adapter, folder, line);
    await end();
    return took;
  };
  const all: Pair[] = [];
  for (let round = 0; round <= rounds; round++) {
    const figures = new Map<GoAdapter, number>();
    for (const adapter of round % 2 === 0 ? [theirs, ours] : [ours, theirs]) figures.set(adapter, await start(adapter));
    if (round > 0) all.push({ theirs: figures.get(theirs) ?? NaN, ours: figures.get(ours) ?? NaN });
  }
  return all;
}

/** Steps both in turns, some steps at a time, in milliseconds for all of them at that speed. */
async function walks(folder: string, line: number, theirs: GoAdapter, ours: GoAdapter): Promise<Pair[]> {
  const all: Pair[] = [];
  for (let walker = 0; walker < WALKERS; walker++) {
    const [a, b] = [await debugged(theirs, folder, line), await debugged(ours, folder, line)];
    for (const each of [a, b]) await each.step(BLOCK);
    for (let done = 0; done < STEPS / WALKERS; done += BLOCK) {
      const [first, second] = [await a.step(BLOCK), await b.step(BLOCK)].map((ms) => (ms * STEPS) / BLOCK);
      all.push({ theirs: first, ours: second });
    }
    for (const each of [a, b]) await each.end();
  }
  return all;
}

const dlv = findTool('dlv');
if (!dlv) throw new Error('dlv is not here: npm test installs it');
const [ours, program] = [delveSession(dlv), delveAdapter(dlv)];
const folder = mkdtempSync(path.join(os.tmpdir(), 'heatline-bench-'));
let missed = 0;

function module(name: string, source: string): { folder: string; line: number } {
  const where = path.join(folder, name);
  mkdirSync(where);
  writeFileSync(path.join(where, 'go.mod'), `module example.com/${name}\n\ngo 1.19\n`);
  writeFileSync(path.join(where, 'main.go'), source);
  return { folder: where, line: source.split('\n').findIndex((line) => line.includes('// here')) + 1 };
}

/** One line of the table; without a bar it is told only. */
function tell(what: string, all: readonly Pair[], bar?: number): void {
  const ratios = all.map((pair) => pair.ours / pair.theirs).sort((a, b) => a - b);
  const ms = (pick: (pair: Pair) => number) => `${median(all.map(pick)).toFixed(0)} ms`;
  const quartiles = [0.25, 0.75].map((part) => ratios[Math.floor(part * ratios.length)].toFixed(3)).join(' to ');
  const held = bar === undefined ? '' : median(ratios) <= bar ? 'yes' : '**no**';
  if (held === '**no**') missed++;
  console.log(`| ${what} | ${ms((pair) => pair.theirs)} | ${ms((pair) => pair.ours)} | ${median(ratios).toFixed(3)} | ${quartiles} | ${bar ?? ''} | ${held} |`);
}

try {
  console.log('Medians; the ratio is that of each pair, with its quartiles.\n| what | dlv dap | ours | ratio | quartiles | bar | held |\n|---|---|---|---|---|---|---|');
  for (const [name, source] of Object.entries(PROGRAMS)) {
    const { folder: where, line } = module(name, source);
    const theirs = dlvAdapter(dlv, where);
    tell(`launch to first stop, ${name} program`, await starts(ROUNDS, where, line, theirs, ours), BARS.start);
    tell('the same, ours as a program of its own', await starts(FEWER_ROUNDS, where, line, theirs, program));
  }
  const { folder: where, line } = module('stepped', STEPPED);
  const theirs = dlvAdapter(dlv, where);
  tell(`${STEPS} steps`, await walks(where, line, theirs, ours), BARS.steps);
  tell('the same, ours as a program of its own', await walks(where, line, theirs, program));
  console.log(missed === 0 ? 'Every bar was held.' : `${missed} bars were missed.`);
  process.exitCode = missed === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
