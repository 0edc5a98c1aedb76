// The same script of debugger actions under debugpy and under ours: the same stops, output and exit code. debugpy is asked live, so that nothing here is copied
// by hand; where ours differs on purpose, DIFFERENCES says why.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { toolEnvironment } from '../../scripts/system-tools.mjs';
import { DapClient } from '../dapClient.ts';
import { debugpyAdapter, pdbAdapter, type PythonAdapter } from '../debugAdapters.ts';
import { play, readScript, tracedThroughout, type DebugRun, type DebugScript } from '../debugScript.ts';
import { needsTool, skipBecause } from '../tools.ts';
import { interpreters, type Interpreter } from '../unit/python-run.ts';
import { DIFFERENCES } from './pdbDifferences.ts';

const folder = fileURLToPath(new URL('programs/', import.meta.url)).replace(/[\\/]$/, '');
/** HEATLINE_PEER="3.12=/tmp/debugpy-312": another interpreter of this machine, and the folder where its debugpy is (pip install --target). */
const [peerVersion = '', peerPackages = ''] = (process.env['HEATLINE_PEER'] ?? '').split('=');

const AT_ONCE = 2;
const programs = readdirSync(folder).filter((name) => name.endsWith('.py') && /^# debug: /m.test(readFileSync(path.join(folder, name), 'utf8')));
const neededMinor = (name: string) => Number(/^# needs: 3\.(\d+)$/m.exec(readFileSync(path.join(folder, name), 'utf8'))?.[1] ?? 0);

function interpreter(): Interpreter | undefined {
  const wanted = peerVersion ? Number(peerVersion.split('.')[0]) * 100 + Number(peerVersion.split('.')[1]) : undefined;
  return interpreters().find(({ version, command }) => (wanted === undefined ? command === 'python3' : version === wanted));
}

async function run({ adapter, launch }: PythonAdapter, script: DebugScript): Promise<DebugRun> {
  const client = new DapClient(adapter);
  try {
    return await play(client, script, { cwd: folder, ...launch });
  } finally {
    await client.kill();
  }
}

/** Errors of the program as they are printed, without the frames of whoever runs it. */
function errorText(stderr: string): string[] {
  let shown = true;
  return stderr.replaceAll('\r\n', '\n').split('\n').filter((line) => {
    const [, file] = /^ {2}File "([^"]*)"/.exec(line) ?? [];
    if (file !== undefined) shown = file.startsWith(folder);
    else if (!line.startsWith('    ')) shown = true;
    return shown && line !== '';
  });
}

const comparable = ({ breakpoints, stops, stdout, stderr, exitCode }: DebugRun) => ({
  breakpoints, stops: stops.map((stop) => ({ ...stop, stack: stop.stack.join(' < ') })), stdout: stdout.replaceAll('\r\n', '\n'), stderr: errorText(stderr), exitCode,
});

describe('stops where debugpy stops', function () {
  // Two sessions, each with processes that start: on a busy machine that takes a while.
  this.timeout(120_000);
  let python: Interpreter;
  let packages: string;

  before(function () {
    if (!peerVersion) needsTool(this, 'debugpy');
    const found = interpreter();
    if (!found) skipBecause(this, `needs Python ${peerVersion || '3 as python3'}`);
    python = found;
    packages = peerPackages || toolEnvironment('debugpy')['PYTHONPATH'];
  });

  async function both(name: string): Promise<[DebugRun, DebugRun]> {
    const script = readScript(path.join(folder, name));
    const theirScript = tracedThroughout(DIFFERENCES[name]?.script?.(script) ?? script);
    // Sets of strings are in the same order in both.
    const env = { PYTHONHASHSEED: '0', PYTHONDONTWRITEBYTECODE: '1' };
    return await Promise.all([run(debugpyAdapter(python.command, packages, env), theirScript), run(pdbAdapter(python.command, env), script)]);
  }

  /** The next programs run while one is compared: most of the time goes by while processes start. */
  const running = new Map<string, Promise<[DebugRun, DebugRun]>>();
  function started(name: string): Promise<[DebugRun, DebugRun]> {
    for (const each of programs.slice(programs.indexOf(name)).slice(0, AT_ONCE)) {
      if (running.has(each)) continue;
      const runs = both(each);
      // Whoever waits for it gets the error.
      runs.catch(() => undefined);
      running.set(each, runs);
    }
    return running.get(name) as Promise<[DebugRun, DebugRun]>;
  }
  after(async () => {
    await Promise.allSettled(running.values());
  });

  for (const name of programs) {
    it(name, async function () {
      const minor = neededMinor(name);
      if (python.version < 300 + minor) skipBecause(this, `needs Python 3.${minor}`);
      const [theirs, ours] = await started(name);
      assert.ok(theirs.stops.length > 0, 'debugpy stopped nowhere: the script tests nothing');
      const difference = DIFFERENCES[name];
      const stops = difference?.stops?.(theirs.stops) ?? theirs.stops;
      assert.deepEqual(comparable(ours), comparable({ ...theirs, stops }));
      if (difference?.stops) assert.notDeepEqual(stops, theirs.stops, `debugpy does the same now, so that this is no difference any more: ${difference.reason}`);
    });
  }

  it('names only programs that are there where it differs', () => {
    assert.deepEqual(Object.keys(DIFFERENCES).filter((name) => !programs.includes(name)), []);
  });
});
