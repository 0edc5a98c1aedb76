/** Messages between the viewer (webview) and the extension host: one union for each direction. */
import type { EngineMethod, EngineMethods, ProfileOverview } from './engine.ts';
import { ENGINE_METHODS } from './engine.ts';

/** The viewer's pages, in the order of their tabs. */
export const VIEW_NAMES = ['summary', 'series', 'findings', 'flame', 'functions'] as const;

export type ViewName = (typeof VIEW_NAMES)[number];

/** How a profile was recorded, for the summary; absent for a file that was only opened. */
export interface RunFacts {
  readonly profiler: string;
  /** What was profiled, for titles: `hot.py`, `TestPrice`. */
  readonly title: string;
  /** Its file; '' when it has none. */
  readonly target: string;
  readonly command: readonly string[];
  readonly cwd: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly seconds: number;
  /** null when the program was killed by a signal or its end is unknown. */
  readonly exitCode: number | null;
  /** The signal that ended the program, such as `SIGSEGV`; absent when none did or it is unknown. */
  readonly signal?: string;
  readonly stopped: boolean;
  /** Problems on the way that did not lose the profile, for people. */
  readonly notes: readonly string[];
}

export type HostToViewer =
  | { readonly type: 'loading'; readonly name: string; readonly bytes: number; readonly totalBytes: number }
  | { readonly type: 'opened'; readonly name: string; readonly overview: ProfileOverview; readonly run: RunFacts | null; readonly event: number }
  /** `canReopen`: there is a file that a text editor can show. */
  | { readonly type: 'failed'; readonly message: string; readonly hint: string; readonly canReopen: boolean }
  | { readonly type: 'answer'; readonly id: number; readonly result: unknown }
  | { readonly type: 'refused'; readonly id: number; readonly message: string }
  /** The event was chosen elsewhere (status bar, another view). */
  | { readonly type: 'event'; readonly event: number }
  /** Show this function, for example from a link beside a line. */
  | { readonly type: 'reveal'; readonly func: number; readonly view: ViewName };

/** Commands that the page may ask for. */
export const VIEWER_COMMANDS = ['runAgain', 'showLog', 'showTerminal', 'reopenAsText'] as const;

export type ViewerCommand = (typeof VIEWER_COMMANDS)[number];

export type ViewerToHost =
  | { readonly type: 'ready' }
  | { readonly type: 'query'; readonly id: number; readonly method: EngineMethod; readonly params: EngineMethods[EngineMethod]['params'] }
  | { readonly type: 'openSource'; readonly file: string; readonly line: number; readonly column: number; readonly beside: boolean }
  | { readonly type: 'event'; readonly event: number }
  | { readonly type: 'copy'; readonly text: string }
  | { readonly type: 'command'; readonly command: ViewerCommand }
  /** Files were dropped on the page: their URIs, one a line. */
  | { readonly type: 'drop'; readonly uris: string }
  | { readonly type: 'error'; readonly message: string };

/** How a Map looks on its way to a webview. */
interface WireMap {
  readonly $map: readonly (readonly [unknown, unknown])[];
}

/**
 * An engine's answer as it may go through `Webview.postMessage`, which writes JSON apart from typed arrays: a Map would arrive as
 * `{}`. Maps that are fields of the answer become `{ $map: entries }`; anything else passes as it is.
 */
export function toWire(result: unknown): unknown {
  if (!isRecord(result) || !Object.values(result).some((field) => field instanceof Map)) return result;
  return Object.fromEntries(Object.entries(result).map(([key, field]) => [key, field instanceof Map ? ({ $map: [...field] } satisfies WireMap) : field]));
}

/** The answer as the engine gave it: the inverse of `toWire`. */
export function fromWire(result: unknown): unknown {
  if (!isRecord(result) || !Object.values(result).some(isWireMap)) return result;
  return Object.fromEntries(Object.entries(result).map(([key, field]) => [key, isWireMap(field) ? new Map(field.$map) : field]));
}

function isWireMap(value: unknown): value is WireMap {
  return isRecord(value) && Array.isArray(value.$map);
}

/**
 * Checks a message from the webview: page content is not trusted. Returns the message, or undefined when it is not one. The
 * parameters of a query are checked to be plain numbers, strings and booleans within bounds; the engine reads no others.
 */
export function asViewerMessage(value: unknown): ViewerToHost | undefined {
  if (!isRecord(value)) return undefined;
  switch (value.type) {
    case 'ready':
      return { type: 'ready' };
    case 'query':
      return isIndex(value.id) && isMethod(value.method) && isFlatRecord(value.params) ? (value as unknown as ViewerToHost) : undefined;
    case 'openSource':
      return isText(value.file, 4096) && isIndex(value.line) && isIndex(value.column) && typeof value.beside === 'boolean'
        ? { type: 'openSource', file: value.file, line: value.line, column: value.column, beside: value.beside } : undefined;
    case 'event':
      return isIndex(value.event) ? { type: 'event', event: value.event } : undefined;
    case 'copy':
      return isText(value.text, 1_000_000) ? { type: 'copy', text: value.text } : undefined;
    case 'command':
      return isCommand(value.command) ? { type: 'command', command: value.command } : undefined;
    case 'drop':
      return isText(value.uris, 100_000) ? { type: 'drop', uris: value.uris } : undefined;
    case 'error':
      return isText(value.message, 10_000) ? { type: 'error', message: value.message } : undefined;
    default:
      return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isIndex(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isText(value: unknown, longest: number): value is string {
  return typeof value === 'string' && value.length <= longest;
}

function isCommand(value: unknown): value is ViewerCommand {
  return typeof value === 'string' && (VIEWER_COMMANDS as readonly string[]).includes(value);
}

function isMethod(value: unknown): value is EngineMethod {
  return typeof value === 'string' && (ENGINE_METHODS as readonly string[]).includes(value);
}

function isFlatRecord(value: unknown): boolean {
  return isRecord(value) && Object.values(value).every((field) => typeof field === 'boolean' || isText(field, 10_000) || (typeof field === 'number' && Number.isFinite(field)));
}
