import { createReadStream, createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { SourceFunctions } from './pythonFunctions.ts';

/** `   address symbol (object)`, as perf script prints a frame. */
const FRAME = /^(\s+[0-9a-f]+ )(.*) \((.*)\)$/;
const PYTHON = /^py::([^:]+):(.*)$/;
const INTERPRETER = /^(?:python[\d.]*[a-z]*|libpython[\d.]+[a-z]*\.so[\d.]*)$/;
/** Functions that evaluate Python code or call from one function to the next: what a Python frame itself stands for. */
const EVALUATION = new RegExp(`^(?:${[
  '_?PyEval_', 'py_trampoline_', '_?PyObject_(?:Call|Vectorcall|FastCall|MakeTpCall)', '_?PyVectorcall', '_?PyFunction_Vectorcall', '_PyStack_', 'vectorcall_', 'object_vacall',
  'cfunction_(?:vectorcall|call)', 'method_(?:vectorcall|call)', '_?PyCFunction_', '_?PyMethod_', 'slot_tp_', 'vectorcall_method', 'wrap_', 'type_(?:call|vectorcall)',
  'gen_send_ex', 'gen_iternext', '_?PyGen_', 'builtin_(?:exec|eval)$', 'run_(?:eval_code_obj|mod)', '_?PyRun_', 'Py_RunMain', 'Py_BytesMain', 'pymain_', 'take_gil', 'drop_gil',
].join('|')})`);
/** What starts a program or a thread. */
const STARTS = /^(?:_start|main|__libc_start|start_thread|clone|__clone|thread_run|pythread_|\[unknown\]$)/;

/** A frame line taken apart. */
interface PerfLine {
  readonly symbol: string;
  readonly interpreter: boolean;
}

/** The source files of Python functions that the text of perf script names. */
export async function pythonFiles(script: string): Promise<Set<string>> {
  const files = new Set<string>();
  for await (const line of lines(script)) {
    const symbol = line.includes(' py::') ? PYTHON.exec(FRAME.exec(line)?.[2] ?? '') : null;
    if (symbol) files.add(symbol[2]);
  }
  return files;
}

/**
 * Copies the text of perf script. Python functions get their first lines (`py::name:file:line`), where the name is that of one function of the
 * file alone. `fold`: the interpreter's own frames are left out, see `foldInterpreter`.
 */
export async function rewriteScript(from: string, to: string, functions: ReadonlyMap<string, SourceFunctions>, fold: boolean): Promise<void> {
  const firstLines = new Map([...functions].map(([file, { functions: all }]) => [file, uniqueLines(all)]));
  const changed = new Map<string, string>();
  const withLine = (line: string): string => {
    if (!line.includes(' py::')) return line;
    const known = changed.get(line);
    if (known !== undefined) return known;
    const parts = FRAME.exec(line);
    const symbol = parts && PYTHON.exec(parts[2]);
    const first = symbol && firstLines.get(symbol[2])?.get(symbol[1]);
    const result = parts && first ? `${parts[1]}${parts[2]}:${first} (${parts[3]})` : line;
    changed.set(line, result);
    return result;
  };
  await pipeline(async function* () {
    let frames: string[] = [];
    for await (const line of lines(from)) {
      // perf begins frames with a tab; event lines may be indented too.
      if (line.startsWith('\t')) {
        frames.push(line);
        continue;
      }
      yield `${joined(frames)}${line}\n`;
      frames = [];
    }
    yield joined(frames);
  }, createWriteStream(to));

  function joined(frames: readonly string[]): string {
    return (fold ? foldInterpreter(frames) : frames).map((line) => `${withLine(line)}\n`).join('');
  }
}

/**
 * The frame lines of a stack, innermost first, without those of the interpreter: outside of Python's functions and between them none of its frames and
 * none that only start the program; inside of the innermost one none that evaluate it or call for it, so that what the interpreter does for it
 * (arithmetic, sorting, memory) stays, as everything of C libraries does. A stack without Python functions stays as it is.
 */
export function foldInterpreter(frames: readonly string[]): readonly string[] {
  const parts = frames.map(takeApart);
  const first = parts.findIndex(({ symbol }) => PYTHON.test(symbol));
  if (first < 0) return frames;
  let last = parts.length - 1;
  while (!PYTHON.test(parts[last].symbol)) last--;
  return frames.filter((_, at) => {
    const { symbol, interpreter } = parts[at];
    if (PYTHON.test(symbol)) return true;
    if (at < first) return !(interpreter && EVALUATION.test(symbol));
    return !interpreter && !(at > last && STARTS.test(symbol));
  });
}

const apart = new Map<string, PerfLine>();

function takeApart(line: string): PerfLine {
  const known = apart.get(line);
  if (known) return known;
  const [, , symbol = '', object = ''] = FRAME.exec(line) ?? [];
  if (apart.size > 200_000) apart.clear();
  const parts = { symbol, interpreter: INTERPRETER.test(path.basename(object.replace(/ \(deleted\)$/, ''))) };
  apart.set(line, parts);
  return parts;
}

/** First lines by name, of those names that one function alone has: perf does not tell two lambdas of a function apart. */
function uniqueLines(functions: SourceFunctions['functions']): Map<string, number> {
  const byName = new Map<string, number>();
  for (const [name, line] of functions) byName.set(name, byName.has(name) ? 0 : line);
  return byName;
}

function lines(file: string): AsyncIterable<string> {
  return createInterface({ input: createReadStream(file), crlfDelay: Infinity });
}
