import { setTimeout as sleep } from 'node:timers/promises';
import { ProblemError } from '../../profilers/problem.ts';
import { build, type Built } from './build.ts';
import { refuseRoot } from './asRoot.ts';
import { placeOf } from './attachOrder.ts';
import type { LaunchConfiguration, SubstitutePath } from './configuration.ts';
import type { FailedStart } from './faultRule.ts';
import { startFault } from './faults.ts';
import { launchOrder, type LaunchOrder } from './launchOrder.ts';
import { launchRemotely } from './remoteLaunch.ts';
import { startServer } from './server.ts';
import { sharedSettings } from './sharedSettings.ts';
import { rulesOfOwn } from './sourceRules.ts';
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
  /** Whether the adapter has built it. */
  readonly isOurBuild?: boolean;
  readonly request: 'launch' | 'attach';
  readonly args: Readonly<Record<string, unknown>>;
  /** Where the same files are here and there, given or found. */
  readonly substitutePath?: readonly SubstitutePath[];
  /** What it means that dlv's DAP did not begin: the error, or a better one. */
  readonly explain: (error: unknown) => Promise<unknown>;
}

/** What only needs to be started. */
export interface Prepared {
  start(): Promise<Started>;
  /** Lets go of it without a start. */
  discard(): Promise<void>;
}

/** Builds a program if it is one's source, and starts it under a dlv of ours. @throws ProblemError that says what happened, why, and what mends it */
export async function launch(configuration: LaunchConfiguration, around: Surroundings): Promise<Started> {
  return (await prepareLaunch(configuration, around)).start();
}

/** The part of a launch that can go wrong while another program of the session still runs. @throws ProblemError */
export async function prepareLaunch(configuration: LaunchConfiguration, around: Surroundings): Promise<Prepared> {
  const settings = sharedSettings(configuration);
  const place = placeOf(configuration);
  if (place) return { start: () => launchRemotely(configuration, place), discard: async () => undefined };
  refuseRoot(configuration, 'exec ./PROGRAM');
  const order = await launchOrder(configuration);
  const built = order.build && await build(order, around, false);
  const discard = async () => built?.remove();
  return {
    discard,
    start: async () => {
      try {
        return await start(configuration, settings, order, built, around);
      } catch (error) {
        await discard();
        throw error;
      }
    },
  };
}

async function start(configuration: LaunchConfiguration, settings: Record<string, unknown>, order: LaunchOrder, built: Built | undefined, around: Surroundings): Promise<Started> {
  const dlv = { file: order.dlv.file, version: await order.dlv.version };
  const failed: FailedStart = { dlv, command: built ? ['exec', built.file] : order.existing, dlvCwd: order.cwd };
  const server = await startServer(serverOrder(order, built), around, (words) => startFault(words, failed));
  const explain = explainOwn(server, failed);
  // What was built elsewhere, or is not at its place any more.
  const substitutePath = built ? undefined : await rulesOfOwn(configuration, order.cwd, server, around, explain);
  const isFresh = order.mode !== 'core' && order.mode !== 'replay';
  return {
    server: withBinary(server, built), title: order.title, version: dlv.version, cwd: order.cwd, isFresh, isOurBuild: built !== undefined, request: 'attach',
    // A core cannot go on, and a recording is looked at from its beginning.
    args: { mode: 'remote', ...settings, ...(substitutePath ? { substitutePath } : {}), ...(isFresh ? {} : { stopOnEntry: true }) }, substitutePath, explain,
  };
}

function serverOrder(order: LaunchOrder, built: Built | undefined) {
  const [mode, ...rest] = built ? ['exec', built.file] : order.existing;
  const hasFolder = mode === 'exec';
  return { ...order, command: [mode, ...rest, ...(hasFolder ? ['--wd', order.cwd] : []), ...order.options] };
}

/** The server's end is the binary's: a program that dlv has started ends with dlv, whatever it is asked (Debugger.Detach). */
function withBinary(server: DlvServer, built: Built | undefined): DlvServer {
  return {
    ...server,
    stop: async () => {
      await server.stop();
      await built?.remove();
    },
    kill: async () => {
      await server.kill();
      await built?.remove();
    },
  };
}

/** Milliseconds that a dlv which refused has to say why, and to end. */
const LAST_WORDS_PATIENCE = 3000;

/** dlv listens before it starts the program, so that it may be gone when it is greeted: why, it says itself. */
export function explainOwn(server: DlvServer, start: FailedStart): (error: unknown) => Promise<unknown> {
  return async (error) => {
    if (error instanceof ProblemError && error.problem.code === 'delve-cancelled') return error;
    const isOver = await Promise.race([server.ended.then(() => true), sleep(LAST_WORDS_PATIENCE, false, { ref: false })]);
    return isOver ? startFault(server.stderr(), start) : error;
  };
}
