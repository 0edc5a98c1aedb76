/** Where Go's net/http/pprof serves its profiles. */
const PPROF_PATH = '/debug/pprof/';

/**
 * The address of a Go service's profiles from what a person types: a port, `host:port`, or a URL with or without its path.
 * @throws Error that says what is wrong
 */
export function serviceUrl(typed: string): string {
  const text = typed.trim();
  if (!text) throw new Error('Type an address, such as localhost:6060.');
  const hosted = /^:?\d+$/.test(text) ? `localhost:${text.replace(':', '')}` : text;
  let url: URL;
  try {
    url = new URL(/^[a-z][a-z\d+.-]*:\/\//i.test(hosted) ? hosted : `http://${hosted}`);
  } catch {
    throw new Error(`${text} is no address. Type one such as localhost:6060.`);
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new Error(`Services are asked over http or https, not ${url.protocol.slice(0, -1)}.`);
  if (/\s/.test(text) || !url.hostname) throw new Error(`${text} is no address. Type one such as localhost:6060.`);
  const start = url.pathname.indexOf(PPROF_PATH.slice(0, -1));
  // An address of one profile, copied from the browser, means the service too.
  url.pathname = start >= 0 ? url.pathname.slice(0, start) + PPROF_PATH : url.pathname.replace(/\/*$/, PPROF_PATH);
  url.search = '';
  url.hash = '';
  return url.href;
}
