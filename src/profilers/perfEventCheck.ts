import { perfPath, tryRecording, type PerfAbility } from './perfAbility.ts';
import { isInKernel, isToolEvent, isTracepoint } from './perfEvents.ts';
import { canReadTracing, isDenied, missingPermission, paranoidLevel, perfWords } from './perfRefusal.ts';
import { runProcess } from './process.ts';
import type { Problem, Remedy } from './problem.ts';
import type { ProfilerContext } from './profiler.ts';

/**
 * Why one of the chosen events cannot be used here, by trying each; undefined when all can. `setting` is where they were chosen; `record`: perf record's words
 * for one event, absent when events are counted and not sampled.
 */
export async function checkEvents(
  context: Pick<ProfilerContext, 'read' | 'log'>, ability: PerfAbility, events: readonly string[], setting: string, record?: (event: string) => readonly string[],
): Promise<Problem | undefined> {
  const remedies: Remedy[] = [{ kind: 'setting', label: 'Open Setting', setting }];
  const problem = (event: string, why: string, detail = ''): Problem => ({ code: 'perf-event', message: `perf cannot use ${event} here.`, why, remedies, detail });
  for (const event of events.map((each) => each.trim()).filter(Boolean)) {
    if (record && isToolEvent(event)) return problem(event, 'It is a value of perf stat and cannot be sampled. Count it with perf stat instead.');
    if (!ability.kernel && isInKernel(event)) {
      const missing = await lacking(event, false);
      return { ...problem(event, `It happens inside of the kernel, and perf would show none of it without a word. ${missing.why}`), remedies: [...missing.remedies, ...remedies] };
    }
    // perf record takes the clock for cycles that are not there; perf stat says so.
    const counted = await runProcess(context.read(perfPath), ['stat', '-x;', '-e', event, '--', 'true'], { timeout: 20_000 });
    const tried = counted.code === 0 && record ? await tryRecording(context, record(event)) : counted;
    const unsupported = /<not supported>|is not supported|Cannot find PMU|No such device/.test(counted.stderr + tried.stderr);
    if (counted.code === 0 && tried.code === 0 && !unsupported) continue;
    const said = counted.code === 0 ? tried.stderr : counted.stderr;
    context.log(said.trim());
    if (unsupported) {
      return problem(event, ability.hardware ? 'This processor, or its kernel, does not count it. perf list says what there is.'
        : 'This machine offers no hardware counters, as most virtual machines do. Software events such as page-faults work, and the processor clock: cpu-clock.', said);
    }
    if (/can't access trace events|No permissions to read/.test(said) || isDenied(said)) {
      const missing = await lacking(event, ability.kernel);
      return { ...problem(event, missing.why, said), remedies: [...missing.remedies, ...remedies] };
    }
    return problem(event, perfWords(said), said);
  }
  return undefined;
}

/** System calls are open to whom the kernel is; other tracepoints ask for more. */
async function lacking(event: string, kernel: boolean): Promise<Problem> {
  const tracing = isTracepoint(event) && !(await canReadTracing());
  return missingPermission(isTracepoint(event) && !/^(?:raw_)?syscalls:/.test(event) ? 'tracepoints' : tracing || !kernel ? 'kernel' : 'systemWide', await paranoidLevel(), tracing);
}
