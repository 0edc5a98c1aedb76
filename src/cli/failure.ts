import { ExitCode, UsageError } from './command.ts';
import { printable } from './output.ts';

/** The exit code for an error, which is told; only faults of ours show a stack. `command` is the subcommand that failed. */
export async function failed(error: NodeJS.ErrnoException, command: string | undefined): Promise<number> {
  if (error instanceof UsageError) {
    console.error(error.message);
    return ExitCode.Failed;
  }
  if (error.code?.startsWith('ERR_PARSE_ARGS')) {
    console.error(`${error.message.split('. ')[0]}. See heatline ${command} --help.`);
    return ExitCode.Failed;
  }
  if (error.code === 'EPIPE') return ExitCode.Fine;
  const { ProblemError } = await import('../profilers/problem.ts');
  if (error instanceof ProblemError) {
    console.error((await import('./problemText.ts')).problemText(error.problem));
    return ExitCode.Failed;
  }
  if (error.name === 'OutputError') {
    console.error(printable(error.message));
    return ExitCode.Failed;
  }
  const { isInputError } = await import('../engine/open.ts');
  // What record cannot read it was not given: it is a folder that cannot be written to, or a tool's broken output.
  if (command === 'record' && isInputError(error)) {
    console.error(printable(error.message));
    return ExitCode.Failed;
  }
  if (isInputError(error)) {
    console.error(printable(error.message));
    return ExitCode.Unreadable;
  }
  console.error(error.stack);
  return ExitCode.Failed;
}
