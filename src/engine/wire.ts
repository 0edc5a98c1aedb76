import type { EngineMethod, ProfileOverview } from '../protocol/engine.ts';
import type { ExportOffer, ExportOrder } from './export.ts';
import type { OpenRequest } from './open.ts';

/** Messages between EngineSession and its worker thread. */
export type ToWorker =
  | { readonly type: 'open'; readonly request: OpenRequest }
  | { readonly type: 'ask'; readonly id: number; readonly method: EngineMethod; readonly params: never }
  | { readonly type: 'offers'; readonly id: number; readonly event: number }
  | { readonly type: 'export'; readonly id: number; readonly order: ExportOrder }
  | { readonly type: 'cancel'; readonly id: number };

export type FromWorker =
  | { readonly type: 'progress'; readonly bytes: number; readonly total: number }
  | { readonly type: 'opened'; readonly overview: ProfileOverview }
  | { readonly type: 'failed'; readonly error: WireError }
  | { readonly type: 'answer'; readonly id: number; readonly result: unknown }
  | { readonly type: 'offered'; readonly id: number; readonly offers: readonly ExportOffer[] }
  | { readonly type: 'exported'; readonly id: number }
  | { readonly type: 'refused'; readonly id: number; readonly error: WireError };

/** An error as it crosses the thread; `name` tells FormatError and UnknownFormatError from faults of ours. */
export interface WireError {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
}
