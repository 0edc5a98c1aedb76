// Go's own profiles: flat and cumulative values of every function and every sample, as `go tool pprof` has them; and that tool on
// what we write.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import type { Profile } from '../../src/core/profile.ts';
import { callgrind } from '../../src/formats/callgrind.ts';
import type { Format } from '../../src/formats/format.ts';
import { perfScript } from '../../src/formats/perfScript.ts';
import { pprof } from '../../src/formats/pprof.ts';
import { PprofTables } from '../../src/formats/pprofTables.ts';
import { pprofWriter } from '../../src/formats/pprofWriter.ts';
import { ProtobufWriter } from '../../src/formats/protobufWriter.ts';
import { writeProfile } from '../../src/engine/write.ts';
import { goPprof, pprofRaw, pprofTop, rawOf, topOf } from '../pprofTool.ts';
import { inputOf, readAs } from '../stackText.ts';
import { needsTool } from '../tools.ts';

const execute = promisify(execFile);
const fixtures = fileURLToPath(new URL('../fixtures/', import.meta.url));
const KINDS = ['cpu', 'heap', 'block', 'mutex', 'goroutine'];
const OTHERS = ['heap-diff', 'commented', 'logged', 'calls.legacy', 'heap.legacy', 'datadog-wall', 'datadog-heap'];

async function readPprof(file: string): Promise<Profile> {
  const bytes = await readFile(file);
  return readAs(pprof, new Uint8Array(bytes[0] === 0x1f ? gunzipSync(bytes) : bytes), file);
}

async function compare(file: string, profile: Profile): Promise<void> {
  for (const [event, { name, unit }] of profile.events.entries()) {
    assert.deepEqual(new Map([...topOf(profile, event)].sort()), new Map([...await pprofTop(file, event, unit)].sort()), `-top of ${name}`);
  }
  assert.deepEqual(new Map([...rawOf(profile)].sort()), new Map([...await pprofRaw(file)].sort()), '-raw');
}

describe('pprof against go tool pprof', function () {
  this.timeout(180_000);
  let folder = '';

  before(async function () {
    needsTool(this, 'go');
    folder = await mkdtemp(path.join(os.tmpdir(), 'heatline-pprof-'));
  });

  after(async () => {
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  for (const name of [...KINDS, ...OTHERS]) {
    it(`${name}: every function of every sample type, and every sample`, async () => {
      const file = path.join(fixtures, 'pprof', `${name}.pb.gz`);
      const profile = await readPprof(file);
      assert.ok(profile.stacks.length > 0);
      await compare(file, profile);
    });
  }

  it('a new recording of each kind, and the difference of two', async () => {
    const source = path.join(folder, 'goprofiles');
    await mkdir(source);
    await copyFile(path.join(fixtures, 'src', 'goprofiles.go'), path.join(source, 'main.go'));
    await writeFile(path.join(source, 'go.mod'), 'module example.com/goprofiles\n\ngo 1.18\n');
    await execute('go', ['build', '-o', 'goprofiles', '.'], { cwd: source });
    for (const run of ['one', 'two']) {
      await mkdir(path.join(folder, run));
      await execute(path.join(source, 'goprofiles'), [path.join(folder, run)]);
    }
    for (const kind of KINDS) await compare(path.join(folder, 'one', `${kind}.pb.gz`), await readPprof(path.join(folder, 'one', `${kind}.pb.gz`)));
    const difference = path.join(folder, 'difference.pb.gz');
    await goPprof('-proto', `-output=${difference}`, `-base=${path.join(folder, 'one', 'cpu.pb.gz')}`, path.join(folder, 'two', 'cpu.pb.gz'));
    const profile = await readPprof(difference);
    assert.ok(profile.stackSelf[1].some((value) => value < 0), 'some values are negative');
    await compare(difference, profile);
  });

  it('frames that a profile wants left out', async () => {
    const plain = new Uint8Array(gunzipSync(await readFile(path.join(fixtures, 'pprof', 'cpu.pb.gz'))));
    const { stringCount } = new PprofTables('cpu', plain);
    const seen = new Set<string>();
    for (const [drop, keep] of [['main\\.mix', ''], ['main\\.(walk|spin)', ''], ['main\\..*', 'main\\.main'], ['main\\..*', ''], ['.*', ''], ['(?i)MAIN\\.[m-z].*|time\\.\\w+', 'main\\.spin|main\\.main(\\..*)?'], ['runtime\\..*', '']]) {
      // Fields of a message may be appended to it.
      const more = new ProtobufWriter();
      for (const text of [drop, keep]) more.string(6, text);
      more.int(7, stringCount);
      if (keep !== '') more.int(8, stringCount + 1);
      const file = path.join(folder, 'dropping.pb');
      await writeFile(file, Buffer.concat([plain, more.take()]));
      const profile = await readPprof(file);
      await compare(file, profile);
      seen.add(JSON.stringify([...topOf(profile, 1)]));
    }
    assert.ok(seen.size >= 4, `${seen.size} different outcomes`);
  });

  it('the event that pprof shows first', async () => {
    for (const kind of KINDS) {
      const file = path.join(fixtures, 'pprof', `${kind}.pb.gz`);
      const profile = await readPprof(file);
      const shown = /^Type: (.*)$/m.exec(await goPprof('-top', file));
      assert.equal(profile.events[profile.defaultEvent].name, shown?.[1]);
    }
  });

  it('the values of labels, as -tags has them', async () => {
    for (const [kind, unit] of [['cpu', 'ns'], ['heap', 'B']]) {
      const file = path.join(fixtures, 'pprof', `${kind}.pb.gz`);
      const wanted = new Map<string, string[]>();
      let key = '';
      for (const line of (await goPprof('-tags', `-unit=${unit}`, file)).split('\n')) {
        const head = /^ *(\S+): Total /.exec(line);
        if (head) wanted.set((key = head[1]), []);
        const value = /^ *(-?[\d.]+)\w* \([^)]*\): (.*)$/.exec(line);
        if (value && value[1] !== '0') wanted.get(key)?.push(`${value[2].replace(/^(\d+)B$/, '$1')}: ${value[1]}`);
      }
      const profile = await readPprof(file);
      const found = new Map((profile.meta.facts ?? []).filter(([label]) => label.startsWith('Label ')).map(([label, values]) => [label.slice(6), values.split(', ').filter((each) => !/: 0$|^\d+ more$/.test(each))]));
      const sorted = (of: Map<string, string[]>) => [...of].map(([of, values]) => [of, values.sort()] as const).sort();
      assert.deepEqual(sorted(found), sorted(wanted));
    }
  });

  describe('on what we write', () => {
    async function rewritten(profile: Profile): Promise<string> {
      const file = path.join(folder, 'written.pb.gz');
      await writeProfile(profile, pprofWriter, {}, file);
      return file;
    }

    for (const name of [...KINDS, ...OTHERS]) {
      it(`${name} has the same functions, samples and lines`, async () => {
        const profile = await readPprof(path.join(fixtures, 'pprof', `${name}.pb.gz`));
        const file = await rewritten(profile);
        await compare(file, profile);
        const { defaultEvent } = profile;
        assert.deepEqual(
          new Map([...topOf(profile, defaultEvent, true)].sort()),
          new Map([...await pprofTop(file, defaultEvent, profile.events[defaultEvent].unit, '-lines')].sort()),
        );
        assert.equal(/^Type: (.*)$/m.exec(await goPprof('-top', file))?.[1], profile.events[defaultEvent].name);
      });
    }

    for (const [format, name] of [[perfScript, 'perf/shapes.multi.txt'], [perfScript, 'perf/calls.dwarf-srcline.txt'], [perfScript, 'perf/threads.switch.txt'], [perfScript, 'perf/python.txt']] as [Format, string][]) {
      it(`${name} has the same functions`, async () => {
        const profile = await format.read([inputOf(name, new Uint8Array(await readFile(path.join(fixtures, name))))]);
        const file = await rewritten(profile);
        const again = await readPprof(file);
        await compare(file, again);
        for (const [event, { unit }] of profile.events.entries()) {
          assert.deepEqual(new Map([...topOf(profile, event)].sort()), new Map([...await pprofTop(file, event, unit)].sort()));
        }
      });
    }

    it('a call graph has its exact self costs', async () => {
      const profile = await readAs(callgrind, new Uint8Array(await readFile(path.join(fixtures, 'callgrind', 'calls.out'))));
      const file = await rewritten(profile);
      const top = await pprofTop(file, 0, profile.events[0].unit);
      let sum = 0;
      for (const costs of top.values()) sum += Number(costs.split(' ')[0]);
      assert.equal(sum, profile.totals[0]);
    });
  });
});
