/** What a command may do beside printing; everything else only prints. */
export type Effect = 'runs' | 'breakpoints' | 'selects' | 'changes' | 'anything';

/** By the first of a command's names. Commands of the user's own scripts are not here: they may do anything. */
const EFFECTS: Readonly<Record<string, Effect>> = {
  continue: 'runs', next: 'runs', step: 'runs', stepout: 'runs', 'step-instruction': 'runs', 'next-instruction': 'runs', rewind: 'runs', rev: 'runs', jump: 'runs', restart: 'runs', rebuild: 'runs', call: 'runs',
  break: 'breakpoints', trace: 'breakpoints', watch: 'breakpoints', clear: 'breakpoints', clearall: 'breakpoints', toggle: 'breakpoints', condition: 'breakpoints', on: 'breakpoints',
  goroutine: 'selects', thread: 'selects', frame: 'selects', up: 'selects', down: 'selects', target: 'selects',
  set: 'changes', source: 'anything', goroutines: 'anything', deferred: 'changes',
};
const ONLY_PRINTS = new Set([
  'args', 'locals', 'vars', 'regs', 'print', 'whatis', 'examinemem', 'display', 'stack', 'list', 'threads', 'breakpoints', 'config', 'disassemble', 'dump', 'edit', 'exit', 'funcs', 'help', 'libraries', 'packages',
  'sources', 'transcript', 'types', 'checkpoint', 'check', 'checkpoints', 'clear-checkpoint',
]);

/** A line that is a command. */
export interface Command {
  /** The first of its names. */
  readonly name: string;
  /** What stands behind it. */
  readonly rest: string;
  readonly effect: Effect | undefined;
}

/** The commands of a dlv, with the aliases of its user, by each of their names. `help`: what its `help` prints. */
export class Commands {
  readonly names = new Map<string, string>();

  constructor(help: string) {
    for (const [, name, aliases] of help.matchAll(/^ {4}(\S+)(?: \(alias: ([^)]*)\))? /gm)) {
      for (const each of [name, ...(aliases ? aliases.split(' | ') : [])]) this.names.set(each, name);
    }
  }

  /** The command that a line is; undefined when it is an expression. */
  of(line: string): Command | undefined {
    const [, first, rest] = /^\s*(\S+)\s*([\s\S]*?)\s*$/.exec(line) ?? [];
    const name = first === undefined ? undefined : this.names.get(first);
    if (name === undefined || isExpression(name, rest)) return undefined;
    const effect = Object.hasOwn(EFFECTS, name) ? EFFECTS[name] : ONLY_PRINTS.has(name) ? undefined : 'anything';
    return { name, rest, effect };
  }
}

/** `x == 3` is a comparison of a variable that is called as a command is. */
function isExpression(name: string, rest: string): boolean {
  return name !== 'restart' && /^(?:[=!<>]=|&&|\|\||[<>%|^&]) /.test(rest);
}

/** The command that `goroutine 3 frame 1 print x` comes to, and whether it is another than the first. */
export function innermost(commands: Commands, command: Command): Command {
  const words = /^(\d+)\s+(\S[\s\S]*)$/.exec(command.rest);
  if (!['goroutine', 'frame', 'up', 'down', 'deferred'].includes(command.name) || !words) return command;
  const inner = commands.of(words[2]);
  return inner ? innermost(commands, inner) : { ...command, effect: undefined };
}
