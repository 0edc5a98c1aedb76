import { spawn } from 'node:child_process';
import path from 'node:path';
import { PerfRefusal } from './inputErrors.ts';
import type { Profile } from '../core/profile.ts';
import type { Input, ReadOptions } from '../formats/format.ts';
import { perfData } from '../formats/perfData.ts';
import { PERF_SCRIPT_ARGUMENTS, perfScript } from '../formats/perfScript.ts';
import { findProgram } from '../profilers/process.ts';

export interface PerfDataOptions extends ReadOptions {
  /** False: no program may be run (a workspace that is not trusted). */
  readonly mayRun?: boolean;
  /** The perf command; default `perf`. */
  readonly perf?: string;
  /** Ends perf. */
  readonly signal?: AbortSignal;
}

/** Most of perf's complaints that are kept. */
const MOST_COMPLAINTS = 20_000;

/**
 * Reads a perf.data file: its own facts from its bytes, its samples through the installed perf, which is given the file as an
 * argument and whose text is read as it comes. `zipped`: the file is gzip, which perf does not read.
 * @throws PerfRefusal when there is no perf or it may not run or refuses; the message says what the file is and what to do
 */
export async function readPerfData(file: string, input: Input, zipped: boolean, options: PerfDataOptions = {}): Promise<Profile> {
  const own = await perfData.read([input]);
  const byHand = `perf script -i ${shellWord(path.basename(file))} > perf.txt`;
  const refuse = (why: string, what: string) => new PerfRefusal(`${path.basename(file)} is a recording of perf${described(own)}. ${why} ${what}`);
  if (zipped) throw refuse('It is compressed with gzip, which perf does not read.', 'Unpack it first (gunzip).');
  if (options.mayRun === false) throw refuse('Reading it takes running perf, and nothing is run in a workspace that is not trusted.', `Trust the workspace, or run "${byHand}" yourself and open the text.`);
  const perf = await findProgram(options.perf ?? 'perf');
  if (!perf) throw refuse('Reading its samples takes perf, which is not installed here.', `Install it (Debian: apt install linux-perf; Ubuntu: apt install linux-tools-generic), or run "${byHand}" on the machine of the recording and open the text.`);
  const child = spawn(perf, [...PERF_SCRIPT_ARGUMENTS, '-i', file], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, PAGER: 'cat', DEBUGINFOD_URLS: '' }, signal: options.signal });
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (complaints.length < MOST_COMPLAINTS) complaints += text;
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  // It is awaited after the text has been read; until then a failure must not count as unhandled.
  ended.catch(() => undefined);
  const text: Input = { name: `perf's text of ${path.basename(file)}`, read: () => child.stdout };
  let samples: Profile | undefined;
  let failure: unknown;
  try {
    samples = await perfScript.read([text], { progress: options.progress, samples: options.samples });
  } catch (error) {
    failure = error;
  } finally {
    if (failure !== undefined) child.kill();
  }
  const code = await ended;
  options.signal?.throwIfAborted();
  if (samples) return joined(own, samples, code === 0 ? undefined : complaint(complaints));
  if (/not owned by current user|use -f to override/.test(complaints)) {
    throw refuse('It belongs to another user, and perf does not read those unasked.', `If you trust the file, make it yours (chown), or run "${byHand.replace('perf script', 'perf script --force')}" and open the text.`);
  }
  if (code === 0 && own.truncated) throw refuse('It holds no complete sample.', own.warnings.join('. '));
  if (code === 0 && (failure as Error).name === 'FormatError' && /at least one sample/.test((failure as Error).message)) throw refuse('It holds no samples.', '');
  if (code === 0) throw failure;
  throw refuse(`perf ${perf === options.perf ? '' : 'here '}does not read it: ${complaint(complaints)}.`, 'Another version of perf may.');
}

/** What the file says of itself, for messages. */
function described(own: Profile): string {
  const facts = new Map(own.meta.facts);
  const parts = [
    own.meta.command === undefined ? '' : `by "${own.meta.command}"`,
    facts.has('Host') ? `on ${facts.get('Host')} (${[facts.get('Architecture'), facts.get('Kernel')].filter(Boolean).join(', ')})` : '',
    facts.has('Events recorded') ? `of ${facts.get('Events recorded')}` : '',
    facts.has('Samples in the file') ? `with ${facts.get('Samples in the file')} samples` : '',
  ].filter(Boolean);
  return parts.length === 0 ? '' : `, made ${parts.join(', ')}`;
}

/** The samples as perf printed them, with what the file itself tells better. */
function joined(own: Profile, samples: Profile, problem: string | undefined): Profile {
  const told = samples.warnings.filter((warning) => own.warnings.length === 0 || !/^perf lost \d/.test(warning));
  return {
    ...samples,
    meta: { ...samples.meta, ...own.meta, duration: samples.meta.duration ?? own.meta.duration },
    truncated: samples.truncated || own.truncated || problem !== undefined,
    warnings: [...new Set([...own.warnings, ...told, ...(problem === undefined ? [] : [`perf did not read all of it: ${problem}`])])],
  };
}

/** The last thing that perf said which is no mere warning. */
function complaint(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.trim()).filter(Boolean);
  return (lines.filter((line) => !/^(?:Warning|WARNING)/.test(line)).at(-1) ?? lines.at(-1) ?? 'it gave no reason').replace(/\.$/, '');
}

function shellWord(word: string): string {
  return /^[\w.+-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
