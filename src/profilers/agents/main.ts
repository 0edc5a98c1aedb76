/** `node agent.cjs NAME ...`: runs one of our agents. */
import { AGENTS } from './index.ts';

// What an agent starts must not take itself for the editor.
delete process.env.ELECTRON_RUN_AS_NODE;

async function run([name = '', ...words]: readonly string[]): Promise<number> {
  const load = Object.hasOwn(AGENTS, name) ? AGENTS[name] : undefined;
  if (!load) throw new Error(`There is no agent ${name}.`);
  return (await load())(words);
}

run(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error: Error) => {
    console.error(`Heatline: ${error.message}`);
    process.exitCode = 2;
  },
);
