import assert from 'node:assert/strict';
import path from 'node:path';
import { needsTool } from '../tools.ts';
import { extremeInterpreters } from './interpreters.ts';
import { debugging, withFiles } from './pdbClient.ts';

const PARENT = `import subprocess, sys
code = subprocess.call([sys.executable, 'child.py', 'argument'])
print('the child ended with', code)
`;
const CHILD = `import sys
word = sys.argv[1]  # child
sys.exit(9)
`;

describe('pdb adapter: child processes', () => {
  before(function () {
    needsTool(this, 'debugpy', 'python3');
  });

  for (const { name, python } of extremeInterpreters()) {
    it(`get sessions of their own where the client can start them (${name})`, () => withFiles({ 'parent.py': PARENT, 'child.py': CHILD }, (folder) => debugging({}, async (client) => {
      const file = path.join(folder, 'child.py');
      await client.begin({ program: path.join(folder, 'parent.py'), python, cwd: folder, skip: ['*/none/*'] });
      await client.waitFor('a child', () => client.asked.some(({ command }) => command === 'startDebugging'));
      const { request, configuration } = client.asked[0].arguments;
      assert.equal(request, 'attach');
      assert.match(configuration.name, /child\.py \(\d+\)/);
      assert.deepEqual(configuration.skip, ['*/none/*']);
      await debugging({}, async (child) => {
        await child.begin(configuration, { breakpoints: { [file]: ['# child'] } });
        const stop = await child.waitForStop();
        assert.equal(stop.text, 'word = sys.argv[1]  # child');
        await child.resume();
        await child.waitForEnd();
      });
      assert.equal(await client.waitForEnd(), 0);
      assert.match(client.output('stdout'), /the child ended with 9/);
    })));

    it(`run on where it cannot, and where they are not wanted (${name})`, () => withFiles({ 'parent.py': PARENT, 'child.py': CHILD }, async (folder) => {
      await debugging({ client: { supportsStartDebuggingRequest: false } }, async (client) => {
        await client.begin({ program: path.join(folder, 'parent.py'), python, cwd: folder });
        assert.equal(await client.waitForEnd(), 0);
        assert.match(client.output('stdout'), /the child ended with 9/);
        // It was let go at once, not after it had waited.
        assert.doesNotMatch(client.output('stderr'), /no session came/);
        assert.match(client.output('console'), /child process child\.py \(\d+\) runs on without a debugger: this client cannot/);
      });
      await debugging({}, async (client) => {
        await client.begin({ program: path.join(folder, 'parent.py'), python, cwd: folder, subProcess: false });
        assert.equal(await client.waitForEnd(), 0);
        assert.match(client.output('stdout'), /the child ended with 9/);
        assert.deepEqual(client.asked, []);
      });
    }));
  }
});
