import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Run } from './run.ts';

export type Body = Record<string, unknown>;

/** Hands a request on: to the next feature that wants it, in the end to dlv. @throws Error with dlv's words when it refuses */
export type Next = (args: Body) => Promise<Body>;

/** Answers a request, or changes it on its way; resolves to the answer's body. */
export type RequestHandler = (args: Body, run: Run, next: Next) => Promise<Body | undefined>;

/** Sees an event of dlv on its way; returns what the client is told, or undefined to keep it from it. Events of the adapter itself pass no feature. */
export type EventHandler = (body: Body, run: Run) => Body | undefined;

/**
 * Something that the adapter adds to dlv's DAP or mends in it. Requests and events that no feature names pass through as they are.
 * A feature is one file, and one line in features.ts.
 */
export interface Feature {
  /** Before dlv is told to begin, while the program waits at its first instruction: what it is told instead. */
  begin?(args: Body, run: Run): Promise<Body>;
  readonly requests?: Readonly<Record<string, RequestHandler>>;
  readonly events?: Readonly<Record<string, EventHandler>>;
  /** What the client may use because of it, over what dlv itself says. Asked for once dlv has answered. */
  capabilities?(run: Run): Partial<DebugProtocol.Capabilities>;
  /** Called when the run is over. */
  end?(run: Run): void;
}

/** Makes a feature for one run: its state is the run's. */
export type FeatureFactory = (run: Run) => Feature;
