import { wholeNumber } from '../configurationChecks.ts';
import type { AttachConfiguration } from './configuration.ts';
import type { Started } from './launched.ts';
import { sharedSettings } from './sharedSettings.ts';
import { LOOPBACK } from './ports.ts';
import type { Surroundings } from './surroundings.ts';

/** Attaches to a program, or to a dlv that debugs one. @throws ProblemError that says what happened, why, and what mends it */
export async function attach(configuration: AttachConfiguration, _around: Surroundings): Promise<Started> {
  const host = configuration.host ?? LOOPBACK;
  const port = wholeNumber(configuration, 'port', 1, 65535) ?? 2345;
  return {
    server: {
      host, port, kind: 'headless', takesMany: true, isOurs: false, ended: new Promise(() => undefined), stderr: () => '', input: () => false, settle: () => undefined,
      stop: async () => undefined, kill: async () => undefined, release: () => undefined,
    },
    title: `${host}:${port}`, version: '', cwd: process.cwd(), isFresh: false, request: 'attach', args: { mode: 'remote', ...sharedSettings(configuration) },
  };
}
