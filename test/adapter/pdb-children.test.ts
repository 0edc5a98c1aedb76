import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { needsTool } from '../tools.ts';
import { extremeInterpreters, interpreters } from './interpreters.ts';
import { debugging, withFiles, type Configuration, type PdbClient, type Preparation, type Stop } from './pdbClient.ts';

/** Makes a process in each of the ways named by its arguments, one after the other; each calls task(). */
const WAYS = `import multiprocessing, os, subprocess, sys, threading, time

def task(way):
    done = way + '!'  # task
    return done

def command(way):
    return [sys.executable, os.path.abspath(__file__), '--child', way]

def fork(way):
    pid = os.fork()
    if pid == 0:
        task(way)
        os._exit(7)
    assert os.waitpid(pid, 0)[1] >> 8 == 7

def executed(way):
    if os.fork() == 0:
        os.execve(sys.executable, command(way), {'A': 'b'})
    os.wait()

def posix_spawn(way):
    os.waitpid(os.posix_spawn(sys.executable, command(way), dict(os.environ)), 0)

def pool(way):
    from concurrent.futures import ProcessPoolExecutor
    with ProcessPoolExecutor(1, multiprocessing.get_context('fork')) as executor:
        assert executor.submit(task, way).result() == 'pool!'

def process(way):
    child = multiprocessing.get_context(way).Process(target=task, args=(way,))
    child.start()
    child.join()
    assert child.exitcode == 0

def daemon(way):
    read, write = os.pipe()
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.closerange(3, write)
            for number in range(write + 1, 1024):
                try:
                    os.close(number)
                except OSError:
                    pass
            task(way)
            os.write(write, b'x')
        os._exit(0)
    os.close(write)
    os.wait()
    assert os.read(read, 1) == b'x'

RUN = {
    'fork': fork, 'exec': executed, 'posix_spawn': posix_spawn, 'pool': pool, 'daemon': daemon,
    'forked': process, 'spawn': process, 'forkserver': process,
    'subprocess': lambda way: subprocess.check_call(command(way)),
    'environment': lambda way: subprocess.check_call(command(way), env={'A': 'b'}),
    'preexec': lambda way: subprocess.check_call(command(way), preexec_fn=lambda: None),
    'shell': lambda way: subprocess.check_call('"%s" "%s" --child %s; :' % (sys.executable, __file__, way), shell=True),
    'system': lambda way: os.system('"%s" "%s" --child %s' % (sys.executable, __file__, way)),
    'spawnv': lambda way: os.spawnv(os.P_WAIT, sys.executable, command(way)),
    'grandchild': lambda way: subprocess.check_call([sys.executable, __file__, 'subprocess']),
}
if __name__ == '__main__':
    if sys.argv[1] == '--child':
        task(sys.argv[2])
    else:
        for way in sys.argv[1:]:
            RUN[way](way)
            print('after', way, flush=True)
`;

/** Starts a session for each child that the adapter announces, and lets `visit` have each of its stops. */
async function withChildren(client: PdbClient, preparation: Preparation, visit: (stop: Stop, child: PdbClient, name: string) => Promise<void>, during: () => Promise<void>): Promise<string[]> {
  const sessions: Promise<void>[] = [];
  const names: string[] = [];
  let over = false;
  const session = ({ name, ...configuration }: Configuration & { readonly name: string }) => debugging({}, async (child) => {
    names.push(name);
    await child.begin({ name, ...configuration }, preparation);
    const follow = client.options.client?.supportsStartDebuggingRequest === false ? undefined : accept(child);
    for (;;) {
      await child.waitFor('a stop or the end', () => child.events.some(({ event }, at) => at >= seen.get(child)! && (event === 'stopped' || event === 'terminated')));
      const at = child.events.findIndex(({ event }, index) => index >= seen.get(child)! && (event === 'stopped' || event === 'terminated'));
      seen.set(child, at + 1);
      if (child.events[at].event === 'terminated') break;
      await visit(await child.waitForStop(), child, name);
      await child.resume();
    }
    await follow;
  });
  const seen = new Map<PdbClient, number>();
  const accept = async (from: PdbClient) => {
    seen.set(from, seen.get(from) ?? 0);
    for (let taken = 0; ;) {
      const orders = from.asked.filter(({ command }) => command === 'startDebugging').slice(taken);
      taken += orders.length;
      for (const { arguments: args } of orders) sessions.push(session((args as { configuration: Configuration & { name: string } }).configuration));
      if (over || from.events.some(({ event }) => event === 'terminated')) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const accepting = accept(client);
  await during();
  over = true;
  await accepting;
  for (let at = 0; at < sessions.length; at++) await sessions[at];
  return names;
}

describe('pdb adapter: ways to make child processes', () => {
  before(function () {
    needsTool(this, 'debugpy', 'python3');
  });

  const run = (python: string, ways: readonly string[]) => withFiles({ 'ways.py': WAYS }, async (folder) => {
    const program = path.join(folder, 'ways.py');
    const stopped: string[] = [];
    let names: string[] = [];
    await debugging({}, async (client) => {
      names = await withChildren(client, { breakpoints: { [program]: ['# task'] } }, async (stop, child) => {
        assert.equal(stop.text, "done = way + '!'  # task");
        stopped.push((await child.evaluateRequest({ expression: 'way', context: 'watch', frameId: stop.frame.id })).body.result);
      }, async () => {
        await client.begin({ program, python, cwd: folder, args: ways, pythonArgs: ['-W', 'error::DeprecationWarning'] });
        assert.equal(await client.waitForEnd(), 0, client.output());
      });
      for (const way of ways) assert.match(client.output('stdout'), new RegExp(`^after ${way}$`, 'm'));
    });
    return { stopped, names };
  });

  for (const { name, python } of interpreters()) {
    const all = extremeInterpreters().some((each) => each.python === python);
    const ways = ['fork', 'spawn', ...all ? ['subprocess', 'environment', 'preexec', 'shell', 'system', 'spawnv', 'exec', 'posix_spawn', 'pool', 'forkserver', 'daemon', 'grandchild'] : []];
    it(`each gets a session: ${ways.join(', ')} (${name})`, async () => {
      const { stopped, names } = await run(python, ways);
      assert.deepEqual(stopped.sort(), ways.map((way) => `'${way === 'grandchild' ? 'subprocess' : way}'`).sort());
      assert.ok(names.some((each) => /^multiprocessing \(spawn\)/.test(each)), names.join(' '));
    });
  }

  for (const { name, python } of extremeInterpreters()) {
    it(`forked children run while their parent is stopped (${name})`, () => withFiles({
      'main.py': `import os, threading, time
lock = threading.Lock()
def busy():
    while True:
        with lock:
            sum(range(1000))
for _ in range(3):
    threading.Thread(target=busy, daemon=True).start()
pid = os.fork()
if pid == 0:
    open('ran', 'w').write('child')
    os._exit(0)
parent = pid  # parent
os.waitpid(pid, 0)
`,
    }, async (folder) => {
      const program = path.join(folder, 'main.py');
      await debugging({}, async (client) => {
        let ended = false;
        await withChildren(client, {}, async () => undefined, async () => {
          await client.begin({ program, python, cwd: folder }, { breakpoints: { [program]: ['# parent'] } });
          const stop = await client.waitForStop();
          assert.equal(stop.text, 'parent = pid  # parent');
          const written = async (): Promise<string> => {
            try {
              return readFileSync(path.join(folder, 'ran'), 'utf8') || await new Promise<void>((resolve) => setTimeout(resolve, 20)).then(written);
            } catch {
              return new Promise<void>((resolve) => setTimeout(resolve, 20)).then(written);
            }
          };
          assert.equal(await written(), 'child');
          ended = true;
          await client.resume();
          assert.equal(await client.waitForEnd(), 0);
        });
        assert.ok(ended);
      });
    }));

    it(`children see the program's own surroundings (${name})`, () => withFiles({
      'parent.py': 'import os, subprocess, sys\nprint("parent", os.environ.get("PYTHONPATH"), [each for each in os.environ if "HEATLINE" in each])\nsubprocess.check_call([sys.executable, "child.py"])\n',
      'child.py': 'import os, sys\nprint("child", os.environ.get("PYTHONPATH"), [each for each in os.environ if "HEATLINE" in each], sys.modules["sitecustomize"].MARK, len(os.listdir("/proc/self/fd")) if sys.platform == "linux" else 0)\n',
    }, async (folder) => {
      await mkdir(path.join(folder, 'own'));
      await writeFile(path.join(folder, 'own', 'sitecustomize.py'), 'MARK = "chained"\n');
      await debugging({}, async (client) => {
        const names = await withChildren(client, {}, async () => undefined, async () => {
          await client.begin({ program: path.join(folder, 'parent.py'), python, cwd: folder, env: { PYTHONPATH: path.join(folder, 'own') } });
          assert.equal(await client.waitForEnd(), 0);
        });
        assert.equal(names.length, 1);
        const own = path.join(folder, 'own').replaceAll('.', '\\.');
        assert.match(client.output('stdout'), new RegExp(`^parent ${own} \\[\\]$`, 'm'));
        assert.match(client.output('stdout'), new RegExp(`^child ${own} \\[\\] chained `, 'm'));
      });
    }));
  }
});
