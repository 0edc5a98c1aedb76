// The same script of debugger actions under debugpy and under ours: the same stops, output and exit code. debugpy is asked live, so that nothing here is copied
// by hand; where ours differs on purpose, DIFFERENCES says why.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { toolEnvironment } from '../../scripts/system-tools.mjs';
import { DapClient } from '../dapClient.ts';
import { debugpyAdapter, pdbAdapter, type PythonAdapter } from '../debugAdapters.ts';
import { play, readScript, type DebugRun, type DebugScript } from '../debugScript.ts';
import { needsTool, skipBecause } from '../tools.ts';
import { interpreters, type Interpreter } from '../unit/python-run.ts';
import { DIFFERENCES } from './pdbDifferences.ts';

const folder = fileURLToPath(new URL('programs/', import.meta.url)).replace(/[\\/]$/, '');
/** HEATLINE_PEER="3.12=/tmp/debugpy-312": another interpreter of this machine, and the folder where its debugpy is (pip install --target). */
const [peerVersion = '', peerPackages = ''] = (process.env['HEATLINE_PEER'] ?? '').split('=');

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
  const lines = stderr.replaceAll('\r\n', '\n').split('\n');
  return lines.filter((line, i) => {
    const frame = /^ {2}File "([^"]*)"/.exec(/^ {4}/.test(line) ? lines.slice(0, i).findLast((other) => /^ {2}File /.test(other)) ?? '' : line);
    return line !== '' && (!frame || frame[1].startsWith(folder));
  });
}

const comparable = ({ breakpoints, stops, stdout, stderr, exitCode }: DebugRun) => ({
  breakpoints, stops: stops.map((stop) => ({ ...stop, stack: stop.stack.join(' < ') })), stdout: stdout.replaceAll('\r\n', '\n'), stderr: errorText(stderr), exitCode,
});

describe('stops where debugpy stops', function () {
  let python: Interpreter;
  let packages: string;

  before(function () {
    if (!peerVersion) needsTool(this, 'debugpy');
    const found = interpreter();
    if (!found) skipBecause(this, `needs Python ${peerVersion || '3 as python3'}`);
    python = found;
    packages = peerPackages || toolEnvironment('debugpy')['PYTHONPATH'];
  });

  const programs = readdirSync(folder).filter((name) => name.endsWith('.py') && readFileSync(path.join(folder, name), 'utf8').startsWith('#'));
  for (const name of programs) {
    it(name, async function () {
      const program = path.join(folder, name);
      const [, needed] = /^# needs: 3\.(\d+)$/m.exec(readFileSync(program, 'utf8')) ?? [];
      if (python.version < 300 + Number(needed ?? 0)) skipBecause(this, `needs Python 3.${needed}`);
      const script = readScript(program);
      // Sets of strings are in the same order in both.
      const env = { PYTHONHASHSEED: '0', PYTHONDONTWRITEBYTECODE: '1' };
      const [theirs, ours] = await Promise.all([debugpyAdapter(python.command, packages, env), pdbAdapter(python.command, env)].map((adapter) => run(adapter, script)));
      assert.ok(theirs.stops.length > 0, 'debugpy stopped nowhere: the script tests nothing');
      const difference = DIFFERENCES[name];
      const expected = comparable(difference ? difference.expected(theirs) : theirs);
      assert.deepEqual(comparable(ours), expected);
      if (difference) assert.notDeepEqual(comparable(ours), comparable(theirs), `no difference any more: ${difference.reason}`);
    });
  }
});
