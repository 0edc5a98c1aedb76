import { runProcess } from '../../profilers/process.ts';
import { fault } from '../fault.ts';

/** The oldest Python that the helper runs on. */
const OLDEST = [3, 8] as const;
const PROBE = 'import sys; sys.stdout.write("%d.%d.%d %s" % (tuple(sys.version_info[:3]) + (sys.executable,)))';
/** Milliseconds for an interpreter to say its version. */
const PROBE_PATIENCE = 15_000;

export interface Interpreter {
  readonly version: readonly number[];
  readonly executable: string;
}

/** Asks an interpreter for its version. @throws ProblemError when it does not run, or is no Python */
export async function probeInterpreter(interpreter: readonly string[], cwd: string, env?: NodeJS.ProcessEnv): Promise<Interpreter> {
  const named = interpreter.join(' ');
  const mend = 'Let "python" of the debug configuration name a Python interpreter, and see what it says in a terminal.';
  let result;
  try {
    result = await runProcess(interpreter[0], [...interpreter.slice(1), '-c', PROBE], { cwd, env, timeout: PROBE_PATIENCE });
  } catch (error) {
    throw fault('pdb-python-start', `${named} could not be started.`, `${(error as Error).message}. ${mend}`);
  }
  const match = /(\d+)\.(\d+)\.(\d+) (.*)$/.exec(result.stdout);
  if (match) return { version: match.slice(1, 4).map(Number), executable: match[4] };
  const how = result.signal ? `was ended by ${result.signal}` : `ended with exit code ${result.code}`;
  throw fault('pdb-python-broken', `${named} is no working Python interpreter: asked for its version, it ${how}.`, mend, result.stderr.slice(-4000));
}

/** @throws ProblemError for a version that the helper does not run on */
export function mustBeNewEnough({ version, executable }: Interpreter): void {
  if (version[0] > OLDEST[0] || (version[0] === OLDEST[0] && version[1] >= OLDEST[1])) return;
  throw fault(
    'pdb-python-old', `${executable} is Python ${version.join('.')}; debugging needs Python ${OLDEST.join('.')} or later.`,
    'Select a newer interpreter, or let "python" of the debug configuration name one.',
  );
}
