import { text, type Profile } from '../core/profile.ts';
import { CREATOR } from './callgrindEvents.ts';
import { callTables, type CallTables } from './callgrindTables.ts';
import { columnsOf, WholeNumbers, type WrittenColumn } from './callgrindColumns.ts';
import type { Writer } from './format.ts';

/**
 * Callgrind's format with all events, as KCachegrind and callgrind_annotate read it: names by number, absolute lines, self cost by line, and
 * calls with their inclusive cost. Source: valgrind's callgrind/docs/cl-format.xml. A call graph is written as it is. Of stacks, an edge is a
 * caller, the line of the call in it, and the function called there; its cost is that of all stacks with this edge, each counted
 * once however often recursion repeats it. Counts are whole numbers there, so fractions are written in smaller units that the event's name
 * tells: `wall(1e-9s)`.
 */
export const callgrindWriter: Writer = {
  id: 'callgrind',
  label: 'Callgrind',
  extension: '.callgrind',
  losses: (profile) => lossesOf(profile),
  *write(profile) {
    const columns = columnsOf(profile);
    const file = new CallgrindFile(profile, callTables(profile), columns);
    yield* file.header();
    yield* file.functions();
    yield file.totals();
  },
};

function lossesOf(profile: Profile): string[] {
  const losses: string[] = [];
  if (profile.stacks.length > 0) losses.push('whole stacks: the format knows only who calls whom', 'how often functions are called: 1 stands for any number');
  else if (profile.graph?.total) losses.push('the inclusive cost of recursive functions as the tool measured it');
  if (profile.samples) losses.push('single samples and their times');
  if (profile.threads.length > 0) losses.push('threads');
  if (profile.series.length > 0) losses.push('values over time');
  if (profile.findings.length > 0) losses.push('findings');
  for (const { event, scale, rounded } of columnsOf(profile)) {
    if (rounded) losses.push(`fractions of ${profile.events[event].name} below ${scale === 1 ? '1' : `1e-${Math.round(Math.log10(scale))}`} ${profile.events[event].unit}`);
  }
  return losses;
}

/** The number of each name; the name itself stands only where it is first used. */
class Numbering {
  private readonly numbers = new Map<number, number>();

  /** `key=(1) name`, or `key=(1)` when it was named before. */
  line(key: string, id: number, name: () => string): string {
    const known = this.numbers.get(id);
    if (known !== undefined) return `${key}=(${known})\n`;
    this.numbers.set(id, this.numbers.size + 1);
    return `${key}=(${this.numbers.size}) ${oneLine(name())}\n`;
  }
}

class CallgrindFile {
  private readonly fileNumbers = new Numbering();
  private readonly objectNumbers = new Numbering();
  private readonly functionNumbers = new Numbering();
  private readonly names: readonly string[];
  private readonly hasObjects: boolean;
  private readonly selfCosts: WholeNumbers[];
  /** What `ob=` and `fl=`, `fi=` or `fe=` named last; the file and function are named anew in every block. */
  private object = -2;
  private file = -2;

  constructor(private readonly profile: Profile, private readonly tables: CallTables, private readonly columns: readonly WrittenColumn[]) {
    this.names = functionNames(profile);
    this.hasObjects = profile.functions.object.some((object) => object >= 0);
    this.selfCosts = columns.map(({ event, scale }) => new WholeNumbers(tables.selfCost[event], scale));
  }

  *header(): Iterable<string> {
    const { meta, events } = this.profile;
    yield `# callgrind format\nversion: 1\ncreator: ${CREATOR}\n`;
    if (meta.pid !== undefined) yield `pid: ${meta.pid}\n`;
    if (meta.command !== undefined) yield `cmd: ${oneLine(meta.command)}\n`;
    yield 'part: 1\n\n';
    for (const [label, value] of meta.facts ?? []) if (!label.includes(':')) yield `desc: ${oneLine(label)}: ${oneLine(value)}\n`;
    yield '\npositions: line\n';
    for (const { event, name } of this.columns) {
      const { label } = events[event];
      // A colon or an equals sign would end the name there.
      if (label !== undefined && !/[:=]/.test(name)) yield `event: ${name} : ${oneLine(label)}\n`;
    }
    yield `events: ${this.columns.map(({ name }) => name).join(' ')}\nsummary: ${this.sums()}\n`;
  }

  *functions(): Iterable<string> {
    const { lines, edges, linesByFunction, edgesByFunction, linesEnd, edgesEnd } = this.tables;
    const { functions } = this.profile;
    for (let func = 0; func < functions.length; func++) {
      const rows = linesByFunction.subarray(func === 0 ? 0 : linesEnd[func - 1], linesEnd[func]);
      const calls = edgesByFunction.subarray(func === 0 ? 0 : edgesEnd[func - 1], edgesEnd[func]);
      if (rows.length + calls.length === 0) continue;
      const own = functions.file[func];
      let block = `\n${this.hasObjects && this.object !== functions.object[func] ? this.objectLine('ob', func) : ''}`;
      this.object = functions.object[func];
      block += this.fileLine('fl', own) + this.functionLine('fn', func);
      this.file = own;
      const before = (a: number, b: number) => (a === b ? 0 : a === own ? -1 : b === own ? 1 : a - b);
      const byPlace = (table: { file: Int32Array; line: Int32Array }) => (a: number, b: number) => before(table.file[a], table.file[b]) || table.line[a] - table.line[b];
      rows.sort(byPlace(lines));
      calls.sort(byPlace(edges));
      let call = 0;
      for (const row of rows) {
        for (; call < calls.length && (before(edges.file[calls[call]], lines.file[row]) || edges.line[calls[call]] - lines.line[row]) < 0; call++) {
          block += this.call(calls[call], own);
        }
        block += this.moveTo(lines.file[row], own) + `${lines.line[row]}${this.costs((column) => this.selfCosts[column].at(row))}\n`;
      }
      for (; call < calls.length; call++) block += this.call(calls[call], own);
      yield block;
    }
  }

  totals(): string {
    return `\ntotals: ${this.sums()}\n`;
  }

  private sums(): string {
    return this.selfCosts.map(({ sum }) => number(sum)).join(' ');
  }

  private call(edge: number, own: number): string {
    const { edges } = this.tables;
    const { functions } = this.profile;
    const callee = edges.callee[edge];
    let block = this.moveTo(edges.file[edge], own);
    if (this.hasObjects && functions.object[callee] !== this.object) block += this.objectLine('cob', callee);
    if (functions.file[callee] !== this.file) block += this.fileLine('cfi', functions.file[callee]);
    block += `${this.functionLine('cfn', callee)}calls=${number(Math.round(edges.calls[edge]))} ${functions.line[callee]}\n`;
    return `${block}${edges.line[edge]}${this.costs((column) => Math.round(edges.cost[this.columns[column].event][edge] * this.columns[column].scale))}\n`;
  }

  /** The costs of a line, without the zeros at its end; one at least, for not every reader takes a line without. */
  private costs(cost: (column: number) => number): string {
    let line = '';
    let zeros = '';
    for (let column = 0; column < this.columns.length; column++) {
      const value = cost(column);
      if (value === 0) {
        zeros += ' 0';
        continue;
      }
      line += `${zeros} ${number(value)}`;
      zeros = '';
    }
    return line === '' ? ' 0' : line;
  }

  /** Changes the file without leaving the function, as for inlined code. */
  private moveTo(file: number, own: number): string {
    if (file === this.file) return '';
    this.file = file;
    return this.fileLine(file === own ? 'fe' : 'fi', file);
  }

  private fileLine(key: string, file: number): string {
    return this.fileNumbers.line(key, file, () => text(this.profile, file) || '???');
  }

  private objectLine(key: string, func: number): string {
    const object = this.profile.functions.object[func];
    return this.objectNumbers.line(key, object, () => text(this.profile, object) || '???');
  }

  private functionLine(key: string, func: number): string {
    return this.functionNumbers.line(key, func, () => this.names[func]);
  }
}

/** Names of functions; those that share name, file and object (two lambdas of one file) are told apart by their first line. */
function functionNames(profile: Profile): string[] {
  const { functions } = profile;
  const count = new Map<string, number>();
  const keys = Array.from(functions.name, (name, func) => `${name} ${functions.file[func]} ${functions.object[func]}`);
  for (const key of keys) count.set(key, (count.get(key) ?? 0) + 1);
  return keys.map((key, func) => {
    const name = text(profile, functions.name[func]) || '???';
    return (count.get(key) ?? 0) > 1 ? `${name}:${functions.line[func]}` : name;
  });
}

function oneLine(name: string): string {
  return name.replace(/[\r\n]+/g, ' ');
}

function number(value: number): string {
  return value === 0 ? '0' : BigInt(value).toString();
}
