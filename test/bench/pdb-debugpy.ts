// What the pdb adapter costs beside debugpy: start, running with a breakpoint elsewhere, a condition that never holds. Exits 1 when a bar is missed.
//   npm run bench -- pdb-debugpy
// dist must be built. All figures are ratios within one run of this program, of pairs in turns, so that a busy machine disturbs both alike.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { cacheFolder } from '../../scripts/project.mjs';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { DapClient } from '../dapClient.ts';
import { debugpyAdapter, pdbAdapter, type PythonAdapter } from '../debugAdapters.ts';
import { interpreters, run, type Interpreter } from '../unit/python-run.ts';

const ROUNDS = 7;
const VERSIONS = [311, 312, 313];
const DEBUGPY = '1.8.22';

/** Each prints the seconds of processor time that its work took, which other programs on the machine disturb little; the breakpoint goes to a line that is never run, in a file of its own. */
const PROGRAMS: Readonly<Record<string, string>> = {
  'hot loop': `
from time import process_time
def elsewhere():
    x = 1  # here
    return x
def work(count):
    total = 0
    for i in range(count):
        total += i * i % 7
    return total
began = process_time()
work(4000000)
print(process_time() - began)
`,
  'call-heavy': `
from time import process_time
def elsewhere():
    x = 1  # here
    return x
def leaf(i):
    return i & 3
def work(count):
    total = 0
    for i in range(count):
        total += leaf(i)
    return total
began = process_time()
work(2500000)
print(process_time() - began)
`,
};

const PASSES = 30_000;
const CONDITION = `
from time import process_time
def work(count):
    total = 0
    for i in range(count):
        total += i  # here
    return total
began = process_time()
work(${PASSES})
print(process_time() - began)
`;

const median = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN;

/** Folder with debugpy for one interpreter, installed on first use. */
function debugpyFor(python: Interpreter): string {
  const folder = path.join(cacheFolder, 'bench-peers', `debugpy-${DEBUGPY}-${python.version}`);
  if (!existsSync(path.join(folder, 'debugpy'))) {
    console.log(`installing debugpy ${DEBUGPY} for ${python.name} into ${folder}`);
    mkdirSync(folder, { recursive: true });
    execFileSync(python.command, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--target', folder, `debugpy==${DEBUGPY}`], { stdio: 'inherit' });
  }
  return folder;
}

interface Session {
  /** Seconds from the start of the adapter to its first stop; undefined when it did not stop. */
  readonly firstStop?: number;
  readonly stdout: string;
}

/** One debugged run of a program. `condition`: of the breakpoint on the line with the mark "# here". */
async function debugged({ adapter, launch }: PythonAdapter, program: string, line: number, { stopOnEntry = false, condition }: { stopOnEntry?: boolean; condition?: string } = {}): Promise<Session> {
  const began = performance.now();
  const client = new DapClient(adapter);
  let stdout = '';
  let firstStop: number | undefined;
  try {
    const terminated = client.event('terminated');
    const initialized = client.event('initialized');
    client.onEvent(({ event, body }) => {
      if (event === 'output' && (body as DebugProtocol.OutputEvent['body']).category === 'stdout') stdout += (body as DebugProtocol.OutputEvent['body']).output;
      if (event !== 'stopped') return;
      firstStop ??= (performance.now() - began) / 1000;
      void client.request('continue', { threadId: (body as DebugProtocol.StoppedEvent['body']).threadId }).catch(() => undefined);
    });
    await client.request('initialize', { clientID: 'bench', adapterID: 'bench', linesStartAt1: true, columnsStartAt1: true, pathFormat: 'path' });
    const launched = client.request('launch', { name: 'bench', request: 'launch', program, stopOnEntry, cwd: path.dirname(program), ...launch });
    await Promise.race([initialized, launched]);
    if (!stopOnEntry) await client.request('setBreakpoints', { source: { path: program }, breakpoints: [{ line, condition }] });
    await client.request('setExceptionBreakpoints', { filters: [] });
    await client.request('configurationDone');
    await launched;
    await Promise.race([terminated, client.ended.then(() => Promise.reject(new Error(`the adapter ended: ${client.stderr}`)))]);
    await client.request('disconnect', {}).catch(() => undefined);
  } finally {
    await client.kill();
  }
  return { firstStop, stdout };
}

const seconds = (stdout: string, who: string) => {
  const value = Number(stdout.trim());
  if (!(value > 0)) throw new Error(`${who} printed ${JSON.stringify(stdout)} instead of its seconds`);
  return value;
};

// pip has compiled debugpy's modules; ours are compiled by their first run, unless the environment of whoever runs this forbids it.
delete process.env['PYTHONDONTWRITEBYTECODE'];

const folder = mkdtempSync(path.join(os.tmpdir(), 'heatline-bench-'));
const rows: string[] = [];
let missed = 0;

function judge(what: string, python: string, theirs: string, ours: string, ratio: number, bar: number): void {
  const good = ratio <= bar;
  if (!good) missed++;
  rows.push(`| ${what} | ${python} | ${theirs} | ${ours} | ${ratio.toFixed(3)} | ${bar} | ${good ? 'yes' : '**no**'} |`);
  console.log(rows[rows.length - 1]);
}

function write(name: string, source: string): { file: string; line: number } {
  const file = path.join(folder, name);
  writeFileSync(file, source);
  return { file, line: source.split('\n').findIndex((line) => line.includes('# here')) + 1 };
}

try {
  const found = interpreters().filter(({ version }) => VERSIONS.includes(version));
  for (const version of VERSIONS) if (!found.some((each) => each.version === version)) console.log(`Python 3.${version % 100} is not here: not measured`);
  const head = ['| what | interpreter | debugpy | ours | ratio | bar | held |', '|---|---|---|---|---|---|---|'];
  console.log(`Medians of ${ROUNDS} rounds after one that warms caches.\n${head.join('\n')}`);

  const small = write('small.py', 'x = 1\nprint(x)\n');
  const programs = Object.entries(PROGRAMS).map(([name, source]) => ({ name, ...write(`${name.replace(/\W/g, '_')}.py`, source) }));
  const condition = write('condition.py', CONDITION);

  for (const python of found) {
    const theirs = debugpyAdapter(python.command, debugpyFor(python));
    const ours = pdbAdapter(python.command);
    const plain = async (file: string) => seconds((await run(python.command, [file])).stdout, 'the program alone');

    // Launch to first stop, in pairs: the ratio of each pair, since the machine changes between pairs.
    const starts: { theirs: number; ours: number }[] = [];
    for (let round = 0; round <= ROUNDS; round++) {
      const [a, b] = [(await debugged(theirs, small.file, 1, { stopOnEntry: true })).firstStop, (await debugged(ours, small.file, 1, { stopOnEntry: true })).firstStop];
      if (a === undefined || b === undefined) throw new Error(`${a === undefined ? 'debugpy' : 'ours'} did not stop on entry`);
      if (round > 0) starts.push({ theirs: a, ours: b });
    }
    const ms = (pick: (pair: { theirs: number; ours: number }) => number) => `${(1000 * median(starts.map(pick))).toFixed(0)} ms`;
    judge('launch to first stop', python.name, ms((pair) => pair.theirs), ms((pair) => pair.ours), median(starts.map((pair) => pair.ours / pair.theirs)), 0.25);

    for (const { name, file, line } of programs) {
      const factors: { theirs: number; ours: number }[] = [];
      for (let round = 0; round <= ROUNDS; round++) {
        const alone = await plain(file);
        const a = seconds((await debugged(theirs, file, line)).stdout, 'debugpy') / alone;
        const b = seconds((await debugged(ours, file, line)).stdout, 'ours') / alone;
        if (round > 0) factors.push({ theirs: a, ours: b });
      }
      const times = (pick: (pair: { theirs: number; ours: number }) => number) => median(factors.map(pick));
      const [a, b] = [times((pair) => pair.theirs), times((pair) => pair.ours)];
      // Below 3.12 against debugpy's factor, from 3.12 on against the undebugged run.
      if (python.version < 312) judge(`${name}, breakpoint elsewhere`, python.name, `${a.toFixed(2)} times`, `${b.toFixed(2)} times`, times((pair) => pair.ours / pair.theirs), 1.15);
      else judge(`${name}, breakpoint elsewhere`, python.name, `${a.toFixed(2)} times`, `${b.toFixed(2)} times`, b, 1.2);
    }

    const passes: { theirs: number; ours: number }[] = [];
    for (let round = 0; round <= ROUNDS; round++) {
      const alone = await plain(condition.file);
      const micros = async (adapter: PythonAdapter) => 1e6 * (seconds((await debugged(adapter, condition.file, condition.line, { condition: 'i < 0' })).stdout, adapter.name) - alone) / PASSES;
      const a = await micros(theirs);
      const b = await micros(ours);
      if (round > 0) passes.push({ theirs: a, ours: b });
    }
    const us = (pick: (pair: { theirs: number; ours: number }) => number) => `${median(passes.map(pick)).toFixed(2)} µs a pass`;
    judge('false condition on a hot line', python.name, us((pair) => pair.theirs), us((pair) => pair.ours), median(passes.map((pair) => pair.ours / pair.theirs)), 0.2);
  }
  console.log(missed === 0 ? 'Every bar was held.' : `${missed} of ${rows.length} bars were missed.`);
  process.exitCode = missed === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
