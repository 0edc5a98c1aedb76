import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Run } from '../run.ts';
import { breakpointsOf, isShown } from './breakpointDiff.ts';

export type Candidate = Pick<DebugProtocol.CompletionItem, 'label' | 'type' | 'detail'>;

/** Values are not wanted, only names; dlv would load what they refer to. */
const NAMES_ONLY = { FollowPointers: false, MaxVariableRecurse: 0, MaxStringLen: 0, MaxArrayValues: 0, MaxStructFields: 0 };
/** Names of one question; a program has tens of thousands of functions. */
const MOST = 400;

/** What a program has that can be named in the console. Everything is asked of dlv; what it refuses is no candidate. A server of one client is asked through DAP only, for variables. */
export class Candidates {
  #packages: Promise<readonly string[]> | undefined;

  constructor(private readonly run: Run) {}

  /** Where a breakpoint can be put: functions, and files with a colon. */
  async places(word: string): Promise<readonly Candidate[]> {
    const [functions, files] = await Promise.all([this.functions(word), word === '' || word.includes(':') ? [] : this.#listed('ListSources', 'Sources', `(^|[/\\\\])${escaped(word)}[^/\\\\]*\\.go$`)]);
    const names = [...new Set(files.map((file) => `${path.basename(file.replaceAll('\\', '/'))}:`))];
    return [...functions, ...names.map((label) => ({ label, type: 'file' as const }))];
  }

  /** Functions by the beginning of their name, with or without the path of their package; of the program's main package when nothing is typed. */
  async functions(word: string): Promise<readonly Candidate[]> {
    const functions = await this.#listed('ListFunctions', 'Funcs', word === '' ? '^main\\.' : `(^|/)${escaped(word)}`);
    return functions.slice(0, MOST).map((name) => ({ label: asTyped(name, word), type: 'function' as const, ...(name === asTyped(name, word) ? {} : { detail: name }) }));
  }

  async types(word: string): Promise<readonly Candidate[]> {
    return (await this.#listed('ListTypes', 'Types', word === '' ? '^main\\.' : `^${escaped(word)}`)).slice(0, MOST).map((label) => ({ label, type: 'class' as const }));
  }

  async sources(word: string): Promise<readonly Candidate[]> {
    return word === '' ? [] : (await this.#listed('ListSources', 'Sources', `^${escaped(word)}`)).slice(0, MOST).map((label) => ({ label, type: 'file' as const }));
  }

  async packages(): Promise<readonly Candidate[]> {
    return (await this.#packageNames()).map((label) => ({ label, type: 'module' as const }));
  }

  async breakpoints(): Promise<readonly Candidate[]> {
    if (!this.run.server.takesMany) return [];
    const known = await breakpointsOf(this.run).catch(() => new Map<number, never>());
    return [...known.values()].filter(isShown).map(({ id, file, line }) => ({ label: String(id), type: 'value' as const, detail: `${path.basename(file)}:${line}` }));
  }

  async goroutines(): Promise<readonly Candidate[]> {
    const { threads } = await this.#dap<{ threads?: readonly DebugProtocol.Thread[] }>('threads');
    return (threads ?? []).filter(({ id }) => id > 0).slice(0, MOST).map(({ id, name }) => ({ label: String(id), type: 'value' as const, detail: name }));
  }

  async frames(): Promise<readonly Candidate[]> {
    const { stackFrames } = await this.#dap<{ stackFrames?: readonly DebugProtocol.StackFrame[] }>('stackTrace', { threadId: this.run.stopped?.threadId ?? 1, levels: 50 });
    return (stackFrames ?? []).map(({ name }, at) => ({ label: String(at), type: 'value' as const, detail: name }));
  }

  /** What an expression can begin with: variables of the frame and of its package, and packages. */
  async names(frameId: number | undefined): Promise<readonly Candidate[]> {
    const [variables, packages] = await Promise.all([this.variables(frameId), this.#packageNames()]);
    const globals = (await this.globals('main.')).map(({ label }) => ({ label: label.slice('main.'.length), type: 'variable' as const }));
    return [...variables, ...globals.filter(({ label }) => !label.includes('.')), ...packages.map((name) => ({ label: lastPart(name), type: 'module' as const, detail: name }))];
  }

  /** Arguments and local variables of a frame. */
  async variables(frameId: number | undefined): Promise<readonly Candidate[]> {
    const frame = frameId ?? (await this.#topFrame());
    if (frame === undefined) return [];
    const { scopes } = await this.#dap<{ scopes?: readonly DebugProtocol.Scope[] }>('scopes', { frameId: frame });
    const scope = scopes?.find(({ name }) => name.startsWith('Locals'));
    return scope ? (await this.#children(scope.variablesReference)).filter(({ name }) => /^[\p{L}_]/u.test(name)).map(({ name, type }) => ({ label: name, type: 'variable' as const, detail: type })) : [];
  }

  /** Package variables by the beginning of their name. */
  async globals(word: string): Promise<readonly Candidate[]> {
    const { Variables } = await this.#rpc<{ Variables?: readonly { name: string; type: string }[] | null }>('ListPackageVars', { Filter: word === '' ? '^main\\.' : `(^|/)${escaped(word)}`, Cfg: NAMES_ONLY });
    return (Variables ?? []).slice(0, MOST).map(({ name, type }) => ({ label: asTyped(name, word), type: 'variable' as const, detail: type }));
  }

  /** What can stand behind `OWNER.`: fields and methods of a value, or what a package has. */
  async members(owner: string, word: string, frameId: number | undefined): Promise<readonly Candidate[]> {
    const value = await this.#dap<{ type?: string; variablesReference?: number }>('evaluate', { expression: owner, frameId, context: 'watch' });
    const ofValue = value.type === undefined ? [] : [...(await this.#fields(value.variablesReference ?? 0)), ...(await this.#methods(value.type))];
    // A function may be called as its package is: `main`.
    if ((value.type !== undefined && !value.type.startsWith('func(')) || !/^[\p{L}_][\p{L}\p{N}_]*$/u.test(owner)) return ofValue;
    const behind = `${owner}.${word}`;
    const found = [...(await this.functions(behind)), ...(await this.globals(behind))].map((each) => ({ ...each, label: each.label.slice(owner.length + 1) }));
    // Methods and closures belong to other names.
    return found.filter(({ label }) => /^[\p{L}_][\p{L}\p{N}_]*$/u.test(label));
  }

  async #fields(reference: number): Promise<readonly Candidate[]> {
    const children = await this.#children(reference);
    // A pointer's one child has no name; Go takes its fields without a star.
    if (children.length === 1 && children[0].name === '' && children[0].variablesReference > 0) return this.#fields(children[0].variablesReference);
    return children.filter(({ name }) => /^[\p{L}_][\p{L}\p{N}_]*$/u.test(name)).map(({ name, type }) => ({ label: name, type: 'field' as const, detail: type }));
  }

  async #methods(type: string): Promise<readonly Candidate[]> {
    const plain = (/\(([^()]+)\)$/.exec(type)?.[1] ?? type).replace(/^\*/, '');
    const [, folder, name] = /^(.*?)([^./]+)$/.exec(plain) ?? [];
    if (!name || !folder) return [];
    const functions = await this.#listed('ListFunctions', 'Funcs', `^${escaped(folder)}(\\(\\*${escaped(name)}\\)|${escaped(name)})\\.[^.]+$`);
    return functions.map((each) => ({ label: each.slice(each.lastIndexOf('.') + 1), type: 'method' as const, detail: each }));
  }

  #packageNames(): Promise<readonly string[]> {
    return (this.#packages ??= this.#rpc<{ List?: readonly { ImportPath: string }[] }>('ListPackagesBuildInfo', { IncludeFiles: false }).then(({ List }) => (List ?? []).map(({ ImportPath }) => ImportPath)));
  }

  async #topFrame(): Promise<number | undefined> {
    const { stackFrames } = await this.#dap<{ stackFrames?: readonly DebugProtocol.StackFrame[] }>('stackTrace', { threadId: this.run.stopped?.threadId ?? 1, levels: 1 });
    return stackFrames?.[0]?.id;
  }

  async #children(reference: number): Promise<readonly DebugProtocol.Variable[]> {
    return reference > 0 ? ((await this.#dap<{ variables?: readonly DebugProtocol.Variable[] }>('variables', { variablesReference: reference })).variables ?? []) : [];
  }

  async #listed(method: string, member: string, filter: string): Promise<readonly string[]> {
    return ((await this.#rpc<Record<string, readonly string[] | null>>(method, { Filter: filter }))[member] ?? []);
  }

  async #rpc<Result extends object>(method: string, args: object): Promise<Partial<Result>> {
    if (!this.run.server.takesMany) return {};
    return this.run.rpc().then((rpc) => rpc.call<Result>(method, args)).catch((): Partial<Result> => ({}));
  }

  #dap<Result extends object>(command: string, args?: object): Promise<Partial<Result>> {
    return this.run.dap.request<Result>(command, args).catch((): Partial<Result> => ({}));
  }
}

/** A name as it was begun: `pkg.F` of `example.com/pkg.F` when the path was not typed. */
function asTyped(name: string, word: string): string {
  return name.startsWith(word) && word !== '' ? name : lastPart(name);
}

function lastPart(name: string): string {
  // A type argument may have a path of its own.
  const bracket = name.search(/[[(]/);
  return name.slice((bracket < 0 ? name : name.slice(0, bracket)).lastIndexOf('/') + 1);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
