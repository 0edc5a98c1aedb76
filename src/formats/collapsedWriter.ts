import { TupleTable } from '../core/columns.ts';
import { isEstimated, text, type Profile } from '../core/profile.ts';
import { decimal } from './decimal.ts';
import type { Writer } from './format.ts';
import { flameGraphLines } from './flameGraphNames.ts';
import { ESTIMATED_LOSS, writtenStacks } from './writtenStacks.ts';

/**
 * Collapsed stacks of one event: a line for each distinct stack of names, in the order of the profile's stacks, with its self weight in
 * the event's own unit. With the naming `flamegraph`, the names, the order and the counts are those of FlameGraph's
 * stackcollapse-perf.pl.
 */
export const collapsedWriter: Writer = {
  id: 'collapsed',
  label: 'collapsed stacks',
  extension: '.folded',
  losses(profile) {
    const losses = ['files, lines, objects and addresses of frames'];
    if (profile.events.length > 1) losses.push('all events but one');
    if (profile.samples) losses.push('threads and times of samples');
    if (profile.series.length > 0) losses.push('values over time');
    if (profile.findings.length > 0) losses.push('findings');
    if (isEstimated(profile)) losses.push(ESTIMATED_LOSS);
    return losses;
  },
  write(profile, options) {
    const event = options.event ?? profile.defaultEvent;
    if (profile.events.length === 0) return [];
    return options.naming === 'flamegraph' ? flameGraphLines(profile, event) : plainLines(profile, event);
  },
};

function* plainLines(profile: Profile, event: number): Iterable<string> {
  const { length, parent, func, self } = writtenStacks(profile, event);
  const names = namesOf(profile);
  // Stacks of other lines of the same functions are one.
  const merged = new TupleTable(2);
  const rowOf = new Int32Array(length);
  const weights: number[] = [];
  const byName = new Map<string, number>();
  const distinct = names.map((name) => byName.get(name) ?? (byName.set(name, byName.size), byName.size - 1));
  const shown = [...byName.keys()];
  for (let row = 0; row < length; row++) {
    const node = merged.internPair(parent[row] < 0 ? -1 : rowOf[parent[row]], distinct[func[row]]);
    rowOf[row] = node;
    weights[node] = (weights[node] ?? 0) + self[row];
  }
  const [parents, own] = merged.columns.map((column) => column.finish());
  const path: string[] = [];
  for (const { node, depth } of depthFirst(parents)) {
    path.length = depth;
    path.push(shown[own[node]]);
    if (weights[node] === 0) continue;
    // A line that begins with # is a comment.
    yield `${path[0].startsWith('#') ? '_' : ''}${path.join(';')} ${decimal(weights[node])}\n`;
  }
}

/** The nodes of a tree, each before its children, children in the order of their rows. */
function* depthFirst(parents: Int32Array): Iterable<{ node: number; depth: number }> {
  const { length } = parents;
  const firstChild = new Int32Array(length + 1).fill(-1);
  const nextSibling = new Int32Array(length).fill(-1);
  for (let node = length - 1; node >= 0; node--) {
    const slot = parents[node] < 0 ? length : parents[node];
    nextSibling[node] = firstChild[slot];
    firstChild[slot] = node;
  }
  let depth = 0;
  for (let node = firstChild[length]; node >= 0; ) {
    yield { node, depth };
    if (firstChild[node] >= 0) {
      node = firstChild[node];
      depth++;
      continue;
    }
    while (node >= 0 && nextSibling[node] < 0) {
      node = parents[node];
      depth--;
    }
    if (node >= 0) node = nextSibling[node];
  }
}

/** Names of all functions as they may stand in a line: no semicolons, no line ends, never empty. */
function namesOf(profile: Profile): string[] {
  return Array.from(profile.functions.name, (name) => text(profile, name).replaceAll(';', ':').replace(/[\r\n\0]+/g, ' ') || '[unknown]');
}
