import { COMMANDS } from './commands.ts';
import { ExitCode, UsageError } from './command.ts';
import { failed } from './failure.ts';
import { exitOnBrokenPipe, printable } from './output.ts';
import { closest } from './suggestion.ts';
import { version } from '../../package.json';

const HELP = `heatline: record profiles and look at them, without an editor

${COMMANDS.map(({ name, summary }) => `  heatline ${name.padEnd(10)} ${summary}`).join('\n')}

heatline COMMAND --help tells about one of them. FILE is a profile in any format that Heatline reads, the .heatline file of a
run, or - for what comes on standard input. Several files are parts of one profile.
Exit codes: 0 fine, 1 the profiled program failed (its profile was kept), 2 wrong usage or a tool failed, 3 unreadable input.`;

async function main(words: readonly string[]): Promise<number> {
  const [name, ...rest] = words;
  if (name === '--help' || name === '-h' || (name === 'help' && rest.length === 0)) {
    console.log(HELP);
    return ExitCode.Fine;
  }
  if (name === '--version' || name === '-V') {
    console.log(version);
    return ExitCode.Fine;
  }
  const wanted = name === 'help' ? rest[0] : name;
  if (wanted === undefined) throw new UsageError(HELP);
  const entry = COMMANDS.find((command) => command.name === wanted);
  if (!entry) {
    const near = closest(wanted, COMMANDS.map((command) => command.name));
    throw new UsageError(`heatline has no command ${printable(wanted)}.${near ? ` Did you mean ${near}?` : ''} heatline --help lists them.`);
  }
  const command = await entry.load();
  // What follows -- belongs to the profiled program.
  const end = rest.indexOf('--');
  const own = end < 0 ? rest : rest.slice(0, end);
  if (name === 'help' || own.includes('--help') || own.includes('-h')) {
    console.log(command.help);
    return ExitCode.Fine;
  }
  return command.run(rest);
}

exitOnBrokenPipe();
const words = process.argv.slice(2);
main(words).catch((error: unknown) => failed(error instanceof Error ? error : new Error(String(error)), words[0])).then((code) => {
  process.exitCode = code;
});
