import type { Problem } from '../problem.ts';
import { ServiceRefusal } from './serviceRequest.ts';

/** What the agent leaves in the run's folder when a service gives nothing (more): a Problem. */
export const PROBLEM_FILE = 'problem.json';

/** Why a service gave no profile, for a person. `url` is what was asked for. */
export function serviceProblem(error: Error & { readonly code?: string }, url: string): Problem {
  const { host, pathname } = new URL(url);
  const problem = (code: string, message: string, why: string): Problem => ({ code, message, why, remedies: [], detail: error.message });
  if (error instanceof ServiceRefusal) return refusal(error, host, pathname, problem);
  const code = error.code ?? '';
  if (code === 'ECONNREFUSED') return problem('service-refused', `Nothing answers at ${host}.`, 'Start the service, and see that it listens on this address: http.ListenAndServe("localhost:6060", nil).');
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return problem('service-unknown-host', `${host} is not known here.`, 'The name of the host is wrong, or the network does not know it.');
  if (code === 'ETIMEDOUT' || code === 'EHOSTUNREACH' || code === 'ENETUNREACH') {
    return problem('service-unreachable', `${host} does not answer.`, `${error.message}. A firewall may stand between, or the service be too busy.`);
  }
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME/.test(code)) {
    return problem('service-certificate', `The certificate of ${host} is not trusted.`, `${error.message}. Name its authority in the environment variable NODE_EXTRA_CA_CERTS, or ask by http.`);
  }
  if (/^ERR_SSL|EPROTO/.test(code)) return problem('service-tls', `${host} does not speak TLS.`, 'Ask it by http:// instead of https://.');
  if (code === 'ECONNRESET' || code === 'HPE_INVALID_CONSTANT' || code.startsWith('HPE_')) {
    return problem('service-broken', `${host} broke off the connection.`, 'It may have ended, or speak TLS: then ask it by https://.');
  }
  return problem('service-failed', `${host} could not be asked.`, error.message);
}

function refusal({ status, text }: ServiceRefusal, host: string, path: string, problem: (code: string, message: string, why: string) => Problem): Problem {
  const [first = ''] = text.split('\n');
  if (status === 404) return problem('service-no-pprof', `${host} has no profiles at ${path}.`, 'Import _ "net/http/pprof" in the service. With a mux of your own, register its handlers there.');
  if (status === 401 || status === 403) return problem('service-forbidden', `${host} does not let everybody see its profiles.`, `It answered ${status}. Ask it at an address that needs no login.`);
  if (status >= 300 && status < 400) return problem('service-redirects', `${host} sends elsewhere: ${first}`, 'Redirects are not followed. Name that address if you trust it.');
  if (status === 500 && /in use|already/i.test(text)) {
    return problem('service-in-use', `${host} is being profiled already.`, 'A Go program has one CPU profile at a time. Wait until the other one has ended.');
  }
  if (status === 200) return problem('service-no-profile', `${host} gave no profile.`, first);
  return problem('service-error', `${host} answered ${status}.`, first || 'It did not say why.');
}
