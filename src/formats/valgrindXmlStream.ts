import sax, { type SAXParser } from 'sax';
import { FormatError } from './format.ts';

/** What the reader of a stream is told. */
export interface XmlHandler {
  /** A new process begins: an XML declaration. */
  document(): void;
  /** A process writes on after the root element was closed: two that forked share the file. */
  continued(): void;
  open(name: string): void;
  /** May come in pieces. */
  text(value: string): void;
  close(name: string): void;
  /** What `--xml-user-comment` says, as it stands. */
  userComment(value: string): void;
}

const DECLARATION = '<?xml';
const ROOT_END = '</valgrindoutput>';
const COMMENT = '<usercomment>';
const COMMENT_END = '</usercomment>';
const MARKS = [DECLARATION, ROOT_END, COMMENT] as const;
const LONGEST_MARK = ROOT_END.length;
const MAX_COMMENT = 65536;

/**
 * The XML of Valgrind, as a strict stream, with what Valgrind does beside XML: `<usercomment>` holds text that is not escaped
 * (docs/internals/xml-output-protocol4.txt), and several processes may write to one file, one after the other.
 */
export class ValgrindXmlStream {
  private decoder = new TextDecoder('utf-8');
  private head: Uint8Array | undefined = new Uint8Array(0);
  private pending = '';
  private xml: SAXParser;
  /** Lines before those that the current parser has seen. */
  private lineBase = 1;
  private fresh = true;
  private rootClosed = false;
  private comment: string[] | undefined;
  private commentLength = 0;

  constructor(private readonly handler: XmlHandler, private readonly name: string) {
    this.xml = this.newParser();
  }

  /** 1-based. */
  get line(): number {
    return this.lineBase + this.xml.line;
  }

  /** Whether the last root element was closed. */
  get complete(): boolean {
    return this.rootClosed;
  }

  push(bytes: Uint8Array): void {
    if (this.head) {
      const joined = new Uint8Array(this.head.length + bytes.length);
      joined.set(this.head);
      joined.set(bytes, this.head.length);
      this.head = joined;
      if (joined.length < 2) return;
      this.head = undefined;
      if (joined[0] === 0xff && joined[1] === 0xfe) this.decoder = new TextDecoder('utf-16le');
      else if (joined[0] === 0xfe && joined[1] === 0xff) this.decoder = new TextDecoder('utf-16be');
      this.take(this.decoder.decode(joined, { stream: true }));
      return;
    }
    this.take(this.decoder.decode(bytes, { stream: true }));
  }

  finish(): void {
    this.take(this.decoder.decode(this.head ?? new Uint8Array(0)), true);
    if (this.comment) this.endComment();
  }

  fail(expected: string, found?: string): never {
    throw new FormatError(this.name, `line ${this.line}`, expected, found);
  }

  private newParser(): SAXParser {
    const options = { strictEntities: true, position: true };
    const xml = sax.parser(true, options);
    xml.onopentag = (tag) => this.handler.open(tag.name);
    xml.onclosetag = (name) => this.handler.close(name);
    xml.ontext = (value) => this.handler.text(value);
    xml.oncdata = (value) => this.handler.text(value);
    xml.onerror = (error) => this.fail('well-formed XML', error.message.split('\n')[0]);
    this.fresh = true;
    return xml;
  }

  private restart(): void {
    this.lineBase += this.xml.line;
    this.xml = this.newParser();
    this.rootClosed = false;
  }

  private feed(text: string): void {
    if (text !== '') this.xml.write(text);
  }

  /** Hands text on, all of it at the `end`, else but for what may be the beginning of a mark. */
  private take(text: string, end = false): void {
    this.pending += text;
    while (this.pending !== '') {
      if (this.comment) {
        if (!this.takeComment(end)) return;
      } else if (this.rootClosed) {
        if (!this.takeAfterRoot(end)) return;
      } else if (!this.takeXml(end)) {
        return;
      }
    }
  }

  private takeXml(end: boolean): boolean {
    const { pending } = this;
    let at = -1;
    let mark = '';
    for (const each of MARKS) {
      const found = pending.indexOf(each);
      if (found >= 0 && (at < 0 || found < at)) [at, mark] = [found, each];
    }
    if (at < 0) {
      const safe = end ? pending.length : Math.max(0, pending.length - LONGEST_MARK + 1);
      this.pending = pending.slice(safe);
      this.feed(pending.slice(0, safe));
      if (safe > 0 && this.fresh && pending.slice(0, safe).trim() !== '') this.fresh = false;
      return false;
    }
    this.pending = pending.slice(at + mark.length);
    const before = pending.slice(0, at);
    if (before.trim() !== '') this.fresh = false;
    if (mark === DECLARATION) {
      if (this.fresh) {
        this.feed(before);
      } else {
        // A process that was killed may have left a tag half written: what there is of it is no error.
        this.feed(before.slice(0, Math.max(before.lastIndexOf('>') + 1, 0)));
        this.restart();
      }
      this.handler.document();
      this.fresh = false;
      this.feed(mark);
      return true;
    }
    this.fresh = false;
    this.feed(before + mark);
    if (mark === COMMENT) [this.comment, this.commentLength] = [[], 0];
    else this.rootClosed = true;
    return true;
  }

  private takeComment(end: boolean): boolean {
    const { pending } = this;
    const at = pending.indexOf(COMMENT_END);
    const safe = at >= 0 ? at : end ? pending.length : Math.max(0, pending.length - COMMENT_END.length + 1);
    const part = pending.slice(0, safe);
    this.commentLength += part.length;
    if (this.commentLength <= MAX_COMMENT) this.comment?.push(part);
    this.feed(part.replace(/[^\n]+/g, ''));
    this.pending = pending.slice(at >= 0 ? at + COMMENT_END.length : safe);
    if (at < 0) return false;
    this.endComment();
    this.feed(COMMENT_END);
    return true;
  }

  private endComment(): void {
    this.handler.userComment((this.comment ?? []).join(''));
    this.comment = undefined;
  }

  /** Behind a root element: nothing, another process, or one that forked and writes on. */
  private takeAfterRoot(end: boolean): boolean {
    const rest = this.pending.trimStart();
    this.feed(this.pending.slice(0, this.pending.length - rest.length));
    this.pending = rest;
    if (rest === '' || (!end && rest.length < DECLARATION.length)) return false;
    const isDeclaration = rest.startsWith(DECLARATION);
    if (!isDeclaration && !/^<[A-Za-z!/]/.test(rest)) this.fail('nothing or another element behind the end of the document', rest.slice(0, 40));
    this.restart();
    if (!isDeclaration) {
      this.handler.continued();
      this.feed('<valgrindoutput>');
      this.fresh = false;
    }
    return true;
  }
}
