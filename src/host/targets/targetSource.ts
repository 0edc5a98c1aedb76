import type { Target } from '../../profilers/target.ts';

/** A way to say what is to be profiled: adding one is one file and one line in `index.ts`. */
export interface TargetSource {
  /** Stable id: `launch`. */
  readonly id: string;
  /** With its icon: `$(rocket) Launch Configuration...`. */
  readonly label: string;
  /** What can be profiled so, one line. */
  readonly detail: string;
  /** What it would be at the moment, behind the label: the current file's name. */
  description?(): string | undefined;
  /**
   * Asks for the target; undefined when the person backed out. `name` is what `nameOf` said of an earlier choice, or what a keybinding gives: it is taken without
   * asking. @throws ProblemError when there is nothing to choose from, or nothing of that name
   */
  choose(name?: string): Promise<Target | undefined>;
  /** What the choice is offered again by; undefined, or absent, when it is not. */
  nameOf?(target: Target): string | undefined;
}
