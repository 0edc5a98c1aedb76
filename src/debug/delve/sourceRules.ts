import type { CommonConfiguration, SubstitutePath } from './configuration.ts';
import { connect } from './run.ts';
import { RpcClient } from './rpcClient.ts';
import { givenRules } from './sharedSettings.ts';
import { findSources } from './substitutePath.ts';
import type { DlvServer, LostSources, Surroundings } from './surroundings.ts';

/** Where the same files are here and there, for a dlv of ours, whose program is stopped until its DAP lets it go. @throws what `explain` makes of a dlv that ended */
export async function rulesOfOwn(configuration: CommonConfiguration, folder: string, server: DlvServer, around: Surroundings, explain: (error: unknown) => Promise<unknown>): Promise<readonly SubstitutePath[]> {
  const given = givenRules(configuration);
  if (given) return given;
  try {
    const rpc = new RpcClient(await connect(server.host, server.port));
    const rules = await rulesFor(rpc, folder, around);
    rpc.close();
    return rules;
  } catch (error) {
    const explained = await explain(error);
    await server.kill();
    server.release();
    throw explained;
  }
}

/** Finds by comparison where the same files are here and there. What stays unknown is told. `rpc`: of a dlv whose program is stopped. @throws Error when dlv has ended */
export async function rulesFor(rpc: RpcClient, folder: string, around: Surroundings): Promise<readonly SubstitutePath[]> {
  // The first call waits until dlv has its program, and fails where it gets none.
  await rpc.call('GetVersion');
  const { rules, lost } = await findSources(rpc, folder);
  if (lost) tellLost(lost, around);
  return rules;
}

function tellLost({ folder, module, candidates }: LostSources, around: Surroundings): void {
  const from = candidates[0] ?? 'the same folder on this machine';
  const why = candidates.length > 1 ? `and ${candidates.length} folders here hold that module: ${candidates.join(', ')}` : 'and its sources were not found here';
  around.output(`The program${module ? ` ${module}` : ''} was built in ${folder}, ${why}. Say in the debug configuration where they are: "substitutePath": ${JSON.stringify([{ from, to: folder }])}\n`, 'important');
  around.chooseSources({ folder, ...(module ? { module } : {}), candidates });
}
