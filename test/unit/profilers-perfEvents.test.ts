// What perf is told of events, what is read out of perf list, and what is said about permissions.
import assert from 'node:assert/strict';
import { eventWords, isInKernel, isToolEvent, isTracepoint } from '../../src/profilers/perfEvents.ts';
import { parseListJson, parseListText } from '../../src/profilers/perfList.ts';
import { missingPermission } from '../../src/profilers/perfRefusal.ts';

describe('events of perf record', () => {
  it('clocks and counters by frequency, what can be counted each by each', () => {
    assert.deepEqual(eventWords(['cpu-clock'], 99, 0), ['-e', 'cpu-clock', '-F', '99']);
    assert.deepEqual(eventWords(['cycles:u', 'page-faults', 'cs:u', ' '], 99, 0), ['-e', 'cycles:u', '-e', 'page-faults/period=1,name=page-faults/', '-e', 'cs/period=1,name=cs:u/u', '-F', '99']);
  });

  it('a frequency of each beside tracepoints, breakpoints and groups, which have their own', () => {
    assert.deepEqual(eventWords(['cycles:pp', 'sched:sched_switch', 'faults'], 99, 0), ['-e', 'cycles/freq=99,name=cycles:pp/pp', '-e', 'sched:sched_switch', '-e', 'faults/period=1,name=faults/']);
    assert.deepEqual(eventWords(['mem:0x1000/8:w', 'cpu-clock'], 99, 0), ['-e', 'mem:0x1000/8:w', '-e', 'cpu-clock/freq=99,name=cpu-clock/']);
    assert.deepEqual(eventWords(['{cycles,instructions}:S'], 99, 0), ['-e', '{cycles,instructions}:S']);
    assert.deepEqual(eventWords(['cpu/event=0x3c/u', 'cpu/cycles,period=5/', 'net:enter'], 99, 0), ['-e', 'cpu/event=0x3c,freq=99/u', '-e', 'cpu/cycles,period=5/', '-e', 'net:enter']);
  });

  it('all by one period when it is given', () => {
    assert.deepEqual(eventWords(['page-faults', 'a:b'], 99, 1000), ['-e', 'page-faults', '-e', 'a:b', '-c', '1000']);
  });

  it('are told apart', () => {
    assert.deepEqual(['context-switches:u', 'cs', 'sched:sched_switch', 'page-faults', 'cycles:u'].map(isInKernel), [true, true, true, false, false]);
    assert.deepEqual(['sched:sched_switch', 'cycles:u', 'mem:0x10:rw', '{a:b,c:d}', 'cpu/event=1/'].map(isTracepoint), [true, false, false, false, false]);
    assert.deepEqual(['duration_time', 'task-clock'].map(isToolEvent), [true, false]);
  });
});

describe('events of perf list', () => {
  it('as text: names, kinds, descriptions below; no patterns, no metrics', () => {
    const text = `
  branch-instructions OR branches                    [Hardware event]
  cpu-clock                                          [Software event]
  msr/tsc/                                           [Kernel PMU event]
  rNNN                                               [Raw hardware event descriptor]
  cpu/t1=v1[,t2=v2,t3 ...]/modifier                  [Raw hardware event descriptor]
  mem:<addr>[/len][:access]                          [Hardware breakpoint]
  sched:sched_switch                                 [Tracepoint event]

cache:
  l1d.replacement
       [L1D data line replacements
        of all kinds. Unit: cpu_core]

Metric Groups:

decoder:
  macro_ops_dispatched
       [Macro-ops Dispatched]
`;
    assert.deepEqual(parseListText(text).map(({ value, detail }) => `${value}: ${detail}`), [
      'branch-instructions: Hardware event', 'cpu-clock: Software event', 'msr/tsc/: Kernel PMU event', 'sched:sched_switch: Tracepoint event',
      'l1d.replacement: L1D data line replacements of all kinds. Unit: cpu_core',
    ]);
  });

  it('as JSON; what is none is passed over', () => {
    const entries = [
      { EventName: 'cpu-clock', EventType: 'Software event' }, { EventName: 'inst_retired.any', EventType: 'Kernel PMU event', BriefDescription: 'Instructions retired.' },
      { EventName: 'old', Deprecated: '1' }, { EventName: 'rNNN', EventType: 'Raw event descriptor' }, { MetricName: 'IPC' }, { EventName: 'cpu-clock' }, null, 5,
    ];
    assert.deepEqual(parseListJson(JSON.stringify(entries)), [{ value: 'cpu-clock', detail: 'Software event' }, { value: 'inst_retired.any', detail: 'Instructions retired.' }]);
    for (const wrong of ['', '{', '{}', 'null']) assert.deepEqual(parseListJson(wrong), []);
  });
});

describe('what is said of a missing permission', () => {
  const commands = (...words: Parameters<typeof missingPermission>) => missingPermission(...words).remedies.map((remedy) => (remedy.kind === 'terminal' ? remedy.command.join(' ') : ''));

  it('to an ordinary user: the level, and who may read about tracepoints', function () {
    if (process.getuid?.() === 0) {
      // Root has no level to lower: its container has to let it.
      assert.deepEqual(commands('tracepoints', 2, true), []);
      assert.match(missingPermission('tracepoints', 2, true).why, /^Even root is refused it here; a container needs the CAP_PERFMON capability for it and tracefs/);
      return;
    }
    assert.deepEqual(commands('kernel', 2), ['sudo sysctl kernel.perf_event_paranoid=1']);
    assert.deepEqual(commands('systemWide', 4), ['sudo sysctl kernel.perf_event_paranoid=0']);
    assert.deepEqual(commands('tracepoints', 1, true), ['sudo sysctl kernel.perf_event_paranoid=-1', `sudo mount -o remount,mode=755,gid=${process.getgid?.()} /sys/kernel/tracing`]);
    assert.deepEqual(commands('kernel', 1), []);
    assert.match(missingPermission('kernel', 1).why, /CAP_PERFMON/);
  });

  it('has a code and a sentence for each', () => {
    assert.deepEqual((['kernel', 'tracepoints', 'systemWide'] as const).map((each) => missingPermission(each, 2).code), ['perf-no-kernel', 'perf-no-tracepoints', 'perf-no-system-wide']);
    for (const each of ['kernel', 'tracepoints', 'systemWide'] as const) assert.match(missingPermission(each, 2).why, /^(?:kernel\.|[A-Z]).*\.$/);
  });
});
