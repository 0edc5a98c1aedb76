/** What the extension host and the view of the machine say to each other. */
import type { Shortage, VitalSigns } from '../core/vitalSigns.ts';

/** Seconds that the view looks back, one value a second. */
export const MACHINE_SECONDS = 60;

/** `history`: the latest last; it holds what was seen while the view was hidden too, if anybody looked. */
export type HostToMachine = { readonly type: 'signs'; readonly history: readonly VitalSigns[]; readonly shortages: readonly Shortage[]; readonly recording: string };

export type MachineToHost = { readonly type: 'ready' };

/** A message of the page, checked; undefined when it has another form. */
export function asMachineMessage(message: unknown): MachineToHost | undefined {
  return typeof message === 'object' && message !== null && (message as { type?: unknown }).type === 'ready' ? { type: 'ready' } : undefined;
}
