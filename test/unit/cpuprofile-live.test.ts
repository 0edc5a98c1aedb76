// Node's own profiler, as it is in the Node that runs the tests.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { text, type Profile } from '../../src/core/profile.ts';
import { cpuprofile } from '../../src/formats/cpuprofile.ts';
import { readAs } from '../stackText.ts';

const execute = promisify(execFile);
const program = fileURLToPath(new URL('../fixtures/src/app.js', import.meta.url));

interface Recorded {
  readonly nodes: readonly { readonly id: number; readonly children?: readonly number[]; readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number } }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
  readonly startTime: number;
  readonly endTime: number;
}

describe("V8 CPU profiles against a plain sum of Node's file", function () {
  this.timeout(60_000);
  let folder = '';
  let recorded: Recorded;
  let profile: Profile;

  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'heatline-cpuprofile-'));
    await copyFile(program, path.join(folder, 'app.js'));
    await execute(process.execPath, ['--cpu-prof', '--cpu-prof-interval', '500', '--cpu-prof-name', 'app.cpuprofile', 'app.js'], { cwd: folder, env: { ...process.env, NODE_OPTIONS: '' } });
    const content = await readFile(path.join(folder, 'app.cpuprofile'));
    recorded = JSON.parse(content.toString()) as Recorded;
    profile = await readAs(cpuprofile, new Uint8Array(content));
  });

  after(async () => {
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  const nameOf = ({ callFrame }: Recorded['nodes'][number]) => `${callFrame.functionName || '(anonymous)'} ${callFrame.lineNumber + 1}`;

  /** What each sample lasted, in the order of their times. */
  function spans(): { id: number; time: number }[] {
    let now = recorded.startTime;
    const at = recorded.samples.map((id, index) => ({ id, at: (now += recorded.timeDeltas[index]) })).sort((a, b) => a.at - b.at);
    return at.map(({ id, at: start }, index) => ({ id, time: (at[index + 1]?.at ?? Math.max(recorded.endTime, start)) - start }));
  }

  it('has the time and the samples of every function', () => {
    const byId = new Map(recorded.nodes.map((node) => [node.id, node]));
    const expected = new Map<string, [time: number, samples: number]>();
    for (const { id, time } of spans()) {
      const key = nameOf(byId.get(id)!);
      const [oldTime, oldSamples] = expected.get(key) ?? [0, 0];
      expected.set(key, [oldTime + time, oldSamples + 1]);
    }
    const found = new Map<string, [time: number, samples: number]>();
    for (let row = 0; row < profile.stacks.length; row++) {
      const [time, samples] = [profile.stackSelf[0][row], profile.stackSelf[1][row]];
      if (samples === 0) continue;
      const func = profile.frames.func[profile.stacks.frame[row]];
      const key = `${text(profile, profile.functions.name[func])} ${profile.functions.line[func]}`;
      const [oldTime, oldSamples] = found.get(key) ?? [0, 0];
      found.set(key, [oldTime + time, oldSamples + samples]);
    }
    assert.deepEqual([...found].sort(), [...expected].sort());
    assert.ok((found.get('fib 1')?.[1] ?? 0) + (found.get('parse 3')?.[1] ?? 0) > 0, 'the program was seen at its work');
  });

  it('has a total of the time from the first sample to the end', () => {
    assert.equal(profile.totals[0], spans().reduce((sum, { time }) => sum + time, 0));
    assert.equal(profile.totals[1], recorded.samples.length);
  });

  it('has every path of the call tree', () => {
    const paths = new Set<string>();
    const parents = new Map(recorded.nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
    const byId = new Map(recorded.nodes.map((node) => [node.id, node]));
    for (const { id } of recorded.nodes) {
      const path: string[] = [];
      for (let at: number | undefined = id; at !== undefined && nameOf(byId.get(at)!) !== '(root) 0'; at = parents.get(at)) path.unshift(nameOf(byId.get(at)!));
      if (path.length > 0) paths.add(path.join(';'));
    }
    const found = new Set<string>();
    for (let row = 0; row < profile.stacks.length; row++) {
      const path: string[] = [];
      for (let at = row; at >= 0; at = profile.stacks.parent[at]) {
        const func = profile.frames.func[profile.stacks.frame[at]];
        path.unshift(`${text(profile, profile.functions.name[func])} ${profile.functions.line[func]}`);
      }
      found.add(path.join(';'));
    }
    assert.deepEqual([...found].sort(), [...paths].sort());
  });
});
