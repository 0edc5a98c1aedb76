// Programs of others that the benchmarks race against, installed on first use into the user's cache folder, away from this project.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { cacheFolder } from '../scripts/project.mjs';
import { findTool } from '../scripts/system-tools.mjs';
import type { Contender } from './benchRace.ts';

const folder = path.join(cacheFolder, 'bench-peers');

function once(mark: string, what: string, install: () => void): void {
  const done = path.join(folder, `${mark}.installed`);
  if (existsSync(done)) return;
  console.log(`installing ${what} for comparison`);
  mkdirSync(folder, { recursive: true });
  install();
  writeFileSync(done, '');
}

/** gprof2dot (PyPI) on a file; `format` is the one of its -f option. */
export function gprof2dot(format: string, file: string): Contender {
  const target = path.join(folder, 'gprof2dot');
  once('gprof2dot-2025.4.14', 'gprof2dot', () => execFileSync('python3', ['-m', 'pip', 'install', '--quiet', '--target', target, 'gprof2dot==2025.4.14'], { stdio: 'inherit' }));
  return { name: 'gprof2dot', command: 'python3', args: ['-m', 'gprof2dot', '-f', format, '-o', path.join(folder, 'gprof2dot.dot'), file], env: { PYTHONPATH: target } };
}

/** Folder of the speedscope package (npm), whose importers `speedscope()` runs. */
export function speedscopeFolder(): string {
  const target = path.join(folder, 'speedscope');
  once('speedscope-1.25.0', 'speedscope', () => {
    mkdirSync(target, { recursive: true });
    writeFileSync(path.join(target, 'package.json'), '{"private":true}');
    execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', 'speedscope@1.25.0'], { cwd: target, stdio: 'inherit' });
  });
  return path.dirname(createRequire(path.join(target, 'index.js')).resolve('speedscope/package.json'));
}

/** A script of FlameGraph, when it is on PATH or in the folder that FLAMEGRAPH names: it is no package of any registry. */
export function flameGraphScript(script: string, args: readonly string[]): Contender | undefined {
  const own = process.env['FLAMEGRAPH'] && path.join(process.env['FLAMEGRAPH'], script);
  const file = own && existsSync(own) ? own : findTool(script);
  return file && findTool('perl') ? { name: script, command: 'perl', args: [file, ...args] } : undefined;
}
