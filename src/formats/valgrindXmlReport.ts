import type { ProfileBuilder } from '../core/builder.ts';
import type { Finding, FindingStack, ProfileMeta } from '../core/profile.ts';
import { ValgrindXmlCosts } from './valgrindXmlCosts.ts';
import { ValgrindXmlFacts } from './valgrindXmlFacts.ts';
import { ValgrindXmlStacks, type FrameElements, type ReportStack } from './valgrindXmlStacks.ts';
import type { ValgrindXmlStream, XmlHandler } from './valgrindXmlStream.ts';

const ROOT = 'valgrindoutput';
/** Elements of the root that become a finding. */
const ENTRIES: ReadonlySet<string> = new Set(['error', 'fatal_signal', 'clientmsg', 'trace', 'announcethread']);
const FRAME_PARTS: ReadonlySet<string> = new Set(['ip', 'obj', 'fn', 'dir', 'file', 'line']);
/** Leaves of an entry that are kept by their name. */
const FIELDS: ReadonlySet<string> = new Set(['unique', 'tid', 'threadname', 'kind', 'leakedbytes', 'leakedblocks', 'signo', 'signame', 'event', 'siaddr', 'fd', 'path', 'isrootthread']);
/** Errors of helgrind and drd that may corrupt data; their others are breaches of the rules. */
const RACES: ReadonlySet<string> = new Set(['Race', 'ConflictingAccess']);
const MAX_TEXT = 64 * 1024 * 1024;

/** An entry that is being read. */
class Entry {
  readonly fields = new Map<string, string>();
  readonly texts: string[] = [];
  readonly stacks: FindingStack[] = [];
  readonly threads: string[] = [];
  /** Text that waits for the stack it explains. */
  label = '';
  /** Row of the stack that shows where it happened. */
  where = -1;

  constructor(readonly element: string) {}

  /** Adds what explains the next stack; what was waiting had none. */
  explain(text: string): void {
    this.flush();
    this.label = text;
  }

  flush(): void {
    if (this.label !== '') this.stacks.push({ label: this.label, frames: new Int32Array(0) });
    this.label = '';
  }

  /** The first stack without a text is where it happened, and comes first. */
  stack({ rows, stack }: ReportStack, label: string): void {
    const entry = { label: this.label || label, frames: rows };
    this.label = '';
    if (this.where >= 0 || entry.label !== '') {
      this.stacks.push(entry);
      return;
    }
    this.where = stack;
    this.stacks.unshift(entry);
  }
}

/** Puts the elements of a report into a builder: findings, what they weigh, and what is said about the run. */
export class ValgrindXmlReport implements XmlHandler {
  private readonly path: string[] = [];
  private pieces: string[] = [];
  private length = 0;
  private readonly stacks: ValgrindXmlStacks;
  private readonly costs = new ValgrindXmlCosts();
  private readonly facts = new ValgrindXmlFacts();
  private entry: Entry | undefined;
  private frame: FrameElements = {};
  private frames: number[] = [];
  private readonly findings = new Map<string, number>();
  private readonly counts: number[] = [];
  private readonly announced = new Map<string, FindingStack>();
  private pairCount = 0;
  private pairUnique = '';
  private documents = 0;
  private rootSeen = false;
  private rootOpen = false;
  private stream: ValgrindXmlStream | undefined;

  constructor(private readonly builder: ProfileBuilder, private readonly name: string) {
    this.stacks = new ValgrindXmlStacks(builder);
  }

  /** The stream that is read; errors name its place. */
  attach(stream: ValgrindXmlStream): void {
    this.stream = stream;
  }

  document(): void {
    if (this.rootOpen) this.cut();
    this.forget();
    this.findings.clear();
    this.announced.clear();
    this.documents++;
  }

  continued(): void {
    this.forget();
    this.builder.warn(`${this.name} was written by a process and by one it forked: their errors cannot be told apart, and counts may be mixed up (--child-silent-after-fork=yes or %p in --xml-file keeps them apart)`);
  }

  userComment(value: string): void {
    this.facts.comment(value);
  }

  open(name: string): void {
    const { path } = this;
    if (path.length === 0) {
      if (name !== ROOT) this.fail(`a <${ROOT}> element`, `<${name}>`);
      this.rootSeen = true;
      this.rootOpen = true;
    }
    path.push(name);
    this.pieces = [];
    this.length = 0;
    if (path.length === 2 && ENTRIES.has(name)) this.entry = new Entry(name);
    else if (name === 'stack') this.frames = [];
    else if (name === 'frame') this.frame = {};
    else if (name === 'pair') [this.pairCount, this.pairUnique] = [0, ''];
  }

  text(value: string): void {
    this.length += value.length;
    if (this.length > MAX_TEXT) this.fail(`a text below ${MAX_TEXT >> 20} Mi characters`);
    this.pieces.push(value);
  }

  close(name: string): void {
    const { path } = this;
    const value = this.pieces.length === 0 ? '' : this.pieces.join('').trim();
    this.pieces = [];
    this.length = 0;
    const parent = path[path.length - 2] ?? '';
    if (this.entry) this.closeInEntry(this.entry, name, parent, value);
    else if (path.length > 1) this.closeOutside(name, parent, value);
    path.pop();
    if (path.length === 0) this.rootOpen = false;
  }

  /** Ends the input. */
  finish(complete: boolean): void {
    if (!this.rootSeen) this.fail(`a <${ROOT}> element`, '');
    const { builder } = this;
    if (!complete) this.cut();
    if (this.facts.protocol < 4 || this.facts.protocol > 6) builder.warn(`protocol version ${this.facts.protocol} of Valgrind's XML is not one of 4, 5 and 6: parts of it may be missing here`);
    if (this.documents > 1) builder.warn(`${this.name} holds the output of ${this.documents} processes (${this.facts.pids.slice(0, 20).join(', ')}): all are shown together`);
    this.costs.finish(builder, (finding) => this.counts[finding]);
    if (this.counts.length === 0) builder.warn('nothing was reported');
  }

  meta(): ProfileMeta {
    return this.facts.meta();
  }

  private cut(): void {
    this.builder.truncated(`${this.name} ends without </${ROOT}> (the process was killed, or still runs); what was reported until then is here`);
  }

  private forget(): void {
    this.costs.process();
    this.path.length = 0;
    this.pieces = [];
    this.entry = undefined;
  }

  private closeOutside(name: string, parent: string, value: string): void {
    if (parent !== 'pair' || this.path[1] !== 'errorcounts') {
      this.facts.take(this.path, value);
    } else if (name === 'count') {
      this.pairCount = this.number(value);
    } else if (name === 'unique') {
      this.pairUnique = value;
    }
    if (name !== 'pair' || this.path[1] !== 'errorcounts') return;
    const finding = this.findings.get(this.pairUnique);
    if (finding === undefined) return;
    this.counts[finding] = Math.max(1, this.pairCount);
    this.builder.amendFinding(finding, { count: this.counts[finding] });
  }

  private closeInEntry(entry: Entry, name: string, parent: string, value: string): void {
    if (parent === 'frame') {
      if (FRAME_PARTS.has(name)) this.frame[name as keyof FrameElements] = value;
    } else if (name === 'frame') {
      this.frames.push(this.stacks.frame(this.frame));
    } else if (name === 'stack') {
      const stack = this.stacks.stack(this.frames);
      // drd wraps some stacks in an element that says what they are: <other_segment_start>.
      if (stack) entry.stack(stack, parent === entry.element ? '' : sentence(parent));
    } else if (name === 'text' ? parent === 'xwhat' || parent === entry.element : name === 'what' && parent === entry.element) {
      if (value !== '') entry.texts.push(value);
    } else if (name === 'auxwhat' || (name === 'text' && parent === 'xauxwhat') || (name === 'what' && this.path.length === 4)) {
      if (value !== '') entry.explain(value);
    } else if (name === 'address' && parent === 'first_observed_at') {
      entry.label += ` ${value} was first observed at`;
    } else if (name === 'hthreadid') {
      entry.threads.push(value);
    } else if (FIELDS.has(name) && (parent === entry.element || parent === 'xwhat')) {
      entry.fields.set(name, value);
    } else if (this.path.length === 2) {
      entry.flush();
      this.entry = undefined;
      this.add(entry);
    }
  }

  private add(entry: Entry): void {
    const { fields, texts, stacks, threads } = entry;
    if (entry.element === 'announcethread') {
      const number = threads[0] ?? '?';
      this.announced.set(number, {
        label: fields.has('isrootthread') ? `Thread #${number} is the program's root thread` : `Thread #${number} was created`, frames: stacks[0]?.frames ?? new Int32Array(0),
      });
      return;
    }
    for (const thread of new Set(threads)) {
      const announcement = this.announced.get(thread);
      if (announcement && announcement.frames.length > 0) stacks.push(announcement);
    }
    const kind = fields.get('kind') ?? KINDS[entry.element] ?? 'Error';
    const message = entry.element === 'fatal_signal' ? signalText(fields) : texts.join(' ') || kind;
    const bytes = this.number(fields.get('leakedbytes') ?? '0');
    const row = this.builder.finding({
      kind, message, severity: this.severity(entry.element, kind), count: 1, bytes, thread: fields.get('threadname') || (fields.get('tid') ?? ''), stacks,
    });
    this.counts[row] = 1;
    const unique = fields.get('unique');
    if (unique !== undefined) this.findings.set(unique, row);
    if (entry.where < 0 || entry.element !== 'error') return;
    if (!kind.startsWith('Leak_')) this.costs.error(entry.where, row);
    else if (this.costs.leak(kind, message, entry.where, bytes, this.number(fields.get('leakedblocks') ?? '0'))) {
      this.builder.warn('the program asked for several leak checks: the findings are those of all, the costs those of the last');
    }
  }

  private severity(element: string, kind: string): Finding['severity'] {
    if (element === 'clientmsg' || element === 'trace' || kind === 'Leak_StillReachable') return 'info';
    if (kind === 'Leak_PossiblyLost' || kind === 'FdNotClosed') return 'warning';
    const checksThreads = this.facts.tool === 'helgrind' || this.facts.tool === 'drd';
    return checksThreads && element === 'error' && !RACES.has(kind) && !kind.startsWith('Fd') ? 'warning' : 'error';
  }

  private number(text: string): number {
    const plain = text.replaceAll(',', '');
    if (!/^\d{1,20}$/.test(plain) || Number(plain) > 2 ** 64) this.fail('a whole number', text);
    if (Number(plain) > Number.MAX_SAFE_INTEGER) this.builder.warn('numbers above 2^53 occur and are rounded');
    return Number(plain);
  }

  private fail(expected: string, found?: string): never {
    if (!this.stream) throw new Error('no stream was attached');
    return this.stream.fail(expected, found);
  }
}

const KINDS: Readonly<Record<string, string>> = { fatal_signal: 'FatalSignal', clientmsg: 'ClientMessage', trace: 'Trace' };

function signalText(fields: ReadonlyMap<string, string>): string {
  const event = fields.get('event');
  const address = fields.get('siaddr');
  return `Process terminating with default action of signal ${fields.get('signo') ?? '?'} (${fields.get('signame') ?? '?'})`
    + `${event ? `: ${event}` : ''}${address ? ` at address ${address}` : ''}`;
}

/** `other_segment_start` as words. */
function sentence(element: string): string {
  const words = element.replaceAll('_', ' ');
  return words[0].toUpperCase() + words.slice(1);
}
