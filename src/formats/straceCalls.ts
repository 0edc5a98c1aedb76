import { FunctionKind } from '../core/profile.ts';
import type { ProfileBuilder } from '../core/builder.ts';
import { ByteStrings } from './byteStrings.ts';

/** What the reader has to know about a system call besides its name. */
export const Effect = { None: 0, Memory: 1, Read: 2, Write: 3, Execute: 4, Clone: 5, Name: 6 } as const;

const EFFECTS: ReadonlyMap<string, number> = new Map([
  ...['brk', 'mmap', 'mmap2', 'old_mmap', 'munmap', 'mremap'].map((name) => [name, Effect.Memory] as const),
  ...['read', 'pread', 'pread64', 'readv', 'preadv', 'preadv2', 'recv', 'recvfrom', 'recvmsg'].map((name) => [name, Effect.Read] as const),
  ...['write', 'pwrite', 'pwrite64', 'writev', 'pwritev', 'pwritev2', 'send', 'sendto', 'sendmsg'].map((name) => [name, Effect.Write] as const),
  ...['execve', 'execveat'].map((name) => [name, Effect.Execute] as const),
  ...['clone', 'clone2', 'clone3', 'fork', 'vfork'].map((name) => [name, Effect.Clone] as const),
  ['prctl', Effect.Name],
]);

/** Whether the effect depends on the arguments of a call, and not on its result alone. */
export function hasArguments(effect: number): boolean {
  return effect !== Effect.None && effect !== Effect.Read && effect !== Effect.Write;
}

/** The system calls that occur in a trace, numbered in order of first use, with how often each has returned. */
export class SystemCalls {
  private readonly names = new ByteStrings();
  readonly frames: number[] = [];
  readonly effects: number[] = [];
  private readonly returned: number[] = [];

  constructor(private readonly builder: ProfileBuilder) {}

  /** The number of the call named by `bytes[start..end)`. */
  number(bytes: Uint8Array, start: number, end: number): number {
    const index = this.names.intern(bytes, start, end);
    if (index === this.frames.length) {
      const name = this.names.text(index);
      this.frames.push(frameOfCall(this.builder, name));
      this.effects.push(EFFECTS.get(name) ?? Effect.None);
      this.returned.push(0);
    }
    return index;
  }

  name(call: number): string {
    return this.names.text(call);
  }

  count(call: number): void {
    this.returned[call]++;
  }

  counts(): Map<string, number> {
    return new Map(this.returned.map((count, call) => [this.name(call), count] as const).filter(([, count]) => count > 0));
  }
}

/** A frame of the function that stands for this system call. */
export function frameOfCall(builder: ProfileBuilder, name: string): number {
  return builder.frame(builder.func({ name, kind: FunctionKind.Kernel }));
}

/** The command line in the arguments of execve, as far as strace prints it; undefined when there is none. */
export function commandOf(args: string): string | undefined {
  const list = args.indexOf(', [');
  const pieces = args.slice(list < 0 ? 0 : list + 3, 2000).matchAll(/"((?:[^"\\]|\\.)*)"(\.\.\.)?|\]/gs);
  const words: string[] = [];
  for (const [piece, word, more] of pieces) {
    if (piece === ']') break;
    words.push(unescaped(word) + (more ?? ''));
    if (list < 0) break;
  }
  return words.length > 0 ? words.join(' ') : undefined;
}

/** The base name of the first string of the arguments; undefined when there is none. */
export function firstName(args: string): string | undefined {
  const path = /"((?:[^"\\]|\\.)*)"/s.exec(args);
  return path ? unescaped(path[1]).replace(/^.*\//s, '') || undefined : undefined;
}

function unescaped(text: string): string {
  return text.replace(/\\(["\\])/g, '$1');
}
