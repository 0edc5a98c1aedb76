import { callEnd, resultStart, TraceDuration, TracePrefix } from './traceLine.ts';
import { firstLines } from './lineReader.ts';
import { tableColumns } from './traceTable.ts';

/** System calls that few programs leave out, and whose names few libraries share. */
const SYSTEM_CALLS = new Set((
  'execve brk mmap munmap mprotect access openat newfstatat fstat close read write pread64 arch_prctl set_tid_address set_robust_list rseq prlimit64 getrandom '
  + 'futex clone clone3 wait4 exit_group rt_sigaction rt_sigprocmask rt_sigreturn rt_sigsuspend ioctl lseek fcntl getdents64 dup2 pipe2 epoll_wait epoll_pwait epoll_ctl '
  + 'poll ppoll select pselect6 recvfrom sendto recvmsg sendmsg socket connect accept4 clock_nanosleep nanosleep restart_syscall madvise sched_yield statx open stat lstat '
  + 'readv writev pwrite64 sendfile getpid gettid kill tgkill unlink mkdir readlink uname getcwd vfork wait sched_getaffinity sigaltstack'
).split(' '));

/** Functions of the C library that are no system calls. */
const LIBRARY_FUNCTIONS = new Set((
  'malloc calloc realloc free puts printf fprintf sprintf snprintf vfprintf putchar fputs fputc fputs_unlocked fopen fclose fread fwrite fgets getc getenv setlocale '
  + 'strlen strcmp strncmp strcpy strncpy strcat strchr strrchr strstr strdup strtol strtoul memcpy memmove memset memcmp qsort exit atoi rand srand bindtextdomain textdomain '
  + 'main getopt_long isatty fflush setvbuf time sleep usleep wait fork'
).split(' '));

/** A demangled name with its parameters, and the arguments. */
const DEMANGLED = /^[A-Za-z_~].*\)(?: const)?\((?:0x|-?\d|"|\))/;
const CALL = /^((?:[\w.+-]+->)?)([\w?]*(?:@[\w.+-]+)?)\(/;

/**
 * Whether these first bytes are what strace or ltrace prints. Both print calls as `name(arguments) = result`; what tells them
 * apart are the names, and how each writes results, signals and ends.
 */
export function traceKind(head: Uint8Array): 'strace' | 'ltrace' | undefined {
  const encoder = new TextEncoder();
  const score = { strace: 0, ltrace: 0, shaped: 0, lines: 0 };
  for (const line of firstLines(head, 300)) {
    if (line.trim() === '') continue;
    const columns = tableColumns(line);
    if (columns) return columns.includes('syscall') ? 'strace' : 'ltrace';
    score.lines++;
    scoreLine(encoder.encode(line.length > 4000 ? line.slice(0, 4000) : line), line.length > 4000, score);
  }
  // Other texts may hold a line or two that look so; among what a traced program prints there are many.
  if ((score.strace + score.ltrace + score.shaped) * 10 < score.lines) return undefined;
  if (score.strace !== score.ltrace) return score.strace > score.ltrace ? 'strace' : 'ltrace';
  // Calls of unknown functions, with every sign of a trace: ltrace knows no names of its own.
  return score.shaped >= 3 && score.shaped * 2 > score.lines ? 'ltrace' : undefined;
}

const prefix = new TracePrefix();
const duration = new TraceDuration();
const decoder = new TextDecoder();

function scoreLine(bytes: Uint8Array, isCut: boolean, score: { strace: number; ltrace: number; shaped: number }): void {
  const start = prefix.parse(bytes, 0, bytes.length);
  const body = decoder.decode(bytes.subarray(start));
  if (/^\+\+\+ (?:exited with \d|superseded by )/.test(body) || /^--- (?:SIG\w+ \{|stopped by )/.test(body)) score.strace++;
  else if (/^\+\+\+ exited \(status /.test(body) || /^--- SIG\w+ \(.*\) ---$/.test(body)) score.ltrace++;
  const isDemangled = DEMANGLED.test(body);
  const name = CALL.exec(body) ?? /^<\.\.\. ()(\S+) resumed>/.exec(body);
  if (!name && !isDemangled) return;
  const end = duration.parse(bytes, start, bytes.length);
  const close = isCut ? -1 : callEnd(bytes, start, end);
  const result = close < 0 ? '' : decoder.decode(bytes.subarray(resultStart(bytes, close, end), end));
  const open = /<(?:unfinished|no return|detached) \.\.\.>$/.exec(body.slice(-30));
  if (!isCut && !open && !/^(?:-?\d|\?|<void>|nil|["'{[]|true$|false$)/.test(result)) return;
  const [, library, func] = name ?? ['', '', ''];
  if (isDemangled || library !== '' || func.includes('@') || /^SYS_|^__/.test(func) || LIBRARY_FUNCTIONS.has(func) || /^(?:<void>|nil|")/.test(result) || open?.[0] === '<no return ...>') {
    score.ltrace++;
  } else if (SYSTEM_CALLS.has(func) || /^(?:-1 (?:E[A-Z]|\(errno)|\?)/.test(result)) {
    score.strace++;
  } else {
    score.shaped++;
  }
}
