/** Pieces of output are gathered up to this many characters. */
const PIECE = 1 << 16;

/** Ends quietly when whoever reads our output has seen enough: `heatline top FILE | head -3`. */
export function exitOnBrokenPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(0);
      throw error;
    });
  }
}

/**
 * Text of a profile as a terminal may have it: names come from anywhere, and one that holds escape sequences must not move the
 * cursor, nor one with direction marks turn the line around. Such characters are shown as `\x1b`.
 */
export function printable(text: string): string {
  // eslint's no-control-regex does not apply: finding them is the purpose.
  return text.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, (character) => {
    if (character === '\n' || character === '\t') return character;
    const code = character.codePointAt(0) ?? 0;
    return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`;
  });
}

/** One line of a table: as `printable`, and nothing in it breaks the line. */
export function cell(text: string): string {
  return printable(text).replaceAll('\n', '\\n').replaceAll('\t', '\\t');
}

/** Writes lines to standard output, at the reader's pace. */
export async function printLines(lines: Iterable<string>): Promise<void> {
  let text = '';
  for (const line of lines) {
    text += `${line}\n`;
    if (text.length < PIECE) continue;
    await print(text);
    text = '';
  }
  await print(text);
}

/**
 * Writes one JSON object on one line: the fields of `head`, then each list, row by row. A list may be longer than a string of all of
 * it may be.
 */
export async function printJson(head: object, lists: Readonly<Record<string, Iterable<unknown>>> = {}): Promise<void> {
  let text = JSON.stringify(head).slice(0, -1);
  let isFirst = text === '{';
  for (const [name, rows] of Object.entries(lists)) {
    text += `${isFirst ? '' : ','}${JSON.stringify(name)}:[`;
    isFirst = false;
    let separator = '';
    for (const row of rows) {
      text += separator + JSON.stringify(row);
      separator = ',';
      if (text.length < PIECE) continue;
      await print(text);
      text = '';
    }
    text += ']';
  }
  await print(`${text}}\n`);
}

/** Warnings go to standard error, so that what is piped on stays clean. */
export function printWarnings(warnings: readonly string[]): void {
  for (const warning of warnings) console.error(`warning: ${printable(warning)}`);
}

async function print(text: string): Promise<void> {
  if (text === '' || process.stdout.write(text)) return;
  await new Promise<void>((resolve) => process.stdout.once('drain', resolve));
}
