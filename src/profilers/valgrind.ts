import { readdir, readFile, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { debugNotes, readExecutable } from './executable.ts';
import { list, number, text, toggle, type ProfilerOption, type ReadOption } from './options.ts';
import { descendants, isRunning, sendSignal, waitForEnd } from './process.ts';
import { ProblemError } from './problem.ts';
import type { Profiler, Recording } from './profiler.ts';
import { hasBytes } from './recordedFiles.ts';
import { isLaunched, type Language } from './target.ts';
import { VGDB, valgrindMonitor } from './valgrindMonitor.ts';
import { checkProgram, checkValgrind, type ToolNeeds } from './valgrindProblems.ts';

export const valgrindPath = text({ setting: 'valgrind.path', label: 'valgrind', description: 'The valgrind command.', default: 'valgrind', hidden: true });

/** Frames of a stack, for the tools that keep stacks. */
export const stackDepth = number({
  setting: 'valgrind.depth', label: 'Depth of stacks', default: 30, min: 1, max: 200, integer: true, unit: 'frames',
  description: 'Frames that Valgrind keeps of each stack.',
});

/** For the tools that report errors. */
export const suppressions = list({
  setting: 'valgrind.suppressions', label: 'Suppressions', default: [],
  description: 'Files of errors that are not to be reported, as `--suppressions`; paths are relative to the working folder.',
});
export const errorLimit = toggle({
  setting: 'valgrind.errorLimit', label: 'Limit of errors', default: true,
  description: 'Stop reporting after 1,000 different errors (10,000,000 in all), as Valgrind does by itself.',
});

const traceChildren = toggle({
  setting: 'valgrind.traceChildren', label: 'Child programs', default: false,
  description: 'Follow programs that the program starts, too. Copies of the program itself (fork) are always followed.',
});
const moreOptions = list({
  setting: 'valgrind.options', label: 'Further options of Valgrind', default: [],
  description: 'Further options for every tool of Valgrind, such as `--fair-sched=yes`.',
});

/** One of Valgrind's tools as a profiler. */
export interface ValgrindTool extends Pick<Profiler, 'label' | 'question' | 'cost' | 'options'> {
  /** What Valgrind calls it, and our id. */
  readonly tool: 'callgrind' | 'cachegrind' | 'massif' | 'dhat' | 'memcheck' | 'helgrind' | 'drd';
  /** How well it suits C, C++ and executables. */
  readonly score: number;
  /** Its options on the command line. */
  arguments(read: ReadOption): readonly string[];
  /** More of the person's own options, behind those of all tools. */
  readonly more?: (read: ReadOption) => readonly string[];
  /** Format id of its files. */
  readonly format: string;
  /** Whether its files add up: each process and part leaves one. */
  readonly addsUp: boolean;
  readonly needs?: ToolNeeds;
  notes?(read: ReadOption): readonly string[];
  /** What Valgrind's gdbserver is told to write out, when no signal ends the program; `file` is a place to write to, without blanks. */
  monitor?(file: string): readonly string[];
}


/** A tool of Valgrind as a profiler: what they have in common. */
export function valgrindProfiler(spec: ValgrindTool): Profiler {
  const { tool, label, question, cost, score } = spec;
  const xml = spec.format === 'valgrind-xml';
  const prefix = `${tool}.out`;
  const options: readonly ProfilerOption[] = [...spec.options, ...(xml ? [suppressions, errorLimit] : []), traceChildren, moreOptions, valgrindPath];
  const words = (read: ReadOption, cwd: string, file: string) => [
    `--tool=${tool}`,
    ...(xml ? ['--xml=yes', `--xml-file=${file}`, `--error-limit=${read(errorLimit) ? 'yes' : 'no'}`] : [`--${tool}-out-file=${file}`]),
    ...spec.arguments(read),
    ...(xml ? read(suppressions).map((each) => `--suppressions=${path.resolve(cwd, each)}`) : []),
    ...(read(traceChildren) ? ['--trace-children=yes'] : []),
    ...read(moreOptions), ...(spec.more?.(read) ?? []),
  ];
  return {
    id: tool, label, question, cost, options,
    suits: (target) => (isLaunched(target) && (['c', 'cpp', 'native'] as readonly Language[]).includes(target.language) ? score : 0),
    async preflight(target, context) {
      const program = target.program ?? (target.language === 'native' ? target.file : undefined);
      return (await checkValgrind(context.read(valgrindPath), label, words(context.read, target.cwd, os.devNull)))
        ?? (program === undefined ? undefined : checkProgram(program, label, spec.needs, context.read));
    },
    async plan(target, folder, { read }) {
      const program = target.program!;
      const problem = await checkProgram(program, label, spec.needs, read);
      if (problem) throw new ProblemError(problem);
      const file = `${path.join(folder, prefix).replaceAll('%', '%%')}.%p`;
      const executable = await readExecutable(program);
      const aboutStatic = executable?.isStatic && spec.needs?.staticNote;
      const server = spec.monitor ? `--vgdb-prefix=${path.join(folder, VGDB)}` : '--vgdb=no';
      return {
        command: [read(valgrindPath), server, ...words(read, target.cwd, file), program, ...target.args],
        cwd: target.cwd, env: target.env, notes: [...(spec.notes?.(read) ?? []), ...(aboutStatic ? [aboutStatic] : []), ...debugNotes(program, executable)],
      };
    },
    stop: (pid, folder, attempt) => stopValgrind(spec, pid, folder, attempt),
    async collect(folder) {
      const names = await readdir(folder);
      for (const name of names) if (name.startsWith(VGDB)) await rm(path.join(folder, name), { force: true });
      const files: string[] = [];
      for (const name of names.filter((each) => each.startsWith(prefix)).sort(byNumbers)) if (await hasBytes(path.join(folder, name))) files.push(name);
      return recordingOf(folder, xml ? await reports(folder, files) : files, spec);
    },
  };
}

function recordingOf(folder: string, files: readonly string[], { format, addsUp }: ValgrindTool): Recording | undefined {
  if (files.length === 0) return undefined;
  if (addsUp || files.length === 1) return { files, format };
  const others = files.length - 1;
  const notes = [`The first process is shown; ${others === 1 ? 'the file of another one is' : `the files of ${others} others are`} in ${folder}.`];
  return { files: files.slice(0, 1), format, notes };
}

/** By process id, then part: the numbers in a name by their values. */
function byNumbers(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

/** Bytes of a report that has nothing but its beginning. */
const BEGINNING = 16_384;

/** Leaves out what a process left that became another program at once: the beginning of a report, without any error. */
async function reports(folder: string, files: readonly string[]): Promise<readonly string[]> {
  const full: string[] = [];
  for (const name of files) {
    const file = path.join(folder, name);
    const content = (await stat(file)).size > BEGINNING ? undefined : await readFile(file, 'latin1');
    if (content === undefined || content.includes('</valgrindoutput>') || content.includes('<error>')) full.push(name);
  }
  return full.length > 0 ? full : files;
}

/** Milliseconds that a signal has before the program is killed, and since when a file counts as being written. */
const GRACE = 1500;

/**
 * Ends a program under Valgrind, which writes what it has when a signal ends the program. Programs may catch or ignore the usual signals, but hardly any
 * does so with the alarm of its virtual time. Where that does not help either, some tools write on request.
 */
async function stopValgrind(spec: ValgrindTool, pid: number, folder: string, attempt: number): Promise<void> {
  const all = [pid, ...(await descendants(pid))];
  const signal = (name: NodeJS.Signals) => all.forEach((each) => sendSignal(each, name));
  if (attempt < 2) return signal(attempt === 0 ? 'SIGINT' : 'SIGTERM');
  if (attempt === 2) {
    signal('SIGVTALRM');
    if (await waitForEnd(pid, GRACE)) return;
  }
  if (await isWriting(folder, spec.tool)) return;
  if (spec.monitor) for (const each of all) if (await isRunning(each)) await valgrindMonitor(each, folder, `${spec.tool}.out.${each}`, spec.monitor);
  signal('SIGKILL');
}

/** Whether a file grows, or a report says that the program has ended: then there is only to wait, for leaks may take long to find. */
async function isWriting(folder: string, tool: string): Promise<boolean> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(`${tool}.out`)) continue;
    const file = path.join(folder, name);
    const { mtimeMs, size } = await stat(file);
    if (size > 0 && Date.now() - mtimeMs < GRACE) return true;
    const content = size > 1 << 24 ? '' : await readFile(file, 'latin1');
    if (content.includes('<state>FINISHED</state>') && !content.includes('</valgrindoutput>')) return true;
  }
  return false;
}
