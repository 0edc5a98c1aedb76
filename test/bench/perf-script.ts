// `heatline top` on perf script text against stackcollapse-perf.pl, gprof2dot and speedscope's importer: whole processes.
//   npm run bench -- perf-script
// HEATLINE_BENCH_MB (default 235) is the size of the text with distinct stacks; HEATLINE_BENCH_ROUNDS (default 3) how often each runs.
// A second text, five times as large with 100,000 distinct stacks, shows that memory follows what is distinct.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { root } from '../../scripts/project.mjs';
import { flameGraphScript, gprof2dot, speedscopeFolder } from '../benchPeers.ts';
import { race, raceTable, type Contender } from '../benchRace.ts';
import { writePerfScriptText } from './perfScriptText.ts';

/** Bytes of a sample, about. */
const SAMPLE = 2195;
const megabytes = Number(process.env['HEATLINE_BENCH_MB'] ?? '235');
const rounds = Number(process.env['HEATLINE_BENCH_ROUNDS'] ?? '3');

const ours = (file: string): Contender => ({ name: 'heatline top --json', command: process.execPath, args: [path.join(root, 'dist/cli.js'), 'top', file, '--json'] });

const folder = mkdtempSync(path.join(os.tmpdir(), 'heatline-bench-perf-'));
try {
  const file = path.join(folder, 'perf.txt');
  const bytes = writePerfScriptText(file, { seed: 1, samples: Math.round(megabytes * 1e6 / SAMPLE) });
  const speedscope: Contender = {
    name: "speedscope 1.25's importer in Node", command: process.execPath,
    args: ['--max-old-space-size=8192', path.join(root, 'test/bench/speedscopeImport.mjs'), speedscopeFolder(), file],
  };
  const peers = [flameGraphScript('stackcollapse-perf.pl', [file]), gprof2dot('perf', file), speedscope].filter((peer) => peer !== undefined);
  console.log(raceTable(`perf script text, ${(bytes / 1e6).toFixed(0)} MB, almost all stacks distinct`, await race([ours(file), ...peers], rounds)));
  rmSync(file);
  const large = path.join(folder, 'large.txt');
  const largeBytes = writePerfScriptText(large, { seed: 1, samples: Math.round(megabytes * 5e6 / SAMPLE), distinctStacks: 100_000 });
  console.log(raceTable(`perf script text, ${(largeBytes / 1e6).toFixed(0)} MB, 100,000 distinct stacks`, await race([ours(large)], rounds)));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
