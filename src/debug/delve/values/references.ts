import type { DebugProtocol } from '@vscode/debugprotocol';
import type { FeatureFactory } from '../feature.ts';
import type { Run } from '../run.ts';

interface Reference {
  /** The client's id of the frame that it is seen from. */
  readonly frameId: number;
  readonly isScope: boolean;
}

const ofRun = new WeakMap<Run, Map<number, Reference>>();

/** Where references of variables come from that the client was given since the last stop; the feature `references` notes them. */
export function referencesOf(run: Run): Map<number, Reference> {
  let references = ofRun.get(run);
  if (!references) ofRun.set(run, (references = new Map()));
  return references;
}

/** The expression that names a variable of a scope or in a value, as dlv says it; undefined where there is none. */
export async function expressionOf(run: Run, variablesReference: number, name: string): Promise<string | undefined> {
  const { variables } = await run.dap.request<DebugProtocol.VariablesResponse['body']>('variables', { variablesReference });
  return variables.find((each) => each.name === name)?.evaluateName || undefined;
}

/** Notes which frame each reference belongs to: dlv reads and sets by names, which mean something in a frame only. */
export const references: FeatureFactory = () => ({
  requests: {
    scopes: async (args, run, next) => {
      const body = await next(args);
      const known = referencesOf(run);
      for (const { variablesReference } of body.scopes as DebugProtocol.Scope[]) known.set(variablesReference, { frameId: args.frameId as number, isScope: true });
      return body;
    },
    variables: async (args, run, next) => {
      const body = await next(args);
      const known = referencesOf(run);
      const parent = known.get(args.variablesReference as number);
      if (!parent) return body;
      for (const { variablesReference } of body.variables as DebugProtocol.Variable[]) {
        if (variablesReference > 0) known.set(variablesReference, { frameId: parent.frameId, isScope: false });
      }
      return body;
    },
    evaluate: async (args, run, next) => {
      const body = await next(args);
      const reference = body.variablesReference as number | undefined;
      if (reference && typeof args.frameId === 'number') referencesOf(run).set(reference, { frameId: args.frameId, isScope: false });
      return body;
    },
  },
  events: {
    stopped: (body, run) => {
      referencesOf(run).clear();
      return body;
    },
  },
});
