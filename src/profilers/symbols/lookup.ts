import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';

/** A source position as a symboliser names it. */
export interface Position {
  /** '' when unknown. */
  readonly name: string;
  /** '' when unknown. */
  readonly file: string;
  /** 0 when unknown. */
  readonly line: number;
}

/** A program that turns addresses of a binary into source positions. */
export interface Symbolizer {
  /** What it is called in messages. */
  readonly name: string;
  readonly command: string;
  args(binary: string): string[];
  /** Makes a parser of its output lines; `result` gets each address's chain, innermost first, in the order of the input. */
  parser(result: (chain: Position[]) => void): { line(text: string): void; end(): void };
}

/** The tool is not installed. */
export class MissingToolError extends Error {}

/**
 * Looks up `addresses` (ELF virtual addresses, best sorted) of `binary` in one process, streaming both ways. The chains come
 * in the order of the addresses; fewer come when the tool gave up.
 * @throws MissingToolError; the signal's reason when cancelled
 */
export async function lookUp(tool: Symbolizer, binary: string, addresses: readonly number[], signal?: AbortSignal): Promise<Position[][]> {
  signal?.throwIfAborted();
  const child = spawn(tool.command, tool.args(binary), { stdio: ['pipe', 'pipe', 'ignore'] });
  const stop = () => child.kill('SIGKILL');
  signal?.addEventListener('abort', stop, { once: true });
  const ended = new Promise<void>((resolve, reject) => {
    child.once('close', () => resolve());
    child.once('error', (error: NodeJS.ErrnoException) => reject(error.code === 'ENOENT' ? new MissingToolError(`${tool.name} is not installed`) : error));
  });
  // A tool that dies early breaks the pipe; what it said until then still counts.
  child.stdin.on('error', () => undefined);
  const chains: Position[][] = [];
  const parser = tool.parser((chain) => chains.push(chain));
  const reading = (async () => {
    for await (const line of createInterface({ input: child.stdout, crlfDelay: Infinity })) parser.line(line);
    parser.end();
  })();
  try {
    const writing = writeAddresses(child.stdin, addresses, ended);
    await Promise.all([ended, reading, writing]);
  } finally {
    signal?.removeEventListener('abort', stop);
  }
  signal?.throwIfAborted();
  return chains;
}

async function writeAddresses(stdin: NodeJS.WritableStream, addresses: readonly number[], ended: Promise<void>): Promise<void> {
  const over = ended.catch(() => undefined);
  let text = '';
  for (let i = 0; i < addresses.length; i++) {
    text += `0x${addresses[i].toString(16)}\n`;
    if (text.length < 16384 && i < addresses.length - 1) continue;
    if (!stdin.writable) return;
    // A full pipe waits for the tool, which waits for nobody: its output is read at the same time.
    if (!stdin.write(text)) await Promise.race([once(stdin, 'drain').catch(() => undefined), over]);
    text = '';
  }
  stdin.end();
}

/** `file:12`, `file:12 (discriminator 3)`, `file:?`, `??:0` and `?:0` as file and line. */
function parseLocation(text: string): { file: string; line: number } {
  const parts = /^(.*?):(\d+|\?)(?: \(discriminator \d+\))?$/.exec(text);
  if (!parts) return { file: '', line: 0 };
  const line = parts[2] === '?' ? 0 : Number(parts[2]);
  return { file: line === 0 ? '' : sourceFile(parts[1]), line };
}

/** A file name without `a/../b`; '' for the ways to say unknown. */
function sourceFile(name: string): string {
  return name === '' || name === '??' || name === '?' ? '' : path.posix.normalize(name);
}

function functionName(name: string): string {
  return name === '??' || name === '?' ? '' : name;
}

/** GNU binutils. With -a each address is echoed, which tells where the next chain begins. */
export const addr2line: Symbolizer = {
  name: 'addr2line',
  command: 'addr2line',
  args: (binary) => ['-a', '-f', '-i', '-C', '-e', binary],
  parser(result) {
    let chain: Position[] | undefined;
    let name: string | undefined;
    const finish = () => {
      if (chain) result(chain);
      chain = undefined;
    };
    return {
      line(text) {
        if (name === undefined) {
          if (/^0x[0-9a-f]+$/.test(text)) {
            finish();
            chain = [];
          } else {
            name = text;
          }
          return;
        }
        chain?.push({ name: functionName(name), ...parseLocation(text) });
        name = undefined;
      },
      end: finish,
    };
  },
};

/** LLVM; it understands the DWARF 5 of Go, which binutils before 2.41 do not. Prints one JSON object a line. */
export const llvmSymbolizer: Symbolizer = {
  name: 'llvm-symbolizer',
  command: 'llvm-symbolizer',
  args: (binary) => ['--output-style=JSON', '--demangle', '--inlines', `--obj=${binary}`],
  parser: (result) => ({
    line(text) {
      const record = parseJson(text);
      const symbols = record && Array.isArray(record['Symbol']) ? (record['Symbol'] as unknown[]) : [];
      result(symbols.filter(isRecord).map((symbol) => {
        const line = typeof symbol['Line'] === 'number' ? symbol['Line'] : 0;
        const file = typeof symbol['FileName'] === 'string' ? symbol['FileName'] : '';
        const name = typeof symbol['FunctionName'] === 'string' ? symbol['FunctionName'] : '';
        return { name: functionName(name), file: line === 0 ? '' : sourceFile(file), line };
      }));
    },
    end: () => undefined,
  }),
};

/** Go's own tool, two lines an address; it knows no inlined functions. */
export const goAddr2line: Symbolizer = {
  name: 'go tool addr2line',
  command: 'go',
  args: (binary) => ['tool', 'addr2line', binary],
  parser(result) {
    let name: string | undefined;
    return {
      line(text) {
        if (name === undefined) {
          name = text;
          return;
        }
        result([{ name: functionName(name), ...parseLocation(text) }]);
        name = undefined;
      },
      end: () => undefined,
    };
  },
};

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function parseJson(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
