// `heatline top` on a pprof file of 135,000 distinct stacks against `go tool pprof -top`, whole processes.
//   npm run bench -- pprof
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { ProfileBuilder } from '../../src/core/builder.ts';
import type { Profile } from '../../src/core/profile.ts';
import { pprofWriter } from '../../src/formats/pprofWriter.ts';
import { writeProfile } from '../../src/engine/write.ts';
import { cacheFolder, root } from '../../scripts/project.mjs';
import { findTool } from '../../scripts/system-tools.mjs';
import { race, raceTable, type Contender } from '../benchRace.ts';

const STACKS = 135_000;
const ROUNDS = 3;

/** Numbers from a seed (mulberry32), so that every machine gets the same file. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor(((t ^ (t >>> 14)) >>> 0) / 4294967296 * below);
  };
}

/** Stacks of C++ names that share their outer halves: about 17 frames of each are its own. */
function makeProfile(): Profile {
  const random = numbers(1);
  const builder = new ProfileBuilder([{ name: 'samples', unit: 'count' }, { name: 'cpu', unit: 'nanoseconds' }]);
  builder.defaultEvent = 1;
  const frames: number[] = [];
  for (let func = 0; func < 4000; func++) {
    const name = `ns${func % 37}::Worker${func % 211}<std::vector<int, std::allocator<int> >, ${func}>::process_${func}(std::basic_string<char> const&, unsigned long)`;
    const row = builder.func({ name, file: `/src/project/module${func % 150}/source_${func % 900}.cc`, object: `/usr/lib/libpart${func % 9}.so.1`, line: 1 + func % 2000 });
    for (let site = 0; site < 5; site++) frames.push(builder.frame(row, 1 + func % 2000 + random(60), 0, { address: 0x1000 + func * 640 + site * 37 }));
  }
  for (let stack = 0; stack < STACKS; stack++) {
    const shared = 8 + random(12);
    const own = 12 + random(11);
    let at = -1;
    let branch = 0;
    for (let depth = 0; depth < shared; depth++) {
      branch = Math.imul(branch * 3 + (depth > 3 ? random(2) : 0), 0x9e3779b1) >>> 8;
      at = builder.stack(at, frames[(branch + depth) % frames.length]);
    }
    for (let depth = 0; depth < own; depth++) at = builder.stack(at, frames[random(frames.length)]);
    const count = 1 + random(4);
    builder.addSelf(at, 0, count);
    builder.addSelf(at, 1, count * 10_000_000);
  }
  return builder.finish({ format: 'bench' });
}

const folder = path.join(cacheFolder, 'bench');
const file = path.join(folder, 'stacks-1.pb.gz');
if (!existsSync(file)) {
  mkdirSync(folder, { recursive: true });
  await writeProfile(makeProfile(), pprofWriter, {}, file);
}

const contenders: Contender[] = [{ name: 'heatline top', command: process.execPath, args: [path.join(root, 'dist', 'cli.js'), 'top', file, '--json'] }];
if (findTool('go')) {
  const tool = execFileSync('go', ['tool', '-n', 'pprof'], { encoding: 'utf8' }).trim();
  contenders.push({ name: 'go tool pprof -top', command: tool, args: ['-top', '-symbolize=none', file] });
}
console.log(raceTable(`pprof, ${STACKS} stacks, ${(statSync(file).size / 1e6).toFixed(1)} MB gzip`, await race(contenders, ROUNDS)));
