import { findGoProgram } from '../profilers/go/installedProgram.ts';
import { installRemedy } from '../profilers/install.ts';
import { readDefaults } from '../profilers/options.ts';
import { perfAbility } from '../profilers/perfAbility.ts';
import { canReadTracing, missingPermission, paranoidLevel, type Permission } from '../profilers/perfRefusal.ts';
import { findProgram, runProcess } from '../profilers/process.ts';
import { abilities, abilityLines } from './abilityLines.ts';
import type { Command } from './command.ts';
import { ExitCode, parseWords, UsageError } from './command.ts';
import { cell, printJson, printLines } from './output.ts';
import { mendingCommands } from '../profilers/problem.ts';

/** Programs that profiling and reading use: what for, and how each tells its version. */
const TOOLS: readonly { readonly name: string; readonly use: string; readonly version: readonly string[] }[] = [
  { name: 'python3', use: 'profiles Python', version: ['--version'] },
  { name: 'perf', use: 'profiles native code; opens perf.data', version: ['--version'] },
  { name: 'valgrind', use: 'callgrind, cachegrind, massif, DHAT, memcheck, helgrind, drd', version: ['--version'] },
  { name: 'cc', use: 'builds C files', version: ['--version'] },
  { name: 'c++', use: 'builds C++ files', version: ['--version'] },
  { name: 'go', use: 'builds Go files', version: ['version'] },
  { name: 'dlv', use: 'debugs Go', version: ['version'] },
  { name: 'strace', use: 'system calls', version: ['--version'] },
  { name: 'ltrace', use: 'library calls', version: ['--version'] },
  { name: 'gdb', use: 'attaches to running Python programs', version: ['--version'] },
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

  --json    {system: {platform, arch, node, perfEventParanoid, perf}, profilers: [as heatline profilers has them], tools: [{name, use, path, version, install}]}
            perf: {own, kernel, tracepoints, allProcesses, hardwareCounters, missing: [{what, why, commands}]}, what this user may do with it (own: own
            programs in user space), or null when it is not installed`,
  async run(words) {
    const { values, positionals } = parseWords(words, { json: { type: 'boolean' } });
    if (positionals.length > 0) throw new UsageError('heatline doctor takes no arguments.');
    const [found, tools, paranoid, perf] = await Promise.all([abilities(), Promise.all(TOOLS.map(toolReport)), paranoidLevel().then((level) => level ?? null), perfReport()]);
    const system = { platform: process.platform, arch: process.arch, node: process.version, perfEventParanoid: paranoid, perf };
    if (values.json) {
      await printJson({ system }, { profilers: found, tools });
      return ExitCode.Fine;
    }
    await printLines([
      `${system.platform} ${system.arch}, Node ${system.node}${paranoid === null ? '' : `, kernel.perf_event_paranoid ${paranoid}`}`, ...(perf ? perfLines(perf) : []), '', 'Profilers', ...found.flatMap(abilityLines), '', 'Tools',
      ...tools.flatMap(({ name, use, path, version, install }) => [
        path === null ? `MISSING  ${name} (${use})` : `ok       ${name} (${use}): ${cell(path)}${version ? `, ${cell(version)}` : ''}`,
        ...(install === null ? [] : [`           mend it with: ${install}`]),
      ]),
    ]);
    return ExitCode.Fine;
  },
};

async function toolReport({ name, use, version }: (typeof TOOLS)[number]): Promise<ToolReport> {
  const path = await (name === 'dlv' ? findGoProgram(name) : findProgram(name));
  if (!path) {
    const [remedy] = await installRemedy(name);
    return { name, use, path: null, version: null, install: remedy?.kind === 'terminal' ? remedy.command.join(' ') : null };
  }
  const said = await runProcess(path, version, { timeout: 10_000 }).catch(() => undefined);
  const line = said?.code === 0 ? (said.stdout || said.stderr).split('\n').map((each) => each.trim()).find((each) => /\d/.test(each)) : undefined;
  return { name, use, path, version: line ?? null, install: null };
}

interface PerfReport {
  /** Own programs, in user space. */
  readonly own: boolean;
  readonly kernel: boolean;
  readonly tracepoints: boolean;
  readonly allProcesses: boolean;
  readonly hardwareCounters: boolean;
  /** What permits that which is missing, until the next restart. */
  readonly missing: readonly { readonly what: string; readonly why: string; readonly commands: readonly string[] }[];
}

/** What this user may do with perf, found by trying; null where there is no perf. */
async function perfReport(): Promise<PerfReport | null> {
  const ability = await perfAbility({ read: readDefaults, log: () => undefined });
  if (!('event' in ability)) {
    if (ability.code === 'perf-missing' || ability.code === 'perf-platform') return null;
    const missing = [{ what: 'own', why: `${ability.message} ${ability.why}`, commands: mendingCommands(ability) }];
    return { own: false, kernel: false, tracepoints: false, allProcesses: false, hardwareCounters: false, missing };
  }
  const level = await paranoidLevel();
  const tracing = await canReadTracing();
  const lacks = (permission: Permission, what: string) => {
    const problem = missingPermission(permission, level, permission === 'tracepoints' && !tracing);
    return ability[permission] ? [] : [{ what, why: `${problem.message} ${problem.why}`, commands: mendingCommands(problem) }];
  };
  return {
    own: true, kernel: ability.kernel, tracepoints: ability.tracepoints, allProcesses: ability.systemWide, hardwareCounters: ability.hardware,
    missing: [...lacks('kernel', 'kernel'), ...lacks('tracepoints', 'tracepoints'), ...lacks('systemWide', 'allProcesses')],
  };
}

function perfLines({ own, kernel, tracepoints, allProcesses, hardwareCounters, missing }: PerfReport): string[] {
  const word = (may: boolean) => (may ? 'yes' : 'no');
  return [
    `perf: own programs ${word(own)}, kernel ${word(kernel)}, tracepoints ${word(tracepoints)}, all processes ${word(allProcesses)}; hardware counters ${word(hardwareCounters)}`,
    ...missing.flatMap(({ why, commands }) => [`  ${cell(why)}`, ...commands.map((command) => `    mend it with: ${command}`)]),
  ];
}
