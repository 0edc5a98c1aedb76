import { environmentOf, mergedEnvironment, mustBeFolder, optionalText, wholeNumber, words, wrong } from '../configurationChecks.ts';
import { fault } from '../fault.ts';
import { LOOPBACK } from '../loopback.ts';
import type { AttachConfiguration } from './configuration.ts';
import { findDlv, type DlvProgram } from './dlvProgram.ts';
import { canWaitHere, waitForProcess } from './processWait.ts';
import type { ServerOrder } from './server.ts';

/** Where a dlv listens that another has started. */
export interface Place {
  readonly host: string;
  readonly port: number;
}

/** An attach configuration, checked: one of four ways to a program. */
export type AttachOrder =
  | { readonly kind: 'process'; readonly processId: number }
  | { readonly kind: 'waitFor'; readonly prefix: string }
  | { readonly kind: 'server'; readonly place: Place }
  /** A `dlv dap` elsewhere, which attaches to a process of its machine. */
  | { readonly kind: 'farProcess'; readonly place: Place; readonly processId?: number; readonly prefix?: string };

/** The port of dlv's own examples. */
const USUAL_PORT = 2345;

/** Checks a configuration as far as that is possible before anything runs. @throws ProblemError that names the member, and what it must be */
export function attachOrder(configuration: AttachConfiguration): AttachOrder {
  const { mode } = configuration;
  if (mode !== undefined && mode !== 'local' && mode !== 'remote') throw wrong('mode', mode, '"local" or "remote"');
  const processId = wholeNumber(configuration, 'processId', 1, 2 ** 31 - 1);
  const prefix = optionalText(configuration, 'waitFor');
  const place = placeOf(configuration);
  if (processId !== undefined && prefix !== undefined) throw fault('delve-attach-what', 'The debug configuration names a process by "processId" and by "waitFor".', 'Take one of the two out.');
  const named = processId !== undefined || prefix !== undefined;
  if (named && mode === 'remote') throw fault('delve-attach-what', 'The debug configuration says "mode": "remote", and names a process.', 'A remote dlv has its program already: take "processId" and "waitFor" out, or say "mode": "local".');
  if (place && named) return { kind: 'farProcess', place, ...(processId === undefined ? { prefix } : { processId }) };
  if (processId !== undefined) return { kind: 'process', processId };
  if (prefix !== undefined) return { kind: 'waitFor', prefix };
  if (place && mode !== 'local') return { kind: 'server', place };
  if (mode === 'remote') return { kind: 'server', place: { host: LOOPBACK, port: USUAL_PORT } };
  throw fault('delve-attach-what', 'The debug configuration does not say what to attach to.', 'Set "processId" (of a process that runs), "waitFor" (the beginning of the command line of one that will), or "port" (of a dlv that listens).');
}

/** Where a dlv of the configuration listens; undefined where it names none. */
export function placeOf(configuration: object): Place | undefined {
  const host = optionalText(configuration, 'host');
  const port = wholeNumber(configuration, 'port', 1, 65535);
  if (host === undefined && port === undefined) return undefined;
  return { host: host ?? LOOPBACK, port: port ?? USUAL_PORT };
}

/** How a dlv of ours is started for a process of this machine, once it runs. @throws ProblemError when there is no dlv */
export async function localOrder(configuration: AttachConfiguration, order: AttachOrder & { kind: 'process' | 'waitFor' }, signal: AbortSignal): Promise<ServerOrder & { readonly dlv: DlvProgram }> {
  const cwd = optionalText(configuration, 'cwd') ?? process.cwd();
  await mustBeFolder(cwd);
  const env = await environmentOf(configuration, cwd);
  const dlv = await findDlv(optionalText(configuration, 'dlv'), cwd, mergedEnvironment(env));
  const target = order.kind === 'process' ? [String(order.processId)]
    : canWaitHere ? [String(await waitForProcess(order.prefix, signal))]
    : ['--waitfor', order.prefix];
  return {
    title: configuration.name ?? (order.kind === 'process' ? `process ${order.processId}` : order.prefix),
    dlv, command: ['attach', ...target, ...backendOf(configuration), ...words(configuration, 'dlvFlags')], args: [], cwd, env, console: 'internalConsole',
  };
}

/** dlv's option for the backend that the configuration names. */
export function backendOf(configuration: object): string[] {
  const backend = optionalText(configuration, 'backend');
  return backend === undefined || backend === 'default' ? [] : [`--backend=${backend}`];
}
