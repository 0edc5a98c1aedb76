// How tests and benches start the Python debug adapters: debugpy, and ours as it was built.
import path from 'node:path';
import { root } from '../scripts/project.mjs';
import type { AdapterCommand } from './dapClient.ts';

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
