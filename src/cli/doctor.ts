import { readFile } from 'node:fs/promises';
import { installRemedy } from '../profilers/install.ts';
import { findProgram, runProcess } from '../profilers/process.ts';
import { abilities, abilityLines } from './abilityLines.ts';
import type { Command } from './command.ts';
import { ExitCode, parseWords, UsageError } from './command.ts';
import { cell, printJson, printLines } from './output.ts';

/** Programs that profiling and reading use: what for, and how each tells its version. */
const TOOLS: readonly { readonly name: string; readonly use: string; readonly version: readonly string[] }[] = [
  { name: 'python3', use: 'profiles Python', version: ['--version'] },
  { name: 'perf', use: 'profiles native code; opens perf.data', version: ['--version'] },
  { name: 'valgrind', use: 'callgrind', version: ['--version'] },
  { name: 'cc', use: 'builds C files', version: ['--version'] },
  { name: 'c++', use: 'builds C++ files', version: ['--version'] },
  { name: 'go', use: 'builds Go files', version: ['version'] },
  { name: 'llvm-symbolizer', use: 'source lines of addresses', version: ['--version'] },
  { name: 'addr2line', use: 'source lines of addresses', version: ['--version'] },
];

interface ToolReport {
  readonly name: string;
  readonly use: string;
  /** null when it is not on PATH. */
  readonly path: string | null;
  readonly version: string | null;
  /** The command that installs it, where one is known. */
  readonly install: string | null;
}

/** `heatline doctor`: what is installed. */
export const doctor: Command = {
  help: `heatline doctor [--json]

What this machine has: each profiler and each tool, and for what is missing the command that mends it. The exit code is 0 in any case.

  --json    {system: {platform, arch, node, perfEventParanoid}, profilers: [as heatline profilers has them], tools: [{name, use, path, version, install}]}`,
  async run(words) {
    const { values, positionals } = parseWords(words, { json: { type: 'boolean' } });
    if (positionals.length > 0) throw new UsageError('heatline doctor takes no arguments.');
    const [found, tools, paranoid] = await Promise.all([abilities(), Promise.all(TOOLS.map(toolReport)), perfEventParanoid()]);
    const system = { platform: process.platform, arch: process.arch, node: process.version, perfEventParanoid: paranoid };
    if (values.json) {
      await printJson({ system }, { profilers: found, tools });
      return ExitCode.Fine;
    }
    await printLines([
      `${system.platform} ${system.arch}, Node ${system.node}${paranoid === null ? '' : `, kernel.perf_event_paranoid ${paranoid}`}`, '', 'Profilers', ...found.flatMap(abilityLines), '', 'Tools',
      ...tools.flatMap(({ name, use, path, version, install }) => [
        path === null ? `MISSING  ${name} (${use})` : `ok       ${name} (${use}): ${cell(path)}${version ? `, ${cell(version)}` : ''}`,
        ...(install === null ? [] : [`           mend it with: ${install}`]),
      ]),
    ]);
    return ExitCode.Fine;
  },
};

async function toolReport({ name, use, version }: (typeof TOOLS)[number]): Promise<ToolReport> {
  const path = await findProgram(name);
  if (!path) {
    const [remedy] = await installRemedy(name);
    return { name, use, path: null, version: null, install: remedy?.kind === 'terminal' ? remedy.command.join(' ') : null };
  }
  const said = await runProcess(path, version, { timeout: 10_000 }).catch(() => undefined);
  const line = said?.code === 0 ? (said.stdout || said.stderr).split('\n').map((each) => each.trim()).find((each) => /\d/.test(each)) : undefined;
  return { name, use, path, version: line ?? null, install: null };
}

/** null where the kernel has no such setting. */
async function perfEventParanoid(): Promise<number | null> {
  const text = await readFile('/proc/sys/kernel/perf_event_paranoid', 'utf8').catch(() => undefined);
  return text === undefined ? null : Number(text);
}
