import { readFile, writeFile } from 'node:fs/promises';
import { isRunning } from '../process.ts';
import { injectSampler, type Injection } from '../pythonInject.ts';
import type { Agent } from './index.ts';

/** Arguments as one word of JSON. */
export interface AttachOrder extends Injection {
  /** How long to sample; 0: until stopped. */
  readonly seconds: number;
}

/** Milliseconds for the sampler to write its last words. */
const LAST_WORDS = 3000;

/**
 * Puts the sampler into a running Python process and waits: for the time that was asked for, for SIGINT or SIGTERM, for the stop file, or for the end of the
 * process. Then it has the sampler end; the process goes on.
 */
export const pythonAttach: Agent = async ([word]) => {
  const order = JSON.parse(word) as AttachOrder;
  let stopping = false;
  let wake: () => void = () => undefined;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      stopping = true;
      wake();
    });
  }
  const pause = (milliseconds: number) => new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    wake = () => {
      clearTimeout(timer);
      resolve();
    };
  });
  const isStopAsked = () => readFile(order.stop).then(() => true, () => false);
  console.log(`Putting the sampler into process ${order.pid} ...`);
  const problem = await injectSampler(order, process.pid);
  if (problem) {
    // For a request that is still on its way.
    await writeFile(order.stop, '');
    console.error(problem);
    return 1;
  }
  console.log(`Sampling process ${order.pid}${order.seconds > 0 ? ` for ${order.seconds} s` : ''}. Ctrl-C ends the sampling; the process goes on.`);
  const end = order.seconds > 0 ? Date.now() + order.seconds * 1000 : Infinity;
  while (!stopping && Date.now() < end && (await isRunning(order.pid)) && !(await isStopAsked())) await pause(Math.min(100, end - Date.now()));
  await writeFile(order.stop, '');
  const deadline = Date.now() + LAST_WORDS;
  while (Date.now() < deadline && (await isRunning(order.pid)) && !(await hasGoodbye(order.out))) await pause(50);
  return 0;
};

/** Whether the sampler has written its end record. */
async function hasGoodbye(file: string): Promise<boolean> {
  const text = await readFile(file, 'latin1').catch(() => '');
  return /\ne [^\n]*\n$/.test(text.slice(-1000));
}
