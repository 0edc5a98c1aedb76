import { ProfileBuilder } from '../core/builder.ts';
import { FunctionKind, type Profile } from '../core/profile.ts';
import { boundedNumber } from './boundedNumber.ts';
import { FormatError } from './format.ts';
import { JsonReader } from './jsonReader.ts';
import { V8Functions } from './v8Functions.ts';

const BYTES = 0;
/** A node is two levels of JSON; V8 itself samples at most 128 frames. */
const MAX_DEPTH = 300_000;

/**
 * V8's sampling heap profiles (`node --heap-prof`): a tree of nodes within nodes, `{"head": {"callFrame", "selfSize", "id", "children": [...]}}`, with
 * the bytes that were allocated there and are still alive. Source: the DevTools protocol, type HeapProfiler.SamplingHeapProfile.
 */
export class HeapProfileReader {
  private readonly builder = new ProfileBuilder([{ name: 'bytes', unit: 'bytes', label: 'Live bytes' }]);
  private readonly functions = new V8Functions(this.builder);

  /** @throws FormatError */
  add(name: string, bytes: Uint8Array): void {
    const json = new JsonReader(bytes, name, MAX_DEPTH);
    let nodes = 0;
    try {
      json.beginObject('a V8 heap profile: a JSON object');
      for (let key = json.nextKey(); key !== undefined; key = json.nextKey()) {
        if (key === 'head') this.tree(json, () => nodes++);
        else json.skip();
      }
      json.end();
    } catch (error) {
      if (!(error instanceof FormatError) || !json.cut || nodes === 0) throw error;
      this.builder.truncated(`${name} was cut off at byte ${bytes.length}; what was read until there is shown`);
    }
    if (nodes === 0) throw new FormatError(name, `byte ${bytes.length}`, 'the head of a tree of allocations');
  }

  finish(): Profile {
    return this.builder.finish({ format: 'cpuprofile', tool: 'V8' });
  }

  /** Goes through the tree without recursion; `rows` are the stacks of the nodes that are open. */
  private tree(json: JsonReader, onNode: () => void): void {
    const rows: number[] = [];
    const known: boolean[] = [];
    const enter = () => {
      json.beginObject('a node');
      rows.push(rows.length > 0 ? rows[rows.length - 1] : -1);
      known.push(false);
    };
    enter();
    while (rows.length > 0) {
      const key = json.nextKey();
      const top = rows.length - 1;
      if (key === undefined) {
        if (!known[top]) json.fail('a node with a callFrame before its end');
        rows.pop();
        known.pop();
        onNode();
        if (rows.length > 0 && json.more()) enter();
      } else if (key === 'callFrame' && !known[top]) {
        const func = this.functions.read(json);
        if (func >= 0) rows[top] = this.builder.stack(rows[top], this.builder.frame(func));
        known[top] = true;
      } else if (key === 'selfSize') {
        const size = boundedNumber(json, 'bytes');
        if (!known[top]) json.fail('the callFrame of a node before its size');
        if (size !== 0) this.builder.addSelf(rows[top] < 0 ? this.root() : rows[top], BYTES, size);
      } else if (key === 'children') {
        if (!known[top]) json.fail('the callFrame of a node before its children');
        json.beginArray('an array of nodes');
        if (json.more()) enter();
      } else json.skip();
    }
  }

  private root(): number {
    return this.builder.stack(-1, this.builder.frame(this.builder.func({ name: '(root)', kind: FunctionKind.Builtin })));
  }
}
