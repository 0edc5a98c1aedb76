import type { ProfileBuilder } from '../core/builder.ts';
import { FunctionKind } from '../core/profile.ts';
import type { CallgrindCosts } from './callgrindCosts.ts';
import type { EventDefinition } from './callgrindEvents.ts';
import { parseEventDefinition } from './callgrindEvents.ts';

/** The `key: value` lines of a callgrind file, and what follows from them. */
export class CallgrindHeader {
  creator = '';
  command: string | undefined;
  pid: number | undefined;
  /** Parts that were begun. */
  parts = 0;
  readonly threads = new Set<number>();
  /** `desc:` lines of the first part, as [label, value]. */
  readonly facts: (readonly [string, string])[] = [];
  /** Positions in front of each cost. */
  positionCount = 1;
  /** Which of them is the source line; -1 when there is none. */
  lineColumn = 0;
  /** One of FunctionKind. */
  kind: number = FunctionKind.Unknown;
  private hasEvents = false;
  private definitions: EventDefinition[] = [];

  constructor(
    private readonly costs: CallgrindCosts,
    private readonly builder: ProfileBuilder,
    private readonly error: (expected: string, found?: string) => never,
  ) {}

  /** Valgrind's own files: they end with `totals:`, and calls do not move the position. */
  fromValgrind = false;
  /** Whether relative positions count from call and jump lines too (see CallgrindParser). */
  callsMovePosition = true;

  /** Takes a header line; false when it is none. */
  parse(line: string): boolean {
    const colon = line.indexOf(':');
    const key = line.slice(0, Math.max(colon, 0));
    if (colon < 1 || colon > 40 || !/^[A-Za-z][\w ().-]*$/.test(key)) return false;
    const value = line.slice(colon + 1).trim();
    switch (key) {
      case 'version':
        if (Number(value) > 1) this.error('version 1 of the format', value);
        break;
      case 'creator':
        this.creator = value;
        this.fromValgrind = /^(?:callgrind|xtree)-/.test(value);
        this.callsMovePosition = !this.fromValgrind;
        if (this.fromValgrind) this.kind = FunctionKind.Native;
        break;
      case 'cmd':
        this.command ??= value;
        break;
      case 'pid':
        this.pid ??= wholeNumber(value);
        break;
      case 'part':
        this.beginPart();
        break;
      case 'thread':
        this.beginPart();
        this.threads.add(wholeNumber(value) ?? 0);
        break;
      case 'desc':
        this.describe(value);
        break;
      case 'positions':
        this.beginPart();
        this.setPositions(value);
        break;
      case 'event': {
        const definition = parseEventDefinition(value);
        if (!definition) this.error('a name after "event:"', line);
        this.definitions.push(definition);
        break;
      }
      case 'events':
        this.beginPart();
        if (value === '') this.error('names after "events:"');
        this.costs.setEvents(words(value), this.definitions, this.creator);
        this.definitions = [];
        this.hasEvents = true;
        break;
      case 'summary':
        this.costs.setSummary(words(value));
        break;
      case 'totals':
        this.costs.setTotals(words(value));
        break;
      case 'arch':
      case 'timeframe (BB)':
        break;
      default:
        this.builder.warn(`header lines "${key}:" are unknown and were ignored`);
    }
    return true;
  }

  /** Ends the last part: what is wrong with its sum, undefined when nothing is. */
  finish(): string | undefined {
    return this.costs.endPart(this.kind === FunctionKind.Native);
  }

  /** True when the part that is being read ought to state its totals and has not (yet). */
  get lacksTotals(): boolean {
    return this.fromValgrind && !this.costs.hasTotals;
  }

  /** A part begins with the first of its header lines, which come in this order: part, thread, positions, events. */
  private beginPart(): void {
    if (this.parts > 0 && !this.hasEvents) return;
    const difference = this.costs.endPart(this.kind === FunctionKind.Native);
    if (difference) this.builder.warn(difference);
    this.parts++;
    this.hasEvents = false;
  }

  private setPositions(value: string): void {
    const kinds = words(value);
    if (kinds.some((kind) => !['line', 'instr', 'addr', 'bb'].includes(kind))) this.error('positions instr, bb or line', value);
    // An empty list stands for lines, as it does for KCachegrind.
    this.positionCount = Math.max(kinds.length, 1);
    this.lineColumn = kinds.length === 0 ? 0 : kinds.indexOf('line');
  }

  private describe(value: string): void {
    const colon = value.indexOf(':');
    if (this.parts > 1 || colon < 1) return;
    const label = value.slice(0, colon).trim();
    const text = value.slice(colon + 1).trim();
    if (/ cache$/.test(label)) this.kind = FunctionKind.Native;
    if (text !== '' && label !== 'Option' && this.facts.length < 50) this.facts.push([label, text]);
  }
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

function wholeNumber(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
