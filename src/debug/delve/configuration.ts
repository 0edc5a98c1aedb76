import type { TerminalKind } from '../terminalOrder.ts';

/** Where the same files are called differently: `from` here, `to` where the program was built. dlv's own names. */
export interface SubstitutePath {
  readonly from: string;
  readonly to: string;
}

/** What both kinds of configuration may say; absent members have the defaults of `DEFAULTS`. */
export interface CommonConfiguration {
  readonly name?: string;
  readonly type?: string;
  /** The dlv to run: a path, or a name on PATH. */
  readonly dlv?: string;
  /** Arguments for dlv itself, such as `--check-go-version=false`. */
  readonly dlvFlags?: readonly string[] | string;
  readonly stopOnEntry?: boolean;
  readonly substitutePath?: readonly SubstitutePath[];
  /** Frames of one answer. */
  readonly stackTraceDepth?: number;
  readonly maxStringLen?: number;
  readonly maxArrayValues?: number;
  readonly showGlobalVariables?: boolean;
  readonly showRegisters?: boolean;
  readonly hideSystemGoroutines?: boolean;
  /** As behind dlv's `goroutines`: `-with user`. */
  readonly goroutineFilters?: string;
  readonly showPprofLabels?: readonly string[];
  readonly followExec?: boolean;
  readonly followExecRegex?: string;
  /** Says in the console which dlv command would have done what a button did. */
  readonly showCommands?: boolean;
  /** The native backend, lldb or rr; `default` leaves it to dlv. */
  readonly backend?: string;
  /** Runs dlv as root, where the system has an askpass program. */
  readonly asRoot?: boolean;
}

export type LaunchMode = 'debug' | 'test' | 'exec' | 'core' | 'replay';

export interface LaunchConfiguration extends CommonConfiguration {
  readonly mode?: LaunchMode | 'auto';
  /** A package's folder, a .go file, an import path, or (`exec`, `core`) a binary. */
  readonly program?: string;
  readonly args?: readonly string[] | string;
  readonly cwd?: string;
  /** Variables to set; null takes one away. */
  readonly env?: Readonly<Record<string, string | number | boolean | null>>;
  readonly envFile?: string | readonly string[];
  readonly console?: TerminalKind;
  readonly buildFlags?: readonly string[] | string;
  /** Build tags: `-tags` of the go command. */
  readonly tags?: readonly string[] | string;
  /** With the race detector. */
  readonly race?: boolean;
  /** Where the binary is put; without it dlv chooses and deletes it. */
  readonly output?: string;
  /** `test`: functions, as `go test -run`; a sub-test as `TestA/one`. */
  readonly run?: string;
  /** `test`: benchmarks, as `go test -bench`. */
  readonly bench?: string;
  /** `core`: the dump. */
  readonly coreFile?: string;
  /** `replay`: the folder that rr recorded. */
  readonly traceDir?: string;
  /** Builds and runs without a debugger. */
  readonly noDebug?: boolean;
  /** A running `dlv dap` that does the launch; without `port` one is started. */
  readonly host?: string;
  readonly port?: number;
}

export interface AttachConfiguration extends CommonConfiguration {
  readonly mode?: 'local' | 'remote';
  readonly processId?: number | string;
  /** The beginning of the name of a process to wait for. */
  readonly waitFor?: string;
  /** A headless dlv that debugs already. */
  readonly host?: string;
  readonly port?: number;
  readonly cwd?: string;
  readonly env?: LaunchConfiguration['env'];
  readonly envFile?: LaunchConfiguration['envFile'];
}

/** What holds where a configuration says nothing. */
export const DEFAULTS = {
  stopOnEntry: false, console: 'internalConsole', hideSystemGoroutines: true, showGlobalVariables: false, showRegisters: false, followExec: false, race: false, asRoot: false, showCommands: false,
  stackTraceDepth: 50,
} as const;
