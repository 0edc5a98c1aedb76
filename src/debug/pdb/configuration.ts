import type { TerminalKind } from '../terminalOrder.ts';

/** Where the same files are called differently: `localRoot` here, `remoteRoot` where the program runs. Both absolute. */
export interface PathMapping {
  readonly localRoot: string;
  readonly remoteRoot: string;
}

export type DebugConsole = 'pdb' | 'ipdb';

/** What both kinds of configuration may say; absent members have the defaults of `DEFAULTS`. */
export interface CommonConfiguration {
  readonly name?: string;
  readonly type?: string;
  /** Whose commands the Debug Console understands; ipdb where it is installed for the program's interpreter. */
  readonly debugger?: DebugConsole;
  /** The client's "Run Without Debugging": nothing stops. */
  readonly noDebug?: boolean;
  readonly stopOnEntry?: boolean;
  /** Globs of files that stepping does not stop in. */
  readonly skip?: readonly string[];
  /** Stepping does not stop in the standard library and in installed packages. */
  readonly justMyCode?: boolean;
  /** Child processes are debugged too, each in a session of its own. */
  readonly subProcess?: boolean;
  readonly pathMappings?: readonly PathMapping[];
  /** A function's return value is shown among the variables after it has returned. */
  readonly showReturnValue?: boolean;
  /** What the program prints is shown in the Debug Console too. It always is where the program runs in it. */
  readonly redirectOutput?: boolean;
  /** All threads stop together; false: only the one that hits a breakpoint. */
  readonly allThreads?: boolean;
}

export interface LaunchConfiguration extends CommonConfiguration {
  /** One of program, module, code and pytest says what runs. */
  readonly program?: string;
  readonly module?: string;
  /** Statements, as one string or line by line. */
  readonly code?: string | readonly string[];
  /** Files, folders or node ids for pytest; true or '' for whatever pytest finds in the working folder. */
  readonly pytest?: string | readonly string[] | boolean;
  /** As an array, or as a line that is split like a shell splits it. */
  readonly args?: readonly string[] | string;
  readonly cwd?: string;
  /** Added to the adapter's own environment; null takes a variable away. */
  readonly env?: Readonly<Record<string, string | number | boolean | null>>;
  readonly envFile?: string | readonly string[];
  /** The interpreter, or a command that runs one (["conda", "run", "-n", "x", "python"]). */
  readonly python?: string | readonly string[];
  readonly pythonArgs?: readonly string[] | string;
  /** 'ipdb' is short for an internal console with `debugger: "ipdb"`. */
  readonly console?: TerminalKind | 'ipdb';
}

export interface AttachConfiguration extends CommonConfiguration {
  /** Loopback only; 127.0.0.1 when absent. */
  readonly host?: string;
  readonly port?: number;
  /** What the listener asks for; else HEATLINE_PDB_TOKEN of the environment, else the file that the listener wrote. */
  readonly token?: string;
  /** A command behind which Python runs in the place of the program: ["docker", "exec", "-i", "web"]. */
  readonly via?: readonly string[];
  /** A running process: Python 3.14 or later, or with gdb installed any that the helper runs on. */
  readonly processId?: number | string;
  readonly python?: string | readonly string[];
}

/** What holds where a configuration says nothing. */
export const DEFAULTS = {
  debugger: 'pdb', stopOnEntry: false, skip: [], justMyCode: true, subProcess: true, pathMappings: [], showReturnValue: true, redirectOutput: false, allThreads: true, console: 'integratedTerminal',
} as const;

/** The environment variable with the one-time secret between adapter and helper. */
export const TOKEN_VARIABLE = 'HEATLINE_PDB_TOKEN';

/** What the helper is told before anything else (`configure` on the wire). */
export interface HelperSettings {
  readonly stopOnEntry: boolean;
  readonly skip: readonly string[];
  readonly justMyCode: boolean;
  readonly subProcess: boolean;
  readonly console: DebugConsole;
  readonly allThreads: boolean;
  readonly redirectOutput: boolean;
  readonly showReturnValue: boolean;
  readonly noDebug?: true;
  readonly childServer?: { readonly host: string; readonly port: number; readonly key: string };
  readonly clientName?: string;
}
