import assert from 'node:assert/strict';
import path from 'node:path';
import { needsTool } from '../tools.ts';
import { extremeInterpreters } from './interpreters.ts';
import { debugging, withFiles } from './pdbClient.ts';
import { storm } from './storm.ts';

const PROGRAM = `import threading
import time


def leaf(n):
    total = 0
    for each in range(n % 5):
        total += each
    return total


def work(name):
    n = 0
    while True:
        n += 1
        try:
            if leaf(n) == 3:
                raise ValueError(name)
        except ValueError as error:
            last = error
        time.sleep(0.002)


for name in ('a', 'b'):
    threading.Thread(target=work, args=(name,), daemon=True).start()
work('main')
`;

describe('pdb adapter: random actions', () => {
  before(function () {
    needsTool(this, 'debugpy', 'python3');
  });

  for (const { name, python } of extremeInterpreters()) {
    for (const seed of [1, 2, 3]) {
      it(`are all answered, whatever comes when (seed ${seed}, ${name})`, () => withFiles({ 'main.py': PROGRAM }, async (folder) => {
        const file = path.join(folder, 'main.py');
        await debugging({}, async (client) => {
          await client.begin({ program: file, python }, { breakpoints: { [file]: ['total += each'] } });
          const answered = await storm(client, {
            seed, actions: 150, file, lines: [1, 3, 6, 8, 9, 15, 18, 20, 21, 99], functions: ['leaf', 'work', 'nothing.there'],
            typed: ['n', 's', 'c', 'p n', 'w', 'u', 'd', 'l', 'b 9', 'cl 1', 'tbreak leaf', 'b', '1 + 1', 'n = 5', 'pp locals()', 'nonsense', 'r', 'unt', 'whatis n', 'x x x', 'condition 1 n > 3', 'args', ''],
            conditions: ['n > 3', 'total == 1', 'nosuch', '1/0', 'n ='],
          });
          assert.ok(Object.values(answered).reduce((a, b) => a + b, 0) > 100, JSON.stringify(answered));
          await client.disconnectRequest({ terminateDebuggee: true });
        });
      }));
    }
  }
});
