import { rm, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { perfScript, PERF_SCRIPT_ARGUMENTS } from '../formats/perfScript.ts';
import { pythonWords } from './commandLine.ts';
import { number, toggle } from './options.ts';
import { perf, perfAbility, perfPath } from './perf.ts';
import { runProcess } from './process.ts';
import { ProblemError, type Problem } from './problem.ts';
import type { Profiler, ProfilerContext } from './profiler.ts';
import { sourceFunctions } from './pythonFunctions.ts';
import { disownMappings, recordedProcesses, removeTraces, type RecordedProcesses } from './pythonJit.ts';
import { pythonFiles, rewriteScript } from './pythonPerfScript.ts';
import { checkInterpreter } from './pythonTarget.ts';
import { hasBytes } from './recordedFiles.ts';
import { isLaunched, type Target } from './target.ts';

const DATA = 'perf.data';
const INJECTED = 'perf.jit.data';
const RAW = 'perf.raw.script';
const SCRIPT = 'perf.script';
const SYMBOLS = 'symbols.json';
/** What `collect` must know of the plan. */
const NOTE = 'python.json';
/** Process id of heatline_shield.py. */
const SHIELD = 'shield.pid';
/** Root waits about a second at the end for kernel symbols of BPF programs, which nobody asked for. */
const WITHOUT_BPF = process.getuid?.() === 0 ? ['--no-bpf-event'] : [];

const frequency = number({
  setting: 'pythonPerf.frequency', label: 'Frequency', default: 499, min: 1, max: 10_000, integer: true, unit: 'samples a second',
  description: 'Samples a second of perf on Python programs. Without frame pointers each is a copy of the stack: 499 of 32 KiB are 16 MB a second.',
});
const stackKilobytes = number({
  setting: 'pythonPerf.stack', label: 'Stack', default: 32, min: 4, max: 60, integer: true, unit: 'KiB',
  description: 'How much of the stack perf copies for each sample of a Python program. Deeper calls than fit into it lose their outer callers.',
});
const foldInterpreter = toggle({
  setting: 'pythonPerf.foldInterpreter', label: 'Fold interpreter', default: true,
  description: 'Leaves the frames out with which the Python interpreter calls from one Python function to the next. What it calls in C stays.',
});

/** How a Python interpreter and perf work together. */
interface PythonAbility {
  readonly executable: string;
  readonly minor: number;
  /** Built so that stacks can be walked by frame pointers. */
  readonly framePointers: boolean;
}

/** perf with the functions of Python programs among its frames. */
export const pythonPerf: Profiler = {
  id: 'python-perf',
  label: 'perf with Python',
  question: 'Where does the processor spend its time, in Python functions and in the C code, libraries and kernel below them?',
  cost: 'up to 2 times slower where functions are short, else about 1.1; up to 16 MB of disk a second',
  options: [frequency, stackKilobytes, foldInterpreter, perfPath],
  suits: (target) => (target.language === 'python' && isLaunched(target) ? 50 : 0),
  async preflight(target, context) {
    const problem = (await perf.preflight(target, context)) ?? (await checkInterpreter(target));
    if (problem) return { ...problem, remedies: [...problem.remedies, SAMPLER] };
    const ability = await pythonAbility(target);
    return 'executable' in ability ? undefined : ability;
  },
  async plan(target, folder, context) {
    const ability = await perfAbility(context);
    if (!('event' in ability)) throw new ProblemError(ability);
    const python = await pythonAbility(target);
    if (!('executable' in python)) throw new ProblemError(python);
    const notes: string[] = [];
    if (!ability.hardware) notes.push('This machine offers no hardware counters, so perf samples the processor clock (cpu-clock).');
    if (!ability.kernel) notes.push('Time inside the kernel is not shown: perf_event_paranoid permits user space only.');
    const jit = !python.framePointers && python.minor >= 13;
    if (!python.framePointers && !jit) {
      notes.push('This Python 3.12 is built without frame pointers (-fno-omit-frame-pointer), so a sample shows the innermost Python function alone and not who called it. Python 3.13 shows whole stacks.');
    }
    await writeFile(path.join(folder, NOTE), JSON.stringify({ interpreter: python.executable, cwd: target.cwd, jit }));
    return {
      command: [
        // No build ids into the cache in the home folder: of libraries made for one run they are useless.
        context.read(perfPath), 'record', '-q', '-N', '-o', path.join(folder, DATA), '-e', ability.event, '-F', String(context.read(frequency)),
        '--call-graph', python.framePointers ? 'fp' : `dwarf,${context.read(stackKilobytes) * 1024}`,
        // The clock of the jit dump.
        ...(jit ? ['-k', 'mono'] : []),
        ...WITHOUT_BPF, '--',
        python.executable, '-I', '-S', path.join(context.pythonFolder, 'heatline_shield.py'), path.join(folder, SHIELD),
        ...interpreterWords(target, python), '-X', jit ? 'perf_jit' : 'perf', ...pythonWords(target),
      ],
      cwd: target.cwd, env: target.env, notes,
    };
  },
  stop: (pid, folder, attempt) => perf.stop(pid, folder, attempt),
  async collect(folder, context) {
    const data = path.join(folder, DATA);
    if (!(await hasBytes(data))) return undefined;
    const processes = await recordedProcesses(data);
    try {
      return await collectScript(folder, context, processes);
    } finally {
      await removeTraces(processes);
      await Promise.all([INJECTED, RAW].map((name) => rm(path.join(folder, name), { force: true })));
    }
  },
};

/** The interpreter itself rather than a script that looks for it, whose samples nobody asked for; what else runs Python (`uv run python`) stays. */
function interpreterWords({ interpreter = [] }: Target, { executable }: PythonAbility): string[] {
  const [, ...words] = interpreter;
  return words.every((word) => word.startsWith('-')) ? [executable, ...words] : [...interpreter];
}

const SAMPLER: Problem['remedies'][number] = { kind: 'profiler', label: 'Use Python Sampler', profiler: 'python-sample' };

async function collectScript(folder: string, context: ProfilerContext, processes: RecordedProcesses): ReturnType<Profiler['collect']> {
  const inFolder = (name: string) => path.join(folder, name);
  const shield = Number(await readFile(inFolder(SHIELD), 'utf8').catch(() => '0'));
  await disownMappings(inFolder(DATA), processes, shield);
  let data = DATA;
  if (processes.dumping.size > 0) {
    const injected = await runProcess(context.read(perfPath), ['inject', '--jit', '-i', inFolder(DATA), '-o', inFolder(INJECTED)], { cwd: folder, signal: context.signal });
    if (injected.stderr.trim()) context.log(injected.stderr.trim());
    if (injected.code === 0 && (await hasBytes(inFolder(INJECTED)))) data = INJECTED;
    else context.log('perf inject did not find the names of Python functions');
  }
  // Nobody asked for our own process.
  const pids = [...processes.all].filter((pid) => pid !== shield);
  const printed = await runProcess(context.read(perfPath), [...PERF_SCRIPT_ARGUMENTS, ...(pids.length > 0 ? ['--pid', pids.join()] : []), '-i', inFolder(data)], { stdoutFile: inFolder(RAW), signal: context.signal });
  if (printed.stderr.trim()) context.log(printed.stderr.trim());
  if (!(await hasBytes(inFolder(RAW)))) {
    throw new ProblemError({
      code: 'perf-no-samples',
      message: printed.code === 0 ? 'perf took no samples.' : 'perf could not read its own recording.',
      why: printed.code === 0 ? 'The program ended before the first sample. Give it more work, or raise heatline.pythonPerf.frequency.' : printed.stderr.trim().split('\n').pop() ?? '',
      remedies: printed.code === 0 ? [{ kind: 'setting', label: 'Open Setting', setting: 'heatline.pythonPerf.frequency' }] : [],
      detail: printed.stderr,
    });
  }
  const { interpreter, cwd } = JSON.parse(await readFile(inFolder(NOTE), 'utf8')) as { interpreter: string; cwd: string };
  const files = new Map([...(await pythonFiles(inFolder(RAW)))].map((file) => [file, new Set<number>()]));
  const functions = await sourceFunctions([interpreter], files, folder, cwd, context);
  await rewriteScript(inFolder(RAW), inFolder(SCRIPT), functions, context.read(foldInterpreter));
  return { files: [SCRIPT], format: perfScript.id, symbols: SYMBOLS };
}

const PROBE = `import json, sys, sysconfig
flags = ' '.join(str(sysconfig.get_config_var(name) or '') for name in ('CFLAGS', 'PY_CFLAGS', 'PY_CFLAGS_NODIST', 'PY_CORE_CFLAGS')).split()
kept = [flag for flag in flags if flag in ('-fno-omit-frame-pointer', '-fomit-frame-pointer')]
trampoline = hasattr(sys, 'activate_stack_trampoline') and sysconfig.get_config_var('PY_HAVE_PERF_TRAMPOLINE') not in (0, None, '0')
print(json.dumps([sys.executable, list(sys.version_info[:2]), sys.implementation.name, trampoline, kept[-1:] == ['-fno-omit-frame-pointer']]))`;

/** What a Python interpreter can tell perf, or why nothing. Asks it without leaving any file. */
async function pythonAbility(target: Target): Promise<PythonAbility | Problem> {
  const [program, ...words] = target.interpreter ?? ['python3'];
  const { code, stdout, stderr } = await runProcess(program, [...words, '-c', PROBE], { timeout: 20_000, cwd: target.cwd });
  const setting = { kind: 'setting', label: 'Open Setting', setting: 'heatline.python.path' } as const;
  if (code !== 0) {
    return { code: 'python-broken', message: `${program} does not run.`, why: stderr.trim().split('\n').pop() ?? '', remedies: [setting, SAMPLER], detail: stderr };
  }
  const [executable, [major, minor], implementation, trampoline, framePointers] = JSON.parse(stdout) as [string, [number, number], string, boolean, boolean];
  if (major < 3 || (major === 3 && minor < 12)) {
    return {
      code: 'python-perf-old',
      message: `${program} is Python ${major}.${minor}, whose functions perf cannot see.`,
      why: 'perf sees Python functions from Python 3.12 on, and whole stacks of them from 3.13 on. Choose another interpreter in heatline.python.path, or use the Python Sampler.',
      remedies: [setting, SAMPLER],
    };
  }
  if (!trampoline) {
    return {
      code: 'python-perf-unsupported',
      message: `${program} (${implementation} ${major}.${minor}) is built without support for perf.`,
      why: 'Python supports perf on Linux, on x86-64 and 64-bit ARM. Choose another interpreter in heatline.python.path, or use the Python Sampler.',
      remedies: [setting, SAMPLER],
    };
  }
  return { executable, minor: major > 3 ? 99 : minor, framePointers };
}
