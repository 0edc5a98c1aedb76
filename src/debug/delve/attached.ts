import { readExecutable } from '../../profilers/executable.ts';
import { fault } from '../fault.ts';
import { attachOrder, localOrder, type AttachOrder, type Place } from './attachOrder.ts';
import type { AttachConfiguration, CommonConfiguration, SubstitutePath } from './configuration.ts';
import { explainOwn, type Started } from './launched.ts';
import { sharedSettings } from './launchOrder.ts';
import { halt, reach, reachDap, remoteFault } from './remote.ts';
import { connect } from './run.ts';
import { RpcClient } from './rpcClient.ts';
import { startServer } from './server.ts';
import { findSources, givenRules, type SourcePlaces } from './substitutePath.ts';
import type { DlvServer, Surroundings } from './surroundings.ts';

/** Attaches to a program, or to a dlv that debugs one. @throws ProblemError that says what happened, why, and what mends it */
export async function attach(configuration: AttachConfiguration, around: Surroundings): Promise<Started> {
  const order = attachOrder(configuration);
  givenRules(configuration);
  if (order.kind === 'server') return attachToServer(configuration, order.place, around);
  if (order.kind === 'farProcess') return attachFar(configuration, order);
  if (order.kind === 'process') await mustBeGo(order.processId);
  const local = await localOrder(configuration, order, around.signal);
  const server = await startServer(local, around);
  const explain = explainOwn(server, local);
  try {
    const rules = await rulesFor(configuration, () => secondLook(server), around);
    return { server, title: local.title, version: local.dlv.version, cwd: local.cwd, request: 'attach', args: remoteArguments(configuration, rules), substitutePath: rules, explain };
  } catch (error) {
    const explained = await explain(error);
    await server.kill();
    throw explained;
  }
}

/** A program of another kind would be halted, and nothing could be shown of it. */
async function mustBeGo(pid: number): Promise<void> {
  const executable = process.platform === 'linux' ? await readExecutable(`/proc/${pid}/exe`) : undefined;
  if (executable && !executable.isGo) throw fault('delve-not-go', `Process ${pid} is no Go program.`, 'Choose one that was built by Go; dlv debugs no other.');
}

async function attachToServer(configuration: AttachConfiguration, place: Place, around: Surroundings): Promise<Started> {
  const { server, rpc, version } = await reach(place);
  const explain = async (error: unknown) => (error instanceof Error ? remoteFault(error, place, 'headless') : error);
  try {
    const rules = rpc ? await rulesFor(configuration, async () => ((await halt(rpc)) ? rpc : undefined), around) : givenRules(configuration) ?? [];
    // A core is stopped for good: continuing it would be an error.
    const backend = await rpc?.call<{ Backend: string }>('GetVersion').then(({ Backend }) => Backend, () => undefined);
    rpc?.close();
    return {
      server, title: configuration.name ?? `${place.host}:${place.port}`, version, cwd: configuration.cwd ?? process.cwd(), request: 'attach', substitutePath: rules, explain,
      args: { ...remoteArguments(configuration, rules), ...(backend === 'core' ? { stopOnEntry: true } : {}) },
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
    server, title: configuration.name ?? (processId === undefined ? String(prefix) : `process ${processId} at ${place.host}`), version: '', cwd: configuration.cwd ?? process.cwd(), request: 'attach',
    args: { mode: 'local', ...(processId === undefined ? { waitFor: prefix } : { processId }), ...(backend === undefined ? {} : { backend }), ...sharedSettings(configuration), substitutePath: rules },
    substitutePath: rules, explain: async (error) => (error instanceof Error ? remoteFault(error, place, 'dap') : error),
  };
}

function remoteArguments(configuration: CommonConfiguration, rules: readonly SubstitutePath[]): Record<string, unknown> {
  return { mode: 'remote', ...sharedSettings(configuration), ...(rules.length > 0 ? { substitutePath: rules } : {}) };
}

/** A second connection to a dlv of ours, whose program is stopped until its DAP lets it go. */
async function secondLook(server: DlvServer): Promise<RpcClient> {
  return new RpcClient(await connect(server.host, server.port));
}

/** Where the same files are here and there: as the configuration says, or found by comparison. What stays unknown is told. */
export async function rulesFor(configuration: CommonConfiguration & { readonly cwd?: string }, look: () => Promise<RpcClient | undefined>, around: Surroundings): Promise<readonly SubstitutePath[]> {
  const given = givenRules(configuration);
  if (given) return given;
  const rpc = await look();
  if (!rpc) return [];
  const { rules, lost } = await findSources(rpc, configuration.cwd ?? process.cwd());
  rpc.close();
  if (lost) tellLost(lost, around);
  return rules;
}

function tellLost({ folder, module, candidates }: NonNullable<SourcePlaces['lost']>, around: Surroundings): void {
  const from = candidates[0] ?? 'the same folder on this machine';
  const why = candidates.length > 1 ? `and ${candidates.length} folders here hold that module: ${candidates.join(', ')}` : 'and its sources were not found here';
  around.output(`The program${module ? ` ${module}` : ''} was built in ${folder}, ${why}. Say in the debug configuration where they are: "substitutePath": ${JSON.stringify([{ from, to: folder }])}\n`, 'important');
  around.event('chooseSources', { folder, ...(module ? { module } : {}), candidates });
}
