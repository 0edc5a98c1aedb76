import { readExecutable } from '../../profilers/executable.ts';
import { fault } from '../fault.ts';
import { refuseRoot } from './asRoot.ts';
import { attachOrder, localOrder, type AttachOrder, type Place } from './attachOrder.ts';
import type { AttachConfiguration } from './configuration.ts';
import { startFault } from './faults.ts';
import { explainOwn, type Started } from './launched.ts';
import { detach, reach, reachDap, remoteFault } from './remote.ts';
import { startServer } from './server.ts';
import { givenRules, sharedSettings } from './sharedSettings.ts';
import { rulesFor, rulesOfOwn } from './sourceRules.ts';
import type { Surroundings } from './surroundings.ts';

/** Attaches to a program, or to a dlv that debugs one. @throws ProblemError that says what happened, why, and what mends it */
export async function attach(configuration: AttachConfiguration, around: Surroundings): Promise<Started> {
  const settings = sharedSettings(configuration);
  const order = attachOrder(configuration);
  if (order.kind === 'server') return attachToServer(configuration, order.place, around);
  if (order.kind === 'farProcess') return attachFar(configuration, order);
  refuseRoot(configuration, order.kind === 'process' ? `attach ${order.processId}` : `attach --waitfor ${order.prefix}`);
  if (order.kind === 'process') await mustBeGo(order.processId);
  const local = await localOrder(configuration, order, around.signal);
  const failed = { dlv: local.dlv, command: local.command, dlvCwd: local.cwd };
  const server = { ...(await startServer(local, around, (words) => startFault(words, failed))), leave: detach };
  const explain = explainOwn(server, failed);
  const substitutePath = await rulesOfOwn(configuration, local.cwd, server, around, explain);
  return { server, title: local.title, version: local.dlv.version, cwd: local.cwd, isFresh: false, request: 'attach', args: { mode: 'remote', ...settings, substitutePath }, substitutePath, explain };
}

/** A program of another kind would be halted, and nothing could be shown of it. */
async function mustBeGo(pid: number): Promise<void> {
  const executable = process.platform === 'linux' ? await readExecutable(`/proc/${pid}/exe`) : undefined;
  if (executable && !executable.isGo) throw fault('delve-not-go', `Process ${pid} is no Go program.`, 'Choose one that was built by Go; dlv debugs no other.');
}

async function attachToServer(configuration: AttachConfiguration, place: Place, around: Surroundings): Promise<Started> {
  const folder = configuration.cwd ?? process.cwd();
  const { server, rpc, isHalted, version } = await reach(place);
  const explain = async (error: unknown) => (error instanceof Error ? remoteFault(error, place, 'headless') : error);
  try {
    const rules = givenRules(configuration) ?? (rpc && isHalted ? await rulesFor(rpc, folder, around) : []);
    // A core is stopped for good: continuing it would be an error.
    const backend = await rpc?.call<{ Backend: string }>('GetVersion').then(({ Backend }) => Backend, () => undefined);
    rpc?.close();
    return {
      server, title: configuration.name ?? `${place.host}:${place.port}`, version, cwd: folder, isFresh: false, request: 'attach', substitutePath: rules, explain,
      args: { mode: 'remote', ...sharedSettings(configuration), substitutePath: rules, ...(backend === 'core' ? { stopOnEntry: true } : {}) },
    };
  } catch (error) {
    server.release();
    rpc?.close();
    throw await explain(error);
  }
}

async function attachFar(configuration: AttachConfiguration, { place, processId, prefix }: AttachOrder & { kind: 'farProcess' }): Promise<Started> {
  const server = await reachDap(place);
  const rules = givenRules(configuration) ?? [];
  const { backend } = configuration;
  return {
    server, title: configuration.name ?? (processId === undefined ? String(prefix) : `process ${processId} at ${place.host}`), version: '', cwd: configuration.cwd ?? process.cwd(), isFresh: false, request: 'attach',
    args: { mode: 'local', ...(processId === undefined ? { waitFor: prefix } : { processId }), ...(backend === undefined ? {} : { backend }), ...sharedSettings(configuration), substitutePath: rules },
    substitutePath: rules, explain: async (error) => (error instanceof Error ? remoteFault(error, place, 'dap') : error),
  };
}
