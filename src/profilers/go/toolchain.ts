import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { runProcess } from '../process.ts';
import type { ExitHook } from './collectorSource.ts';

/** What matters here of an installed Go. */
export interface GoToolchain {
  /** The minor version of Go 1: 26. Infinity for one that is no release. */
  readonly minor: number;
  readonly exit: ExitHook;
  /** Whether `os/signal.handlers` has the layout that we know. */
  readonly signals: boolean;
  /** A changed copy of a file of the standard library that the exit hook needs: its path and its text. */
  readonly replaced?: { readonly file: string; readonly text: string };
  /** Flags of -ldflags from GOFLAGS; those of the command line would hide them. */
  readonly linkerFlags: string;
}

/**
 * Looks at the Go that a folder uses (go.mod may name another than the one installed). What our collector reaches into is judged by the text of the standard
 * library, not by version numbers. Undefined when `go env` does not work, or is older than 1.16.
 */
export async function goToolchain(go: string, cwd: string, env: NodeJS.ProcessEnv, signal?: AbortSignal): Promise<GoToolchain | undefined> {
  const { code, stdout } = await runProcess(go, ['env', 'GOROOT', 'GOVERSION', 'GOFLAGS'], { cwd, env, signal });
  const [root, version = '', flags = ''] = stdout.split(/\r?\n/);
  if (code !== 0 || version === '') return undefined;
  const library = async (name: string): Promise<string> => readFile(path.join(root, 'src', ...name.split('/')), 'utf8').catch(() => '');
  const [hooks, older, oldest, exits, signals] = await Promise.all(
    ['internal/runtime/exithook/hooks.go', 'internal/exithook/hooks.go', 'runtime/exithook.go', 'os/proc.go', 'os/signal/signal.go'].map(library),
  );
  const linkerFlags = /(?:^|\s)(?:'--?ldflags=([^']*)'|"--?ldflags=([^"]*)"|--?ldflags=(\S*))/.exec(flags);
  const found = exitHook(hooks, older, oldest, exits);
  return {
    minor: Number(/^go1\.(\d+)/.exec(version)?.[1] ?? Infinity), exit: found.exit, signals: hasKnownHandlers(signals),
    ...(found.text === undefined ? {} : { replaced: { file: path.join(root, 'src', 'os', 'proc.go'), text: found.text } }),
    linkerFlags: linkerFlags?.slice(1).find((each) => each !== undefined) ?? '',
  };
}

function exitHook(hooks: string, older: string, oldest: string, exits: string): { exit: ExitHook; text?: string } {
  const isKnown = (text: string) => /type Hook struct \{\s+F\s+func\(\)[^\n]*\n\s+RunOnFailure\s+bool[^\n]*\n\}/.test(text) && /^func Add\(h Hook\)/m.test(text);
  if (isKnown(hooks)) return { exit: { kind: 'hook', symbol: 'internal/runtime/exithook.Add' } };
  if (isKnown(older)) return { exit: { kind: 'hook', symbol: 'internal/exithook.Add' } };
  if (/^func addExitHook\(f func\(\), runOnNonZeroExit bool\)/m.test(oldest)) return { exit: { kind: 'function', symbol: 'runtime.addExitHook' } };
  const start = 'func Exit(code int) {';
  if (!exits.includes(start)) return { exit: { kind: 'none' } };
  return {
    exit: { kind: 'variable', symbol: 'os.heatlineAtExit' },
    text: `${exits.replace(start, `${start} if heatlineAtExit != nil { heatlineAtExit() };`)}\nvar heatlineAtExit func()\n`,
  };
}

function hasKnownHandlers(text: string): boolean {
  const code = text.replace(/\/\/.*$/gm, '').replace(/\s+/g, ' ');
  return code.includes('var handlers struct { sync.Mutex m map[chan<- os.Signal]*handler ref [numSig]int64 stopping []stopping }')
    && code.includes('type handler struct { mask [(numSig + 31) / 32]uint32 }');
}
