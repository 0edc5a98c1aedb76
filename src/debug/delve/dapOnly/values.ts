import { readFile } from 'node:fs/promises';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { View } from './view.ts';

type Evaluated = DebugProtocol.EvaluateResponse['body'];

/** dlv's refusals without what its DAP sets before them. */
const REFUSED = /^Unable to (?:evaluate expression|run dlv command|set variable|lookup variable): /;

/** Evaluates in the frame that is looked at. @throws Error with dlv's words */
export async function evaluated(view: View, expression: string): Promise<Evaluated> {
  try {
    // In this context dlv shortens nothing.
    return await view.ask<Evaluated>('evaluate', { expression, frameId: (await view.frame()).id, context: 'clipboard' });
  } catch (error) {
    throw new Error((error as Error).message.replace(REFUSED, ''), { cause: error });
  }
}

/** `print`. Formats are not in DAP. */
export async function print(view: View, rest: string): Promise<string> {
  if (rest === '') throw new Error('not enough arguments');
  if (rest.startsWith('%')) throw new Error('Formats need dlv\'s own interface.');
  return `${plain(await evaluated(view, rest))}\n`;
}

/** `whatis`. */
export async function whatis(view: View, rest: string): Promise<string> {
  if (rest === '') throw new Error('not enough arguments');
  const { type } = await evaluated(view, rest);
  const concrete = /^(.*interface.*|error|any)\((.*)\)$/.exec(type ?? '');
  return concrete ? `${concrete[1]}\nConcrete type: ${concrete[2]}\n` : `${type ?? ''}\n`;
}

/** `args` and `locals`: DAP has them in one scope, in which arguments and results come first. */
export async function variables(view: View, rest: string, kind: 'args' | 'locals'): Promise<string> {
  const filter = expressionFrom(rest.replace(/^-v\s*/, ''));
  const all = await scope(view, /^Locals/);
  const names = await parameters(view);
  const chosen = all.filter(({ name }) => names === undefined || (kind === 'args') === (names.has(name) || name.startsWith('~'))).filter(({ name }) => filter.test(name));
  if (chosen.length === 0) return `(no ${kind})\n`;
  return chosen.map(({ name, value, type }) => `${name} = ${plain({ result: value, type })}\n`).join('');
}

/** `vars`: of the current package; dlv's DAP shows no others. */
export async function globals(view: View, rest: string): Promise<string> {
  const filter = expressionFrom(rest.replace(/^-v\s*/, ''));
  const found: string[] = [];
  await withSetting(view, 'showGlobalVariables', async () => {
    const scopes = await scopesOf(view);
    const one = scopes.find(({ name }) => name.startsWith('Globals'));
    const owner = /\(package (.*)\)/.exec(one?.name ?? '')?.[1] ?? 'main';
    const { variables: all } = one ? await view.ask<DebugProtocol.VariablesResponse['body']>('variables', { variablesReference: one.variablesReference }) : { variables: [] };
    for (const { name, value, type } of all) if (filter.test(`${owner}.${name}`)) found.push(`${owner}.${name} = ${plain({ result: value, type })}\n`);
  });
  return found.length === 0 ? '(no vars)\n' : found.join('');
}

/** `regs`. */
export async function registers(view: View): Promise<string> {
  let text = '';
  await withSetting(view, 'showRegisters', async () => {
    const all = await scope(view, /^Registers/);
    // dlv's DAP pads the names, and writes them small.
    text = all.map(({ name, value }) => `${name.trim().replace(/^./, (first) => first.toUpperCase()).padStart(7)} = ${value}\n`).join('');
  });
  return text;
}

/** `set X = Y`. */
export async function set(view: View, rest: string): Promise<string> {
  const [, left, right] = /^([^=]*[^=!<>])=(?!=)([\s\S]*)$/.exec(rest) ?? [];
  if (left === undefined || right === undefined) throw new Error("syntax error '=' not found");
  await view.ask('setExpression', { expression: left.trim(), value: right.trim(), frameId: (await view.frame()).id });
  return '';
}

/** A command of dlv's DAP: `config`, `sources`, `types`, `examinemem`. */
export async function dlvCommand(view: View, line: string): Promise<string> {
  const { result } = await evaluated(view, `dlv ${line}`);
  return result.endsWith('\n') ? result : `${result}\n`;
}

async function scopesOf(view: View): Promise<readonly DebugProtocol.Scope[]> {
  return (await view.ask<DebugProtocol.ScopesResponse['body']>('scopes', { frameId: (await view.frame()).id })).scopes;
}

async function scope(view: View, name: RegExp): Promise<readonly DebugProtocol.Variable[]> {
  const one = (await scopesOf(view)).find((each) => name.test(each.name));
  return one ? (await view.ask<DebugProtocol.VariablesResponse['body']>('variables', { variablesReference: one.variablesReference })).variables : [];
}

/** The names between the brackets of the function's type, when dlv can say it. */
async function parameters(view: View): Promise<ReadonlySet<string> | undefined> {
  const frame = await view.frame();
  if (!frame.source?.path) return undefined;
  return namesInSource(frame.source.path, frame.line, frame.name);
}

/** Reads the declaration above a line: DAP does not tell arguments from other variables. */
async function namesInSource(file: string, line: number, name: string): Promise<ReadonlySet<string> | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const short = name.slice(name.lastIndexOf('.') + 1);
  const isHead = (each: string) => (/^func\d/.test(short) ? /\bfunc\s*\(/.test(each) : new RegExp(`^func\\s+(?:\\([^)]*\\)\\s*)?${short.replace(/\W.*$/, '')}\\b`).test(each));
  const lines = text.split('\n');
  let at = line - 1;
  while (at >= 0 && !isHead(lines[at] ?? '')) at--;
  if (at < 0) return undefined;
  const head = lines.slice(at).join('\n').split(/\{\s*\n/)[0];
  return new Set([...head.matchAll(/[(,]\s*((?:[\p{L}_][\p{L}\p{N}_]*\s*,\s*)*[\p{L}_][\p{L}\p{N}_]*)\s+/gu)].flatMap(([, names]) => names.split(/\s*,\s*/)));
}

/** Turns a setting of dlv's DAP on for one question. */
async function withSetting(view: View, name: string, question: () => Promise<void>): Promise<void> {
  const was = /\b(true|false)\b/.exec((await evaluated(view, `dlv config -list ${name}`)).result)?.[1];
  if (was === 'true') return question();
  await evaluated(view, `dlv config ${name} true`);
  try {
    await question();
  } finally {
    await evaluated(view, `dlv config ${name} false`);
  }
}

/** dlv's terminal shows an unsigned number once: DAP has `255 = 0xff`. */
function plain({ result, type }: { readonly result: string; readonly type?: string }): string {
  return /^u?int|^byte|^uintptr/.test(type ?? '') ? result.replace(/ = 0x[\da-f]+$/, '') : result;
}

function expressionFrom(text: string): RegExp {
  try {
    return new RegExp(text, 'u');
  } catch (error) {
    throw new Error(`"${text}" is no regular expression.`, { cause: error });
  }
}
