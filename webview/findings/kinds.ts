/** Kinds of findings as people read them. Pure. */
import type { FindingDetail, FindingFrame } from '../../src/protocol/findings.ts';
import { fullLocation } from '../location.ts';

/** Kinds whose name in the file is short for something. */
const NAMES: Readonly<Record<string, string>> = {
  UninitCondition: 'Uninitialised condition',
  UninitValue: 'Uninitialised value',
  SyscallParam: 'System call parameter',
  CoreMemError: 'Core memory error',
  InvalidMemPool: 'Invalid memory pool',
  PthAPIerror: 'Threads API error',
  UnlockUnlocked: 'Unlock of an unlocked lock',
  UnlockForeign: 'Unlock of a foreign lock',
  UnlockBogus: 'Unlock of what is no lock',
  FdNotClosed: 'File descriptor not closed',
};

/** `InvalidRead` as `Invalid read`, `Leak_DefinitelyLost` as `Leak: definitely lost`. Names that are words already stay. */
export function kindLabel(kind: string): string {
  const known = NAMES[kind];
  if (known) return known;
  const [first, ...rest] = kind.split('_');
  const words = (text: string) => text.replace(/([a-z0-9])([A-Z])/g, '$1 $2').replace(/ ([A-Z])(?=[a-z])/g, (_, letter: string) => ` ${letter.toLowerCase()}`);
  const tail = words(rest.join(' '));
  return rest.length === 0 ? words(first) : `${words(first)}: ${tail.charAt(0).toLowerCase()}${tail.slice(1)}`;
}

/** A finding with its stacks as checkers print them, to be pasted into a report. */
export function findingText({ row, stacks }: FindingDetail): string {
  const lines = [row.message];
  for (const { label, frames, left } of stacks) {
    if (label !== '') lines.push(label);
    frames.forEach((frame, at) => lines.push(`   ${at === 0 ? 'at' : 'by'} ${frameText(frame)}`));
    if (left > 0) lines.push(`   and ${left} more`);
  }
  return lines.join('\n');
}

function frameText({ name, file, line, object }: FindingFrame): string {
  const place = fullLocation(file, line) || object;
  return place === '' ? name : `${name} (${file === '' ? 'in ' : ''}${place})`;
}
