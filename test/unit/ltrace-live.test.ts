// ltrace's own numbers: calls of a trace must equal those of `ltrace -c`, and times what it prints for each call.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { text, type Profile } from '../../src/core/profile.ts';
import { ltrace } from '../../src/formats/ltrace.ts';
import { inputOf } from '../stackText.ts';
import { needsTool, skipBecause } from '../tools.ts';

const execute = promisify(execFile);
const sources = fileURLToPath(new URL('../fixtures/src/', import.meta.url));

/** `name calls`, sorted, of the functions that were called. */
function callsOf(profile: Profile, leaveOut?: RegExp): string[] {
  const calls = profile.stackSelf[profile.events.findIndex((event) => event.name === 'calls')];
  const sums = new Map<string, number>();
  for (let stack = 0; stack < profile.stacks.length; stack++) {
    const name = text(profile, profile.functions.name[profile.frames.func[profile.stacks.frame[stack]]]);
    if (calls[stack] > 0 && !leaveOut?.test(name)) sums.set(name, (sums.get(name) ?? 0) + calls[stack]);
  }
  return [...sums].map(([name, count]) => `${name} ${count}`).sort();
}

describe('ltrace against ltrace -c', function () {
  this.timeout(60_000);
  let folder = '';

  before(async function () {
    needsTool(this, 'ltrace', 'gcc');
    folder = await mkdtemp(path.join(os.tmpdir(), 'heatline-ltrace-'));
    // ltrace sees calls through the procedure linkage table only: lazy binding keeps it.
    await execute('gcc', ['-O0', '-g', '-no-pie', '-Wl,-z,lazy', '-o', path.join(folder, 'library'), path.join(sources, 'library.c')]);
    const seen = await record('-f').catch(() => '');
    if (!/malloc/.test(seen)) skipBecause(this, 'this ltrace sees no calls of programs built here');
  });

  after(async () => {
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  async function record(...options: string[]): Promise<string> {
    await execute('ltrace', ['-o', 'out', ...options, './library'], { cwd: folder });
    return readFile(path.join(folder, 'out'), 'utf8');
  }

  const read = (output: string) => ltrace.read([inputOf('live.ltrace', output, 1000)]);

  it('calls of another run', async () => {
    const summary = await record('-c', '-f');
    const expected = [...summary.matchAll(/^ *[\d.]+ +[\d.]+ +\d+ +(\d+) (\w+)$/gm)].map(([, calls, name]) => `${name} ${calls}`).sort();
    assert.ok(expected.length > 8, summary);
    assert.deepEqual(callsOf(await read(summary)), expected);
    for (const options of [['-f'], ['-f', '-ttt', '-T'], ['-f', '-r', '-i'], ['-f', '-t', '-n', '2'], ['-f', '-S', '-tt', '-T', '-C']]) {
      assert.deepEqual(callsOf(await read(await record(...options)), /^SYS_/), expected, options.join(' '));
    }
  });

  it('times of calls add up to what is printed for the outermost', async () => {
    const output = await record('-f', '-ttt', '-T', '-S', '-x', 'main+compare');
    const profile = await read(output);
    // A line that ends in a duration ends a call; how deep it was is told by what its process has left open.
    const depth = new Map<string, number>();
    let outermost = 0;
    let lines = 0;
    for (const line of output.split('\n')) {
      const [, pid, rest] = /^(\d+) +[\d.]+ (.*)$/.exec(line) ?? ['', '', ''];
      const open = depth.get(pid) ?? 0;
      if (rest.endsWith('<unfinished ...>')) depth.set(pid, open + 1);
      const duration = / <(\d+\.\d+)>$/.exec(rest);
      if (!duration) continue;
      lines++;
      const left = rest.startsWith('<... ') && open > 0 ? open - 1 : open;
      depth.set(pid, left);
      if (left === 0) outermost += Math.round(Number(duration[1]) * 1e6);
    }
    const [time, calls] = ['time', 'calls'].map((name) => profile.totals[profile.events.findIndex((event) => event.name === name)]);
    assert.equal(calls, lines);
    assert.equal(time, outermost * 1000);
  });
});
