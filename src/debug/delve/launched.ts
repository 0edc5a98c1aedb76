import { build, type Built } from './build.ts';
import type { LaunchConfiguration } from './configuration.ts';
import { startFault } from './faults.ts';
import { launchOrder, type LaunchOrder } from './launchOrder.ts';
import { startServer } from './server.ts';
import { sharedSettings } from './sharedSettings.ts';
import type { DlvServer, Surroundings } from './surroundings.ts';

/** A dlv that serves, and what its DAP is told to begin. */
export interface Started {
  readonly server: DlvServer;
  readonly title: string;
  /** dlv's, `1.27.2`; empty where it is not known. */
  readonly version: string;
  /** Where console commands show paths relative to. */
  readonly cwd: string;
  /** Whether the program is at its first instruction. */
  readonly isFresh: boolean;
  readonly request: 'launch' | 'attach';
  readonly args: Readonly<Record<string, unknown>>;
}

/** Builds a program if it is one's source, and starts it under a dlv of ours. @throws ProblemError that says what happened, why, and what mends it */
export async function launch(configuration: LaunchConfiguration, around: Surroundings): Promise<Started> {
  const settings = sharedSettings(configuration);
  const order = await launchOrder(configuration);
  const built = order.build && await build(order, around, false);
  try {
    const server = await startServer(serverOrder(order, built), around, (words) => startFault(words, { dlv: order.dlv, command: built ? ['exec', built.file] : order.existing, dlvCwd: order.cwd }));
    return {
      server: built ? withBinary(server, built) : server,
      title: order.title, version: order.dlv.version, cwd: order.cwd, isFresh: order.mode !== 'core' && order.mode !== 'replay', request: 'attach', args: { mode: 'remote', ...settings },
    };
  } catch (error) {
    await built?.remove();
    throw error;
  }
}

function serverOrder(order: LaunchOrder, built: Built | undefined) {
  const [mode, ...rest] = built ? ['exec', built.file] : order.existing;
  const hasFolder = mode === 'exec';
  return { ...order, command: [mode, ...rest, ...(hasFolder ? ['--wd', order.cwd] : []), ...order.options] };
}

/** The server's end is the binary's. */
function withBinary(server: DlvServer, built: Built): DlvServer {
  return {
    ...server,
    stop: async () => {
      await server.stop();
      await built.remove();
    },
    kill: async () => {
      await server.kill();
      await built.remove();
    },
  };
}
