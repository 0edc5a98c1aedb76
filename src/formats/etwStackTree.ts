import type { ProfileBuilder } from '../core/builder.ts';
import type { EtwFrames } from './etwFrames.ts';

/** A line of the tree whose lines below may still come. */
interface OpenNode {
  readonly indent: number;
  readonly stack: number;
  /** Weights by event: what is left once those of the lines below are taken off. */
  readonly left: number[];
}

/**
 * A tree of stacks as lines: `|- module!function` is a branch, four places deeper for each level; a line without the dash
 * goes on from the line above, its only caller. The weights of a line include those of the lines below it.
 */
export class EtwStackTree {
  private readonly open: OpenNode[] = [];

  constructor(private readonly builder: ProfileBuilder, private readonly frames: EtwFrames) {}

  /** Whether a field is a line of such a tree: its root, or indented by bars. */
  static isPart(field: string): boolean {
    return /^\s*(?:\[Root\]\s*$|\|)/.test(field);
  }

  add(field: string, weights: readonly number[]): void {
    const { builder, open } = this;
    const [, bars, dash, text] = /^(\s*(?:\|\s*)*)(-\s*)?(.*)$/s.exec(field) ?? ['', '', undefined, field];
    const isRoot = /^\[Root\]\s*$/.test(text);
    const indent = isRoot ? -1 : bars.trimEnd().length;
    // A branch belongs to the line with less indentation above it; a line without a dash to the line above.
    if (isRoot || dash !== undefined) while (open.length > 0 && open[open.length - 1].indent >= indent) this.close();
    else while (open.length > 0 && open[open.length - 1].indent > indent) this.close();
    const parent = open[open.length - 1] as OpenNode | undefined;
    if (parent) for (let event = 0; event < weights.length; event++) parent.left[event] -= weights[event];
    const stack = isRoot ? -1 : builder.stack(parent ? parent.stack : -1, this.frames.row(text.trim()));
    open.push({ indent, stack, left: [...weights] });
  }

  /** Ends the tree: what is left of the weights of the last lines is theirs alone. */
  finish(): void {
    while (this.open.length > 0) this.close();
  }

  private close(): void {
    const node = this.open.pop();
    if (!node) return;
    for (const [event, weight] of node.left.entries()) {
      // Rounded numbers do not add up to the last digit.
      if (Math.abs(weight) <= 1e-6) continue;
      // What the root has of its own are samples without a stack.
      this.builder.addSelf(node.stack >= 0 ? node.stack : this.builder.stack(-1, this.frames.row('?!?')), event, weight);
    }
  }
}
