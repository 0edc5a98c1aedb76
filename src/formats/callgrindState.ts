/** What the next cost line is: a function's own cost, the inclusive cost of a call, or only the position of a jump. */
export const enum Next { Self, Call, Jump }

/** Stands for a `cfi=` or `cob=` that was not given; -1 is a file or object that is unknown. */
export const NOT_GIVEN = -2;

/** Where the reading of one part of a callgrind file stands. Files, objects and names are string indexes, functions are rows; -1 is unknown. */
export class CallgrindState {
  next: Next = Next.Self;
  /** What relative lines count from. */
  line = 0;
  file = -1;
  /** The file of the last `fl=`, to which `fn=` goes back. */
  functionFile = -1;
  object = -1;
  func = -1;
  calledFile = NOT_GIVEN;
  calledObject = NOT_GIVEN;
  calledFunc = -1;
  calls = 0;
  jumpFile = NOT_GIVEN;

  reset(): void {
    this.next = Next.Self;
    this.line = 0;
    this.file = this.functionFile = this.object = this.func = this.calledFunc = -1;
    this.calledFile = this.calledObject = this.jumpFile = NOT_GIVEN;
  }
}

function bytesOf(characters: string): Uint8Array {
  const table = new Uint8Array(256);
  for (const character of characters) table[character.charCodeAt(0)] = 1;
  return table;
}

/** 1 for the bytes that a position may consist of: numbers, `*`, and ranges. */
export const POSITION_BYTES = bytesOf('0123456789abcdefABCDEFxX+-*:');

/** 1 for the bytes that a number may consist of that is not plain decimal. */
export const ODD_NUMBER_BYTES = bytesOf('0123456789abcdefABCDEFxX+-.');
