// Large `perf script` texts for measurements: a made-up C++ program whose call graph is walked by a seeded generator, in perf's
// default layout. The same options give the same bytes.
import { closeSync, openSync, writeSync } from 'node:fs';

export interface PerfScriptTextOptions {
  readonly seed: number;
  readonly samples: number;
  /** How many stacks there are to draw from; absent: every sample walks the call graph anew, and almost all stacks are distinct. */
  readonly distinctStacks?: number;
}

const FUNCTIONS = 5000;
/** A function belongs to one depth, function number modulo this: gprof2dot gives up on call graphs with large cycles. */
const LEVELS = 25;
const BYTES_A_WRITE = 4 << 20;

/** A generator of numbers below 1 that depends on its seed alone (mulberry32). */
function randomFrom(seed: number): (below: number) => number {
  let state = seed | 0;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor(((t ^ (t >>> 14)) >>> 0) / 4294967296 * below);
  };
}

/** A frame line as bytes, and the function that is called from there; -1 when nothing is. */
interface Place {
  readonly line: Buffer;
  readonly callee: number;
}

interface Program {
  /** By function: where it calls others. */
  readonly sites: readonly (readonly Place[])[];
  /** By function: where samples hit it. */
  readonly leaves: readonly (readonly Place[])[];
  readonly start: readonly Buffer[];
}

const NAMESPACES = ['render', 'storage::wal', 'net::http2', 'query::plan', 'index', 'base::internal', 'raft', 'media::codec', 'physics', 'json'];
const CLASSES = ['Executor', 'BufferPool', 'Scheduler', 'NodeIterator', 'Visitor', 'Compactor', 'FrameDecoder', 'Arena', 'Tokenizer', 'RingBuffer', 'SceneGraph', 'Planner'];
const VERBS = ['advance', 'flush', 'resolve', 'emplace_back', 'run', 'decode', 'merge_sorted', 'visit', 'rebalance', 'lookup', 'append', 'step', 'hash_join', 'evict'];
const TYPES = [
  'int', 'unsigned long', 'std::string_view', 'std::vector<unsigned char, std::allocator<unsigned char> >&', 'std::shared_ptr<Node const> const&', 'double', 'void*',
  'std::function<void (std::error_code const&, unsigned long)>&&', 'std::unordered_map<std::string, int> const&',
];

function nameOf(func: number, random: (below: number) => number): string {
  const pick = <T>(from: readonly T[]) => from[random(from.length)];
  const types = Array.from({ length: random(3) }, () => pick(TYPES)).join(', ');
  const owner = `${pick(NAMESPACES)}::${pick(CLASSES)}${func % 97}${random(4) === 0 ? `<${pick(TYPES).replace(/[ &]+$/, '')}>` : ''}`;
  if (random(12) === 0) return `std::_Function_handler<void (${types}), ${owner}::${pick(VERBS)}_${func}(${types})::{lambda(${types})#1}>::_M_invoke`;
  return `${owner}::${pick(VERBS)}_${func}(${types})${random(4) === 0 ? ' const' : ''}`;
}

function makeProgram(random: (below: number) => number): Program {
  const objects = ['/opt/service/bin/server', '/opt/service/bin/server', '/opt/service/bin/server', '/opt/service/lib/libstorage.so.4', '/usr/lib/x86_64-linux-gnu/libstdc++.so.6.0.30'];
  const place = (name: string, object: string, address: number, offset: number, callee: number): Place => ({
    line: Buffer.from(`\t${(address + offset).toString(16).padStart(16)} ${name}+0x${offset.toString(16)} (${object})\n`), callee,
  });
  const sites: Place[][] = [];
  const leaves: Place[][] = [];
  for (let func = 0; func < FUNCTIONS; func++) {
    const name = nameOf(func, random);
    const object = objects[func % objects.length];
    const address = 0x55d4c0000000 + func * 0x4c0;
    sites.push(Array.from({ length: 3 + random(5) }, (_, i) => place(name, object, address, 0x20 + i * 0x51 + random(0x30), (func + 1) % LEVELS + LEVELS * random(FUNCTIONS / LEVELS))));
    leaves.push(Array.from({ length: 2 + random(6) }, (_, i) => place(name, object, address, 0x11 + i * 0x33 + random(0x20), -1)));
  }
  const start = ['main', '__libc_start_call_main', '__libc_start_main_impl', '_start'].map((name, i) => place(name, i === 0 || i === 3 ? objects[0] : '/usr/lib/x86_64-linux-gnu/libc.so.6', 0x55d4bff00000 + i * 0x100, 0x4a, -1).line);
  return { sites, leaves, start };
}

/** Frame lines of one stack, innermost first. */
function walk({ sites, leaves, start }: Program, random: (below: number) => number): Buffer {
  const lines: Buffer[] = [...start].reverse();
  let func = LEVELS * random(40);
  for (let depth = 6 + random(14); depth > 0; depth--) {
    // Some call sites are hotter than others.
    const own = sites[func];
    const site = own[Math.min(random(own.length), random(own.length))];
    lines.push(site.line);
    func = site.callee;
  }
  const own = leaves[func];
  lines.push(own[Math.min(random(own.length), random(own.length))].line);
  return Buffer.concat(lines.reverse());
}

/** Writes such a text to `file`; the number of its bytes. */
export function writePerfScriptText(file: string, { seed, samples, distinctStacks }: PerfScriptTextOptions): number {
  const random = randomFrom(seed);
  const program = makeProgram(random);
  const known = Array.from({ length: distinctStacks ?? 0 }, () => walk(program, random));
  const out = openSync(file, 'w');
  let parts: Buffer[] = [];
  let length = 0;
  let written = 0;
  let time = 81_234_567_890_123n;
  const flush = () => {
    const block = Buffer.concat(parts);
    for (let at = 0; at < block.length;) at += writeSync(out, block, at);
    written += length;
    parts = [];
    length = 0;
  };
  for (let sample = 0; sample < samples; sample++) {
    const thread = random(12);
    time += BigInt(200_000 + random(900_000));
    const micros = (time / 1000n).toString();
    const head = `${thread === 0 ? 'server' : `worker pool-${thread}`} ${23_410 + thread} [00${random(8)}] ${micros.slice(0, -6)}.${micros.slice(-6)}:    ${1_000_000 + random(20_000)} cpu-clock:pppH: \n`;
    const stack = known.length > 0 ? known[random(known.length)] : walk(program, random);
    for (const part of [Buffer.from(head), stack, Buffer.from('\n')]) {
      parts.push(part);
      length += part.length;
    }
    if (length > BYTES_A_WRITE) flush();
  }
  flush();
  closeSync(out);
  return written;
}
