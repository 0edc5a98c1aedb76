import os from 'node:os';
import path from 'node:path';
import { ProblemError } from './problem.ts';

export interface NamedFolder {
  readonly name: string;
  /** Absolute. */
  readonly path: string;
}

/** Where the values of `${...}` come from. */
export interface VariableSources {
  /** The folder whose configuration it is; absent in a window without folders. */
  readonly folder?: NamedFolder;
  /** All folders of the workspace. */
  readonly folders: readonly NamedFolder[];
  /** The file in front, absolute. */
  readonly file?: string;
  /** 1-based line of the cursor, and what is selected, in that file. */
  readonly line?: number;
  readonly selectedText?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Value of a setting. */
  config(name: string): unknown;
  /** Runs a command; undefined when it gave no text, for a person who backed out gives none. */
  command(name: string): Promise<string | undefined>;
  /** Asks for an input of the configuration; undefined when the person backed out. @throws ProblemError when there is no such input */
  input(id: string): Promise<string | undefined>;
}

const VARIABLE = /\$\{([^{}]+)\}/g;

/**
 * A value with every `${variable}` in its texts replaced, at any depth. Commands and inputs are asked one after the other, each once. The names are VS Code's
 * (its "Variables reference").
 * @throws ProblemError that names a variable that is unknown or has no value here; an AbortError when the person backed out of a question
 */
export async function substitute<T>(value: T, sources: VariableSources): Promise<T> {
  return (await replaceIn(value, sources, new Map())) as T;
}

async function replaceIn(value: unknown, sources: VariableSources, known: Map<string, string>): Promise<unknown> {
  if (typeof value === 'string') return replaceInText(value, sources, known);
  if (Array.isArray(value)) {
    const replaced: unknown[] = [];
    for (const each of value) replaced.push(await replaceIn(each, sources, known));
    return replaced;
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries: [string, unknown][] = [];
  for (const [name, each] of Object.entries(value)) entries.push([name, await replaceIn(each, sources, known)]);
  return Object.fromEntries(entries);
}

async function replaceInText(text: string, sources: VariableSources, known: Map<string, string>): Promise<string> {
  for (const [, name] of text.matchAll(VARIABLE)) {
    if (!known.has(name)) known.set(name, await valueOf(name, sources));
  }
  return text.replace(VARIABLE, (_, name: string) => known.get(name)!);
}

async function valueOf(name: string, sources: VariableSources): Promise<string> {
  const colon = name.indexOf(':');
  const [kind, argument] = colon < 0 ? [name, undefined] : [name.slice(0, colon), name.slice(colon + 1)];
  if (argument !== undefined) {
    switch (kind) {
      case 'env':
        return sources.env[argument] ?? '';
      case 'config':
        return settingText(name, sources.config(argument));
      case 'command':
        return answered(await sources.command(argument));
      case 'input':
        return answered(await sources.input(argument));
    }
  }
  const folder = argument === undefined ? sources.folder : sources.folders.find((each) => each.name === argument);
  switch (kind) {
    case 'workspaceFolder':
    case 'workspaceRoot':
      return folder?.path ?? without(name, argument === undefined ? 'No folder is open.' : `No folder of the workspace is called ${argument}.`);
    case 'workspaceFolderBasename':
    case 'workspaceRootFolderName':
      return folder ? path.basename(folder.path) : without(name, 'No folder is open.');
    case 'relativeFile':
      return path.relative(folder?.path ?? without(name, 'No such folder is open.'), fileOf(name, sources));
    case 'relativeFileDirname':
      return path.relative(folder?.path ?? without(name, 'No such folder is open.'), path.dirname(fileOf(name, sources))) || '.';
    case 'cwd':
      return folder?.path ?? process.cwd();
    case 'userHome':
      return os.homedir();
    case 'pathSeparator':
    case '/':
      return path.sep;
    case 'execPath':
      return process.execPath;
    case 'lineNumber':
      return sources.line === undefined ? without(name, 'No file is open.') : String(sources.line);
    case 'selectedText':
      return sources.selectedText ?? '';
    default:
      return ofFile(name, sources);
  }
}

function ofFile(name: string, sources: VariableSources): string {
  const parts: Readonly<Record<string, (file: string) => string>> = {
    file: (file) => file,
    fileBasename: (file) => path.basename(file),
    fileBasenameNoExtension: (file) => path.parse(file).name,
    fileDirname: (file) => path.dirname(file),
    fileDirnameBasename: (file) => path.basename(path.dirname(file)),
    fileExtname: (file) => path.extname(file),
    fileWorkspaceFolder: (file) => {
      const holding = sources.folders.filter((folder) => file.startsWith(folder.path + path.sep)).sort((a, b) => b.path.length - a.path.length);
      return holding[0]?.path ?? without(name, 'The file is in no folder of the workspace.');
    },
  };
  if (!Object.hasOwn(parts, name)) {
    throw new ProblemError({
      code: 'unknown-variable', message: `\${${name}} is no variable that Heatline knows.`, why: 'Write its value into the configuration, or use another variable.', remedies: [],
    });
  }
  return parts[name](fileOf(name, sources));
}

function fileOf(name: string, { file }: VariableSources): string {
  return file ?? without(name, 'No file is open: open the one that it should mean.');
}

function settingText(name: string, value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  return without(name, 'The setting is not set, or is no single value.');
}

function answered(value: string | undefined): string {
  if (value !== undefined) return value;
  throw new DOMException('The question was left without an answer.', 'AbortError');
}

function without(name: string, why: string): never {
  throw new ProblemError({ code: 'variable-without-value', message: `\${${name}} has no value here.`, why, remedies: [] });
}
