import { packProfile } from '../core/packed.ts';
import type { Profile } from '../core/profile.ts';
import { base64 } from './base64.ts';
import type { WriteOptions, Writer } from './format.ts';
import { FORMATS } from './index.ts';
import { REPORT_DATA, REPORT_FACTS, REPORT_TITLE, type ReportFacts } from './htmlPage.ts';
import { xmlText } from './xmlText.ts';

/** Bytes in one element of the page, before base64: a multiple of three, and far from what a text in a page may hold. */
const ELEMENT_BYTES = 3 << 20;

/**
 * One page that stands alone and is the viewer: all its views, with the profile in it. `options.assets` gives the page
 * (`report.html`, made by the build: scripts, styles and icons in one file), and the profile goes in packed (core/packed.ts),
 * gzipped, and in base64, each while it is written. The page's own policy lets it load nothing from anywhere.
 */
export const htmlWriter: Writer = {
  id: 'html',
  label: 'HTML report',
  extension: '.html',
  write: page,
};

async function* page(profile: Profile, options: WriteOptions): AsyncIterable<string | Uint8Array> {
  if (!options.assets) throw new Error('the HTML report needs the page that is built with the program, and there is none here');
  const template = await options.assets('report.html');
  const title = options.title ?? profile.meta.command ?? profile.meta.format;
  const facts: ReportFacts = {
    name: title,
    event: options.event ?? profile.defaultEvent,
    formatLabel: FORMATS.find(({ id }) => id === profile.meta.format)?.label ?? profile.meta.format,
  };
  const [start, afterTitle] = split(template, REPORT_TITLE);
  const [beforeFacts, afterFacts] = split(afterTitle, REPORT_FACTS);
  const [beforeData, rest] = split(afterFacts, REPORT_DATA);
  // In a script element nothing is an entity: what could end it is written as JSON's own escape.
  yield `${start}${xmlText(title)}${beforeFacts}${JSON.stringify(facts).replaceAll('<', '\\u003c')}${beforeData}`;
  for await (const piece of whole(gzipped(packProfile(profile)), ELEMENT_BYTES)) {
    yield '<script type="text/plain" class="profile">';
    yield base64(piece);
    yield '</script>\n';
  }
  yield rest;
}

function split(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  if (at < 0) throw new Error(`the report's page has no ${mark}`);
  return [text.slice(0, at), text.slice(at + mark.length)];
}

async function* gzipped(pieces: Iterable<Uint8Array<ArrayBuffer>>): AsyncIterable<Uint8Array> {
  const { readable, writable } = new CompressionStream('gzip');
  const feed = async () => {
    const writer = writable.getWriter();
    for (const piece of pieces) {
      await writer.ready;
      // A copy: streams may take over the memory of what they are given, and this is the profile's.
      await writer.write(piece.slice());
    }
    await writer.close();
  };
  const fed = feed();
  // What fails here makes the reading below fail too, which tells of it.
  fed.catch(() => undefined);
  const reader = readable.getReader();
  try {
    for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) yield value as Uint8Array;
    await fed;
  } finally {
    await reader.cancel();
  }
}

/** The same bytes in pieces of one size, except the last. */
async function* whole(pieces: AsyncIterable<Uint8Array>, size: number): AsyncIterable<Uint8Array> {
  let gathered = new Uint8Array(size);
  let length = 0;
  for await (const piece of pieces) {
    for (let from = 0; from < piece.length;) {
      const part = piece.subarray(from, from + size - length);
      gathered.set(part, length);
      from += part.length;
      length += part.length;
      if (length < size) continue;
      yield gathered;
      gathered = new Uint8Array(size);
      length = 0;
    }
  }
  if (length > 0) yield gathered.subarray(0, length);
}
