import type { BuilderTables } from '../core/merge.ts';
import type { PieceEnd, PiecePlace } from '../formats/format.ts';
import type { EngineMethod, ProfileOverview } from '../protocol/engine.ts';
import type { ExportOffer, ExportOrder } from './export.ts';
import type { OpenRequest } from './open.ts';

/** Messages between EngineSession and its worker thread; `piece` is what that thread asks helpers of its own. */
export type ToWorker =
  | { readonly type: 'piece'; readonly request: PieceRequest }
  /** Ends programs that were started for opening, then the thread itself. */
  | { readonly type: 'quit' }
  | { readonly type: 'open'; readonly request: OpenRequest; readonly workerFile: string }
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

/** A piece of a file, from one boundary to the next. */
export interface PieceRequest {
  readonly file: string;
  /** Of the input, for messages. */
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** Format id. */
  readonly format: string;
  readonly place: PiecePlace;
  /** Whether rows of samples are kept. */
  readonly samples: boolean;
}

export type FromPieceWorker =
  | { readonly type: 'pieceProgress'; readonly bytes: number }
  | { readonly type: 'piece'; readonly end: PieceEnd; readonly tables: BuilderTables }
  /** A FormatError; its place counts from the start of the piece. */
  | { readonly type: 'unreadable'; readonly place: string; readonly expected: string; readonly found: string | undefined }
  | { readonly type: 'unclear' };
