import type { LaunchConfiguration } from './configuration.ts';
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
}

/** Starts a program under a dlv of ours. @throws ProblemError that says what happened, why, and what mends it */
export async function launch(configuration: LaunchConfiguration, around: Surroundings): Promise<Started> {
  const order = await launchOrder(configuration);
  const server = await startServer(order, around);
  return { server, title: order.title, version: order.dlv.version, cwd: order.cwd, request: 'attach', args: { mode: 'remote', ...sharedSettings(configuration) } };
}
