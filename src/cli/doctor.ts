import { readFile } from 'node:fs/promises';
import os from 'node:os';
import { installRemedy } from '../profilers/install.ts';
import { findProgram, runProcess } from '../profilers/process.ts';
import { version } from '../../package.json';
import type { Command } from './command.ts';
import { ExitCode, parseWords, UsageError } from './command.ts';
import { cell, printJson, printLines } from './output.ts';
import { remedyLines } from './problemText.ts';
import { profilerStates } from './profilers.ts';

interface Tool {
  readonly name: string;
  /** What it is for, a few words. */
  readonly use: string;
  readonly version: readonly string[];
  /** Others do its work where it is missing. */
  readonly optional?: boolean;
}

const TOOLS: readonly Tool[] = [
  { name: 'python3', use: 'Python programs', version: ['--version'] },
  { name: 'cc', use: 'building C files', version: ['--version'] },
  { name: 'c++', use: 'building C++ files', version: ['--version'] },
  { name: 'go', use: 'building Go programs', version: ['version'] },
  { name: 'perf', use: 'sampling C, C++ and Go; opening perf.data', version: ['--version'] },
  { name: 'valgrind', use: 'callgrind and the other Valgrind tools', version: ['--version'] },
  { name: 'addr2line', use: 'source lines of C and C++ samples', version: ['--version'] },
  { name: 'llvm-symbolizer', use: 'source lines of Go samples (go tool addr2line does, too)', version: ['--version'], optional: true },
];

/** `heatline doctor`: what is installed and permitted. */
export const doctor: Command = {
  help: `heatline doctor [--json]

Looks for every tool that Heatline runs, tries whether the profilers may run, and says what is missing with the command that mends it.

  --json    {version, system: {platform, release, node, cpus, perfEventParanoid, yamaPtraceScope}, tools: [{name, use, path, version, optional, remedies}],
            profilers: [{id, usable, why, remedies}]}; path and version are '' for what is missing, the two kernel settings null where there are none`,
  async run(words) {
    const { values, positionals } = parseWords(words, { json: { type: 'boolean' } });
    if (positionals.length > 0) throw new UsageError('heatline doctor takes no arguments.');
    const [tools, states, perfEventParanoid, yamaPtraceScope] = await Promise.all([
      Promise.all(TOOLS.map(look)), profilerStates(undefined), kernelSetting('kernel/perf_event_paranoid'), kernelSetting('kernel/yama/ptrace_scope'),
    ]);
    const system = { platform: process.platform, release: os.release(), node: process.versions.node, cpus: os.cpus().length, perfEventParanoid, yamaPtraceScope };
    const profilers = states.map(({ profiler, problem }) => ({
      id: profiler.id, usable: problem === undefined, why: problem ? `${problem.message} ${problem.why}` : '', remedies: problem ? remedyLines(problem) : [],
    }));
    if (values.json) {
      await printJson({ version, system, tools, profilers });
      return ExitCode.Fine;
    }
    const width = Math.max(...TOOLS.map(({ name }) => name.length), ...profilers.map(({ id }) => id.length));
    await printLines([
      `heatline ${version}, Node ${system.node}, ${system.platform} ${system.release}, ${system.cpus} processors`,
      ...(perfEventParanoid === null ? [] : [`kernel.perf_event_paranoid is ${perfEventParanoid}`]),
      '', 'Tools',
      ...tools.flatMap((tool) => [
        `  ${tool.path ? 'ok     ' : tool.optional ? 'absent ' : 'missing'}  ${tool.name.padEnd(width)}  ${tool.path ? `${cell(tool.path)}, ${cell(tool.version)}` : `for ${tool.use}`}`,
        ...tool.remedies.map((line) => `           ${' '.repeat(width)}${cell(line)}`),
      ]),
      '', 'Profilers',
      ...profilers.flatMap(({ id, usable, why, remedies }) => [
        `  ${usable ? 'ok     ' : 'cannot '}  ${id.padEnd(width)}  ${cell(why)}`.trimEnd(), ...remedies.map((line) => `           ${' '.repeat(width)}${cell(line)}`),
      ]),
    ]);
    return ExitCode.Fine;
  },
};

async function look({ name, use, version: words, optional = false }: Tool) {
  const path = await findProgram(name);
  if (!path) {
    const remedies = await installRemedy(name);
    return { name, use, path: '', version: '', optional, remedies: optional ? [] : remedyLines({ code: '', message: '', why: '', remedies }) };
  }
  const said = await runProcess(path, words, { timeout: 10_000 }).catch(() => undefined);
  const line = `${said?.stdout ?? ''}\n${said?.stderr ?? ''}`.split('\n').find((each) => /\d/.test(each))?.trim() ?? '';
  return { name, use, path, version: line.slice(0, 100), optional, remedies: [] };
}

async function kernelSetting(name: string): Promise<number | null> {
  const content = await readFile(`/proc/sys/${name}`, 'utf8').catch(() => '');
  return /^-?\d+\s*$/.test(content) ? Number(content) : null;
}
