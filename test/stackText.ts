// Small profiles as text pictures, and profiles printed as text, so that a test shows what it is about at a glance.
import { ProfileBuilder } from '../src/core/builder.ts';
import { FunctionKind, text, type EventInfo, type Profile } from '../src/core/profile.ts';
import type { Format, Input } from '../src/formats/format.ts';

/** Bytes or text as an input that comes in chunks of `chunkSize` bytes; the chunk's memory is overwritten afterwards. */
export function inputOf(name: string, content: string | Uint8Array, chunkSize = 65536): Input {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return {
    name,
    async *read() {
      for (let at = 0; at < bytes.length; at += chunkSize) {
        const chunk = new Uint8Array(bytes.subarray(at, at + chunkSize));
        yield chunk;
        // Readers must not keep what they were lent.
        chunk.fill(0x21);
      }
    },
  };
}

/** Reads text or bytes as a profile. */
export function readAs(format: Format, content: string | Uint8Array, name = 'test.input', chunkSize?: number): Promise<Profile> {
  return format.read([inputOf(name, content, chunkSize)]);
}

const KINDS: Readonly<Record<string, number>> = {
  unknown: FunctionKind.Unknown, native: FunctionKind.Native, kernel: FunctionKind.Kernel,
  python: FunctionKind.Python, builtin: FunctionKind.Builtin, go: FunctionKind.Go,
};

/**
 * A profile drawn as columns: each column is a sample, its frames from the outermost down, columns two or more spaces apart.
 * A frame is `name[file:a.c][line:3][object:/bin/a][address:1f][kind:kernel][inlined]`; a cell of `-` is empty. The first
 * row may be `weights:` and a number for each column; without it each sample weighs 1.
 *
 *     weights: 3  1
 *     main          main
 *     work[line:7]  idle
 */
export function stackProfile(picture: string, events: EventInfo[] = [{ name: 'samples', unit: 'count' }]): Profile {
  const lines = picture.split('\n').map((line) => line.trim()).filter((line) => line !== '');
  const weights = lines[0].startsWith('weights:') ? lines.shift()?.split(/\s+/).slice(1).map(Number) : undefined;
  const rows = lines.map((line) => line.split(/ {2,}/));
  const builder = new ProfileBuilder(events);
  const count = Math.max(...rows.map((row) => row.length));
  for (let column = 0; column < count; column++) {
    let stack = -1;
    for (const row of rows) {
      const cell = row[column];
      if (cell === undefined || cell === '-') continue;
      stack = builder.stack(stack, frameOf(builder, cell));
    }
    if (stack >= 0) builder.sampleOf(stack, 0, weights?.[column] ?? 1, column);
  }
  return builder.finish({ format: 'picture' });
}

function frameOf(builder: ProfileBuilder, cell: string): number {
  const options = new Map([...cell.matchAll(/\[(\w+)(?::([^\]]*))?\]/g)].map((match) => [match[1], match[2] ?? '']));
  for (const key of options.keys()) {
    if (!['file', 'line', 'column', 'object', 'address', 'kind', 'inlined'].includes(key)) throw new Error(`stack picture: unknown [${key}] in ${cell}`);
  }
  const kind = options.get('kind') ?? 'unknown';
  if (!(kind in KINDS)) throw new Error(`stack picture: unknown kind in ${cell}`);
  const func = builder.func({ name: cell.replace(/\[.*$/, ''), file: options.get('file'), object: options.get('object'), kind: KINDS[kind] });
  return builder.frame(func, Number(options.get('line') ?? 0), Number(options.get('column') ?? 0), {
    ...(options.has('address') ? { address: Number.parseInt(options.get('address') ?? '', 16) } : {}),
    inlined: options.has('inlined'),
  });
}

/** What `stackTree` prints of a frame beside its name. */
export type Detail = 'file' | 'line' | 'object' | 'address' | 'kind' | 'inlined';

/**
 * The stacks of a profile as an indented tree with total and self weights, heaviest first (then by text), like
 *
 *     main  total 4
 *       work  total 3, self 3
 */
export function stackTree(profile: Profile, details: readonly Detail[] = [], event = 0): string {
  const { stacks } = profile;
  const self = profile.stackSelf[event];
  const total = self.slice();
  for (let row = stacks.length - 1; row >= 0; row--) if (stacks.parent[row] >= 0) total[stacks.parent[row]] += total[row];
  const children = new Map<number, number[]>();
  for (let row = 0; row < stacks.length; row++) {
    const siblings = children.get(stacks.parent[row]) ?? [];
    siblings.push(row);
    children.set(stacks.parent[row], siblings);
  }
  const lines: string[] = [];
  const label = (row: number) => frameLabel(profile, stacks.frame[row], details);
  const waiting = [...(children.get(-1) ?? [])].sort(heaviestLast);
  function heaviestLast(a: number, b: number): number {
    return total[a] - total[b] || (label(a) < label(b) ? 1 : -1);
  }
  for (let row = waiting.pop(); row !== undefined; row = waiting.pop()) {
    lines.push(`${'  '.repeat(stacks.depth[row])}${label(row)}  total ${total[row]}${self[row] === 0 ? '' : `, self ${self[row]}`}`);
    waiting.push(...(children.get(row) ?? []).sort(heaviestLast));
  }
  return lines.join('\n');
}

function frameLabel(profile: Profile, frame: number, details: readonly Detail[]): string {
  const { frames, functions } = profile;
  const func = frames.func[frame];
  let label = text(profile, functions.name[func]);
  const add = (detail: Detail, value: string) => {
    if (details.includes(detail) && value !== '') label += `[${detail}:${value}]`;
  };
  add('file', text(profile, frames.file[frame]));
  add('line', frames.line[frame] > 0 ? String(frames.line[frame]) : '');
  add('object', text(profile, functions.object[func]));
  add('address', frames.address[frame] >= 0 ? frames.address[frame].toString(16) : '');
  add('kind', Object.keys(KINDS).find((key) => KINDS[key] === functions.kind[func]) ?? '');
  if (details.includes('inlined') && frames.inlined[frame] === 1) label += '[inlined]';
  return label;
}

/** The call graph of a profile as text, sorted: self costs by line, then edges, with the costs of all events. */
export function graphText(profile: Profile): string {
  const { graph, functions } = profile;
  if (!graph) return '(no call graph)';
  const name = (func: number) => text(profile, functions.name[func]);
  const place = (file: number, line: number) => `${text(profile, file) || '?'}:${line}`;
  const costs = (columns: readonly Float64Array[], row: number) => columns.map((column) => column[row]).join(' ');
  const lines: string[] = [];
  for (let row = 0; row < graph.lines.length; row++) {
    lines.push(`self ${name(graph.lines.func[row])} ${place(graph.lines.file[row], graph.lines.line[row])} = ${costs(graph.lines.cost, row)}`);
  }
  const edges: string[] = [];
  for (let row = 0; row < graph.edges.length; row++) {
    const { caller, callee, file, line, calls, cost } = graph.edges;
    edges.push(`call ${name(caller[row])} ${place(file[row], line[row])} -> ${name(callee[row])} x${calls[row]} = ${costs(cost, row)}`);
  }
  return [...lines.sort(), ...edges.sort()].join('\n');
}

/** Removes the indentation that all lines of a template literal share, and empty first and last lines. */
export function dedent(picture: string): string {
  const lines = picture.replace(/^\s*\n/, '').trimEnd().split('\n');
  const indent = Math.min(...lines.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length));
  return lines.map((line) => line.slice(indent)).join('\n');
}
