// `heatline top` on collapsed stacks of 120 MB against gprof2dot, and FlameGraph's flamegraph.pl where it is: whole processes.
//   npm run bench -- collapsed
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { root } from '../../scripts/project.mjs';
import { flameGraphScript, gprof2dot } from '../benchPeers.ts';
import { race, raceTable, type Contender } from '../benchRace.ts';

const BYTES = 120e6;
const FUNCTIONS_A_LEVEL = 150;
const NAMESPACES = ['render', 'storage::wal', 'net::http2', 'query::plan', 'raft', 'media::codec', 'json'];
const TYPES = ['int', 'unsigned long', 'std::allocator<char>', 'std::vector<double, std::allocator<double> > const&', 'char const*', 'std::shared_ptr<Node>&&'];

/** Numbers below `below`, by the seed alone (mulberry32). */
function randomFrom(seed: number): (below: number) => number {
  let state = seed | 0;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor(((t ^ (t >>> 14)) >>> 0) / 4294967296 * below);
  };
}

/**
 * Writes sorted stacks of a made-up C++ program, almost all of them distinct, as stackcollapse scripts do. A function belongs to one
 * depth: gprof2dot gives up on call graphs with large cycles.
 */
function writeStacks(file: string, bytes: number): void {
  const random = randomFrom(20261125);
  const names = Array.from({ length: 40 * FUNCTIONS_A_LEVEL }, (_, index) => {
    const type = TYPES[random(TYPES.length)];
    return `${NAMESPACES[random(NAMESPACES.length)]}::Class${index % 97}<${type}>::method_${index}(${TYPES[random(TYPES.length)]})`;
  });
  const lines: string[] = [];
  for (let length = 0; length < bytes;) {
    const frames = ['main'];
    let func = random(40);
    for (let level = 0, depth = 8 + random(30); level < depth; level++) {
      func = (func * 13 + random(level < 4 ? 3 : 5) * 57 + 7) % FUNCTIONS_A_LEVEL;
      frames.push(names[level * FUNCTIONS_A_LEVEL + func]);
    }
    const line = `${frames.join(';')} ${1 + random(1000)}\n`;
    length += line.length;
    lines.push(line);
  }
  lines.sort();
  const out = openSync(file, 'w');
  for (let at = 0; at < lines.length; at += 5000) writeSync(out, lines.slice(at, at + 5000).join(''));
  closeSync(out);
}

const folder = mkdtempSync(path.join(os.tmpdir(), 'heatline-bench-collapsed-'));
try {
  const file = path.join(folder, 'stacks.folded');
  writeStacks(file, BYTES);
  const ours: Contender = { name: 'heatline top', command: process.execPath, args: [path.join(root, 'dist/cli.js'), 'top', file] };
  const peers = [gprof2dot('collapse', file), flameGraphScript('flamegraph.pl', [file])].filter((peer) => peer !== undefined);
  console.log(raceTable(`collapsed stacks, ${(statSync(file).size / 1e6).toFixed(0)} MB`, await race([ours, ...peers])));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
