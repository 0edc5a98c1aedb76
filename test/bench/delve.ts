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
const STEP_ROUNDS = 7;
const STEPS = 1000;
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

interface Session {
  /** Milliseconds from the start of the adapter to its first stop. */
  readonly firstStop: number;
  /** Milliseconds of each step, in their order. */
  readonly steps: readonly number[];
}

/** One session: to the breakpoint at the line with "// here", and some steps from there. */
async function debugged({ adapter, launch }: GoAdapter, folder: string, line: number, steps = 0): Promise<Session> {
  const began = performance.now();
  const client = new DapClient(adapter);
  const gone = client.ended.then(() => Promise.reject(new Error(`the adapter ended: ${client.stderr}`)));
  gone.catch(() => undefined);
  try {
    const stop = () => Promise.race([client.event<DebugProtocol.StoppedEvent['body']>('stopped'), gone]);
    const initialized = client.event('initialized');
    const first = stop();
    await client.request('initialize', { clientID: 'bench', adapterID: 'bench', linesStartAt1: true, columnsStartAt1: true, pathFormat: 'path' });
    const launched = client.request('launch', { name: 'bench', request: 'launch', program: folder, cwd: folder, ...launch });
    await Promise.race([initialized, launched, gone]);
    await client.request('setBreakpoints', { source: { path: path.join(folder, 'main.go') }, breakpoints: [{ line }] });
    await client.request('setExceptionBreakpoints', { filters: [] });
    await client.request('configurationDone');
    await launched;
    const { threadId } = await first;
    const firstStop = performance.now() - began;
    // A program that stands at its breakpoint again would not have stepped.
    await client.request('setBreakpoints', { source: { path: path.join(folder, 'main.go') }, breakpoints: [] });
    const times: number[] = [];
    for (let step = 0; step < steps; step++) {
      const from = performance.now();
      const stopped = stop();
      await client.request('next', { threadId });
      const { reason } = await stopped;
      times.push(performance.now() - from);
      if (reason !== 'step') throw new Error(`a step ended with "${reason}"`);
    }
    await client.request('disconnect', { terminateDebuggee: true });
    // Nothing of one session may run beside the next; a `dlv dap` ends with its session.
    client.close();
    await client.ended;
    return { firstStop, steps: times };
  } finally {
    await client.kill();
  }
}

const median = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN;
const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);

interface Pair {
  readonly theirs: number;
  readonly ours: number;
}

/** Figures of both in turns, each first as often as the other, after one pair that fills caches. */
async function pairs(rounds: number, figure: (adapter: GoAdapter) => Promise<number>, theirs: GoAdapter, ours: GoAdapter): Promise<Pair[]> {
  const all: Pair[] = [];
  for (let round = 0; round <= rounds; round++) {
    const figures = new Map<GoAdapter, number>();
    for (const adapter of round % 2 === 0 ? [theirs, ours] : [ours, theirs]) figures.set(adapter, await figure(adapter));
    if (round > 0) all.push({ theirs: figures.get(theirs) ?? NaN, ours: figures.get(ours) ?? NaN });
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
    const start = async (adapter: GoAdapter) => (await debugged(adapter, where, line)).firstStop;
    const theirs = dlvAdapter(dlv, where);
    tell(`launch to first stop, ${name} program`, await pairs(ROUNDS, start, theirs, ours), BARS.start);
    tell(`the same, ours as a program of its own`, await pairs(STEP_ROUNDS, start, theirs, program));
  }
  const { folder: where, line } = module('stepped', STEPPED);
  const walk = async (adapter: GoAdapter) => sum((await debugged(adapter, where, line, STEPS)).steps);
  const theirs = dlvAdapter(dlv, where);
  tell(`${STEPS} steps`, await pairs(STEP_ROUNDS, walk, theirs, ours), BARS.steps);
  tell('the same, ours as a program of its own', await pairs(STEP_ROUNDS, walk, theirs, program));
  console.log(missed === 0 ? 'Every bar was held.' : `${missed} bars were missed.`);
  process.exitCode = missed === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
