import { fileURLToPath, pathToFileURL } from 'node:url';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { PathMapping } from './configuration.ts';

/** Members of the protocol's objects that are positions; everywhere the same (DAP 1.68). */
const LINES = new Set(['line', 'endLine']);
const COLUMNS = new Set(['column', 'endColumn']);
/** Members that are free text or the client's own, and are not looked into. */
const OPAQUE = new Set(['adapterData', 'value', 'result', 'output', 'exceptionInfo', 'details', 'description']);

/**
 * How the client counts lines and columns and writes paths, against the helper, which counts from 1 and writes the paths of its machine.
 * Both directions copy only what they change.
 */
export class ClientFormat {
  readonly #lineOffset: 0 | 1;
  readonly #columnOffset: 0 | 1;
  readonly #uris: boolean;
  #mappings: readonly PathMapping[] = [];

  constructor(client: Partial<DebugProtocol.InitializeRequestArguments> = {}) {
    this.#lineOffset = client.linesStartAt1 === false ? 1 : 0;
    this.#columnOffset = client.columnsStartAt1 === false ? 1 : 0;
    this.#uris = client.pathFormat === 'uri';
  }

  setMappings(mappings: readonly PathMapping[]): void {
    this.#mappings = mappings;
  }

  /** Arguments of a request on their way to the helper. */
  toHelper<T>(value: T): T {
    return this.#trivial ? value : walk(value, (key, each) => {
      // CompletionsArguments.column counts like the client's; so does the line within the text.
      if (typeof each === 'number') return LINES.has(key) ? each + this.#lineOffset : COLUMNS.has(key) ? each + this.#columnOffset : each;
      return key === 'path' ? this.pathToHelper(each) : each;
    });
  }

  /** The body of an answer or event on its way to the client. 0, which stands for unknown, stays. */
  toClient<T>(value: T): T {
    return this.#trivial ? value : walk(value, (key, each) => {
      if (typeof each === 'number') {
        return LINES.has(key) ? Math.max(0, each - this.#lineOffset) : COLUMNS.has(key) ? Math.max(0, each - this.#columnOffset) : each;
      }
      return key === 'path' ? this.pathToClient(each) : each;
    });
  }

  /** The body of an answer to `command`. CompletionItem.start counts as the client's columns do, and the helper's from 0. */
  answerToClient(command: string, body: Record<string, unknown>): Record<string, unknown> {
    const converted = this.toClient(body);
    if (command !== 'completions' || !Array.isArray(converted.targets)) return converted;
    const moved = (each: DebugProtocol.CompletionItem) => (each.start === undefined ? each : { ...each, start: each.start + 1 - this.#columnOffset });
    return { ...converted, targets: converted.targets.map(moved) };
  }

  pathToHelper(path: string): string {
    let local = path;
    if (/^file:\/\//i.test(path)) {
      try {
        local = fileURLToPath(path);
      } catch {
        // Not of this machine: as it is.
      }
    }
    return moved(local, this.#mappings.map(({ localRoot, remoteRoot }) => [localRoot, remoteRoot]));
  }

  pathToClient(path: string): string {
    const local = moved(path, this.#mappings.map(({ localRoot, remoteRoot }) => [remoteRoot, localRoot]));
    return this.#uris && !local.startsWith('<') ? pathToFileURL(local).href : local;
  }

  get #trivial(): boolean {
    return this.#lineOffset === 0 && this.#columnOffset === 0 && !this.#uris && this.#mappings.length === 0;
  }
}

/** A path below the longest `from` that holds it, below its `to` instead, in the separators of `to`. */
function moved(path: string, roots: readonly (readonly [from: string, to: string])[]): string {
  const byLength = [...roots].sort((a, b) => b[0].length - a[0].length);
  for (const [from, to] of byLength) {
    const root = trimmed(from);
    const windows = /^[A-Za-z]:/.test(root);
    const same = (text: string) => (windows ? text.replaceAll('/', '\\').toLowerCase() : text);
    if (same(path.slice(0, root.length)) !== same(root)) continue;
    const rest = path.slice(root.length);
    if (rest !== '' && !/^[\\/]/.test(rest)) continue;
    const separator = /^[A-Za-z]:|\\/.test(to) ? '\\' : '/';
    return trimmed(to) + rest.replace(windows ? /[\\/]/g : /\//g, separator) || separator;
  }
  return path;
}

function trimmed(root: string): string {
  return root.replace(/[\\/]+$/, '');
}

/** A copy with each string and number of every object shown to `change`; what did not change is not copied. */
function walk<T>(value: T, change: (key: string, value: string | number) => unknown): T {
  if (Array.isArray(value)) {
    let copy: unknown[] | undefined;
    for (let at = 0; at < value.length; at++) {
      const next: unknown = walk(value[at], change);
      if (next !== value[at]) (copy ??= [...value])[at] = next;
    }
    return (copy ?? value) as T;
  }
  if (typeof value !== 'object' || value === null) return value;
  let copy: Record<string, unknown> | undefined;
  for (const [key, each] of Object.entries(value)) {
    const leaf = typeof each === 'string' || typeof each === 'number';
    const next: unknown = leaf ? change(key, each) : OPAQUE.has(key) ? each : walk(each as unknown, change);
    if (next !== each) (copy ??= { ...(value as Record<string, unknown>) })[key] = next;
  }
  return (copy ?? value) as T;
}
