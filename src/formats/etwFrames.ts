import type { ProfileBuilder } from '../core/builder.ts';
import { FunctionKind } from '../core/profile.ts';

/** Modules that run in the kernel. */
const KERNEL = /^(?:ntoskrnl|ntkrnl\w*|hal|win32k\w*)\.(?:exe|dll|sys)$|\.sys$/i;
/** What stands in the place of a function whose symbols are not known. */
const NO_SYMBOL = /^(?:\?|n\/a|Unknown|0x[0-9a-f]+|<(?:symbols disabled|PDB not found|.*symbol.*)>)$/i;

/** Frames of the form `module!function`, each text looked at once. */
export class EtwFrames {
  private readonly rows = new Map<string, number>();

  constructor(private readonly builder: ProfileBuilder) {}

  /** The row of a frame. */
  row(text: string): number {
    let row = this.rows.get(text);
    if (row === undefined) {
      row = this.make(text);
      if (this.rows.size < 1_000_000) this.rows.set(text, row);
    }
    return row;
  }

  private make(text: string): number {
    const { builder } = this;
    const mark = text.indexOf('!');
    const module = mark < 0 ? '' : text.slice(0, mark).trim();
    const symbol = (mark < 0 ? text : text.slice(mark + 1)).trim();
    const object = module === '?' || module === 'Unknown' ? '' : module;
    const kind = KERNEL.test(module) ? FunctionKind.Kernel : FunctionKind.Native;
    return builder.frame(builder.func({ name: symbol === '' || NO_SYMBOL.test(symbol) ? '[unknown]' : symbol, object, kind }));
  }
}

/** `chrome.exe (1234)`, also with spaces before the number: name and number; 0 when there is none. */
export function processOf(text: string): { name: string; pid: number } {
  const parts = /^(.*?)\s*\(\s*(\d{1,10})\s*\)$/.exec(text.trim());
  return parts ? { name: parts[1], pid: Number(parts[2]) } : { name: text.trim(), pid: 0 };
}
