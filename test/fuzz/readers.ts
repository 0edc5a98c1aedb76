// Feeds mutated and truncated real files to the readers: --cases N (for each reader), --seed S, --format ID, --case INDEX.
// Each case must end in a profile or in a FormatError, in bounded time and memory. The cases run in a process of their own,
// so that one that hangs or crashes is noticed and named too.
import { fork } from 'node:child_process';
import { parseArgs } from 'node:util';
import { SUBJECTS, keepCase, makeCase, runCase } from '../fuzzCases.ts';

/** Longer silence means that a case hangs. */
const SILENCE_MS = 30_000;

const { values } = parseArgs({
  options: { cases: { type: 'string', default: '2000' }, seed: { type: 'string' }, format: { type: 'string' }, case: { type: 'string' } },
});
const cases = Number(values.cases);
const seed = values.seed === undefined ? Math.floor(Math.random() * 1e9) : Number(values.seed);
if (!Number.isSafeInteger(cases) || !Number.isSafeInteger(seed)) throw new Error('--cases and --seed take whole numbers');
const subjects = SUBJECTS.filter(({ format }) => values.format === undefined || format.id === values.format);
if (subjects.length === 0) throw new Error(`--format is one of ${SUBJECTS.map(({ format }) => format.id).join(', ')}`);

interface Message {
  readonly subject: number;
  readonly index: number;
  /** Set when the case is over. */
  readonly kind?: string;
  readonly problem?: string;
}

/** Sends a message and waits until it is on its way: a case that hangs must be known before it begins. */
const say = (message: Message) => new Promise<void>((resolve) => process.send?.(message, undefined, undefined, () => resolve()));

async function runAll(): Promise<void> {
  const only = values.case === undefined ? undefined : Number(values.case);
  for (const [subject, { format, folder }] of subjects.entries()) {
    for (let index = only ?? 0; index < (only === undefined ? cases : only + 1); index++) {
      await say({ subject, index });
      const outcome = await runCase(format, makeCase(folder, seed, index));
      await say({ subject, index, kind: outcome.kind, ...(outcome.problem === undefined ? {} : { problem: outcome.problem }) });
    }
  }
  process.disconnect();
}

async function watch(): Promise<number> {
  console.log(`seed ${seed}, ${cases} cases for each of ${subjects.map(({ format }) => format.id).join(', ')}`);
  const child = fork(process.argv[1], [...process.argv.slice(2), `--seed=${seed}`], { execArgv: ['--enable-source-maps', '--max-old-space-size=1024'] });
  const counts = subjects.map(() => new Map<string, number>());
  let current: Message | undefined;
  let problems = 0;
  const fail = ({ subject, index }: Message, problem: string) => {
    problems++;
    const { format, folder } = subjects[subject];
    console.error(`FAILED ${format.id}, case ${index} of seed ${seed} (${keepCase(format, seed, index, makeCase(folder, seed, index))}): ${problem}`);
  };
  let timer: NodeJS.Timeout | undefined;
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (current) fail(current, `no answer for ${SILENCE_MS / 1000} s`);
      child.kill('SIGKILL');
    }, SILENCE_MS);
  };
  alive();
  child.on('message', (message: Message) => {
    alive();
    current = message.kind === undefined ? message : undefined;
    if (message.kind === undefined) return;
    const of = counts[message.subject];
    of.set(message.kind, (of.get(message.kind) ?? 0) + 1);
    if (message.problem !== undefined) fail(message, message.problem);
  });
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  clearTimeout(timer);
  if (code !== 0 && problems === 0 && current) fail(current, `the process ended with exit code ${code}`);
  for (const [subject, { format }] of subjects.entries()) {
    console.log(`${format.id}: ${[...counts[subject]].sort().map(([kind, count]) => `${count} ${kind}`).join(', ') || 'nothing ran'}`);
  }
  return problems > 0 || code !== 0 ? 1 : 0;
}

if (process.send) await runAll();
else process.exitCode = await watch();
