/** What stands behind a command of dlv's terminal; decides what is offered there. */
export type Operand = 'expression' | 'place' | 'function' | 'breakpoint' | 'command' | 'type' | 'source' | 'package' | 'global' | 'parameter' | 'goroutine' | 'frame' | 'variable' | 'none';

/** A command of dlv's terminal. */
export interface TerminalCommand {
  /** The full name, then its aliases. */
  readonly names: readonly string[];
  /** The first line of dlv's help for it. */
  readonly about: string;
  readonly operand: Operand;
  /** The first dlv that has it, where 1.20 has not. */
  readonly since?: string;
  /** Options that it takes. */
  readonly options?: readonly string[];
}

/** The commands as dlv's `help` lists them (pkg/terminal/command.go of 1.27); a test compares them with every dlv at hand. */
export const TERMINAL_COMMANDS: readonly TerminalCommand[] = [
  { names: ['call'], about: 'Resumes process, injecting a function call (EXPERIMENTAL!!!)', operand: 'expression', options: ['-unsafe'] },
  { names: ['continue', 'c'], about: 'Run until breakpoint or program termination.', operand: 'place' },
  { names: ['jump', 'j'], about: 'Set the next instruction to be executed (EXPERIMENTAL!!!).', operand: 'place', since: '1.27.2' },
  { names: ['next', 'n'], about: 'Step over to next source line.', operand: 'none' },
  { names: ['next-instruction', 'ni', 'nexti'], about: 'Single step a single cpu instruction, skipping function calls.', operand: 'none', since: '1.23' },
  { names: ['rebuild'], about: 'Rebuild the target executable and restarts it. It does not work if the executable was not built by delve.', operand: 'none' },
  { names: ['restart', 'r'], about: 'Restart process.', operand: 'none', options: ['-noargs'] },
  { names: ['step', 's'], about: 'Single step through program.', operand: 'none' },
  { names: ['step-instruction', 'si'], about: 'Single step a single cpu instruction.', operand: 'none' },
  { names: ['stepout', 'so'], about: 'Step out of the current function.', operand: 'none' },
  { names: ['break', 'b'], about: 'Sets a breakpoint.', operand: 'place' },
  { names: ['breakpoints', 'bp'], about: 'Print out info for active breakpoints.', operand: 'none', options: ['-a'] },
  { names: ['clear'], about: 'Deletes breakpoint.', operand: 'breakpoint' },
  { names: ['clearall'], about: 'Deletes multiple breakpoints.', operand: 'place' },
  { names: ['condition', 'cond'], about: 'Set breakpoint condition.', operand: 'breakpoint', options: ['-hitcount', '-per-g-hitcount', '-clear'] },
  { names: ['on'], about: 'Executes a command when a breakpoint is hit.', operand: 'breakpoint' },
  { names: ['toggle'], about: 'Toggles on or off a breakpoint.', operand: 'breakpoint' },
  { names: ['trace', 't'], about: 'Set tracepoint.', operand: 'place' },
  { names: ['watch'], about: 'Set watchpoint.', operand: 'expression', options: ['-r', '-w', '-rw'] },
  { names: ['args'], about: 'Print function arguments.', operand: 'variable', options: ['-v'] },
  { names: ['display'], about: 'Print value of an expression every time the program stops.', operand: 'expression', options: ['-a', '-d'] },
  { names: ['examinemem', 'x'], about: 'Examine raw memory at the given address.', operand: 'expression', options: ['-fmt', '-count', '-size', '-x'] },
  { names: ['locals'], about: 'Print local variables.', operand: 'variable', options: ['-v'] },
  { names: ['print', 'p'], about: 'Evaluate an expression.', operand: 'expression' },
  { names: ['regs'], about: 'Print contents of CPU registers.', operand: 'none', options: ['-a'] },
  { names: ['set'], about: 'Changes the value of a variable.', operand: 'expression' },
  { names: ['vars'], about: 'Print package variables.', operand: 'global', options: ['-v'] },
  { names: ['whatis'], about: 'Prints type of an expression or a type.', operand: 'expression' },
  { names: ['goroutine', 'gr'], about: 'Shows or changes current goroutine', operand: 'goroutine' },
  { names: ['goroutines', 'grs'], about: 'List program goroutines.', operand: 'none', options: ['-u', '-r', '-g', '-s', '-t', '-l', '-with', '-without', '-group', '-chan', '-exec'] },
  { names: ['thread', 'tr'], about: 'Switch to the specified thread.', operand: 'none' },
  { names: ['threads'], about: 'Print out info for every traced thread.', operand: 'none' },
  { names: ['deferred'], about: 'Executes command in the context of a deferred call.', operand: 'none' },
  { names: ['down'], about: 'Move the current frame down.', operand: 'frame' },
  { names: ['frame'], about: 'Set the current frame, or execute command on a different frame.', operand: 'frame' },
  { names: ['stack', 'bt'], about: 'Print stack trace.', operand: 'none', options: ['-full', '-offsets', '-defer', '-a', '-adepth', '-mode'] },
  { names: ['up'], about: 'Move the current frame up.', operand: 'frame' },
  { names: ['config'], about: 'Changes configuration parameters.', operand: 'parameter', options: ['-list', '-save'] },
  { names: ['disassemble', 'disass'], about: 'Disassembler.', operand: 'place', options: ['-a', '-l'] },
  { names: ['dump'], about: 'Creates a core dump from the current process state', operand: 'none' },
  { names: ['edit', 'ed'], about: 'Open where you are in $DELVE_EDITOR or $EDITOR', operand: 'place' },
  { names: ['exit', 'quit', 'q'], about: 'Exit the debugger.', operand: 'none', options: ['-c'] },
  { names: ['funcs'], about: 'Print list of functions.', operand: 'function' },
  { names: ['help', 'h'], about: 'Prints the help message.', operand: 'command' },
  { names: ['libraries'], about: 'List loaded dynamic libraries.', operand: 'none' },
  { names: ['list', 'ls', 'l'], about: 'Show source code.', operand: 'place' },
  { names: ['packages'], about: 'Print list of packages.', operand: 'package', since: '1.21.1' },
  { names: ['source'], about: 'Executes a file containing a list of delve commands', operand: 'none' },
  { names: ['sources'], about: 'Print list of source files.', operand: 'source' },
  { names: ['target'], about: 'Manages child process debugging.', operand: 'none', since: '1.21', options: ['list', 'switch', 'follow-exec'] },
  { names: ['transcript'], about: 'Appends command output to a file.', operand: 'none', options: ['-t', '-x', '-off'] },
  { names: ['types'], about: 'Print list of types', operand: 'type' },
];

/** Parameters of dlv's `config`. */
export const PARAMETERS: readonly string[] = [
  'alias', 'debug-info-directories', 'disassemble-flavor', 'max-array-values', 'max-string-len', 'max-variable-recurse', 'position', 'prompt-color', 'show-location-expr', 'source-list-arrow-color', 'source-list-comment-color',
  'source-list-keyword-color', 'source-list-line-color', 'source-list-line-count', 'source-list-number-color', 'source-list-string-color', 'source-list-tab-color', 'substitute-path', 'tab', 'trace-show-timestamp',
];

const byName = new Map(TERMINAL_COMMANDS.flatMap((command) => command.names.map((name) => [name, command] as const)));

/** The command of a name or alias. */
export function terminalCommand(name: string): TerminalCommand | undefined {
  return byName.get(name);
}
