import type { ProfilerContext } from '../profiler.ts';

/**
 * A program of ours that does what a profiler's tool would do, for profilers that need none (memory over time, a service's profiles). It runs in the terminal
 * like any profiler; `words` are its arguments. Returns its exit code.
 */
export type Agent = (words: readonly string[]) => Promise<number>;

/** Every agent by name. Each is loaded when it is run. */
export const AGENTS: Readonly<Record<string, () => Promise<Agent>>> = {
  gperftools: () => import('./gperftools.ts').then(({ gperftoolsAgent }) => gperftoolsAgent),
  ltrace: async () => (await import('./ltrace.ts')).ltraceAgent,
  memory: async () => (await import('./memory.ts')).memoryAgent,
  timed: async () => (await import('./timed.ts')).timed,
  'python-attach': async () => (await import('./pythonAttach.ts')).pythonAttach,
  'go-service': async () => (await import('./goService.ts')).goService,
};

/** Command and environment that run an agent. The environment makes a Node of the desktop's editor; agents take it away again from what they start. */
export function agentCommand({ agent }: Pick<ProfilerContext, 'agent'>, name: string, words: readonly string[]): { command: string[]; env: Record<string, string> } {
  return { command: [process.execPath, agent, name, ...words], env: { ELECTRON_RUN_AS_NODE: '1' } };
}
