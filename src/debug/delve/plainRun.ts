import { sendSignal } from '../../profilers/process.ts';
import { fault } from '../fault.ts';
import { startInPipes, startInTerminal, type Ending, type ProcessOrder } from '../startedProcess.ts';
import { build } from './build.ts';
import type { LaunchConfiguration } from './configuration.ts';
import { launchOrder } from './launchOrder.ts';
import type { Surroundings } from './surroundings.ts';

/** A program that runs without a debugger. */
export interface PlainRun {
  readonly title: string;
  readonly pid?: number;
  readonly ended: Promise<Ending>;
  input(text: string): boolean;
  /** Asks it to end, as Ctrl+C does; where nobody can be asked, it is killed. */
  interrupt(): Promise<void>;
  kill(): Promise<void>;
  release(): void;
}

/** Builds and starts a program without a debugger. @throws ProblemError */
export async function runPlainly(configuration: LaunchConfiguration, around: Surroundings): Promise<PlainRun> {
  const order = await launchOrder(configuration);
  if (order.mode === 'core' || order.mode === 'replay') throw fault('delve-nothing-to-run', 'A recording can only be debugged.', 'Start it with debugging (F5).');
  const built = order.build && await build(order, around, true);
  try {
    const file = built?.file ?? order.existing[1];
    const what: ProcessOrder = {
      title: order.title, command: [file, ...order.args], cwd: order.cwd, env: order.env,
      failed: (error) => fault('delve-start', `${file} could not be started.`, error.message),
    };
    const started = order.console === 'internalConsole' || !around.runInTerminal ? await startInPipes(what, around) : await startInTerminal(what, order.console, around.runInTerminal);
    const kill = async () => {
      await started.kill();
      await built?.remove();
    };
    return {
      title: order.title, pid: started.pid, input: (text) => started.input(text), kill,
      interrupt: async () => {
        if (process.platform === 'win32' || started.pid === undefined || !sendSignal(started.pid, 'SIGINT')) await kill();
      },
      // One that was too short to be seen in its terminal has ended too.
      ended: Promise.race([started.ended, started.unseen.then((): Ending => ({}))]).then(async (ending) => {
        await built?.remove();
        return ending;
      }),
      release: () => started.release(),
    };
  } catch (error) {
    await built?.remove();
    throw error;
  }
}
