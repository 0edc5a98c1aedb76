// Valgrind's own words: what we read of its XML must equal its plain report of the same program.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { text, type Profile } from '../../src/core/profile.ts';
import { callgrind } from '../../src/formats/callgrind.ts';
import { valgrindXml } from '../../src/formats/valgrindXml.ts';
import { readAs } from '../stackText.ts';
import { needsTool } from '../tools.ts';

const execute = promisify(execFile);
const sources = fileURLToPath(new URL('../fixtures/src/', import.meta.url));
const number = (digits: string) => Number(digits.replaceAll(',', ''));

/** What is compared of an error: its first line and its stacks, without addresses. */
interface Reported {
  readonly message: string;
  readonly stacks: string[][];
}

interface PlainReport {
  readonly errors: Reported[];
  /** Counts by error, from the list that `-s` prints. */
  readonly counts: Map<string, number>;
  readonly contexts: number;
  readonly total: number;
  /** Bytes and blocks by kind, from LEAK SUMMARY. */
  readonly leaks: Map<string, [number, number]>;
}

const isFrame = (line: string) => /^ {4}(?:at|by) 0x/.test(line);

/** Takes apart one error as text; undefined when there is no stack in it, or when it only tells where a thread began. */
function errorOf(lines: readonly string[]): Reported | undefined {
  const said = lines.filter((line) => line.trim() !== '' && !/^ ?Thread \d+(?: .*)?:$/.test(line));
  if (!said.some(isFrame) || /^ ?Thread #\d+ was created/.test(said[0])) return undefined;
  const stacks: string[][] = [];
  said.forEach((line, i) => {
    if (!isFrame(line)) return;
    if (!isFrame(said[i - 1] ?? '')) stacks.push([]);
    stacks.at(-1)?.push(line.replace(/^ {4}(?:at|by) 0x[0-9A-F]+: /, ''));
  });
  const message = said[0].trim();
  // The plain report shows both acquisitions of the wrong order, the XML one of them.
  return { message, stacks: /lock order .* violated/.test(message) ? stacks.slice(1) : stacks };
}

function plainReport(output: string): PlainReport {
  const lines = output.split('\n').map((line) => line.replace(/^==\d+==/, ''));
  const summaries = lines.flatMap((line, i) => (line.includes('ERROR SUMMARY:') ? [i] : []));
  const split = (part: readonly string[]) => {
    const blocks: string[][] = [[]];
    const dashes = part.some((line) => /^ -{20,}/.test(line));
    for (const line of part) {
      if (dashes ? /^ -{3}/.test(line) : line.trim() === '') blocks.push([]);
      else blocks.at(-1)?.push(line);
    }
    return blocks.flatMap((block) => errorOf(block) ?? []);
  };
  const counts = new Map<string, number>();
  const list = lines.slice(summaries[0] + 1, summaries[1]);
  list.forEach((line, i) => {
    const found = /^ ([\d,]+) errors in context \d+ of \d+:/.exec(line);
    if (!found) return;
    const next = list.findIndex((other, j) => j > i && /errors in context/.test(other));
    const error = errorOf(list.slice(i + 1, next < 0 ? undefined : next).filter((each) => !/^ -{3}/.test(each)));
    assert.ok(error);
    counts.set(error.message + JSON.stringify(error.stacks[0]), number(found[1]));
  });
  const summary = /ERROR SUMMARY: ([\d,]+) errors from ([\d,]+) contexts/.exec(output);
  const leaks = [...output.matchAll(/^==\d+== +(\w+ \w+): ([\d,]+) bytes in ([\d,]+) blocks$/gm)].map(([, kind, bytes, blocks]) => [kind, [number(bytes), number(blocks)]] as const);
  return { errors: split(lines.slice(0, summaries[0])), counts, total: number(summary?.[1] ?? 'none'), contexts: number(summary?.[2] ?? 'none'), leaks: new Map(leaks.map(([kind, sums]) => [kind, [...sums]])) };
}

function reportedOf(profile: Profile): (Reported & { kind: string; count: number })[] {
  const { frames, functions } = profile;
  const frameText = (row: number) => {
    const file = text(profile, frames.file[row]);
    const object = text(profile, functions.object[frames.func[row]]);
    const place = file ? `${path.basename(file)}:${frames.line[row]}` : `in ${object || '???'}`;
    return `${text(profile, functions.name[frames.func[row]])} (${place})`;
  };
  return profile.findings.map(({ kind, message, count, stacks }) => ({
    kind, message, count,
    stacks: stacks.filter(({ frames: rows, label }) => rows.length > 0 && !/^Thread #\d+ was created/.test(label)).map(({ frames: rows }) => Array.from(rows, frameText)),
  }));
}

describe('Valgrind XML against the plain report', function () {
  this.timeout(120_000);
  let folder = '';

  before(async function () {
    needsTool(this, 'valgrind', 'gcc');
    folder = await mkdtemp(path.join(os.tmpdir(), 'heatline-valgrind-'));
    for (const name of ['faults.c', 'race.c', 'leak.c']) await copyFile(path.join(sources, name), path.join(folder, name));
    const compile = (program: string, ...args: string[]) => execute('gcc', ['-O1', '-g', '-fno-builtin', '-fno-optimize-sibling-calls', '-fno-omit-frame-pointer', ...args, '-o', program, `${program}.c`], { cwd: folder });
    await compile('faults');
    await compile('race', '-pthread');
    await execute('gcc', ['-O0', '-g', '-o', 'leak', 'leak.c'], { cwd: folder });
  });

  after(async () => {
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  const xml = async (program: string, ...options: string[]) => {
    const file = path.join(folder, `${program}.xml`);
    await execute('valgrind', ['-q', '--xml=yes', `--xml-file=${file}`, ...options, `./${program}`], { cwd: folder });
    return readAs(valgrindXml, await readFile(file), 'report.xml', 1000);
  };

  async function assertEqual(program: string, ...options: string[]): Promise<{ profile: Profile; plain: PlainReport }> {
    const { stderr } = await execute('valgrind', ['-s', ...options, `./${program}`], { cwd: folder });
    const plain = plainReport(stderr);
    const profile = await xml(program, ...options);
    const reported = reportedOf(profile);
    assert.ok(plain.errors.length > 0);
    assert.deepEqual(reported.map(({ message, stacks }) => ({ message, stacks })), plain.errors);
    const errors = reported.filter(({ kind }) => !kind.startsWith('Leak_'));
    for (const { message, stacks, count } of errors) assert.equal(count, plain.counts.get(message + JSON.stringify(stacks[0])), message);
    // Valgrind counts lost and possibly lost records as an error each.
    const leakErrors = reported.filter(({ kind }) => /Leak_(?:Definitely|Possibly)Lost/.test(kind)).length;
    assert.equal(errors.reduce((sum, { count }) => sum + count, leakErrors), plain.total);
    assert.equal(errors.length + leakErrors, plain.contexts);
    const event = profile.events.findIndex(({ name }) => name === 'errors');
    assert.equal(profile.totals[event], plain.total - leakErrors);
    assert.deepEqual([profile.warnings, profile.truncated], [[], false]);
    return { profile, plain };
  }

  const totalOf = (profile: Profile, name: string) => profile.totals[profile.events.findIndex((event) => event.name === name)] ?? 0;

  it('memcheck: errors, leaks of all kinds', async () => {
    const { profile, plain } = await assertEqual('faults', '--leak-check=full', '--show-leak-kinds=all');
    const kinds = ['definitely lost', 'indirectly lost', 'possibly lost', 'still reachable'];
    for (const kind of kinds) {
      assert.deepEqual([totalOf(profile, kind), totalOf(profile, `${kind} blocks`)], plain.leaks.get(kind), kind);
      assert.ok(totalOf(profile, kind) > 0, kind);
    }
  });

  it('memcheck: origins of undefined values, and bytes lost with others where these are not listed', async () => {
    const { profile, plain } = await assertEqual('faults', '--leak-check=full', '--track-origins=yes', '--num-callers=3');
    for (const kind of ['definitely lost', 'indirectly lost', 'possibly lost']) assert.equal(totalOf(profile, kind), plain.leaks.get(kind)?.[0], kind);
    assert.equal(profile.events.some(({ name }) => name === 'still reachable'), false);
  });

  it('helgrind', async () => {
    const { profile } = await assertEqual('race', '--tool=helgrind');
    const kinds = new Map(profile.findings.map(({ kind, severity }) => [kind, severity]));
    assert.deepEqual([...kinds], [['Race', 'error'], ['LockOrder', 'warning'], ['UnlockUnlocked', 'warning']]);
  });

  it('drd', async () => {
    const { profile } = await assertEqual('race', '--tool=drd');
    assert.deepEqual([...new Set(profile.findings.map(({ kind }) => kind))], ['ConflictingAccess', 'MutexErr']);
  });

  it('of a process that was killed is read until there', async () => {
    await writeFile(path.join(folder, 'waits.c'), '#include <stdlib.h>\n#include <unistd.h>\nint main(void) {\n  volatile char *block = malloc(4);\n  block[4] = 1;\n  sleep(60);\n  return 0;\n}\n');
    await execute('gcc', ['-O0', '-g', '-o', 'waits', 'waits.c'], { cwd: folder });
    const file = path.join(folder, 'waits.xml');
    const child = spawn('valgrind', ['-q', '--xml=yes', `--xml-file=${file}`, './waits'], { cwd: folder, stdio: 'ignore' });
    const ended = new Promise<NodeJS.Signals | null>((resolve) => child.once('exit', (_, signal) => resolve(signal)));
    try {
      for (let tries = 0; tries < 200 && !(await readFile(file, 'utf8').catch(() => '')).includes('</error>'); tries++) await wait(100);
    } finally {
      child.kill('SIGKILL');
    }
    assert.equal(await ended, 'SIGKILL');
    const profile = await readAs(valgrindXml, await readFile(file), 'waits.xml');
    assert.deepEqual(reportedOf(profile).map(({ kind, count, stacks }) => [kind, count, stacks[0]]), [['InvalidWrite', 1, ['main (waits.c:5)']]]);
    assert.equal(profile.truncated, true);
  });

  it('leaked bytes equal those of the execution tree of leaks', async () => {
    const tree = path.join(folder, 'leak.kcg');
    const options = ['--leak-check=full', '--show-leak-kinds=all'];
    await execute('valgrind', ['-q', ...options, '--xtree-leak=yes', `--xtree-leak-file=${tree}`, './leak'], { cwd: folder });
    const expected = await readAs(callgrind, await readFile(tree), 'leak.kcg');
    const profile = await xml('leak', ...options);
    const sum = (...names: string[]) => names.reduce((bytes, name) => bytes + totalOf(expected, name), 0);
    // The tree tells reachable (RB), possibly (PB), indirectly (IB) and definitely lost bytes (DB), and the blocks (..k).
    const events = [['still reachable', 'RB'], ['possibly lost', 'PB'], ['indirectly lost', 'IB'], ['definitely lost', 'DB'], ['definitely lost blocks', 'DBk']] as const;
    for (const [ours, theirs] of events) assert.equal(totalOf(profile, ours), sum(theirs), ours);
    assert.ok(sum('DB') > 0);
  });
});
