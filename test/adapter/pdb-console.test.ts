// What the Debug Console does beside pdb's own text: blocks, prompts, long output, interruption, what the editor is told, .pdbrc, ipdb.
import assert from 'node:assert/strict';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { toolEnvironment } from '../../scripts/system-tools.mjs';
import { needsTool } from '../tools.ts';
import { extremeInterpreters, interpreters } from './interpreters.ts';
import { debugging, withFiles, type PdbClient } from './pdbClient.ts';

const PROGRAM = `import time
class Shape:
    sides = 4
    def __init__(self, width):
        self.width = width
        self.nested = {'a': [1, 2]}
    def grow(self, by):
        before = self.width
        self.width += by  # grow
        return before
shape = Shape(3)
shape.grow(2)
shape.grow(3)
done = True  # done
`;

async function stopped(python: string, test: (client: PdbClient, file: string) => Promise<void>, extra: { readonly files?: Record<string, string>; readonly env?: NodeJS.ProcessEnv; readonly configuration?: object } = {}): Promise<void> {
  await withFiles({ 'main.py': PROGRAM, ...extra.files }, async (folder) => {
    const program = path.join(folder, 'main.py');
    await debugging({ env: { HOME: folder, ...extra.env } }, async (client) => {
      await client.begin({ program, python, cwd: folder, ...extra.configuration }, { breakpoints: { [program]: ['# grow'] } });
      await client.waitForStop();
      await test(client, program);
      await client.terminateRequest().catch(() => undefined);
      await client.waitForEnd();
    });
  });
}

const typed = async (client: PdbClient, expression: string) => (await client.evaluateRequest({ expression, context: 'repl' })).body;

describe('pdb adapter: the Debug Console', () => {
  for (const { name, python } of interpreters()) {
    it(`runs pasted blocks and lists of commands, and shows values that expand (${name})`, () => stopped(python, async (client) => {
      assert.equal(await client.type('for n in range(2):\n    print(n)\n\nprint("after")\n'), '0\n1\nafter');
      assert.equal(await client.type('    def twice(x):\n        y = x * 2\n\n        return y\n    twice(4)'), '8');
      assert.equal(await client.type('if self.width > 100:\n    print("big")\nelse:\n    print("small")'), 'small');
      assert.equal(await client.type('p by\np self.width'), '2\n3');
      const value = await typed(client, 'self.nested');
      assert.equal(value.result, "{'a': [1, 2]}");
      assert.ok(value.variablesReference > 0, 'a dict expands');
      assert.equal((await typed(client, 'p self.nested')).variablesReference, 0);
      assert.equal((await typed(client, 'by')).variablesReference, 0);
      assert.equal(await client.type('by = 40'), '');
      assert.equal((await client.evaluateRequest({ expression: 'by', context: 'watch', frameId: (await client.stackTraceRequest({ threadId: 1 })).body.stackFrames[0].id })).body.result, '40');
      await client.type('n');
      await client.waitForStop();
      assert.equal(await client.type('p self.width'), '43');
    }));

    it(`breaks off what does not come back, and nothing else (${name})`, () => stopped(python, async (client) => {
      for (const endless of ['time.sleep(100)', 'while True: pass']) {
        const answer = typed(client, endless);
        await sleep(300);
        await client.pauseRequest({ threadId: 1 });
        assert.match((await answer).result, /KeyboardInterrupt/);
      }
      assert.equal(await client.type('p by'), '2');
      await client.resume();
      await client.waitForStop();
      assert.equal(await client.type('p by'), '3');
    }));
  }

  for (const { name, python } of extremeInterpreters()) {
    it(`tells the editor of breakpoints and frames (${name})`, () => stopped(python, async (client, file) => {
      const told = (event: string) => client.events.filter((each) => each.event === event).map((each) => each.body as Record<string, unknown>);
      await client.type('b 14');
      const added = told('breakpoint').at(-1) as { reason: string; breakpoint: { id: number; line: number; source: { path: string } } };
      assert.deepEqual([added.reason, added.breakpoint.line, added.breakpoint.source.path], ['new', 14, file]);
      await client.type('condition 2 done');
      assert.equal(told('breakpoint').at(-1)?.['reason'], 'changed');
      await client.type('cl 2');
      const gone = told('breakpoint').at(-1) as typeof added;
      assert.deepEqual([gone.reason, gone.breakpoint.id], ['removed', added.breakpoint.id]);
      const { frames } = { frames: (await client.stackTraceRequest({ threadId: 1 })).body.stackFrames };
      await client.type('u');
      assert.deepEqual(told('selectedFrame').at(-1), { threadId: 1, frameId: frames[1].id });
      // The client still says that it shows the innermost frame.
      assert.equal(await client.type('by'), "*** NameError: name 'by' is not defined");
      await client.evaluateRequest({ expression: '1', context: 'repl', frameId: frames[1].id });
      assert.equal(await client.type('by', frames[0].id), '2');
      await client.type('j 10');
      const jumped = await client.waitForStop();
      assert.deepEqual([jumped.reason, jumped.frame.line], ['goto', 10]);
    }));

    it(`shows long output while it comes, and limits it (${name})`, () => stopped(python, async (client) => {
      const slow = typed(client, 'print("early"); time.sleep(3)');
      await client.waitForOutput('early', 'console');
      await slow;
      await client.type("for n in range(40000): print('x' * 100)");
      const size = client.output('console').length;
      assert.ok(size > 500_000 && size < 1_500_000, `${size} characters`);
      assert.match(client.output('console').slice(-300) + (await client.type('p 1')), /1$/);
    }));

    it(`looks into objects by aliases, which .pdbrc can change, and says which line of .pdbrc fails (${name})`, () => stopped(python, async (client, file) => {
      const said = client.output('console');
      assert.match(said, /\*\*\* NameError: name 'nonsense' is not defined\n {4}in .*\.pdbrc, line 3: nonsense\n/);
      assert.equal(await client.type('hello'), "'hi'");
      assert.equal(await client.type('pc'), "'mine'");
      assert.equal(await client.type('pi self'), "nested = {'a': [1, 2]}\nwidth = 3");
      assert.equal(await client.type('ps'), "nested = {'a': [1, 2]}\nwidth = 3");
      assert.match(await client.type('pl'), /^before = 3\nby = 2\nself = <__main__\.Shape object at .*>$/);
      await client.type('unalias pc');
      assert.equal(await client.type('n'), '');
      await client.waitForStop();
      assert.match(client.output('console'), new RegExp(`> ${file}\\(10\\)grow\\(\\)\n-> return before\n`));
    }, { files: { '.pdbrc': '# mine\nalias hello p "hi"\nnonsense\nalias pc p "mine"\n' } }));

    it(`answers through prompts while other requests are served (${name})`, () => stopped(python, async (client) => {
      const frameId = (await client.stackTraceRequest({ threadId: 1 })).body.stackFrames[0].id;
      const answer = typed(client, "answer = input('how many? ')");
      await client.waitForOutput(/how many\? $/, 'console');
      assert.equal((await client.evaluateRequest({ expression: 'by', context: 'watch', frameId })).body.result, '2');
      assert.ok((await client.scopesRequest({ frameId })).body.scopes.length > 0);
      await typed(client, 'seven');
      await answer;
      assert.equal(await client.type('answer'), "'seven'");
      const given = typed(client, 'interact');
      await client.waitForOutput(/>>> $/, 'console');
      await client.resume();
      await given.catch(() => undefined);
      assert.equal((await client.waitForStop()).text, 'self.width += by  # grow');
    }));

    it(`starts the program again on command (${name})`, () => stopped(python, async (client) => {
      assert.match(await client.type('run one "two three"'), /^Restarting .*main\.py with arguments:\n\tone two three$/);
      const again = await client.waitForStop();
      assert.equal(again.text, 'self.width += by  # grow');
      assert.equal(await client.type('import sys; sys.argv[1:]', again.frame.id), "['one', 'two three']");
    }));

    it(`obeys .pdbrc before the first line, though the program does not stop there (${name})`, () => withFiles({ 'main.py': PROGRAM, '.pdbrc': 'b 14\n' }, async (folder) => {
      await debugging({ env: { HOME: folder } }, async (client) => {
        await client.begin({ program: path.join(folder, 'main.py'), python, cwd: folder });
        assert.equal((await client.waitForStop()).frame.line, 14);
        await client.type('q');
        await client.waitForEnd();
      });
    }));
  }

  it('takes the commands of ipdb when it is installed', async function () {
    needsTool(this, 'ipdb', 'python3');
    await stopped('python3', async (client) => {
      assert.match(await client.type('ll'), / +7 {5}def grow\(self, by\):\n[^]*-+> 9 {9}self\.width \+= by/);
      assert.match(await client.type('self.grow?'), /Signature:[^]*grow\(by\)/);
      assert.match(await client.type('psource Shape'), /class Shape:\n {4}sides = 4/);
      assert.match(await client.type('skip_hidden'), /skip_hidden = True/);
      await client.type('n');
      await client.waitForStop();
      assert.match(client.output('console'), /-+> 10 {9}return before/);
      assert.ok(!client.output('console').includes('\x1b['), 'no colours');
    }, { env: toolEnvironment('ipdb'), configuration: { debugger: 'ipdb' } });
  });

  it('says what is missing when ipdb is not installed, and goes on with pdb', () => stopped(interpreters()[0].python, async (client) => {
    assert.equal(await client.type('p by'), '2');
    assert.match(client.output('console'), /ipdb's commands need IPython[^]*-m pip install ipdb/);
  }, { configuration: { debugger: 'ipdb' } }));
});
