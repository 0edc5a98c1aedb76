import { ProfileBuilder } from '../core/builder.ts';
import type { Profile } from '../core/profile.ts';
import { AustinSamples } from './austinSamples.ts';
import { AustinTextParser } from './austinText.ts';
import type { Format, Input, ReadOptions } from './format.ts';
import { FormatError } from './format.ts';
import { LineReader, firstLines } from './lineReader.ts';
import { MojoReader, isMojo } from './mojo.ts';
import { wholeInput } from './wholeInput.ts';

const SAMPLE = /^(?:P|Process )\d+;(?:T|Thread )[0-9a-fx:]+(?:;.*)? -?\d+(?:,-?\d+,-?\d+)?$/i;

/**
 * What Austin, a sampler of Python programs, writes: text up to version 3, and the binary MOJO format of `-b` and of version 4. Sources:
 * austin's README.md and src/mojo.h, and the austin-python package, austin/format.
 */
export const austin: Format = {
  id: 'austin',
  label: 'Austin',
  names: ['*.austin'],
  sniff(head) {
    if (isMojo(head)) return true;
    const lines = firstLines(head, 50).filter((line) => line !== '');
    if (lines.length === 0) return false;
    if (/^# austin: /.test(lines[0])) return true;
    const samples = lines.filter((line) => !line.startsWith('# '));
    return samples.length > 0 && samples.every((line) => SAMPLE.test(line));
  },
  read: readAustin,
};

async function readAustin(inputs: readonly Input[], options?: ReadOptions): Promise<Profile> {
  const builder = new ProfileBuilder();
  const samples = new AustinSamples(builder);
  let bytes = 0;
  for (const input of inputs) {
    samples.begin();
    // The first bytes tell text, which is read as it comes, from MOJO, which is kept whole.
    const start = await firstBytes(input);
    if (isMojo(start)) {
      const data = await wholeInput(input, options, bytes);
      bytes += data.length;
      new MojoReader(data, input.name, samples).read();
      continue;
    }
    const parser = new AustinTextParser(samples, input.name, () => reader);
    const reader: LineReader = new LineReader((line, from, to) => parser.line(line, from, to), input.name);
    for await (const chunk of input.read()) {
      reader.push(chunk);
      bytes += chunk.length;
      options?.progress?.(bytes);
    }
    reader.finish();
    if (reader.lineNumber === 0) throw new FormatError(input.name, 'line 1', 'a sample of Austin', '');
  }
  return samples.finish();
}

async function firstBytes(input: Input): Promise<Uint8Array> {
  const head = new Uint8Array(4);
  let length = 0;
  for await (const chunk of input.read()) {
    for (let at = 0; at < chunk.length && length < head.length; at++) head[length++] = chunk[at];
    if (length === head.length) break;
  }
  return head.subarray(0, length);
}
