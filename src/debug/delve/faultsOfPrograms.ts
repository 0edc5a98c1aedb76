/** What dlv says when it does not get along with a program, a process, a core file or the system. */
import { readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { INSTALL_DLV } from '../../profilers/install.ts';
import { mendingCommands, type ProblemError } from '../../profilers/problem.ts';
import { explainAttachRefusal } from '../../profilers/ptrace.ts';
import { fault } from '../fault.ts';
import { foreignness } from './binaryKind.ts';
import { INSTALL } from './dlvProgram.ts';
import { detailOf, type FaultRule } from './faultRule.ts';

const BUILD = 'go build -gcflags="all=-N -l"';

const dlvTooOld: FaultRule = (words, { dlv }) => {
  const dwarf = /DWARFv?5|unsupported DWARF version|DWARF v5/i.test(words) && !/WARNING: undefined behavior/.test(words);
  const match = /Version of Delve is too old for Go version (\S+)/.exec(words);
  if (!match && !dwarf) return undefined;
  const who = `dlv${dlv.version ? ` ${dlv.version}` : ''} (${dlv.file})`;
  const happened = match ? `${who} is too old for Go ${match[1]}, which built the program.` : `${who} was built with an old Go and cannot read the program's debug information (DWARF 5).`;
  return fault('delve-too-old', happened, `Install the newest: ${INSTALL}${match ? '. To try it all the same: "dlvFlags": ["--check-go-version=false"]' : ''}`, detailOf(words), [{ kind: 'terminal', label: 'Update dlv', command: INSTALL_DLV }]);
};

const goTooOld: FaultRule = (words, { dlv }) => {
  const match = /Go version (?:go)?(\S+) is too old for this version of Delve(?: \(minimum supported version ([\d.]+))?/.exec(words);
  if (!match || /WARNING: undefined behavior/.test(match.input.slice(Math.max(0, match.index - 40), match.index))) return undefined;
  const minor = /^1\.(\d+)/.exec(match[1])?.[1];
  // Each dlv 1.N debugs programs of Go 1.N.
  const older = Number(minor) >= 20 ? `, or install the dlv of that time: go install github.com/go-delve/delve/cmd/dlv@v1.${minor}.0` : '';
  return fault(
    'delve-go-too-old', `The program was built with Go ${match[1]}, which is too old for dlv${dlv.version ? ` ${dlv.version}` : ''}${match[2] ? `: it needs ${match[2]} or later` : ''}.`,
    `Build it with a newer Go${older}. It mostly works all the same with "dlvFlags": ["--check-go-version=false"].`, detailOf(words),
  );
};

const unknownOption: FaultRule = (words, { dlv, command }) => {
  const option = /unknown (?:shorthand )?flag: (.*)/.exec(words);
  if (option) return fault('delve-option', `dlv${dlv.version ? ` ${dlv.version}` : ''} does not know the option ${option[1].trim()}.`, `Correct "dlvFlags" of the debug configuration, or install the newest dlv: ${INSTALL}`, detailOf(words), [{ kind: 'terminal', label: 'Update dlv', command: INSTALL_DLV }]);
  if (!/unknown command "/.test(words)) return undefined;
  return command[0] === 'replay' ? noRecorder(words) : fault('delve-option', `dlv${dlv.version ? ` ${dlv.version}` : ''} does not know the command "${command[0]}".`, `Install the newest dlv: ${INSTALL}`, detailOf(words));
};

/** rr is needed, and is not there. dlv hides its command `replay` then. */
export function noRecorder(words = ''): ProblemError {
  const install = process.platform === 'linux' ? 'Install it (sudo apt-get install rr); it needs a processor with hardware counters.' : 'It exists for Linux only.';
  return fault('delve-no-rr', 'Recordings are made and replayed by rr, which was not found.', install, detailOf(words));
}

const noBackend: FaultRule = (words, { command }) => {
  if (!/backend unavailable|unknown backend/.test(words)) return undefined;
  if (command.some((each) => each === '--backend=rr')) return noRecorder(words);
  return fault('delve-backend', 'dlv does not have the backend that the debug configuration names.', 'Take "backend" out, or install what it needs (lldb-server or debugserver for "lldb").', detailOf(words));
};

const portInUse: FaultRule = (words) => {
  const match = /listen \S+ (\S+): bind: (address already in use|permission denied|.*only one usage of each socket address.*)/i.exec(words);
  if (!match) return undefined;
  return fault('delve-port', `dlv cannot listen on ${match[1]}: ${/permission/.test(match[2]) ? 'the system does not permit it' : 'another program uses that port'}.`, 'Take the port out of the configuration, and a free one is chosen; or end the program that uses it.', detailOf(words));
};

const stripped: FaultRule = (words, { command }) => {
  if (!/could not open debug info|debuggee must not be built with 'go run'|could not find \.debug_line|no debug info found/.test(words)) return undefined;
  return fault('delve-stripped', `${path.basename(command[1] ?? 'The program')} was built without debug information: neither lines nor variables are known.`, `Build it for debugging: ${BUILD} (without -ldflags -s or -w).`, detailOf(words));
};

const wrongBinary: FaultRule = async (words, { command, dlvCwd }) => {
  const said = /fork\/exec .*: exec format error|not an executable file|is not executable|bad CPU type/.exec(words);
  if (!said || !['exec', 'core'].includes(command[0])) return undefined;
  const file = path.resolve(dlvCwd, command[1] ?? '');
  const { what, code } = await foreignness(file);
  const mend = { 'delve-wrong-architecture': `Build it for this machine (GOOS=${process.platform === 'win32' ? 'windows' : process.platform} GOARCH=${goArchitecture()}): ${BUILD}`,
    'delve-not-executable': 'Name a built program in "program", or use "mode": "debug" to build one.', 'delve-permission': `Make it executable: chmod +x ${file}` }[code];
  return fault(code, `${file} ${what}.`, mend, detailOf(words));
};

/** Go's name of this machine's processor. */
function goArchitecture(): string {
  return { x64: 'amd64', ia32: '386' }[os.arch() as string] ?? os.arch();
}

const notThere: FaultRule = (words, { command }) => {
  const match = /(?:open|stat|fork\/exec) (.*?): no such file or directory/.exec(words);
  if (!match || !['exec', 'core', 'replay'].includes(command[0])) return undefined;
  return fault('delve-no-file', `${match[1]} does not exist.`, command[0] === 'core' ? 'Correct "program" (the binary) or "coreFile" (its dump).' : 'Correct "program" of the debug configuration.', detailOf(words));
};

const noCore: FaultRule = (words, { command }) => {
  if (command[0] !== 'core') return undefined;
  const [program, core] = [command[1], command[2]];
  const happened = /is not an exe file/.test(words) ? `${program} is not a program.`
    : /unrecognized core format|is not a core file|^EOF$/m.test(words) ? `${core} is not a core file that dlv can read.`
    : undefined;
  return happened ? fault('delve-core', happened, 'Name the binary in "program" and the dump that it left in "coreFile"; dlv reads ELF cores of amd64 and arm64, Windows minidumps, and what its own "dump" wrote.', detailOf(words)) : undefined;
};

const noProcess: FaultRule = (words) => {
  if (/waitfor duration expired/.test(words)) return fault('delve-no-process', 'No process with that name has started.', 'Correct "waitFor": it is the beginning of the command line.', detailOf(words));
  const match = /could not attach to pid (\d+): (?:no such process|.*(?:no such file|could not find|not found|The parameter is incorrect).*)/i.exec(words);
  return match ? fault('delve-no-process', `There is no process ${match[1]}.`, 'It has ended; choose one that runs.', detailOf(words)) : undefined;
};

const traced: FaultRule = async (words) => {
  const pid = /could not attach to pid (\d+): (?:already being debugged|operation not permitted)/i.exec(words)?.[1];
  if (pid === undefined) return undefined;
  // dlv asks the kernel itself from 1.21 on.
  const tracer = /already being debugged by pid (\d+)/.exec(words)?.[1] ?? /^TracerPid:\s+([1-9]\d*)/m.exec(await readFile(`/proc/${pid}/status`, 'latin1').catch(() => ''))?.[1];
  if (tracer === undefined) return undefined;
  const name = (await readFile(`/proc/${tracer}/comm`, 'utf8').catch(() => '')).trim();
  return fault('delve-traced', `Process ${pid} is being debugged or traced already, by ${name || 'process'} ${tracer}.`, `A process has one debugger at a time: end that one (kill ${tracer}), or connect to it by "port" if it is a dlv that listens.`, detailOf(words));
};

/** macOS asks for a signature or a confirmation before it lets anything debug. */
const codesign: FaultRule = (words) => {
  if (process.platform !== 'darwin') return undefined;
  if (/debugserver or lldb-server not found|lldb backend|xcode-select/.test(words)) return fault('delve-codesign', 'dlv debugs through Apple\'s debugserver, which was not found.', 'Install it: xcode-select --install', detailOf(words));
  if (!/task_for_pid|taskport|codesign|not having permission|could not fork\/exec|Not allowed to attach/i.test(words)) return undefined;
  return fault('delve-codesign', 'macOS does not let dlv debug.', 'Permit it once for developers: sudo /usr/sbin/DevToolsSecurity -enable', detailOf(words));
};

const forbidden: FaultRule = async (words) => {
  const match = /could not attach to pid (\d+): (?:operation not permitted|this could be caused by a kernel security setting|current user does not own|permission denied|Access is denied)/i.exec(words);
  if (!match) {
    if (!/could not launch process: .*(operation not permitted|permission denied)/.test(words)) return undefined;
    return fault('delve-ptrace', 'The system does not let dlv trace the program that it starts.', 'A container needs the capability for it: docker run --cap-add=SYS_PTRACE --security-opt seccomp=unconfined', detailOf(words));
  }
  const pid = Number(match[1]);
  const [status, scope] = await Promise.all([`/proc/${pid}/status`, '/proc/sys/kernel/yama/ptrace_scope'].map((file) => readFile(file, 'latin1').catch(() => undefined)));
  const owner = /^Uid:\s+(\d+)/m.exec(status ?? '')?.[1];
  return ptraceFault(explainAttachRefusal(pid, 'dlv', detailOf(words), scope === undefined ? undefined : Number(scope), owner === undefined ? undefined : Number(owner)));
};

/** A refusal that the profilers know too, in this adapter's words and with the command that mends it. */
function ptraceFault(problem: ReturnType<typeof explainAttachRefusal>): ProblemError {
  const [command] = mendingCommands(problem);
  const why = problem.why.replaceAll('Heatline', 'dlv').replace('under the profiler', 'under the debugger').replace(/ a container needs/i, ' A container needs');
  return fault('delve-ptrace', problem.message, command ? `${why} ${command}` : why, problem.detail, problem.remedies.filter(({ kind }) => kind === 'terminal'));
}

/** In order: what is more telling stands before what is more general. */
export const programFaults: readonly FaultRule[] = [dlvTooOld, goTooOld, unknownOption, portInUse, noBackend, codesign, noProcess, traced, forbidden, noCore, wrongBinary, notThere, stripped];
