// What `go tool pprof` says of a profile, taken apart, and the same numbers from a profile of ours.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { inclusiveWeights, totalsByKey } from '../src/core/inclusive.ts';
import { text, type Profile, type Unit } from '../src/core/profile.ts';

const execute = promisify(execFile);
const UNITS: Readonly<Record<Unit, string>> = {
  seconds: 's', milliseconds: 'ms', microseconds: 'us', nanoseconds: 'ns', bytes: 'B', instructions: 'instructions', count: 'count',
};

let program: Promise<string> | undefined;

/** Runs `go tool pprof`, without the `go` command before it, which takes longer than the tool. */
export async function goPprof(...args: string[]): Promise<string> {
  program ??= execute('go', ['tool', '-n', 'pprof']).then(({ stdout }) => stdout.trim());
  const { stdout } = await execute(await program, ['-symbolize=none', ...args], { maxBuffer: 1 << 28, env: { ...process.env, PPROF_TMPDIR: '/nonexistent' } });
  return stdout;
}

/** Flat and cumulative value by function name, as `flat cum`; functions without either are left out. */
export type Costs = Map<string, string>;

/** `go tool pprof -top` of sample type `index`. */
export async function pprofTop(file: string, index: number, unit: Unit, ...options: string[]): Promise<Costs> {
  const output = await goPprof('-top', '-nodecount=0', '-trim=false', `-sample_index=${index}`, `-unit=${UNITS[unit]}`, ...options, file);
  const costs: Costs = new Map();
  const rows = output.slice(output.indexOf('cum%\n') + 5).split('\n').filter((line) => line !== '');
  for (const line of rows) {
    const cells = /^\s*(-?[\d.]+)\w*\s+\S+%\s+\S+%\s+(-?[\d.]+)\w*\s+\S+%\s\s(.*?)(?: \((?:partial-)?inline\))?$/.exec(line);
    if (!cells) throw new Error(`not understood: ${line}`);
    costs.set(cells[3], `${cells[1]} ${cells[2]}`);
  }
  return costs;
}

/** What pprof calls a frame: its function, or the binary it is in. `withLine` as with -lines. */
function pprofName(profile: Profile, frame: number, withLine: boolean): string {
  const { frames, functions } = profile;
  const func = frames.func[frame];
  const name = text(profile, functions.name[func]);
  const object = text(profile, functions.object[func]);
  if (name === '[unknown]') return object === '' ? '<unknown>' : `[${object.slice(object.lastIndexOf('/') + 1)}]`;
  const file = text(profile, frames.file[frame]);
  if (!withLine || file === '') return name;
  return frames.line[frame] > 0 ? `${name} ${file}:${frames.line[frame]}` : `${name} ${file}`;
}

/** The same of a profile: pprof tells functions apart by name alone. */
export function topOf(profile: Profile, event: number, withLine = false): Costs {
  return costsByName(profile, event, (frame) => pprofName(profile, frame, withLine));
}

/** Flat and cumulative values by what `nameOf` calls a frame. */
export function costsByName(profile: Profile, event: number, nameOf: (frame: number) => string): Costs {
  const { stacks } = profile;
  const keys = new Map<string, number>();
  const names: string[] = [];
  const key = Int32Array.from(stacks.frame, (frame) => {
    const name = nameOf(frame);
    let row = keys.get(name);
    if (row === undefined) keys.set(name, (row = names.push(name) - 1));
    return row;
  });
  const flat = new Float64Array(names.length);
  for (let stack = 0; stack < stacks.length; stack++) flat[key[stack]] += profile.stackSelf[event][stack];
  const cum = totalsByKey(profile, inclusiveWeights(profile, event), key, names.length);
  const costs: Costs = new Map();
  for (const [row, name] of names.entries()) if (name !== '[no stack]' && (flat[row] !== 0 || cum[row] !== 0)) costs.set(name, `${flat[row]} ${cum[row]}`);
  return costs;
}

/** Values of all sample types by stack. A stack is its locations, innermost first, apart by ` < `; lines of a location apart by ` + `. */
export type Stacks = Map<string, string>;

/** The samples of `go tool pprof -raw`, summed by stack. Stacks that sum to nothing are left out. */
export async function pprofRaw(file: string): Promise<Stacks> {
  const output = await goPprof('-raw', file);
  const [head, locationText] = output.split('\nLocations\n');
  const [locationLines, mappingText] = locationText.split('\nMappings\n');
  const mappings = new Map<string, { start: bigint; limit: bigint; offset: bigint; file: string }>();
  for (const line of mappingText.split('\n')) {
    const cells = /^(\d+): 0x(\w+)\/0x(\w+)\/0x(\w+) (\S*)/.exec(line);
    if (cells) mappings.set(cells[1], { start: BigInt(`0x${cells[2]}`), limit: BigInt(`0x${cells[3]}`), offset: BigInt(`0x${cells[4]}`), file: cells[5] });
  }
  const locations = new Map<string, string[]>();
  let current: string[] = [];
  let place = '';
  for (const line of locationLines.split('\n')) {
    const start = /^ *(\d+): 0x(\w+) (?:M=(\d+) )?(?:\[F\] )?/.exec(line);
    let rest = line.trim();
    if (start) {
      locations.set(start[1], (current = []));
      rest = line.slice(start[0].length);
      const mapping = mappings.get(start[3] ?? '');
      const address = BigInt(`0x${start[2]}`);
      const inside = mapping && mapping.start <= address && address < mapping.limit;
      place = ` @${(inside ? address - mapping.start + mapping.offset : address).toString(16)} in ${mapping?.file ?? ''}`;
    }
    const code = /^(.*) (\S*):(\d+):(\d+) s=(\d+)/.exec(rest);
    current.push(`${code ? `${code[1]} ${code[2]}:${code[3]}:${code[4]}` : '?'}${place}`);
  }
  const sums = new Map<string, number[]>();
  for (const line of head.slice(head.indexOf('\nSamples:\n')).split('\n')) {
    const cells = /^((?: +-?\d+)+): ([\d ]*)$/.exec(line);
    if (!cells) continue;
    const values = cells[1].trim().split(/ +/).map(Number);
    const stack = cells[2].trim().split(' ').map((id) => locations.get(id)?.join(' + ') ?? '[no stack]').join(' < ');
    sums.set(stack, values.map((value, i) => value + (sums.get(stack)?.[i] ?? 0)));
  }
  return new Map([...sums].filter(([, values]) => values.some((value) => value !== 0)).map(([stack, values]) => [stack, values.join(' ')]));
}

/** The same of a profile. */
export function rawOf(profile: Profile): Stacks {
  const { stacks, frames, functions } = profile;
  const result: Stacks = new Map();
  for (let stack = 0; stack < stacks.length; stack++) {
    const values = profile.stackSelf.map((column) => column[stack]);
    if (values.every((value) => value === 0)) continue;
    let path = '';
    for (let row = stack; row >= 0; row = stacks.parent[row]) {
      const frame = stacks.frame[row];
      const func = frames.func[frame];
      const name = text(profile, functions.name[func]);
      const file = text(profile, frames.file[frame]);
      const known = (name !== '[unknown]' || file !== '') && name !== '[no stack]';
      const place = name === '[no stack]' ? '' : ` @${Math.max(frames.address[frame], 0).toString(16)} in ${text(profile, functions.object[func])}`;
      path += `${known ? `${name === '[unknown]' ? '' : name} ${file}:${frames.line[frame]}:${frames.column[frame]}` : name === '[unknown]' ? '?' : name}${place}`;
      if (stacks.parent[row] >= 0) path += frames.inlined[frame] ? ' + ' : ' < ';
    }
    result.set(path, values.join(' '));
  }
  return result;
}
