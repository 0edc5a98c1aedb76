import { callersAndCallees } from '../core/callers.ts';
import type { FlameGraph, SiblingOrder } from '../core/flame.ts';
import { flameGraph, MERGED_FUNCTION, visibleBoxes } from '../core/flame.ts';
import { colorGroup } from '../core/flameColors.ts';
import type { FunctionCosts } from '../core/functions.ts';
import { functionCosts } from '../core/functions.ts';
import type { LineCosts } from '../core/lines.ts';
import { lineCosts } from '../core/lines.ts';
import type { Profile } from '../core/profile.ts';
import { isEstimated, text } from '../core/profile.ts';
import type {
  EdgeRow, EngineMethod, EngineMethods, FileLines, FlameNodeDetail, FlameQuery, FlameSearchQuery, FlameSearchResult, FlameSlice,
  FunctionDetail, FunctionQuery, FunctionRow, FunctionSlice, LineCost, ProfileFacts, ProfileOverview,
} from '../protocol/engine.ts';
import { FindingQueries } from './findingQueries.ts';
import { OverTimeQueries } from './overTimeQueries.ts';

/** Questions that are not about an event; a profile may have none. */
const WITHOUT_EVENT: ReadonlySet<EngineMethod> = new Set(['seriesOverview', 'series', 'seriesValues', 'snapshotTree', 'findings', 'finding']);

/** Most rows that one answer holds. */
const MOST_ROWS = 5000;

/** Answers questions about one profile, remembering what is costly to compute. Synchronous: run it in a worker. */
export class ProfileQueries {
  private readonly costs = new Map<number, FunctionCosts>();
  private readonly lineTables = new Map<number, LineCosts>();
  private readonly flames = new Map<string, FlameGraph>();
  private readonly sorted = new Map<string, Int32Array>();
  private readonly groups = new Map<number, number>();
  private haystacks: string[] | undefined;
  private readonly overTime: OverTimeQueries;
  private readonly findings: FindingQueries;

  constructor(readonly profile: Profile, private readonly formatLabel: string) {
    this.overTime = new OverTimeQueries(profile);
    this.findings = new FindingQueries(profile);
  }

  /** Runs one method by name. Throws a RangeError for parameters that name no row of this profile. */
  answer<M extends EngineMethod>(method: M, params: EngineMethods[M]['params']): EngineMethods[M]['result'] {
    if (!WITHOUT_EVENT.has(method)) this.checkEvent((params as { readonly event?: number }).event ?? NaN);
    // One table from method names to members keeps the union in protocol/engine.ts and this class in step.
    const methods: { [K in EngineMethod]: (params: EngineMethods[K]['params']) => EngineMethods[K]['result'] } = {
      functions: (p) => this.functions(p),
      functionDetail: (p) => this.functionDetail(p.event, p.func),
      hottestLines: (p) => this.hottestLines(p.event, p.count),
      lines: (p) => this.lines(p.event, p.file),
      flame: (p) => this.flame(p),
      flameSearch: (p) => this.flameSearch(p),
      flameNode: (p) => this.flameNode(p.event, p.order, p.node, p.withPath ?? true),
      flameNodeOf: (p) => this.flameNodeOf(p.event, p.order, p.func),
      seriesOverview: () => this.overTime.overview(),
      series: (p) => this.overTime.slice(p),
      seriesValues: (p) => this.overTime.values(p),
      snapshotTree: (p) => this.overTime.tree(p),
      findings: (p) => this.findings.slice(p),
      finding: (p) => this.findings.detail(p.finding),
    };
    return methods[method](params);
  }

  /** What is known without computing anything: the terminal program prints it, and may need no more. */
  facts(): ProfileFacts {
    const { profile } = this;
    const { meta } = profile;
    return {
      format: meta.format,
      formatLabel: this.formatLabel,
      tool: meta.tool ?? '',
      command: meta.command ?? '',
      startTime: meta.startTime ?? 0,
      duration: meta.duration ?? 0,
      facts: meta.facts ?? [],
      events: profile.events.map((event, row) => ({ name: event.name, label: event.label ?? event.name, unit: event.unit, total: profile.totals[row] })),
      defaultEvent: profile.defaultEvent,
      threads: profile.threads,
      functionCount: profile.functions.length,
      stackCount: profile.stacks.length,
      sampleCount: profile.samples?.length ?? 0,
      seriesCount: profile.series.length,
      snapshotCount: profile.snapshots.length,
      findingCount: profile.findings.length,
      findingKindCount: new Set(profile.findings.map(({ kind }) => kind)).size,
      estimated: isEstimated(profile),
      hasCalls: profile.graph !== null,
      truncated: profile.truncated,
      warnings: profile.warnings,
    };
  }

  /** The facts and the files with cost, for which the lines of every event are computed. */
  overview(): ProfileOverview {
    const { profile } = this;
    const selfByFile = new Map<number, number[]>();
    profile.events.forEach((_, event) => {
      const lines = this.linesOf(event);
      for (let row = 0; row < lines.length; row++) {
        let costs = selfByFile.get(lines.file[row]);
        if (!costs) selfByFile.set(lines.file[row], (costs = new Array<number>(profile.events.length).fill(0)));
        costs[event] += lines.self[row];
      }
    });
    const files = [...selfByFile].map(([file, self]) => ({ file, path: profile.strings[file], self }));
    files.sort((a, b) => b.self[profile.defaultEvent] - a.self[profile.defaultEvent]);
    return { ...this.facts(), files };
  }

  /** The costliest functions, as `functions` orders them, without putting all the others in order too. */
  costliest(event: number, by: 'self' | 'total', count: number): FunctionRow[] {
    this.checkEvent(event);
    const costs = this.costsOf(event);
    const column = costs[by];
    const present: number[] = [];
    for (let func = 0; func < column.length; func++) {
      if (costs.self[func] !== 0 || costs.total[func] !== 0 || (costs.calls && costs.calls[func] > 0)) present.push(func);
    }
    let chosen = present;
    if (count < present.length) {
      const least = count === 0 ? Infinity : Float64Array.from(present, (func) => column[func]).sort()[present.length - count];
      chosen = present.filter((func) => column[func] >= least);
    }
    const { name } = this.profile.functions;
    const byName = (a: number, b: number) => compareText(text(this.profile, name[a]), text(this.profile, name[b]));
    chosen.sort((a, b) => column[b] - column[a] || costs.total[b] - costs.total[a] || byName(a, b) || a - b);
    return chosen.slice(0, count).map((func) => this.row(event, func));
  }

  functions(query: FunctionQuery): FunctionSlice {
    let order = this.sortedFunctions(query);
    const words = searchWords(query.search);
    if (words.length > 0) order = order.filter((func) => this.matches(func, words));
    const from = Math.max(0, Math.floor(query.from));
    const count = Math.min(MOST_ROWS, Math.max(0, Math.floor(query.count)));
    const rows = Array.from(order.subarray(from, from + count), (func) => this.row(query.event, func));
    return { matching: order.length, rows, ...(query.rankOf === undefined ? {} : { rank: order.indexOf(query.rankOf) }) };
  }

  functionDetail(event: number, func: number): FunctionDetail {
    this.checkFunction(func);
    const { profile } = this;
    const { callers, callees } = callersAndCallees(profile, event, func);
    const rows = (ends: typeof callers): EdgeRow[] => ends.func.slice(0, MOST_ROWS).map((other, i) => ({
      func: other,
      name: text(profile, profile.functions.name[other]),
      file: text(profile, profile.functions.file[other]),
      line: profile.functions.line[other],
      total: ends.total[i],
      calls: ends.calls[i],
    }));
    const lines = this.linesOf(event);
    const own: number[] = [];
    for (let row = 0; row < lines.length; row++) if (lines.func[row] === func) own.push(row);
    own.sort((a, b) => lines.self[b] - lines.self[a] || lines.total[b] - lines.total[a]);
    return { row: this.row(event, func), callers: rows(callers), callees: rows(callees), lines: own.slice(0, 20).map((row) => this.lineCost(lines, row)) };
  }

  hottestLines(event: number, count: number): LineCost[] {
    const lines = this.linesOf(event);
    const rows = Array.from({ length: lines.length }, (_, row) => row).filter((row) => lines.self[row] > 0);
    rows.sort((a, b) => lines.self[b] - lines.self[a]);
    return rows.slice(0, Math.max(0, Math.min(MOST_ROWS, count))).map((row) => this.lineCost(lines, row));
  }

  lines(event: number, file: number): FileLines {
    const { profile } = this;
    if (!Number.isInteger(file) || file < 0 || file >= profile.strings.length) throw new RangeError(`the profile has no file ${file}`);
    const lines = this.linesOf(event);
    const rows: number[] = [];
    for (let row = 0; row < lines.length; row++) if (lines.file[row] === file) rows.push(row);
    rows.sort((a, b) => lines.line[a] - lines.line[b]);
    const functions: FunctionRow[] = [];
    for (let func = 0; func < profile.functions.length; func++) {
      if (profile.functions.file[func] !== file) continue;
      const row = this.row(event, func);
      if (row.total > 0) functions.push(row);
    }
    functions.sort((a, b) => a.line - b.line);
    const callsAt = new Map<number, number>();
    for (const row of functions) if (row.calls >= 0) callsAt.set(row.line, (callsAt.get(row.line) ?? 0) + row.calls);
    return {
      path: profile.strings[file],
      line: rows.map((row) => lines.line[row]),
      self: rows.map((row) => lines.self[row]),
      total: rows.map((row) => lines.total[row]),
      approximate: rows.map((row) => lines.approximate[row]),
      calls: rows.map((row) => callsAt.get(lines.line[row]) ?? -1),
      functions,
    };
  }

  flame(query: FlameQuery): FlameSlice {
    const { profile } = this;
    const graph = this.flameOf(query.event, query.order);
    const boxes = visibleBoxes(graph, query.from, query.to, query.width, query.minDepth, query.maxDepth);
    const count = boxes.row.length;
    const func = new Int32Array(count);
    const self = new Float64Array(count);
    const total = new Float64Array(count);
    const group = new Int32Array(count).fill(-1);
    const kind = new Uint8Array(count);
    const names = new Map<number, string>();
    for (let box = 0; box < count; box++) {
      const row = boxes.row[box];
      if (row < 0) {
        func[box] = MERGED_FUNCTION;
        total[box] = (boxes.end[box] - boxes.start[box]) * graph.total[0];
        continue;
      }
      func[box] = graph.func[row];
      self[box] = graph.self[row];
      total[box] = graph.total[row];
      if (func[box] < 0) continue;
      group[box] = this.groupOf(func[box]);
      kind[box] = profile.functions.kind[func[box]];
      if (!names.has(func[box])) names.set(func[box], text(profile, profile.functions.name[func[box]]));
    }
    return {
      node: Int32Array.from(boxes.row), depth: Int32Array.from(boxes.depth), start: Float64Array.from(boxes.start), end: Float64Array.from(boxes.end),
      func, self, total, group, kind, names, depthCount: graph.depthCount, total0: graph.total[0],
    };
  }

  flameSearch(query: FlameSearchQuery): FlameSearchResult {
    const words = searchWords(query.search);
    if (words.length === 0) return { functions: new Int32Array(0), total: 0 };
    const matching = new Uint8Array(this.profile.functions.length);
    const functions: number[] = [];
    for (let func = 0; func < matching.length; func++) {
      if (!this.matches(func, words)) continue;
      matching[func] = 1;
      functions.push(func);
    }
    const graph = this.flameOf(query.event, query.order);
    let total = 0;
    for (let row = 1; row < graph.length;) {
      if (matching[graph.func[row]]) {
        total += graph.total[row];
        row = graph.subtreeEnd[row];
      } else row++;
    }
    return { functions: Int32Array.from(functions), total };
  }

  flameNode(event: number, order: SiblingOrder, node: number, withPath = true): FlameNodeDetail {
    const graph = this.flameOf(event, order);
    if (!Number.isInteger(node) || node < 1 || node >= graph.length) throw new RangeError(`the flame graph has no box ${node}`);
    const { profile } = this;
    const path: string[] = [];
    for (let row = withPath ? node : 0; row > 0; row = graph.parent[row]) path.push(text(profile, profile.functions.name[graph.func[row]]));
    const all = graph.total[0];
    return {
      node, row: this.row(event, graph.func[node]), self: graph.self[node], total: graph.total[node],
      start: graph.start[node] / all, end: (graph.start[node] + graph.total[node]) / all, depth: graph.depth[node], path: path.reverse(),
    };
  }

  flameNodeOf(event: number, order: SiblingOrder, func: number): FlameNodeDetail | null {
    this.checkFunction(func);
    const graph = this.flameOf(event, order);
    let widest = -1;
    for (let row = 1; row < graph.length; row++) {
      if (graph.func[row] === func && (widest < 0 || graph.total[row] > graph.total[widest])) widest = row;
    }
    return widest < 0 ? null : this.flameNode(event, order, widest);
  }

  /** Self, total and calls of one function. */
  row(event: number, func: number): FunctionRow {
    const { functions } = this.profile;
    const costs = this.costsOf(event);
    return {
      func,
      name: text(this.profile, functions.name[func]),
      file: text(this.profile, functions.file[func]),
      line: functions.line[func],
      object: text(this.profile, functions.object[func]),
      self: costs.self[func],
      total: costs.total[func],
      calls: costs.calls ? costs.calls[func] : -1,
      kind: functions.kind[func],
    };
  }

  private lineCost(lines: LineCosts, row: number): LineCost {
    const { profile } = this;
    return {
      file: profile.strings[lines.file[row]], line: lines.line[row], self: lines.self[row], total: lines.total[row],
      name: lines.func[row] < 0 ? '' : text(profile, profile.functions.name[lines.func[row]]),
    };
  }

  private sortedFunctions(query: FunctionQuery): Int32Array {
    const key = `${query.event} ${query.sort} ${query.descending}`;
    const known = this.sorted.get(key);
    if (known) return known;
    const { profile } = this;
    const { self, total, calls } = this.costsOf(query.event);
    const present: number[] = [];
    for (let func = 0; func < profile.functions.length; func++) if (self[func] !== 0 || total[func] !== 0 || (calls && calls[func] > 0)) present.push(func);
    const sign = query.descending ? -1 : 1;
    const byText = (column: Int32Array) => (a: number, b: number) => compareText(text(profile, column[a]), text(profile, column[b]));
    const byName = byText(profile.functions.name);
    const byFile = byText(profile.functions.file);
    const compare: Record<FunctionQuery['sort'], (a: number, b: number) => number> = {
      self: (a, b) => self[a] - self[b],
      total: (a, b) => total[a] - total[b],
      calls: (a, b) => (calls ? calls[a] - calls[b] : 0),
      name: byName,
      file: (a, b) => byFile(a, b) || profile.functions.line[a] - profile.functions.line[b],
    };
    const chosen = compare[query.sort];
    // Equal rows keep one order whichever way the column is sorted, so that a table does not jump.
    present.sort((a, b) => sign * chosen(a, b) || total[b] - total[a] || byName(a, b) || a - b);
    const order = Int32Array.from(present);
    this.sorted.set(key, order);
    return order;
  }

  private matches(func: number, words: readonly string[]): boolean {
    const { profile } = this;
    this.haystacks ??= [];
    const hay = (this.haystacks[func] ??= [profile.functions.name, profile.functions.file, profile.functions.object]
      .map((column) => text(profile, column[func]).toLowerCase()).join('\n'));
    return words.every((word) => hay.includes(word));
  }

  private groupOf(func: number): number {
    const { file, object } = this.profile.functions;
    return remember(this.groups, file[func] >= 0 ? file[func] : object[func], () => colorGroup(this.profile, func));
  }

  private costsOf(event: number): FunctionCosts {
    return remember(this.costs, event, () => functionCosts(this.profile, event));
  }

  private linesOf(event: number): LineCosts {
    return remember(this.lineTables, event, () => lineCosts(this.profile, event));
  }

  private flameOf(event: number, order: SiblingOrder): FlameGraph {
    return remember(this.flames, `${event} ${order}`, () => flameGraph(this.profile, event, order));
  }

  private checkEvent(event: number): void {
    if (!Number.isInteger(event) || event < 0 || event >= this.profile.events.length) throw new RangeError(`the profile has no event ${event}`);
  }

  private checkFunction(func: number): void {
    if (!Number.isInteger(func) || func < 0 || func >= this.profile.functions.length) throw new RangeError(`the profile has no function ${func}`);
  }
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

function searchWords(search: string): string[] {
  return search.toLowerCase().split(/\s+/).filter(Boolean);
}

function remember<K, V>(cache: Map<K, V>, key: K, make: (key: K) => V): V {
  let value = cache.get(key);
  if (value === undefined) cache.set(key, (value = make(key)));
  return value;
}
