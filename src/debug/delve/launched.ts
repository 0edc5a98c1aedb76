import { setTimeout as sleep } from 'node:timers/promises';
import type { LaunchConfiguration, SubstitutePath } from './configuration.ts';
import type { FailedStart } from './faultRule.ts';
import { startFault } from './faults.ts';
import { launchOrder, sharedSettings } from './launchOrder.ts';
import { startServer } from './server.ts';
import type { DlvServer, Surroundings } from './surroundings.ts';

/** A dlv that serves, and what its DAP is told to begin. */
export interface Started {
  readonly server: DlvServer;
  readonly title: string;
  /** dlv's, `1.27.2`; empty where it is not known. */
  readonly version: string;
  /** Where console commands show paths relative to. */
  readonly cwd: string;
  readonly request: 'launch' | 'attach';
  readonly args: Readonly<Record<string, unknown>>;
  /** Where the same files are here and there, given or found. */
  readonly substitutePath?: readonly SubstitutePath[];
  /** What it means that dlv's DAP did not begin: the error, or a better one. */
  readonly explain?: (error: unknown) => Promise<unknown>;
}

/** Starts a program under a dlv of ours. @throws ProblemError that says what happened, why, and what mends it */
export async function launch(configuration: LaunchConfiguration, around: Surroundings): Promise<Started> {
  const order = await launchOrder(configuration);
  const server = await startServer(order, around);
  return { server, title: order.title, version: order.dlv.version, cwd: order.cwd, request: 'attach', args: { mode: 'remote', ...sharedSettings(configuration) }, explain: explainOwn(server, order) };
}

/** Milliseconds that a dlv which refused has to say why, and to end. */
const LAST_WORDS_PATIENCE = 3000;

/** dlv listens before it starts the program, so that it may be gone when it is greeted: why, it says itself. */
export function explainOwn(server: DlvServer, start: FailedStart): (error: unknown) => Promise<unknown> {
  return async (error) => {
    const isOver = await Promise.race([server.ended.then(() => true), sleep(LAST_WORDS_PATIENCE, false, { ref: false })]);
    return isOver ? startFault(server.stderr(), start) : error;
  };
}
