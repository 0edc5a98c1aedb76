import assert from 'node:assert/strict';
import { explainRefusal } from '../../src/profilers/perfRefusal.ts';

/** What perf 6.1 says on a kernel that forbids it (Debian's, level 3), shortened. */
const REFUSED = `Error:
Access to performance monitoring and observability operations is limited.
Consider adjusting /proc/sys/kernel/perf_event_paranoid setting to open
access to performance monitoring and observability operations for processes
without CAP_PERFMON, CAP_SYS_PTRACE or CAP_SYS_ADMIN Linux capability.
perf_event_paranoid setting is 3:
`;

describe('what is said when perf is refused', () => {
  it('names the level and gives the command that mends it', () => {
    const problem = explainRefusal(REFUSED, 3);
    assert.equal(problem.code, 'perf-forbidden');
    assert.match(problem.why, /perf_event_paranoid is 3/);
    const [remedy] = problem.remedies;
    assert.ok(remedy.kind === 'terminal');
    assert.deepEqual(remedy.command.slice(-2), ['sysctl', 'kernel.perf_event_paranoid=1']);
  });

  it('blames the container when the level is no obstacle', () => {
    const problem = explainRefusal('Error:\nNo permission to enable cpu-clock event.\n\nEPERM', 1);
    assert.equal(problem.code, 'perf-unusable');
    assert.match(problem.why, /CAP_PERFMON/);
  });

  it('passes other reasons on in perf\'s words', () => {
    assert.match(explainRefusal('event syntax error\nsomething odd\n', 1).why, /something odd/);
  });
});
