import type { ProfileMeta } from '../core/profile.ts';

/** Most entries of one fact that are listed. */
const MAX_LISTED = 20;
/** Deeper elements than these hold no facts. */
const MAX_DEPTH = 5;

/** What a report says about the run, beside its errors. */
export class ValgrindXmlFacts {
  readonly pids: string[] = [];
  private readonly values = new Map<string, string>();
  private readonly programArguments: string[] = [];
  private readonly options: string[] = [];
  private readonly suppressions: string[] = [];
  private state = '';
  private suppressionCount = '';
  tool = '';
  protocol = NaN;

  /** Takes the text of an element, by its path below the root; only the first process counts, but for its number. */
  take(path: readonly string[], text: string): void {
    if (path.length > MAX_DEPTH) return;
    const key = path.slice(1).join('/');
    if (key === 'pid') this.pids.push(text);
    else if (key === 'suppcounts/pair/count') this.suppressionCount = text;
    else if (key === 'suppcounts/pair/name') this.suppressions.push(`${text} (${this.suppressionCount})`);
    if (this.pids.length > 1) return;
    if (key === 'protocolversion') this.protocol = Number(text);
    else if (key === 'tool' || (key === 'protocoltool' && this.tool === '')) this.tool = text;
    else if (key === 'args/vargv/arg') this.options.push(text);
    else if (key === 'args/argv/exe' || key === 'args/argv/arg') this.programArguments.push(text);
    else if (key === 'status/state') this.state = text;
    else if (key === 'status/time') this.values.set(`status/${this.state}`, text);
    else if (key === 'preamble/line') this.set('version', /\bUsing (Valgrind-\S+)/.exec(text)?.[1]);
    else if (key === 'logfilequalifier/var') this.values.set('variable', text);
    else if (key === 'logfilequalifier/value') this.set('qualifier', `${this.values.get('variable') ?? ''}=${text}`);
    else if (/^(?:ppid|(?:heap|leak|error)_summary\/.*)$/.test(key)) this.set(key.replace('/in_blocks', '/blocks'), text);
  }

  comment(text: string): void {
    this.set('comment', text.trim());
  }

  meta(): ProfileMeta {
    const facts: [string, string][] = [];
    const add = (label: string, value: string | undefined) => {
      if (value !== undefined && value !== '') facts.push([label, value]);
    };
    const get = (key: string) => this.values.get(key);
    const amount = (key: string) => (get(`${key}/bytes`) === undefined ? undefined : `${get(`${key}/bytes`)} bytes in ${get(`${key}/blocks`) ?? '?'} blocks`);
    add('Valgrind', get('version')?.replace('Valgrind-', ''));
    add('Valgrind options', this.options.join(' '));
    add('Parent process', get('ppid'));
    add('Log file qualifier', get('qualifier'));
    add('Comment', get('comment'));
    add('In use at exit', amount('heap_summary/memory_in_use_at_exit'));
    const usage = 'heap_summary/total_heap_usage';
    if (get(`${usage}/allocs`) !== undefined) add('Heap usage', `${get(`${usage}/allocs`)} allocs, ${get(`${usage}/frees`) ?? '?'} frees, ${get(`${usage}/bytes_allocated`) ?? '?'} bytes allocated`);
    for (const kind of ['definitely_lost', 'indirectly_lost', 'possibly_lost', 'still_reachable', 'suppressed']) {
      const label = kind.replace('_', ' ');
      add(label[0].toUpperCase() + label.slice(1), amount(`leak_summary/${kind}`));
    }
    if (get('error_summary/errors') !== undefined) {
      add('Error summary', `${get('error_summary/errors')} errors from ${get('error_summary/error_contexts') ?? '?'} contexts (suppressed: ${get('error_summary/suppressed') ?? '?'} from ${get('error_summary/suppressed_contexts') ?? '?'})`);
    }
    const more = this.suppressions.length - MAX_LISTED;
    add('Suppressions used', this.suppressions.slice(0, MAX_LISTED).join(', ') + (more > 0 ? `, and ${more} more` : ''));
    const pid = Number(this.pids[0]);
    const duration = nanoseconds(get('status/FINISHED'));
    return {
      format: 'valgrind-xml',
      ...(this.tool === '' ? {} : { tool: this.tool }),
      ...(this.programArguments.length === 0 ? {} : { command: this.programArguments.join(' ') }),
      ...(duration === undefined ? {} : { duration }),
      ...(Number.isSafeInteger(pid) && pid > 0 ? { pid } : {}),
      facts,
    };
  }

  private set(key: string, value: string | undefined): void {
    if (value !== undefined && value !== '' && !this.values.has(key)) this.values.set(key, value);
  }
}

/** `00:00:01:02.345` is days, hours, minutes and seconds. */
function nanoseconds(time: string | undefined): number | undefined {
  const found = /^(\d{1,5}):(\d\d):(\d\d):(\d\d)\.(\d{3})$/.exec(time?.trim() ?? '');
  if (!found) return undefined;
  const [days, hours, minutes, seconds, thousandths] = found.slice(1).map(Number);
  return ((((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000 + thousandths) * 1e6;
}
