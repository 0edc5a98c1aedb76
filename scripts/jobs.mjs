// Several pieces of work at a time, as many as wanted, and how long each took.

/** A piece of work: its name, for lists and for the order, and what it does. */
/** @typedef {{ name: string, run: () => Promise<unknown> }} Job */

const isOneOf = (beginnings) => ({ name }) => beginnings.some((beginning) => name.startsWith(beginning));

/**
 * Does all jobs, `atOnce` at a time. One that takes long must not be the last to begin, or the others wait for it at the end:
 * `first` names how such names begin, in the order wanted; the others keep their own. What is named in `alone` measures time,
 * and so runs when nothing else does, at the end.
 * @param {Job[]} jobs
 * @param {{ atOnce: number, first?: string[], alone?: string[] }} options
 * @returns {Promise<{ name: string, seconds: number }[]>} how long each took, the slowest first
 */
export async function runJobs(jobs, { atOnce, first = [], alone = [] }) {
  const times = [];
  const timed = async ({ name, run }) => {
    const began = performance.now();
    await run();
    times.push({ name, seconds: (performance.now() - began) / 1000 });
  };
  const rank = ({ name }) => {
    const at = first.findIndex((beginning) => name.startsWith(beginning));
    return at < 0 ? first.length : at;
  };
  const waiting = jobs.filter((job) => !isOneOf(alone)(job)).sort((a, b) => rank(a) - rank(b));
  const worker = async () => {
    for (let job = waiting.shift(); job; job = waiting.shift()) await timed(job);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  for (const job of jobs.filter(isOneOf(alone))) await timed(job);
  return times.sort((a, b) => b.seconds - a.seconds);
}

/**
 * One line that tells where the time went, for the whole must stay quick.
 * @param {{ name: string, seconds: number }[]} times the slowest first
 */
export function slowest(times) {
  return `  slowest: ${times.slice(0, 10).map(({ name, seconds }) => `${name} ${seconds.toFixed(0)} s`).join(', ')}`;
}
