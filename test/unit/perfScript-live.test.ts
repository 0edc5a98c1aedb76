// perf's own numbers: self by symbol must equal `perf report --no-children`, totals its event counts, and inclusive shares
// `perf report --children`.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { text, type Profile } from '../../src/core/profile.ts';
import { PERF_SCRIPT_ARGUMENTS, perfScript } from '../../src/formats/perfScript.ts';
import { inputOf } from '../stackText.ts';
import { needsTool, skipBecause } from '../tools.ts';

const execute = promisify(execFile);
const sources = fileURLToPath(new URL('../fixtures/src/', import.meta.url));

/** What a report says of one event. */
interface Report {
  total: number;
  /** By `symbol (object's base name)`: the period, or with children the percentage. */
  rows: Map<string, number>;
}

describe('perf script against perf report', function () {
  this.timeout(180_000);
  let folder = '';

  before(async function () {
    needsTool(this, 'perf', 'gcc', 'g++');
    folder = await mkdtemp(path.join(os.tmpdir(), 'heatline-perf-'));
    for (const name of ['calls.c', 'mix.h', 'shapes.cc', 'threads.c']) await copyFile(path.join(sources, name), path.join(folder, name));
    const compile = (command: string, ...args: string[]) => execute(command, ['-O1', '-g', '-fno-omit-frame-pointer', '-fno-optimize-sibling-calls', ...args], { cwd: folder });
    await compile('gcc', '-o', 'calls', 'calls.c');
    await compile('gcc', '-pthread', '-o', 'threads', 'threads.c');
    await compile('g++', '-o', 'shapes', 'shapes.cc');
    const denied = await perf(['record', '-q', '-e', 'cpu-clock:u', '-o', 'try.data', '--', 'true']).then(() => undefined, (error: Error) => error.message);
    if (denied !== undefined) skipBecause(this, `perf may not record here: ${denied.split('\n').slice(-2).join(' ')}`);
  });

  after(async () => {
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  const perf = (args: string[]) => execute('perf', args, { cwd: folder, maxBuffer: 1 << 28 });

  async function record(options: string[], ...command: string[]): Promise<Profile> {
    await perf(['record', '-q', '-o', 'perf.data', ...(process.getuid?.() === 0 ? ['--no-bpf-event'] : []), ...options, '--', ...command]);
    const { stdout } = await perf([...PERF_SCRIPT_ARGUMENTS, '-i', 'perf.data']);
    return perfScript.read([inputOf('perf.txt', stdout, 100_000)]);
  }

  async function report(...options: string[]): Promise<Map<string, Report>> {
    const { stdout } = await perf(['report', '-i', 'perf.data', '--stdio', '--no-inline', '-g', 'none', '-t', '\t', ...options]);
    const reports = new Map<string, Report>();
    let current: Report | undefined;
    for (const line of stdout.split('\n')) {
      const event = /^# Samples: .* of event '(.*)'$/.exec(line);
      const count = /^# Event count \(approx\.\): (\d+)$/.exec(line);
      if (event) reports.set(event[1], (current = { total: 0, rows: new Map() }));
      else if (count && current) current.total = Number(count[1]);
      if (line.startsWith('#') || !current) continue;
      const [value, object, symbol] = line.split('\t').map((cell) => cell.trim());
      if (symbol === undefined) continue;
      // The report shows the address where the script says that the symbol is unknown.
      const name = symbol.replace(/^\[.\] /, '').replace(/^(?:0x[0-9a-f]+|[0-9a-f]{16})$/, '[unknown]');
      const key = `${name} (${object})`;
      const number = Number(value.replace('%', ''));
      if (number > 0) current.rows.set(key, (current.rows.get(key) ?? 0) + number);
    }
    return reports;
  }

  const keyOf = (profile: Profile, stack: number) => {
    const func = profile.frames.func[profile.stacks.frame[stack]];
    return `${text(profile, profile.functions.name[func])} (${path.basename(text(profile, profile.functions.object[func]))})`;
  };

  function selfOf(profile: Profile, event: number): Map<string, number> {
    const sums = new Map<string, number>();
    profile.stackSelf[event].forEach((weight, stack) => {
      if (weight > 0) sums.set(keyOf(profile, stack), (sums.get(keyOf(profile, stack)) ?? 0) + weight);
    });
    return sums;
  }

  /** Inclusive weights; a function counts once in a stack, however often it is in it. */
  function inclusiveOf(profile: Profile, event: number): Map<string, number> {
    const sums = new Map<string, number>();
    profile.stackSelf[event].forEach((weight, stack) => {
      if (weight === 0) return;
      const seen = new Set<string>();
      for (let at = stack; at >= 0; at = profile.stacks.parent[at]) seen.add(keyOf(profile, at));
      for (const key of seen) sums.set(key, (sums.get(key) ?? 0) + weight);
    });
    return sums;
  }

  async function assertEqual(profile: Profile): Promise<void> {
    const plain = await report('--no-children', '-F', 'period,dso,sym');
    assert.deepEqual([...plain.keys()].sort(), profile.events.map(({ name }) => name).sort());
    for (const [event, { name }] of profile.events.entries()) {
      const expected = plain.get(name);
      assert.equal(profile.totals[event], expected?.total, name);
      assert.deepEqual([...selfOf(profile, event)].sort(), [...expected?.rows ?? []].sort(), name);
    }
  }

  async function assertChildrenEqual(profile: Profile): Promise<void> {
    const children = await report('--children', '-F', 'overhead_children,dso,sym');
    for (const [event, { name }] of profile.events.entries()) {
      const inclusive = inclusiveOf(profile, event);
      // Unknown addresses are told apart by perf, which shows each with its share; they are left out of the comparison.
      const rows = [...children.get(name)?.rows ?? []].filter(([key]) => !key.startsWith('[unknown]'));
      assert.ok(rows.length > 2, name);
      for (const [key, percent] of rows) {
        const own = (inclusive.get(key) ?? 0) / profile.totals[event] * 100;
        assert.ok(Math.abs(own - percent) < 0.0051, `${name}: ${key} is ${own} %, perf says ${percent} %`);
      }
    }
  }

  it('C with recursion', async () => {
    const profile = await record(['-e', 'cpu-clock', '-F', '999', '--call-graph', 'fp'], './calls', '300000');
    assert.ok((profile.samples?.length ?? 0) > 20);
    await assertEqual(profile);
    await assertChildrenEqual(profile);
  });

  it('C++ with three events', async () => {
    const profile = await record(['-e', 'cpu-clock,task-clock,page-faults', '-F', '999', '--call-graph', 'fp'], './shapes', '9000000');
    assert.equal(profile.events.length, 3);
    await assertEqual(profile);
    await assertChildrenEqual(profile);
  });

  it('DWARF stacks', async () => {
    const profile = await record(['-e', 'cpu-clock', '-F', '499', '--call-graph', 'dwarf,8192'], './calls', '300000');
    await assertEqual(profile);
  });

  it('threads, without call chains', async () => {
    const profile = await record(['-e', 'cpu-clock', '-F', '999'], './threads', '30000000');
    assert.ok(profile.threads.length >= 2);
    await assertEqual(profile);
  });

  it('what people save by plain `perf script`', async () => {
    await record(['-e', 'cpu-clock', '-F', '999', '-g'], './shapes', '9000000');
    const { stdout } = await perf(['script', '-i', 'perf.data', '--no-inline']);
    await assertEqual(await perfScript.read([inputOf('default.txt', stdout)]));
  });
});
