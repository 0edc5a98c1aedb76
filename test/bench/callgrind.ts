// `heatline top` on large callgrind files against callgrind_annotate, gprof2dot and speedscope's importer: whole processes.
//   npm run bench -- callgrind
// HEATLINE_BENCH_ROUNDS (default 3) is how often each runs; HEATLINE_BENCH_FILES names some of plain, instructions, parts.
import { statSync } from 'node:fs';
import path from 'node:path';
import { root } from '../../scripts/project.mjs';
import { callgrindFiles } from '../benchCallgrindFiles.ts';
import { gprof2dot, speedscopeFolder } from '../benchPeers.ts';
import { race, raceTable, type Contender } from '../benchRace.ts';

const TITLES = { plain: 'callgrind, plain', instructions: 'callgrind with --dump-instr=yes --collect-jumps=yes', parts: 'callgrind, ten parts in one file, with --dump-instr=yes' } as const;
const rounds = Number(process.env['HEATLINE_BENCH_ROUNDS'] ?? '3');
const chosen = process.env['HEATLINE_BENCH_FILES']?.split(',') ?? Object.keys(TITLES);

const files = await callgrindFiles();
for (const [name, title] of Object.entries(TITLES) as [keyof typeof TITLES, string][]) {
  if (!chosen.includes(name)) continue;
  const file = files[name];
  const contenders: Contender[] = [
    { name: 'heatline top --json', command: process.execPath, args: [path.join(root, 'dist/cli.js'), 'top', file, '--json'] },
    { name: 'callgrind_annotate', command: 'callgrind_annotate', args: ['--auto=no', file] },
    gprof2dot('callgrind', file),
    { name: "speedscope 1.25's importer in Node", command: process.execPath, args: ['--max-old-space-size=8192', path.join(root, 'test/bench/speedscopeImport.mjs'), speedscopeFolder(), file] },
  ];
  console.log(raceTable(`${title}, ${(statSync(file).size / 1e6).toFixed(0)} MB`, await race(contenders, rounds)));
}
