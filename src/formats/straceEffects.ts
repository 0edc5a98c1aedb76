import { Effect, firstName } from './straceCalls.ts';
import { ProcessMemory, StraceMemory } from './straceMemory.ts';
import type { TraceSeries } from './traceSeries.ts';
import type { Process, Task } from './traceTasks.ts';

/** Results above are no numbers of bytes that one call moves. */
const MAX_BYTES = 2 ** 40;

export interface StraceProcess extends Process {
  /** Of processes that have asked for some. */
  memory: ProcessMemory | undefined;
}

/** What calls that succeeded do: memory, bytes read and written, names of processes. */
export class StraceEffects {
  private readonly memory: StraceMemory;
  private bytesRead = 0;
  private bytesWritten = 0;

  constructor(private readonly series: TraceSeries) {
    this.memory = new StraceMemory(series);
  }

  /** A call has returned `value`; `args` as strace prints them, as far as `hasArguments` asks for them. */
  apply(task: Task & { process: StraceProcess }, effect: number, name: string, args: string, value: number): void {
    switch (effect) {
      case Effect.Read:
        if (value > 0 && value < MAX_BYTES) this.series.set('bytes read', (this.bytesRead += value));
        return;
      case Effect.Write:
        if (value > 0 && value < MAX_BYTES) this.series.set('bytes written', (this.bytesWritten += value));
        return;
      case Effect.Memory:
        this.memory.call((task.process.memory ??= new ProcessMemory()), name, args, value);
        return;
      case Effect.Execute:
        this.release(task.process);
        task.name = firstName(args) ?? task.name;
        return;
      case Effect.Name:
        if (/^PR_SET_NAME\b/.test(args)) task.name = firstName(args) ?? task.name;
        return;
      default:
    }
  }

  /** The process has ended, or begins anew by execve. */
  release(process: StraceProcess): void {
    if (process.memory) this.memory.release(process.memory);
    process.memory = undefined;
  }
}
