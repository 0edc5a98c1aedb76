// `heatline top` on a profile of 100,000 Python functions against marshal.load alone, pstats and gprof2dot: whole processes.
//   npm run bench -- pstats
// HEATLINE_BENCH_ROUNDS (default 3) is how often each runs.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { cacheFolder, root } from '../../scripts/project.mjs';
import { gprof2dot } from '../benchPeers.ts';
import { race, raceTable, type Contender } from '../benchRace.ts';

/** Every function calls two or three others, which return at once: 280,000 edges. */
const PROGRAM = `
import cProfile, sys
N, FILES = 100000, 400
space = {}
for f in range(FILES):
    lines = []
    for i in range(f, N, FILES):
        calls = '; '.join(f'step_{(i * k + 17 * k) % N}_of_module(d - 1)' for k in (3, 7, 11)[:2 + (i % 5 != 0)])
        lines.append(f'def step_{i}_of_module(d):\\n    if d: {calls}\\n')
    exec(compile('\\n'.join(lines), f'/srv/app/package_{f % 40}/module_{f}.py', 'exec'), space)
work = [space[f'step_{i}_of_module'] for i in range(N)]
def main():
    for step in work: step(1)
profile = cProfile.Profile()
profile.runcall(main)
profile.dump_stats(sys.argv[1])
`;

function recorded(): string {
  const folder = path.join(cacheFolder, 'bench', 'pstats-1');
  const file = path.join(folder, 'functions.pstats');
  if (existsSync(file)) return file;
  console.log('recording 100,000 functions with cProfile, once');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'record.py'), PROGRAM);
  execFileSync('python3', [path.join(folder, 'record.py'), `${file}.new`], { stdio: 'inherit' });
  renameSync(`${file}.new`, file);
  return file;
}

const file = recorded();
const python = (name: string, code: string): Contender => ({ name, command: 'python3', args: ['-S', '-E', '-c', code, file] });
console.log(raceTable(`pstats of 100,000 functions, ${(statSync(file).size / 1e6).toFixed(0)} MB`, await race([
  { name: 'heatline top --json', command: process.execPath, args: [path.join(root, 'dist/cli.js'), 'top', file, '--json'] },
  python('marshal.load', 'import marshal, sys; marshal.load(open(sys.argv[1], "rb"))'),
  python('pstats.Stats, print_stats(20)', 'import pstats, sys; pstats.Stats(sys.argv[1]).sort_stats("tottime").print_stats(20)'),
  gprof2dot('pstats', file),
], Number(process.env['HEATLINE_BENCH_ROUNDS'] ?? '3'))));
