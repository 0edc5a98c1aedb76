// What the pdb adapter's helper tells of Python values, in every interpreter that is found here. The checks are Python programs in test/adapter/valueChecks: one process
// runs all of a file's and says which failed.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { interpreters } from '../adapter/interpreters.ts';
import { skipBecause } from '../tools.ts';

const fixtures = fileURLToPath(new URL('../adapter/valueChecks/', import.meta.url));
const helper = fileURLToPath(new URL('../../src/debug/pdb/python/', import.meta.url));

function run(python: string, file: string): Promise<{ stdout: string; stderr: string }> {
  const env = { ...process.env, HEATLINE_PDB_HELPER: helper, PYTHONDONTWRITEBYTECODE: '1', PYTHONIOENCODING: 'utf-8' };
  const child = spawn(python, [path.join(fixtures, file)], { env, stdio: ['ignore', 'pipe', 'pipe'], timeout: 120_000, killSignal: 'SIGKILL' });
  const said = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => void (said.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => void (said.stderr += text));
  return new Promise((resolve, reject) => child.once('error', reject).once('close', () => resolve(said)));
}

describe('pdb adapter: values', function () {
  this.timeout(150_000);
  const files = readdirSync(fixtures).filter((name) => name.endsWith('_checks.py'));
  if (interpreters().length === 0) it('need an interpreter', function () { skipBecause(this, 'needs Python 3.8 or later'); });
  for (const { name, python } of interpreters()) {
    for (const file of files) {
      it(`${file.replace('_checks.py', '').replaceAll('_', ' ')} (${name})`, async () => {
        const { stdout, stderr } = await run(python, file);
        assert.match(stdout, /^\{"checks": /m, `it did not come to its end:\n${stderr}`);
        const { checks, failed } = JSON.parse(stdout) as { checks: number; failed: string[] };
        assert.deepEqual([failed.join('\n'), stderr], ['', '']);
        assert.ok(checks > 0);
      });
    }
  }
});
