import { abilityOf, tryProfilers, type Ability } from '../profilers/ability.ts';
import { readDefaults } from '../profilers/options.ts';
import type { Target } from '../profilers/target.ts';
import { builtFile } from './built.ts';

/** What each profiler can do here, by default settings. */
export async function abilities(target?: Target): Promise<Ability[]> {
  return (await tryProfilers({ read: readDefaults, pythonFolder: builtFile('python'), agent: builtFile('agent.cjs'), log: () => undefined }, target)).map(abilityOf);
}

/** Lines for people about one profiler. */
export function abilityLines({ id, question, cost, usable, problem }: Ability): string[] {
  return [
    `${usable ? 'ok     ' : 'MISSING'}  ${id}: ${question} ${cost[0].toUpperCase()}${cost.slice(1)}.`,
    ...(problem ? [`           ${problem.message} ${problem.why}`, ...problem.commands.map((command) => `           mend it with: ${command}`)] : []),
  ];
}
