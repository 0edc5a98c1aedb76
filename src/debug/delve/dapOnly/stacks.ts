import type { DebugProtocol } from '@vscode/debugprotocol';
import type { View } from './view.ts';

/** Goroutines of one list; each costs a question. */
const MOST = 100;

/** `bt [depth]`. */
export async function stack(view: View, rest: string): Promise<string> {
  if (/[^\d\s]/.test(rest)) throw new Error('Only a depth can stand behind it here.');
  const depth = rest === '' ? 50 : Number(rest) + 1;
  const { frames, isWhole } = await view.stack(depth);
  const width = String(frames.length - 1).length;
  const lines = frames.map((frame, at) => {
    const { instructionPointerReference: pc } = frame;
    return `${String(at).padStart(width)}  ${pc ? `0x${pc.replace(/^0x/, '').padStart(16, '0')} in ` : ''}${frame.name}\n${' '.repeat(width)}  at ${view.at(frame)}\n`;
  });
  return lines.join('') + (isWhole ? '' : '(truncated)\n');
}

/** `frame N`, `up [N]`, `down [N]`. */
export async function frame(view: View, index: number): Promise<string> {
  const chosen = await view.frame(index);
  view.index = index;
  view.select(chosen);
  const pc = chosen.instructionPointerReference;
  return `${await view.head()}Frame ${index}: ${view.at(chosen)}${pc ? ` (PC: ${pc.replace(/^0x/, '')})` : ''}\n${await view.listing(chosen.source?.path, chosen.line, true)}`;
}

/** `list [place]`. */
export async function list(view: View, rest: string): Promise<string> {
  const current = await view.frame();
  const [, file, line] = /^(?:(.+):)?(\d+)$/.exec(rest) ?? [];
  if (rest !== '' && line === undefined) throw new Error('Only FILE:LINE or a line can be listed here.');
  if (rest === '') return (await view.head()) + (await view.listing(current.source?.path, current.line, true));
  const path = file === undefined ? current.source?.path : file;
  return `Showing ${path ?? ''}:${line}\n${await view.listing(path, Number(line), false)}`;
}

async function threadsOf(view: View): Promise<readonly { id: number; thread: string | undefined; name: string }[]> {
  const { threads } = await view.ask<DebugProtocol.ThreadsResponse['body']>('threads', {});
  return threads.filter(({ id }) => id > 0).map(({ id, name }) => ({ id, name, thread: /\(Thread (\d+)\)$/.exec(name)?.[1] }));
}

/** The newest frame that is not the runtime's. */
async function userFrame(view: View, goroutine: number): Promise<DebugProtocol.StackFrame | undefined> {
  const { frames } = await view.stack(20, goroutine);
  return frames.find(({ presentationHint }) => presentationHint !== 'subtle') ?? frames[0];
}

/** `goroutines`. What they wait for is not in DAP. */
export async function goroutines(view: View, rest: string): Promise<string> {
  if (rest !== '') throw new Error('Filters and groups need dlv\'s own interface; "goroutineFilters" in the debug configuration chooses among goroutines here.');
  const all = await threadsOf(view);
  const lines: string[] = [];
  for (const { id, thread } of all.slice(0, MOST)) {
    const at = await userFrame(view, id);
    lines.push(`${id === view.goroutine ? '*' : ' '} Goroutine ${id} - User: ${at ? placed(view, at) : '?'}${thread ? ` (thread ${thread})` : ''}\n`);
  }
  return `${lines.join('')}[${all.length} goroutines${all.length > MOST ? `, ${MOST} shown` : ''}]\n`;
}

/** `threads`: those that run a goroutine. */
export async function threads(view: View): Promise<string> {
  const lines: string[] = [];
  for (const { id, thread } of await threadsOf(view)) {
    if (!thread) continue;
    const at = (await view.stack(1, id)).frames[0];
    const pc = at?.instructionPointerReference;
    lines.push(`${id === view.goroutine ? '*' : ' '} Thread ${thread}${pc ? ` at ${pc}` : ''} ${at ? `${view.at(at)} ${at.name}` : ''}\n`);
  }
  return lines.join('');
}

/** `goroutine` and `goroutine N`. */
export async function goroutine(view: View, rest: string): Promise<string> {
  const all = await threadsOf(view);
  if (rest === '') {
    const { frames } = await view.stack(1);
    const at = await userFrame(view, view.goroutine);
    const thread = all.find(({ id }) => id === view.goroutine)?.thread;
    return `${thread ? `Thread ${thread} at ${view.at(frames[0])}\n` : ''}Goroutine ${view.goroutine}:\n\tRuntime: ${placed(view, frames[0])}\n\tUser: ${at ? placed(view, at) : '?'}\n`;
  }
  const wanted = all.find(({ id }) => String(id) === rest);
  if (!wanted) throw new Error(`unknown goroutine ${rest}`);
  const before = view.goroutine;
  [view.goroutine, view.index] = [wanted.id, 0];
  view.select(await view.frame());
  return `Switched from ${before} to ${wanted.id} (thread ${wanted.thread ?? 0})\n`;
}

function placed(view: View, frame: DebugProtocol.StackFrame): string {
  const pc = frame.instructionPointerReference;
  return `${view.at(frame)} ${frame.name}${pc ? ` (${pc})` : ''}`;
}
