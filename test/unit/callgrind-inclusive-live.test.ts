// Inclusive costs and calls: against callgrind_annotate where it does not count recursion twice, else against KCachegrind's rules, computed here from
// the text of the file.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { functionCosts } from '../../src/core/functions.ts';
import { lineCosts } from '../../src/core/lines.ts';
import { text, type Profile } from '../../src/core/profile.ts';
import { callgrind } from '../../src/formats/callgrind.ts';
import { annotatedLines, annotatedNumber, sortedCosts } from '../annotatedSource.ts';
import { inputOf } from '../stackText.ts';
import { needsTool } from '../tools.ts';

const execute = promisify(execFile);
const sources = fileURLToPath(new URL('../fixtures/src/', import.meta.url));

const functionName = (profile: Profile, func: number) => `${text(profile, profile.functions.file[func]) || '???'}:${text(profile, profile.functions.name[func])}`;

/** What stands in a file whose names and positions are not compressed; the first event only. */
interface Reference {
  readonly self: Map<string, number>;
  readonly edges: { readonly caller: string; readonly callee: string; readonly calls: number; readonly cost: number; readonly file: string; readonly line: number }[];
  readonly lines: Map<string, number>;
}

function add(map: Map<string, number>, key: string, value: number): void {
  map.set(key, (map.get(key) ?? 0) + value);
}

function referenceOf(content: string): Reference {
  const reference: Reference = { self: new Map(), edges: [], lines: new Map() };
  let [functionFile, file, object, func, calledFile, calledObject, called] = ['', '', '', '', '', '', ''];
  let calls = -1;
  for (const line of content.split('\n')) {
    const [, key, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
    if (key === 'ob') object = value;
    else if (key === 'fl') functionFile = file = value;
    else if (key === 'fi' || key === 'fe') file = value;
    else if (key === 'fn') {
      file = functionFile;
      func = `${object} ${functionFile}:${value}`;
    } else if (key === 'cob') calledObject = value;
    else if (key === 'cfi' || key === 'cfl') calledFile = value;
    else if (key === 'cfn') called = `${calledObject || object} ${calledFile || file}:${value}`;
    else if (key === 'calls') calls = Number(value.split(' ')[0]);
    const [, place, cost] = /^(\d+) (\d+)/.exec(line) ?? [];
    if (place === undefined) continue;
    if (calls < 0) {
      add(reference.self, func, Number(cost));
      add(reference.lines, `${file}:${place}`, Number(cost));
    } else {
      reference.edges.push({ caller: func, callee: called, calls, cost: Number(cost), file, line: Number(place) });
      calls = -1;
      calledFile = calledObject = '';
    }
  }
  return reference;
}

/** Which functions each function reaches by calls, by walking from each. */
function reachable({ edges }: Reference): Map<string, Set<string>> {
  const callees = new Map<string, Set<string>>();
  for (const { caller, callee } of edges) callees.set(caller, (callees.get(caller) ?? new Set()).add(callee));
  const reached = new Map<string, Set<string>>();
  for (const start of callees.keys()) {
    const found = new Set<string>();
    const open = [start];
    for (let func = open.pop(); func !== undefined; func = open.pop()) {
      for (const callee of callees.get(func) ?? []) {
        if (found.has(callee)) continue;
        found.add(callee);
        open.push(callee);
      }
    }
    reached.set(start, found);
  }
  return reached;
}

/** Inclusive cost of functions and lines by KCachegrind's rules. */
function inclusiveOf(reference: Reference): { functions: Map<string, number>; lines: Map<string, number>; recursive: Set<string> } {
  const reached = reachable(reference);
  const inCycle = (a: string, b: string) => a === b || (reached.get(a)?.has(b) === true && reached.get(b)?.has(a) === true);
  const names = new Set([...reference.self.keys(), ...reference.edges.flatMap(({ caller, callee }) => [caller, callee])]);
  const functions = new Map<string, number>();
  const recursive = new Set<string>();
  for (const name of names) {
    let members = 1;
    for (const other of names) if (other !== name && inCycle(name, other)) members++;
    if (members > 1 || reached.get(name)?.has(name)) recursive.add(name);
    const into = reference.edges.filter(({ caller, callee }) => callee === name && !inCycle(caller, name));
    const from = reference.edges.filter(({ caller, callee }) => caller === name && !inCycle(name, callee));
    const sum = (edges: typeof into) => edges.reduce((total, { cost }) => total + cost, 0);
    functions.set(name, members > 1 && into.length > 0 ? sum(into) : (reference.self.get(name) ?? 0) + sum(from));
  }
  const lines = new Map(reference.lines);
  for (const { caller, callee, cost, file, line } of reference.edges) if (!inCycle(caller, callee)) add(lines, `${file}:${line}`, cost);
  return { functions, lines, recursive };
}

describe('callgrind: inclusive costs and calls', function () {
  this.timeout(120_000);
  let folder = '';

  before(async function () {
    needsTool(this, 'valgrind', 'gcc', 'g++', 'callgrind_annotate');
    folder = await mkdtemp(path.join(os.tmpdir(), 'heatline-inclusive-'));
    for (const name of ['calls.c', 'mix.h', 'shapes.cc', 'threads.c']) await copyFile(path.join(sources, name), path.join(folder, name));
    await execute('gcc', ['-O1', '-g', '-fno-optimize-sibling-calls', '-o', 'calls', 'calls.c'], { cwd: folder });
    await execute('g++', ['-O1', '-g', '-o', 'shapes', 'shapes.cc'], { cwd: folder });
  });

  after(async () => {
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  async function record(name: string, program: string, ...options: string[]): Promise<{ file: string; content: string; profile: Profile }> {
    const file = path.join(folder, `${name}.out`);
    await execute('valgrind', ['-q', '--tool=callgrind', `--callgrind-out-file=${file}`, ...options, `./${program}`], { cwd: folder });
    const content = await readFile(file, 'latin1');
    return { file, content, profile: await callgrind.read([inputOf(name, await readFile(file), 1 << 20)]) };
  }

  function assertReference(content: string, profile: Profile): ReturnType<typeof inclusiveOf> {
    const reference = referenceOf(content);
    const expected = inclusiveOf(reference);
    const { functions, graph } = profile;
    const full = (func: number) => `${text(profile, functions.object[func]) || '???'} ${functionName(profile, func)}`;
    const { self, total, calls } = functionCosts(profile, 0);
    const ofFunctions = (column: Float64Array) => sortedCosts(new Map(Array.from(column, (cost, func) => [full(func), cost] as const).filter(([, cost]) => cost !== 0)));
    const withCost = (map: Map<string, number>) => sortedCosts(new Map([...map].filter(([, cost]) => cost !== 0)));
    assert.deepEqual(ofFunctions(self), withCost(reference.self));
    assert.deepEqual(ofFunctions(total), withCost(expected.functions));
    const called = new Map<string, number>();
    for (const edge of reference.edges) add(called, edge.callee, edge.calls);
    assert.ok(calls);
    assert.deepEqual(ofFunctions(calls), withCost(called));
    assert.ok(graph);
    const key = (edge: Reference['edges'][number]) => `${edge.caller} > ${edge.callee} @ ${edge.file}:${edge.line}`;
    const [edgeCalls, edgeCosts, ownCalls, ownCosts] = Array.from({ length: 4 }, () => new Map<string, number>());
    for (const edge of reference.edges) {
      add(edgeCalls, key(edge), edge.calls);
      add(edgeCosts, key(edge), edge.cost);
    }
    for (let row = 0; row < graph.edges.length; row++) {
      const { caller, callee, file, line } = graph.edges;
      const own = key({ caller: full(caller[row]), callee: full(callee[row]), calls: 0, cost: 0, file: text(profile, file[row]) || '???', line: line[row] });
      add(ownCalls, own, graph.edges.calls[row]);
      add(ownCosts, own, graph.edges.cost[0][row]);
    }
    assert.deepEqual(sortedCosts(ownCalls), sortedCosts(edgeCalls));
    assert.deepEqual(sortedCosts(ownCosts), sortedCosts(edgeCosts));
    // Line 0 is where the compiler says nothing.
    const known = (map: Map<string, number>) => withCost(new Map([...map].filter(([place]) => !place.endsWith(':0') && !place.startsWith('???'))));
    const ownLines = lineCosts(profile, 0);
    const totals = new Map<string, number>();
    for (let row = 0; row < ownLines.length; row++) if (ownLines.approximate[row] === 0) totals.set(`${text(profile, ownLines.file[row])}:${ownLines.line[row]}`, ownLines.total[row]);
    const starts = new Set(Array.from(functions.line, (line, func) => `${text(profile, functions.file[func])}:${line}`));
    const elsewhere = (rows: [string, number][]) => rows.filter(([place]) => !starts.has(place));
    // Costs without a line are shown at the function's first, so that line may have more.
    assert.deepEqual(elsewhere(known(totals)), elsewhere(known(expected.lines)));
    return expected;
  }

  const FULL = ['--compress-strings=no', '--compress-pos=no'];

  it('recursion and cycles, by KCachegrind\'s rules from the edges', async () => {
    const { content, profile } = await record('recursive', 'calls', ...FULL, '--separate-recs=1', '--toggle-collect=main');
    const { recursive } = assertReference(content, profile);
    for (const name of ['fib', 'is_odd', 'is_even']) assert.ok([...recursive].some((func) => func.endsWith(`:${name}`)), name);
  });

  it('recursion levels told apart, the loader and C++', async () => {
    for (const program of ['calls', 'shapes']) {
      const { content, profile } = await record(`levels-${program}`, program, ...FULL);
      assertReference(content, profile);
    }
  });

  for (const [program, options] of [['calls', []], ['shapes', ['--dump-instr=yes', '--collect-jumps=yes']]] as const) {
    it(`equals callgrind_annotate --inclusive=yes --tree=both outside of recursion: ${program} ${options.join(' ')}`, async () => {
      const { file, profile } = await record(`annotated-${program}`, program, ...options);
      const { stdout } = await execute('callgrind_annotate', ['--threshold=100', '--show-percs=no', '--auto=no', '--inclusive=yes', '--tree=both', file], { cwd: '/', maxBuffer: 1 << 28 });
      const { graph, functions } = profile;
      assert.ok(graph);
      const { total } = functionCosts(profile, 0);
      const callers = new Map<string, string>();
      let waiting: [string, string][] = [];
      const inclusive = new Map<string, number[]>();
      for (const line of stdout.split('\n')) {
        const [, cost, mark, name, calls] = /^ *([\d,]+) +([<*>]) +(.*?)(?: \((\d+)x\))?(?: \[[^\]]*\])?$/.exec(line) ?? [];
        if (mark === '<') waiting.push([name, `${annotatedNumber(cost)} x${calls}`]);
        else if (mark === '*') {
          inclusive.set(name, [...inclusive.get(name) ?? [], annotatedNumber(cost)]);
          for (const [caller, value] of waiting) callers.set(`${caller} > ${name}`, value);
          waiting = [];
        }
      }
      assert.ok(inclusive.size > 20, stdout);
      const [edgeCost, edgeCalls] = [new Map<string, number>(), new Map<string, number>()];
      for (let row = 0; row < graph.edges.length; row++) {
        const caller = text(profile, functions.name[graph.edges.caller[row]]);
        const key = `${text(profile, graph.edges.file[row]) || '???'}:${caller} > ${functionName(profile, graph.edges.callee[row])}`;
        add(edgeCost, key, graph.edges.cost[0][row]);
        add(edgeCalls, key, graph.edges.calls[row]);
      }
      // It names a caller by the file of the calling code, which may have been inlined.
      let compared = 0;
      for (const [key, value] of callers) {
        if (!edgeCost.has(key)) continue;
        assert.equal(`${edgeCost.get(key)} x${edgeCalls.get(key)}`, value, key);
        compared++;
      }
      assert.ok(compared > 20, `${compared} edges`);
      const recursive = new Set<string>();
      const { component } = componentsOf(profile);
      for (let row = 0; row < graph.edges.length; row++) if (component[graph.edges.caller[row]] === component[graph.edges.callee[row]]) recursive.add(functionName(profile, graph.edges.caller[row]));
      let functionsCompared = 0;
      // It takes functions of one name in two binaries for one.
      const names = Array.from(functions.name, (_, func) => functionName(profile, func));
      for (let func = 0; func < functions.length; func++) {
        const name = functionName(profile, func);
        const shown = inclusive.get(name);
        if (!shown || shown.length > 1 || recursive.has(name) || names.indexOf(name) !== names.lastIndexOf(name)) continue;
        assert.equal(total[func], shown[0], name);
        functionsCompared++;
      }
      assert.ok(functionsCompared > 15, `${functionsCompared} functions`);
    });
  }

  it('equals the annotated source by line, self and with calls', async () => {
    for (const [program, source] of [['calls', 'calls.c'], ['shapes', 'shapes.cc']]) {
      const { file, profile } = await record(`lines-${program}`, program);
      const full = path.join(folder, source);
      const { stdout } = await execute('callgrind_annotate', ['--threshold=100', '--show-percs=no', '--auto=yes', '--context=100000', '--tree=calling', file], { cwd: '/', maxBuffer: 1 << 28 });
      const shown = annotatedLines(stdout, full, 1);
      const lines = lineCosts(profile, 0);
      const [self, total] = [new Map<number, number>(), new Map<number, number>()];
      for (let row = 0; row < lines.length; row++) {
        if (text(profile, lines.file[row]) !== full) continue;
        self.set(lines.line[row], lines.self[row]);
        total.set(lines.line[row], lines.total[row]);
      }
      assert.ok(shown.length > 30, stdout);
      assert.deepEqual(shown.map((line) => line.self[0]), shown.map((_, line) => self.get(line + 1) ?? 0), source);
      if (program === 'calls') assert.deepEqual(shown.map((line) => line.self[0] + line.calls[0]), shown.map((_, line) => total.get(line + 1) ?? 0), source);
    }
  });
});

/** Which functions reach each other, by walking from each; an independent look at what is recursive. */
function componentsOf(profile: Profile): { component: number[] } {
  const count = profile.functions.length;
  const callees = Array.from({ length: count }, () => new Set<number>());
  const edges = profile.graph?.edges;
  for (let row = 0; edges && row < edges.length; row++) callees[edges.caller[row]].add(edges.callee[row]);
  const reached = callees.map((_, start) => {
    const found = new Set<number>();
    const open = [start];
    for (let func = open.pop(); func !== undefined; func = open.pop()) {
      for (const callee of callees[func]) {
        if (found.has(callee)) continue;
        found.add(callee);
        open.push(callee);
      }
    }
    return found;
  });
  const component = reached.map((found, func) => {
    let first = func;
    for (const other of found) if (other < first && reached[other].has(func)) first = other;
    return first;
  });
  return { component };
}
