import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { LineReader } from '../formats/lineReader.ts';
import { pythonMemory as memoryFormat } from '../formats/pythonMemory.ts';
import { MEMORY_MAGIC, PythonMemoryParser } from '../formats/pythonMemoryParser.ts';
import { number } from './options.ts';
import { runProcess } from './process.ts';
import type { Problem } from './problem.ts';
import type { Profiler, ProfilerContext } from './profiler.ts';
import { sourceFunctions } from './pythonFunctions.ts';
import { checkInterpreter, pythonCommand, stopPython, STOP_FILE } from './pythonTarget.ts';
import { hasBytes } from './recordedFiles.ts';
import { isLaunched, type Target } from './target.ts';

const OUTPUT = 'memory.python-memory';
const FUNCTIONS = 'functions.python-memory';

const interval = number({
  setting: 'pythonMemory.interval', label: 'Interval', default: 2, min: 0.1, max: 1000, unit: 'ms',
  description: 'Milliseconds between two looks at how much memory a Python program holds. Looks are cheap; trees of it are taken when they are worth their cost.',
});
const depth = number({
  setting: 'pythonMemory.depth', label: 'Depth', default: 5, min: 1, max: 1000, integer: true, unit: 'calls',
  description: 'Calls that are kept of each place that allocates. Each costs: programs that mainly allocate run 6 to 20 times slower with 1, and up to 100 times and more with 10.',
});

/** tracemalloc, watched from inside: what holds the memory at its peak and at the end, and how much over time. */
export const pythonMemory: Profiler = {
  id: 'python-memory',
  label: 'Python Memory',
  question: 'Which line holds how much memory at the peak, what is never freed, and how does memory go over time?',
  cost: '10 to 50 times slower where objects are made, as arithmetic on whole numbers does; else little',
  options: [interval, depth],
  suits: (target) => (target.language === 'python' && isLaunched(target) ? 55 : 0),
  preflight: async (target) => (await checkInterpreter(target)) ?? checkTracing(target),
  async plan(target, folder, { read, pythonFolder }) {
    const options = ['--out', path.join(folder, OUTPUT), '--stop', path.join(folder, STOP_FILE)];
    if (read(interval) !== interval.default) options.push('--interval', String(read(interval) / 1000));
    if (read(depth) !== depth.default) options.push('--depth', String(read(depth)));
    return { command: pythonCommand(target, pythonFolder, 'heatline_memory.py', options), cwd: target.cwd, env: target.env, notes: [] };
  },
  stop: stopPython,
  async collect(folder, context) {
    const output = path.join(folder, OUTPUT);
    if (!(await hasBytes(output))) return undefined;
    const named = await writeFunctions(output, folder, context);
    return { files: named ? [OUTPUT, FUNCTIONS] : [OUTPUT], format: memoryFormat.id };
  },
};

/** Interpreters other than CPython do not trace their memory. */
async function checkTracing(target: Target): Promise<Problem | undefined> {
  const [program, ...words] = target.interpreter ?? ['python3'];
  const { code, stderr } = await runProcess(program, [...words, '-c', 'import _tracemalloc'], { timeout: 20_000 });
  if (code === 0) return undefined;
  return {
    code: 'python-no-tracemalloc',
    message: `${program} cannot trace its memory.`,
    why: 'It has no tracemalloc, which is a part of CPython. Choose another interpreter in heatline.python.path.',
    remedies: [{ kind: 'setting', label: 'Open Setting', setting: 'heatline.python.path' }, { kind: 'profiler', label: 'Use Memory', profiler: 'memory' }],
    detail: stderr,
  };
}

/** Writes the names of the functions that the recording's lines are of; false when there are none. */
async function writeFunctions(output: string, folder: string, context: ProfilerContext): Promise<boolean> {
  const parser = new PythonMemoryParser(output, () => undefined);
  try {
    const reader = new LineReader((bytes, start, end) => parser.parse(reader, bytes, start, end), output);
    for await (const chunk of createReadStream(output)) reader.push(chunk as Buffer);
    reader.finish();
  } catch (error) {
    // Whoever opens it will be told.
    context.log(String(error));
  }
  const { executable, cwd } = parser.header ?? {};
  if (typeof executable !== 'string' || executable === '' || typeof cwd !== 'string') return false;
  const lines = new Map<string, Set<number>>(parser.files.map((file) => [file, new Set()]));
  const { data, length } = parser.frames;
  for (let at = 0; at < length; at += 2) lines.get(parser.files[data[at]])?.add(data[at + 1]);
  const found = await sourceFunctions([executable], lines, folder, cwd, context);
  const records: string[] = [];
  for (const [file, { functions, lines: owners }] of found) {
    functions.forEach(([name, first], row) => {
      const own = owners.filter(([, owner]) => owner === row).map(([line]) => line);
      if (own.length > 0) records.push(`n ${first} ${JSON.stringify([name, file, own])}\n`);
    });
  }
  if (records.length === 0) return false;
  await writeFile(path.join(folder, FUNCTIONS), `${MEMORY_MAGIC}1\n${records.join('')}`);
  return true;
}
