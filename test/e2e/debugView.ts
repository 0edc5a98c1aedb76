// The parts of the workbench that a person debugs with: the margin, the views at the left, the Debug Console.
import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import type { Workbench } from './workbench.ts';

/** A line of an editor is this far from a sign that stands in it, in pixels, at most. */
const SAME_LINE = 8;
/** Milliseconds that VS Code takes to open the locals itself, once they are shown. */
const SELF_OPENING_MS = 1500;

export class DebugView {
  constructor(private readonly workbench: Workbench) {}

  private locate(selector: string, hasText?: string | RegExp): Locator {
    return this.workbench.page.locator(selector, hasText === undefined ? {} : { hasText });
  }

  /** The row of the Variables view with a text. */
  variable(text: string | RegExp): Locator {
    return this.locate('.debug-variables .monaco-list-row', text).first();
  }

  /** The row of the call stack with a text: a frame, a thread or a session. */
  frame(text: string | RegExp): Locator {
    return this.locate('.debug-call-stack .monaco-list-row', text).first();
  }

  /** The newest row of the Debug Console with a text. */
  consoleText(text: string | RegExp): Locator {
    return this.locate('.repl .monaco-list-row', text).last();
  }

  /** The breakpoints of the active editor that would stop the program. */
  breakpoints(): Locator {
    return this.workbench.editor().locator('.margin .codicon-debug-breakpoint');
  }

  /** Opens the locals, which VS Code leaves closed at times when its view is just shown. */
  async openLocals(): Promise<void> {
    const locals = this.variable(/^Locals$/);
    await locals.waitFor();
    // It opens them a moment after it shows them; then a click would close them.
    await this.workbench.page.waitForTimeout(SELF_OPENING_MS);
    if ((await locals.getAttribute('aria-expanded')) === 'false') await locals.click();
  }

  /** The margin beside a line (1-based) of the active editor, where breakpoints are set by a click. */
  private async margin(line: number): Promise<{ x: number; y: number }> {
    const number = this.workbench.editor().locator('.margin-view-overlays .line-numbers', { hasText: new RegExp(`^${line}$`) }).first();
    // Lines are drawn anew at every stop: a box may be gone between two looks.
    for (let attempt = 0; ; attempt++) {
      const [numbers, editor] = [await number.boundingBox(), await this.workbench.editor().boundingBox()];
      if (numbers && editor) return { x: editor.x + 10, y: numbers.y + numbers.height / 2 };
      assert.ok(attempt < 50, `line ${line} is not on the screen`);
      await this.workbench.page.waitForTimeout(100);
    }
  }

  /** Sets or removes the breakpoint of a line of the active editor. */
  async clickMargin(line: number): Promise<void> {
    const { x, y } = await this.margin(line);
    await this.workbench.page.mouse.move(x, y);
    await this.workbench.page.mouse.click(x, y);
  }

  /** Waits until the active editor shows so many breakpoints. */
  async breakpointCount(count: number): Promise<void> {
    for (let attempt = 0; (await this.breakpoints().count()) !== count; attempt++) {
      assert.ok(attempt < 100, `there are ${await this.breakpoints().count()} breakpoints, not ${count}`);
      await this.workbench.page.waitForTimeout(100);
    }
  }

  /** Enters a line in the Debug Console. */
  async type(text: string): Promise<void> {
    await this.locate('.repl-input-wrapper .monaco-editor').first().click();
    await this.workbench.page.keyboard.type(text);
    // The list of completions would take Enter.
    await this.workbench.page.keyboard.press('Escape');
    await this.workbench.page.keyboard.press('Enter');
  }

  /** Waits for an arrow at a line: of a goroutine or thread that stands there, or with `-focused` of a frame further up that is looked at. */
  async stoppedAt(line: number, kind: '' | '-focused' = ''): Promise<void> {
    const signs = this.workbench.editor().locator(`.codicon-debug-stackframe${kind}`);
    await signs.first().waitFor({ timeout: 60_000 });
    const arrow = async () => {
      const { y } = await this.margin(line);
      const boxes = await Promise.all((await signs.all()).map((sign) => sign.boundingBox({ timeout: 1000 }).catch(() => null)));
      return boxes.some((box) => box && Math.abs(box.y + box.height / 2 - y) < SAME_LINE);
    };
    for (let attempt = 0; !(await arrow()); attempt++) {
      if (attempt > 100) throw new Error(`the program does not stand on line ${line}`);
      await this.workbench.page.waitForTimeout(200);
    }
  }
}
