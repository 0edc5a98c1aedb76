// Differential: pdb's commands at a real pdb and in our Debug Console give the same text.
import assert from 'node:assert/strict';
import path from 'node:path';
import { interpreters } from './interpreters.ts';
import { debugging, withFiles } from './pdbClient.ts';
import { ourTranscript, realTranscript, type Typed } from './transcripts.ts';

const PROGRAM = `import sys


class Shape:
    kind = 'shape'

    def __init__(self, width, height):
        self.width = width
        self.height = height

    def area(self):
        size = self.width * self.height
        return size


def outer(first, *rest, key=None, **others):
    total = first
    for number in rest:
        total += number
    result = inner(total)
    return result


def inner(value):
    doubled = value * 2
    return doubled


def fails():
    text = 'no number'
    return int(text)


def numbers():
    yield 1
    yield 2


shape = Shape(3, 4)
big = {'a': [1, 2, 3], 'b': list(range(40))}
area = shape.area()
value = outer(1, 2, 3, key='k', more=True)
for i in range(5):
    value += i
try:
    fails()
except ValueError as error:
    caught = str(error)
found = list(numbers())
value = 0
`;

/** Where the text may differ, and why. Everything else must be the same to the letter. */
const DIFFERENCES: readonly { readonly name: string; readonly why: string; readonly in: 'real' | 'ours' | 'both'; readonly apply: (text: string) => string }[] = [
  {
    name: 'frames below the program', in: 'real',
    why: 'pdb shows its own frames at the bottom of the stack; the engine hides those that run the program',
    apply: (text) => text.replace(/^ {2}\S*bdb\.py\(\d+\)run\(\)\n-> .*\n(?: {2}<string>\(1\)<module>\(\)\n)?/gm, ''),
  },
  {
    name: 'addresses of objects', in: 'both',
    why: 'two processes',
    apply: (text) => text.replace(/ at 0x[0-9a-f]+/g, ' at 0x…'),
  },
  {
    name: 'aliases that come along', in: 'ours',
    why: 'pl, pi, ps and pc are there from the start',
    apply: (text) => text.replace(/^p[lisc] = !__import__\('heatline_pdb\.aliases'.*\n?/gm, ''),
  },
];

function alike(text: string, side: 'real' | 'ours'): string {
  let changed = text;
  for (const { in: where, apply } of DIFFERENCES) if (where === side || where === 'both') changed = apply(changed);
  return changed.trimEnd();
}

/** What some versions take in another way: to be typed there only, before the commands below. */
const FROM: readonly { readonly since: number; readonly before?: number; readonly commands: readonly Typed[] }[] = [
  { since: 8, before: 13, commands: ['def f(', 'for i in "ab":'] },
  // 3.8 forgets to say what it has cleared.
  { since: 9, commands: ['tbreak 30', 'clear main.py:30'] },
  { since: 11, commands: ['commands 99'] },
  { since: 13, commands: [['def f(', '  x):', '    return x', ''], 'f(3)', ['for each in "ab":', '    print(each)', ''], '$_frame.f_lineno', '$x = 3', 'p $x'] },
  { since: 12, before: 13, commands: ['$x = 3', 'p $x', '$_frame.f_lineno'] },
];

/** Looking around, running, breakpoints: at stops in the program above. */
const SESSIONS: Readonly<Record<string, readonly Typed[]>> = {
  'looking and stepping': [
    'l', 'l', 'l 3, 6', 'l 30', 'l .', 'l', 'l x', 'p 1+1', '1+1', 'x = 5', 'x', 'nosuch', 'p nosuch', 'pp nosuch', 'a', 'retval', 'w', 'where', 'bt',
    'b 12', 'c', 'w', 'args', 'a', 'p self.width', 'pp self.__dict__', 'x = 5', 'p x', 'ps0 = 3', 'whatis self', 'whatis self.area', 'whatis Shape', 'whatis outer', 'whatis nosuch', 'whatis 3',
    'source inner', 'source nosuch', 'source x', 'll', 'longlist', 'u', 'p shape.width', 'l', 'd', 'd', 'u x', 'up', 'down', 'display self.width', 'display size', 'display',
    'n', 'undisplay size', 'undisplay nosuch', 'display', 'undisplay', 'display', 'r', 'retval', 'rv', 'n', 's', 'n', 'n', 'a', 'p first, rest, key, others', 'until', 'unt', 'until 20', 'until 3', 'until x',
    's', 's', 'w', 'u 2', 'd 1', 'd -1', 'n', 'r', 'w', 'u', 'p total', 'total = 100', 'd', 'r', 'retval', 'n', 'p value', 'j 46', 'w', 'j x', 'j 1000', 'n', 'n', 's', 'n', 's',
  ],
  breakpoints: [
    'b', 'b 12', 'tbreak 26', 'b nofile:3', 'b 1000', 'b 3', 'b 6', 'b 13, self.width', 'b nosuchfunc', 'tbreak 30', 'b x:y', 'condition 1 self.width == 3', 'condition 1', 'condition 9 x', 'condition 1 True',
    'condition', 'ignore 3 1', 'ignore 3', 'ignore', 'ignore 9', 'disable 1 2', 'disable', 'enable 1 2', 'enable 77', 'disable x', 'b', 'cl 77', 'clear 3', 'cl 4', 'clear main.py:31', 'clear main.py:z', 'b 13',
    ['commands 1', 'p self.width', "p 'hit'", 'end'], ['commands 5', 'silent', 'p size', 'c'], 'commands x', 'b', 'c', 'b', 'w', 'c', 'b', 'w', 'b inner', 'b Shape.area', 'b shape.area', 'b numbers', 'b 44, i >= 3', 'b',
    'c', 'b', 'cl 1 2 6', 'c', 'p i', 'n', ['commands', 'p i', 'end'], ['cl', 'no'], 'b', ['cl', 'yes'], 'b', 'b 50', 'c', 'b',
  ],
  statements: [
    '!y = 7', 'y', '!y + 1', '! y', 'y = z', "for i in range(3): print(i)", "print('hello'); y", 'q0 = 3', 'p 3 ;; p 4', 'n ;; p 5 ;; p 6', 'alias xx p %1 + 1', 'alias xx', 'alias', 'xx 4', 'unalias xx', 'alias xx',
    'unalias nope', 'alias yy p %*', 'yy 1, 2', 'alias zz p 1 ;; p 2', 'zz', 'unalias yy', 'raise KeyError("x")', '1/0', 'lambda: 3', '[k for k in "ab"]', 'import sys; sys.exit(3)',
    'help', 'h p', 'help step', 'help nosuch', 'help exec', 'h up', 'help commands', 'h clear', 'help jump', 'help run', 'help debug', 'help interact', 'help until', '?b', 'exceptions', '!print("err", file=sys.stderr)',
    ["input('name? ')", 'me'], ["p input('more? ')", 'you'], 'n = 3', 'until 42', 'debug_me = 1', ['debug inner(2)', 's', 's', 'n', 'w', 'p value', 'b', 'q'], 'debug 1 +', 'p value', 'l', 'b 20', 'c', 'zzz = total', 'p zzz', 'u', 'p value',
    ['interact', 'total + 1', 'for a in range(2):', '    print(a)', '', 'nosuch', 'import sys', null],
  ],
};

describe("pdb adapter: pdb's commands give pdb's text", () => {
  for (const { name, python, version } of interpreters()) {
    const special = FROM.filter(({ since, before = Infinity }) => version[1] >= since && version[1] < before).flatMap(({ commands }) => commands);
    for (const [title, common] of Object.entries(SESSIONS)) {
      const commands = title === 'statements' ? [...special, ...common] : common;
      it(`${title} (${name})`, () => withFiles({ 'main.py': PROGRAM }, async (folder) => {
        const program = path.join(folder, 'main.py');
        // No .pdbrc of whoever runs the tests.
        const env = { ...process.env, HOME: folder };
        const real = await realTranscript({ python, program, env }, commands);
        let ours: string[] = [];
        await debugging({ env }, async (client) => {
          await client.begin({ program, python, cwd: folder, stopOnEntry: true });
          await client.waitForStop();
          ours = await ourTranscript(client, commands);
          await client.evaluateRequest({ expression: 'q', context: 'repl' });
          await client.waitForEnd();
        });
        const differing = commands.flatMap((command, at) => {
          const [a, b] = [alike(real[at] ?? '', 'real'), alike(ours[at], 'ours')];
          return a === b ? [] : [`${JSON.stringify(command)} (${at + 1})\n  pdb:  ${JSON.stringify(a)}\n  ours: ${JSON.stringify(b)}`];
        });
        assert.equal(differing.length, 0, `${differing.length} of ${commands.length} commands differ:\n${differing.join('\n')}`);
      }));
    }
  }
});
