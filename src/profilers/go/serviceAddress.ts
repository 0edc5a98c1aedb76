import { ProblemError } from '../problem.ts';
import type { Target } from '../target.ts';

/** Where net/http/pprof puts its profiles. */
const USUAL = '/debug/pprof/';
/** Last parts of addresses that name one profile. */
const PROFILE_NAMES = ['profile', 'heap', 'allocs', 'block', 'mutex', 'goroutine', 'threadcreate', 'trace', 'symbol', 'cmdline'];

/**
 * The address of a service's profiles, ending with a slash, out of what people type: `6060`, `localhost:6060`, `http://host`, `https://host/debug/pprof/`, or
 * the address of one profile, whose name and questions are left out.
 * @throws ProblemError that says what an address looks like
 */
export function serviceAddress(typed: string): string {
  const word = typed.trim();
  const whole = /^:?\d{1,5}$/.test(word) ? `http://localhost:${word.replace(':', '')}` : /^[a-z][a-z\d+.-]*:\/\//i.test(word) ? word : `http://${word}`;
  let url: URL;
  try {
    url = new URL(whole);
  } catch {
    throw unclear(word);
  }
  if (word === '' || url.hostname === '' || /\s/.test(word)) throw unclear(word);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw unclear(word);
  let folder = url.pathname;
  const last = folder.slice(folder.lastIndexOf('/') + 1);
  if (PROFILE_NAMES.includes(last)) folder = folder.slice(0, folder.length - last.length);
  if (folder === '/' || folder === '') folder = USUAL;
  url.pathname = folder.endsWith('/') ? folder : `${folder}/`;
  url.search = '';
  url.hash = '';
  return url.href;
}

/** A service as a target, by the address that a person types. @throws ProblemError for what is no address */
export function serviceTarget(typed: string, place: Pick<Target, 'cwd' | 'env'>): Target {
  const url = serviceAddress(typed);
  return { language: 'go', kind: 'service', url, file: '', title: new URL(url).host, args: [], ...place };
}

function unclear(word: string): ProblemError {
  return new ProblemError({
    code: 'service-address', message: word === '' ? 'No address was given.' : `${word} is no address of a service.`,
    why: 'It looks like localhost:6060 or http://host:6060/debug/pprof/.', remedies: [],
  });
}
