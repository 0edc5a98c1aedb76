import type { ServerState } from '../serverState.ts';
import type { DlvTerminal } from './terminal.ts';

/** What dlv's terminal prints when the program has stopped, for a stop that its terminal did not see. */
export class StopText {
  /** Whether the person has asked for values to be printed at each stop. */
  hasDisplays = false;

  /** The terminal's frame is 0 afterwards. */
  async of(terminal: DlvTerminal, state: ServerState): Promise<string> {
    // `frame 0` prints the same head and the same lines of source; between them stands its own line.
    const [, head, source] = /^([\s\S]*?)^Frame 0: .*\n([\s\S]*)$/m.exec((await terminal.run('frame 0')).text) ?? ['', '', ''];
    const display = this.hasDisplays ? (await terminal.run('display')).text : '';
    return head + (await attached(terminal, state)) + source + display;
  }
}

/** What `on` has attached to the breakpoint of the stop (printBreakpointInfo of pkg/terminal/command.go), in its order. */
async function attached(terminal: DlvTerminal, state: ServerState): Promise<string> {
  const breakpoint = state.currentThread?.breakPoint;
  if (!breakpoint || breakpoint.id < 0) return '';
  let text = '';
  if (breakpoint.goroutine) text += indented((await terminal.run('goroutine')).text.replace(/^[\s\S]*?^(?=Goroutine )/m, ''), '\t');
  for (const each of breakpoint.variables ?? []) text += `\t${each}: ${indented((await terminal.run(`print ${each}`)).text, '\t').trimStart()}`;
  // Places stand further in by the width of the indentation (PrintStack of service/api).
  if (breakpoint.stacktrace > 0) text += `\tStack:\n${indented((await terminal.run(`stack ${breakpoint.stacktrace}`)).text.replace(/^(?= +at )/gm, '  '), '\t\t')}`;
  return text;
}

function indented(text: string, by: string): string {
  return text.replace(/^(?=.)/gm, by);
}
