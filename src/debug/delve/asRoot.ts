import { flag } from '../configurationChecks.ts';
import { fault } from '../fault.ts';
import type { CommonConfiguration } from './configuration.ts';

/**
 * A clear no to `asRoot`, unless the adapter is root itself. A dlv of root that listens for another user must let every user of the machine in (--only-same-user=false), and who gets in
 * runs anything as root; that is for a person to decide, in a terminal. @throws ProblemError `delve-as-root` with the command
 */
export function refuseRoot(configuration: CommonConfiguration, command: string): void {
  if (!flag(configuration, 'asRoot') || process.getuid?.() === 0) return;
  throw fault(
    'delve-as-root', 'dlv is not started as root from here.', 'It would let every user of this machine in. Where that is no danger, start it in a terminal, and attach to it with "port": 2345: '
      + `sudo dlv ${command} --headless --accept-multiclient --only-same-user=false --listen=127.0.0.1:2345`,
  );
}
