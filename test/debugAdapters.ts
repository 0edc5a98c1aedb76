// How tests and benches start debug adapters: those of others, and ours as they were built.
import { createRequire } from 'node:module';
import path from 'node:path';
import { root } from '../scripts/project.mjs';
import type { AdapterCommand, InlineAdapter } from './dapClient.ts';

export interface PythonAdapter {
  readonly name: string;
  readonly adapter: AdapterCommand;
  /** Launch arguments of this adapter that mean the same in each: this interpreter, output through the adapter, user code only. */
  readonly launch: object;
}

/** debugpy's own adapter. `packages`: the folder that holds debugpy. The program is run by `python` too. */
export function debugpyAdapter(python: string, packages: string, env: Readonly<Record<string, string>> = {}): PythonAdapter {
  return {
    name: 'debugpy',
    adapter: { command: python, args: [path.join(packages, 'debugpy', 'adapter')], env: { PYTHONPATH: packages } },
    launch: { type: 'debugpy', python: [python], console: 'internalConsole', redirectOutput: true, justMyCode: true, subProcess: false, env },
  };
}

/** Ours, on stdio, from dist. */
export function pdbAdapter(python: string, env: Readonly<Record<string, string>> = {}): PythonAdapter {
  return {
    name: 'heatline',
    adapter: { command: process.execPath, args: [path.join(root, 'dist', 'pdb-adapter.js')] },
    launch: { type: 'pdb', python, console: 'internalConsole', subProcess: false, env },
  };
}

export interface GoAdapter {
  readonly name: string;
  readonly adapter: AdapterCommand | InlineAdapter;
  /** Launch arguments of this adapter that mean the same in each: the package is built and debugged. */
  readonly launch: object;
}

/** dlv's own adapter, on a port of the loopback, as VS Code's extension for Go has it, and detached as ours starts its dlv; `cwd` is the folder of the module. */
export function dlvAdapter(dlv: string, cwd: string): GoAdapter {
  return {
    name: 'dlv dap',
    adapter: { command: dlv, args: ['dap', '--listen=127.0.0.1:0'], listening: /^DAP server listening at: .*:(\d+)\r?\n/m, cwd, detached: process.platform !== 'win32' },
    launch: { type: 'go', mode: 'debug', hideSystemGoroutines: true },
  };
}

const OF_DELVE = (dlv: string) => ({ type: 'delve', mode: 'debug', hideSystemGoroutines: true, dlv });

/** Ours, on stdio, from dist. */
export function delveAdapter(dlv: string): GoAdapter {
  return { name: 'heatline on stdio', adapter: { command: process.execPath, args: [path.join(root, 'dist', 'delve-adapter.js')] }, launch: OF_DELVE(dlv) };
}

/** Ours in the client's process, as VS Code has it, from dist. */
export function delveSession(dlv: string): GoAdapter {
  const { DelveSession } = createRequire(import.meta.url)(path.join(root, 'dist', 'delve-session.cjs')) as {
    DelveSession: new (options: { gone: () => void }) => ReturnType<InlineAdapter['begin']>;
  };
  return { name: 'heatline', adapter: { begin: (gone) => new DelveSession({ gone }) }, launch: OF_DELVE(dlv) };
}
