import { FunctionKind, text, type Profile } from '../core/profile.ts';
import { decimal } from './decimal.ts';
import { writtenStacks } from './writtenStacks.ts';

/** What perf's frame lines are for the script: address, symbol, and an object in the last parentheses. Greedy, as there. */
const FRAME = /^\s*(\w+)\s*(.+) \((.*)\)/s;
const HEADER = /^(\S.+?)\s+(\d+)\/*(\d+)*\s+/s;
const PERF_MAP = /\/perf-\d+\.map$/;

/**
 * The lines that FlameGraph's stackcollapse-perf.pl (2023, default options) prints for the `perf script` text of this profile: the
 * process name first, one event, weights summed by its naming rules, sorted by bytes. The text of each frame is made again as perf printed
 * it, and the script's own patterns are applied to it, so that its quirks come out too. Profiles of other tools get the same tidying.
 */
export function* flameGraphLines(profile: Profile, event: number): Iterable<string> {
  const { stacks, samples, threads } = profile;
  const collapsed = new Map<string, number>();
  const add = (key: string, weight: number) => collapsed.set(key, (collapsed.get(key) ?? 0) + weight);
  if (samples && samples.weights[event]) {
    const processes = threads.map(({ name, pid, tid }) => processName(name, pid, tid));
    // Weight by stack and process first: there are many more samples than that.
    const weights = new Map<string, Map<number, number>>();
    for (let row = 0; row < samples.length; row++) {
      const weight = samples.weights[event][row];
      if (weight === 0) continue;
      const process = samples.thread[row] < 0 ? '' : processes[samples.thread[row]];
      let byStack = weights.get(process);
      if (!byStack) weights.set(process, (byStack = new Map()));
      byStack.set(samples.stack[row], (byStack.get(samples.stack[row]) ?? 0) + weight);
    }
    for (const [process, byStack] of weights) {
      const names = new FrameNames(profile, process.startsWith('java'));
      for (const [stack, weight] of byStack) {
        const path: string[] = process === '' ? [] : [process];
        if (!isEmptyStack(profile, stack)) path.push(...names.path(stack));
        add(path.join(';'), weight);
      }
    }
  } else {
    const tree = writtenStacks(profile, event);
    const names = new FrameNames(profile, false);
    for (let row = 0; row < tree.length; row++) {
      if (tree.self[row] === 0) continue;
      if (tree.frame) add(names.path(row).join(';'), tree.self[row]);
      else {
        const path: string[] = [];
        for (let up = row; up >= 0; up = tree.parent[up]) path.push(names.func(tree.func[up]).join(';'));
        add(path.reverse().join(';'), tree.self[row]);
      }
    }
  }
  for (const key of [...collapsed.keys()].sort(byCodePoint)) yield `${key} ${decimal(collapsed.get(key) ?? 0)}\n`;

  /** A sample without frames: the reader gives it an unknown one, the script none. */
  function isEmptyStack(of: Profile, stack: number): boolean {
    const frame = stacks.frame[stack];
    const func = of.frames.func[frame];
    return stacks.parent[stack] < 0 && of.frames.address[frame] < 0 && of.functions.object[func] < 0 && text(of, of.functions.name[func]) === '[unknown]';
  }
}

/** The name of a process as the script takes it from an event line; '' when it would take none. */
function processName(name: string, pid: number, tid: number): string {
  const header = HEADER.exec(`${name} ${pid}/${tid} `);
  return (header ? header[1] : name).replaceAll(' ', '_');
}

class FrameNames {
  private readonly byFrame: (readonly string[] | undefined)[] = [];

  constructor(private readonly profile: Profile, private readonly isJava: boolean) {}

  /** The names of a stack, outermost first. */
  path(stack: number): string[] {
    const { stacks } = this.profile;
    const rows: number[] = [];
    for (let row = stack; row >= 0; row = stacks.parent[row]) rows.push(stacks.frame[row]);
    const path: string[] = [];
    for (let row = rows.pop(); row !== undefined; row = rows.pop()) for (const name of (this.byFrame[row] ??= this.frame(row))) path.push(name);
    return path;
  }

  /** The names of a function's frame: none, one, or several where the script splits at `->`. */
  func(func: number, inlined = false): readonly string[] {
    const { profile, isJava } = this;
    const { functions } = profile;
    let symbol = text(profile, functions.name[func]);
    const object = text(profile, functions.object[func]);
    // The reader took apart what Python's perf support prints as one symbol, and what Java's compiler joined.
    if (functions.kind[func] === FunctionKind.Python && /^perf-/.test(profile.meta.format)) symbol = `py::${symbol}:${text(profile, functions.file[func])}`;
    const joined = inlined && PERF_MAP.test(object);
    const parts = FRAME.exec(`0 ${symbol} (${inlined && !joined ? 'inlined' : object || '[unknown]'})`);
    if (!parts) return [];
    const [, , raw, module] = parts;
    if (raw.startsWith('(')) return [];
    const symbols = raw.split('->');
    while (symbols.length > 0 && symbols[symbols.length - 1] === '') symbols.pop();
    return symbols.map((name, index) => {
      const tidy = tidied(name === '[unknown]' ? (module === '[unknown]' ? '[unknown]' : `[${module.replace(/^.*\//s, '')}]`) : name, isJava);
      return (index > 0 || joined) && !tidy.includes('_[i]') ? `${tidy}_[i]` : tidy;
    });
  }

  private frame(row: number): readonly string[] {
    const { frames } = this.profile;
    return this.func(frames.func[row], frames.inlined[row] === 1);
  }
}

/** The script's tidying: no semicolons, no arguments (but Go's receivers and anonymous namespaces stay), no quotes. */
function tidied(symbol: string, isJava: boolean): string {
  let name = symbol.replaceAll(';', ':');
  if (!/\.\(.*\)\./.test(name)) name = name.replace(/\((?!anonymous namespace\)).*/, '');
  name = name.replace(/["']/g, '');
  return isJava && name.includes('/') ? name.replace(/^L/, '') : name;
}

/** Perl compares bytes; those of UTF-8 are in the order of code points. */
function byCodePoint(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    if (a.charCodeAt(i) === b.charCodeAt(i)) continue;
    return (a.codePointAt(i) ?? 0) - (b.codePointAt(i) ?? 0);
  }
  return a.length - b.length;
}
