// Tasks of asyncio under the Python sampler: each has its time, under its name.
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { pythonSample } from '../../src/profilers/pythonSample.ts';
import { skipBecause } from '../tools.ts';
import { profileTarget, pythonTarget, secondsIn } from './python-profile.ts';
import { about, interpreters, Workplace } from './python-run.ts';

/** Tasks that take turns: two of one coroutine with names, and two without. */
const PROGRAM = `
import asyncio, time
def burn(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        sum(range(500))
async def fetch(turns):
    for i in range(turns):
        burn(0.02)
        await asyncio.sleep(0)
async def other():
    await fetch(15)
def create(name, coroutine):
    task = asyncio.get_event_loop().create_task(coroutine)
    if hasattr(task, 'set_name'):
        task.set_name(name)
    return task
async def main():
    named = [create('fetch-%d' % turns, fetch(turns)) for turns in (15, 45)]
    await asyncio.gather(other(), *named)
asyncio.run(main())
burn(0.3)
`;

describe('tasks of asyncio', function () {
  this.retries(3);
  const chosen = interpreters().filter(({ version }) => [308, 311, 313].includes(version));
  if (chosen.length === 0) it('need an interpreter', function () { skipBecause(this, 'needs Python 3.8 or later'); });
  for (const python of chosen) {
    it(`have their time under their names with ${python.name}`, async () => {
      const place = new Workplace();
      try {
        place.write('tasks.py', PROGRAM);
        const { outcome, profile } = await profileTarget(pythonSample, pythonTarget(place, python, 'tasks.py'), place);
        assert.deepEqual([outcome.code, outcome.stderr], [0, '']);
        const burned = (lane: string) => secondsIn(profile, 'cpu', 'burn', (name) => name === lane);
        about(burned('MainThread / Task fetch-15'), 0.3, 0.6, 'the short one');
        about(burned('MainThread / Task fetch-45'), 0.9, 0.4, 'the long one');
        about(burned('MainThread / Task other'), 0.3, 0.6, 'one that is named by its coroutine');
        about(burned('MainThread'), 0.3, 0.5, 'outside of tasks');
        about(secondsIn(profile, 'cpu', 'burn'), 1.8, 0.1, 'all');
      } finally {
        place.remove();
      }
    });
  }
});
