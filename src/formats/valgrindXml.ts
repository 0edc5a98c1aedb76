import { ProfileBuilder } from '../core/builder.ts';
import type { Profile } from '../core/profile.ts';
import { decodeText } from './byteStrings.ts';
import type { Format, Input, ReadOptions } from './format.ts';
import { ValgrindXmlReport } from './valgrindXmlReport.ts';
import { ValgrindXmlStream } from './valgrindXmlStream.ts';

/**
 * What memcheck, helgrind, drd and other tools of Valgrind write with `--xml=yes`: errors and leaks as findings, and what they weigh on the lines
 * as costs: `errors` by how often they happened, leaked bytes and blocks by kind. Source: valgrind, docs/internals/xml-output-protocol4.txt,
 * 5 and 6.
 */
export const valgrindXml: Format = {
  id: 'valgrind-xml',
  label: 'Valgrind XML (memcheck, helgrind, drd)',
  names: [],
  sniff,
  read: readReport,
};

function sniff(head: Uint8Array): boolean {
  const encoding = head[0] === 0xff && head[1] === 0xfe ? 'utf-16le' : head[0] === 0xfe && head[1] === 0xff ? 'utf-16be' : undefined;
  const start = head.subarray(0, 4096);
  const text = encoding ? new TextDecoder(encoding).decode(start) : decodeText(start, 0, start.length);
  return /^\ufeff?\s*(?:<\?xml[^>]*\?>\s*)?<valgrindoutput[\s>]/.test(text);
}

async function readReport(inputs: readonly Input[], options?: ReadOptions): Promise<Profile> {
  const builder = new ProfileBuilder();
  const reports: ValgrindXmlReport[] = [];
  let bytes = 0;
  for (const input of inputs) {
    const report = new ValgrindXmlReport(builder, input.name);
    const stream = new ValgrindXmlStream(report, input.name);
    report.attach(stream);
    for await (const chunk of input.read()) {
      stream.push(chunk);
      bytes += chunk.length;
      options?.progress?.(bytes);
    }
    stream.finish();
    report.finish(stream.complete);
    reports.push(report);
  }
  return builder.finish(reports[0].meta());
}
