// Wall clock of perf: threads' lives drawn as lines of `milliseconds tid what`, written as perf script prints them, with answers counted by hand.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { text, type Profile } from '../../src/core/profile.ts';
import { detectFormat } from '../../src/formats/index.ts';
import { perfScript } from '../../src/formats/perfScript.ts';
import { perfWall, wallHeader, type WallHeader } from '../../src/formats/perfWall.ts';
import { isScheduler, reasonOfCall, reasonOfRank, waitRank } from '../../src/formats/waitReasons.ts';
import { dedent, inputOf, readAs } from '../stackText.ts';

const fixtures = new URL('../fixtures/perf-wall/', import.meta.url);

/** perf's text of a picture. Frames are named outermost first; those behind `|` are the kernel's. */
function perfText(picture: string, header: Partial<WallHeader> = {}, event = 'sched:sched_switch'): string {
  const lines = dedent(picture).split('\n').map((line) => {
    const [, milliseconds, pid, tid, what, rest = ''] = /^\s*([\d.]+) (?:(\d+)\/)?(\d+) (\w+) ?(.*)$/.exec(line)!;
    const time = (100 + Number(milliseconds) / 1000).toFixed(9);
    const start = `a ${pid ?? 1}/${tid} ${time}: `;
    const frames = (words: string[]) => {
      let kernel = false;
      const printed = words.flatMap((word) => {
        if (word === '|') kernel = true;
        const address = [...word].reduce((sum, character) => sum * 31 % 0xfffff + character.charCodeAt(0), 7).toString(16);
        return word === '|' ? [] : [kernel ? `\tffffffff81${address.padStart(6, '0')} ${word} ([kernel.kallsyms])` : `\t           ${address} ${word} (/bin/a)`];
      });
      return [...printed.reverse(), ''].map((each) => `\n${each}`).join('');
    };
    switch (what) {
      case 'exec': return `${start}PERF_RECORD_COMM exec: ${rest || 'a'}:${pid ?? 1}/${tid}`;
      case 'comm': return `${start}PERF_RECORD_COMM: ${rest}:${pid ?? 1}/${tid}`;
      case 'fork': return `${start}PERF_RECORD_FORK(${rest.replace('/', ':')}):(${pid ?? 1}:${tid})`;
      case 'exit': return `${start}PERF_RECORD_EXIT(${pid ?? 1}:${tid}):(1:1)`;
      case 'in': return `${start}PERF_RECORD_SWITCH IN         `;
      case 'out': return `${start}PERF_RECORD_SWITCH OUT ${rest.padEnd(7)}`;
      case 'lost': return `${start}PERF_RECORD_LOST lost ${rest}`;
      case 'cpu': return `${start}   1001001          cpu-clock: ${frames(rest.split(' '))}`;
      case 'leave': {
        const [state, ...words] = rest.split(' ');
        const traced = event === 'sched:sched_switch' ? `prev_comm=a prev_pid=${tid} prev_prio=120 prev_state=${state} ==> next_comm=b next_pid=2 next_prio=120` : '';
        return `${start}         1 ${event}: ${traced}${frames(words)}`;
      }
      default: throw new Error(line);
    }
  });
  return `${wallHeader({ switches: 'sched_switch', kernelFrames: false, ...header })}${lines.join('\n')}\n`;
}

/** Milliseconds of each thread, stack and event below `cpu` and `off-cpu`; `wall` must be their sum. */
function costs(profile: Profile): string {
  const { samples, events, stacks, frames, functions } = profile;
  const sums = new Map<string, number>();
  for (let row = 0; row < samples!.length; row++) {
    const path: string[] = [];
    for (let stack = samples!.stack[row]; stack >= 0; stack = stacks.parent[stack]) path.unshift(text(profile, functions.name[frames.func[stacks.frame[stack]]]));
    const weights = events.map((_, event) => samples!.weights[event][row] ?? 0);
    assert.equal(weights[0], weights[1] + weights[2]);
    assert.equal(weights[2], weights.slice(3).reduce((sum, weight) => sum + weight, 0));
    const event = events.findIndex((_, index) => index !== 0 && index !== 2 && weights[index] > 0);
    const key = `${profile.threads[samples!.thread[row]].tid} ${path.join(' ')} = ${events[event].name}`;
    sums.set(key, (sums.get(key) ?? 0) + weights[0]);
  }
  return [...sums].map(([key, sum]) => `${key} ${Number((sum / 1e6).toFixed(6))}`).sort().join('\n');
}

async function check(picture: string, expected: string, header: Partial<WallHeader> = {}, event?: string): Promise<Profile> {
  const written = perfText(picture, header, event);
  const profile = await readAs(perfWall, written);
  assert.equal(costs(profile), dedent(expected).split('\n').sort().join('\n'));
  const inPieces = await readAs(perfWall, written, 'test.input', 7);
  assert.equal(costs(inPieces), costs(profile));
  const summed = await perfWall.read([inputOf('test.input', written)], { samples: false });
  assert.deepEqual([summed.samples, summed.totals], [null, profile.totals]);
  return profile;
}

describe('perf wall clock: the life of a thread', () => {
  it('samples take the time on a processor since the last one, and a wait the time until the switch in', async () => {
    const profile = await check(`
      0 1 exec prog
      1 1 cpu main work
      3 1 cpu main play
      4 1 leave S main read | vfs_read anon_pipe_read schedule __schedule
      4.5 1 out
      10 1 in
      11 1 cpu main work
      12 1 exit
    `, `
      1 main work = cpu 4
      1 main play = cpu 2
      1 main read [waits: pipe] = pipe 6
    `);
    assert.deepEqual(profile.events.map(({ name, unit }) => [name, unit]), [['wall', 'nanoseconds'], ['cpu', 'nanoseconds'], ['off-cpu', 'nanoseconds'], ['pipe', 'nanoseconds']]);
    assert.deepEqual(profile.totals, [12e6, 6e6, 6e6, 6e6]);
    assert.equal(profile.defaultEvent, 0);
    assert.deepEqual(profile.threads, [{ pid: 1, tid: 1, name: 'prog' }]);
    assert.equal(profile.meta.duration, 12e6);
    // What a sample stands for ends at its time.
    assert.deepEqual([...profile.samples!.time], [1e6, 3e6, 10e6, 11e6, 12e6]);
    assert.deepEqual([profile.warnings, profile.truncated], [[], false]);
  });

  it('short stretches without a sample belong to the next sample, and a life without any to its switches', () => check(`
    0 1 exec
    0.5 1 leave S main nap | do_nanosleep schedule
    0.5 1 out
    1 1 in
    1.25 1 cpu main work
    1.25 1 fork 1/2
    1.5 2 in
    1.75 2 leave S run wait | futex_wait schedule
    1.75 2 out
    2 2 in
    2.25 2 exit
    2.25 1 fork 1/3
    2.5 3 in
    3 3 exit
    3 1 exit
  `, `
    1 main nap [waits: sleep] = sleep 0.5
    1 main work = cpu 2.5
    2 [waits: processor] = runnable 0.25
    2 run wait [waits: lock] = lock 0.25
    2 run wait = cpu 0.5
    3 [waits: processor] = runnable 0.25
    3 [not sampled] = cpu 0.5
  `));

  it('a thread that was preempted waits for a processor, as the tracepoint or the record of the switch says', async () => {
    const picture = (state: string, preempt: string) => `
      0 1 exec
      1 1 cpu main work
      2 1 leave ${state} main work | asm_sysvec_apic_timer_interrupt irqentry_exit_to_user_mode schedule __schedule
      2 1 out ${preempt}
      5 1 in
      6 1 exit
    `;
    const expected = '1 main work = cpu 3\n1 main work [waits: processor] = runnable 3';
    await check(picture('R', 'preempt'), expected);
    await check(picture('R+', ''), expected);
    await check(picture('-', 'preempt'), expected, { switches: 'context-switches' }, 'context-switches');
  });

  it('a page fault counts before the disk it reads from, and a dead state is the end', () => check(`
    0 1 exec
    1 1 leave D main touch | asm_exc_page_fault exc_page_fault handle_mm_fault filemap_fault folio_wait_bit_common io_schedule schedule
    1 1 out
    2 1 in
    3 1 leave D main read | vfs_read ext4_file_read_iter filemap_read folio_wait_bit_common io_schedule schedule
    3 1 out
    5 1 in
    6 1 leave S main odd | do_something schedule
    6 1 out
    7 1 in
    8 1 leave X main | nothing schedule
    8 1 out
    9 1 exit
  `, `
    1 main touch [waits: page fault] = page fault 1
    1 main read [waits: disk] = disk 2
    1 main odd [waits: other] = other 1
    1 main [waits: exit] = exit 1
    1 main = cpu 4
  `));
});

describe('perf wall clock: what is missing', () => {
  it('before the program is started nothing counts, and after the end nothing either', () => check(`
    0 1 exec
    1 1 cpu main
    2 1 exit
    3 1 out
    4 1 in
    5 1 cpu late
  `, '1 main = cpu 2').then(({ meta }) => assert.equal(meta.duration, 5e6)));

  it('threads that live on end with the recording, on a processor or off it', () => check(`
    0 1 exec
    1 1 cpu main
    1 1 fork 1/2
    1 2 in
    2 2 leave S run poll | do_sys_poll schedule
    2 2 out
    6 1 cpu main
  `, `
    1 main = cpu 6
    2 run poll = cpu 1
    2 run poll [waits: poll] = poll 4
  `));

  it('a switch in that was lost ends with what is heard of the thread next', () => check(`
    0 1 exec
    1 1 leave S main a | do_nanosleep schedule
    1 1 out
    4 1 leave S main b | do_wait schedule
    4 1 out
    6 1 cpu main
    7 1 exit
  `, `
    1 main a [waits: sleep] = sleep 3
    1 main b [waits: child] = child 2
    1 main = cpu 2
  `));

  it('a switch without its sample waits at the last sample, for what is not known', async () => {
    const picture = `
      0 1 exec
      1 1 out
      2 1 in
      3 1 cpu main work
      4 1 out
      6 1 in
      7 1 out preempt
      8 1 in
      9 1 exit
      9 1 lost 12
    `;
    const expected = `
      1 [waits somewhere after] = unknown 1
      1 main work [waits somewhere after] = unknown 2
      1 main work [waits: processor] = runnable 1
      1 main work = cpu 5
    `;
    const profile = await check(picture, expected);
    assert.deepEqual(profile.warnings, [
      '3 waits came without their stack; they stand at the last sample before, as [waits somewhere after]',
      'perf lost 12 events while recording: the machine was too busy to write them, so some waits may stand at other stacks; frame pointers (perfWall.callGraph) have it write less',
    ]);
    const without = await check(picture.replace(/^.*lost.*\n/m, ''), expected, { switches: 'none' });
    assert.deepEqual(without.warnings, ['perf may not look into the kernel here: how long threads waited is right, but not known what for, and it stands at the last sample before']);
  });

  it('records that come a little late or early change nothing but their own microseconds', () => check(`
    0 1 exec
    1 1 cpu main
    2 1 leave S main nap | do_nanosleep schedule
    4 1 in
    4.001 1 out
    6 1 cpu main
    5 1 cpu main
    7 1 exit
  `, `
    1 main nap [waits: sleep] = sleep 2
    1 main = cpu 5
  `));

  it('the number of an ended thread is given to a new one, and an exec ends the other threads', async () => {
    const profile = await check(`
      0 1 exec first
      1 1 fork 1/2
      1 2 in
      2 2 exit
      2 1 fork 1/2
      3 2 in
      3 2 comm second
      4 1 fork 5/5
      4 5/5 in
      4 5/5 exec third
      5 5/5 fork 5/6
      6 5/5 exit
      8 5/5 exec fourth
      9 5/5 exit
      9 2 exit
      9 1 exit
    `, `
      1 [not sampled] = cpu 9
      2 [not sampled] = cpu 7
      2 [waits: processor] = runnable 1
      5 [not sampled] = cpu 3
      6 [waits: processor] = runnable 3
    `);
    assert.deepEqual(profile.threads.map(({ pid, tid, name }) => `${pid}/${tid} ${name}`), ['1/1 first', '1/2 a', '1/2 second', '5/5 third', '5/6 a', '5/5 fourth']);
  });

  it('threads of a program that ran already are there from the start, on a processor or not as their first record tells', async () => {
    const there = ['main', 'on', 'off', 'still'].map((name, index) => `${name} 0/0 0.000000000: PERF_RECORD_COMM: ${name}:1/${index + 1}\n`).join('');
    const header = wallHeader({ switches: 'sched_switch', kernelFrames: false, attached: true });
    const written = perfText(`
      0 1 cpu main
      2 2 leave S on wait | futex_wait schedule
      2 2 out
      3 3 in
      4 3 cpu off
      6 2 in
      9 1 cpu main
    `).replace(wallHeader({ switches: 'sched_switch', kernelFrames: false }), header + there);
    assert.equal(costs(await readAs(perfWall, written)), dedent(`
      1 main = cpu 9
      2 on wait = cpu 5
      2 on wait [waits: lock] = lock 4
      3 [waits somewhere after] = unknown 3
      3 off = cpu 6
      4 [waits somewhere after] = unknown 9
    `));
  });

  it('a file that was cut off is read up to the cut', async () => {
    const whole = perfText(`
      0 1 exec
      1 1 cpu main work
      2 1 leave S main read | vfs_read anon_pipe_read schedule __schedule
      2 1 out
      5 1 in
      6 1 cpu main work
      7 1 exit
    `);
    for (let end = wallHeader({ switches: 'none', kernelFrames: false }).length + 200; end < whole.length; end++) {
      const profile = await readAs(perfWall, whole.slice(0, end));
      assert.equal(profile.truncated, whole[end - 1] !== '\n', whole.slice(0, end));
      assert.equal(profile.totals[0], profile.meta.duration ?? 0);
    }
    await assert.rejects(readAs(perfWall, wallHeader({ switches: 'none', kernelFrames: false })), /expected at least one record with a time/);
    await assert.rejects(readAs(perfWall, `${whole}what is this\n`), /line \d+: expected an event line .*, found "what is this"/);
  });
});

describe('perf wall clock: stacks', () => {
  it("the kernel's frames of a wait can be kept, but for the scheduler's", () => check(`
    0 1 exec
    1 1 cpu main read | vfs_read copy_page
    2 1 leave S main read | vfs_read anon_pipe_read schedule __schedule
    2 1 out
    5 1 in
    6 1 exit
  `, `
    1 main read vfs_read copy_page = cpu 3
    1 main read vfs_read anon_pipe_read [waits: pipe] = pipe 3
  `, { kernelFrames: true }));

  it('a stack of the kernel alone keeps its frames', () => check(`
    0 1 exec
    2 1 leave D | do_exit exit_mm down_read schedule __schedule
    2 1 out
    5 1 exit
  `, `
    1 do_exit exit_mm down_read = cpu 2
    1 do_exit exit_mm down_read [waits: exit] = exit 3
  `));

  it('where the kernel hides its names, the called function tells what is waited for', async () => {
    const hidden = perfText(`
      0 1 exec
      1 1 leave S main clock_nanosleep@GLIBC_2.2.5 | x schedule
      1 1 out
      3 1 in
      3 1 leave S main __GI___lll_lock_wait | x schedule
      3 1 out
      6 1 in
      6 1 leave S main read | x schedule
      6 1 out
      7 1 exit
    `, { switches: 'context-switches' }, 'context-switches').replace(/(\tffffffff81\w+) .*/g, '$1 [unknown] ([unknown])');
    assert.equal(costs(await readAs(perfWall, hidden)), dedent(`
      1 main __GI___lll_lock_wait [waits: lock] = lock 3
      1 main clock_nanosleep@GLIBC_2.2.5 [waits: sleep] = sleep 2
      1 main read = cpu 1
      1 main read [waits: other] = other 1
    `));
  });

  it('the reason is told from any function of the kernel on the stack', () => {
    const reasonOf = (...symbols: string[]) => reasonOfRank(Math.min(...symbols.map(waitRank))).event;
    // Stacks of Linux 5.10 to 6.18 (x86 and arm64), without what all have in common.
    assert.equal(reasonOf('futex_wait_queue_me', 'futex_wait', 'do_futex', '__x64_sys_futex'), 'lock');
    assert.equal(reasonOf('do_nanosleep', 'hrtimer_nanosleep', 'common_nsleep', '__arm64_sys_clock_nanosleep'), 'sleep');
    assert.equal(reasonOf('pipe_read', 'new_sync_read', 'vfs_read'), 'pipe');
    assert.equal(reasonOf('anon_pipe_write', 'vfs_write', 'ksys_write'), 'pipe');
    assert.equal(reasonOf('io_schedule', 'folio_wait_bit_common', 'filemap_read', 'ext4_file_read_iter', 'vfs_read'), 'disk');
    assert.equal(reasonOf('jbd2_log_wait_commit', 'ext4_sync_file', '__x64_sys_fsync'), 'disk');
    assert.equal(reasonOf('sk_wait_data', 'tcp_recvmsg_locked', 'tcp_recvmsg', 'inet_recvmsg', 'sock_read_iter', 'vfs_read'), 'network');
    assert.equal(reasonOf('unix_stream_read_generic', 'unix_stream_recvmsg', 'sock_recvmsg'), 'network');
    assert.equal(reasonOf('inet_csk_accept', 'inet_accept', '__sys_accept4'), 'network');
    assert.equal(reasonOf('schedule_hrtimeout_range_clock', 'poll_schedule_timeout.constprop.0', 'do_sys_poll'), 'poll');
    assert.equal(reasonOf('ep_poll', 'do_epoll_wait', '__x64_sys_epoll_wait'), 'poll');
    assert.equal(reasonOf('do_select', 'core_sys_select', '__x64_sys_pselect6'), 'poll');
    assert.equal(reasonOf('do_wait', 'kernel_wait4', '__do_sys_wait4'), 'child');
    assert.equal(reasonOf('n_tty_read', 'tty_read', 'vfs_read'), 'terminal');
    assert.equal(reasonOf('do_sigtimedwait', '__x64_sys_rt_sigtimedwait'), 'signal');
    assert.equal(reasonOf('rwsem_down_read_slowpath', 'down_read', 'do_madvise'), 'kernel lock');
    assert.equal(reasonOf('rwsem_down_read_slowpath', 'down_read', 'do_user_addr_fault', 'exc_page_fault'), 'page fault');
    assert.equal(reasonOf('exit_mm', 'do_exit', 'do_group_exit'), 'exit');
    assert.equal(reasonOf('io_cqring_wait', '__do_sys_io_uring_enter'), 'poll');
    assert.equal(reasonOf('some_driver_wait', 'vfs_read'), 'other');
    assert.deepEqual(['__schedule', 'schedule', 'schedule_timeout', 'io_schedule', 'preempt_schedule_irq', 'schedule_hrtimeout_range_clock.part.0', 'vfs_read', 'reschedule'].map(isScheduler),
      [true, true, true, true, true, true, false, false]);
    assert.deepEqual(['usleep', '__poll', '__GI___select', '__wait4', '__libc_recv', 'pthread_cond_timedwait@@GLIBC_2.3.2', 'write'].map((name) => reasonOfCall(name).event),
      ['sleep', 'poll', 'poll', 'child', 'network', 'lock', 'other']);
  });
});

describe('perf wall clock: real recordings', () => {
  it('are told from perf script by their first line', () => {
    const written = perfText('0 1 exec\n1 1 cpu main');
    assert.equal(detectFormat(new TextEncoder().encode(written), 'x'), perfWall);
    assert.equal(detectFormat(new TextEncoder().encode(written.slice(written.indexOf('a 1/1'))), 'x'), perfScript);
  });

  /** Milliseconds that each thread lived, in order of birth. */
  const lifetimes = (profile: Profile) => profile.threads.map((_, thread) => profile.samples!.weights[0].reduce((sum, weight, row) => (profile.samples!.thread[row] === thread ? sum + weight / 1e6 : sum), 0));
  const near = (actual: number, expected: number, part: number) => assert.ok(Math.abs(actual - expected) <= expected * part, `${actual} is not within ${part * 100} % of ${expected}`);
  const readFixture = async (name: string) => readAs(perfWall, await readFile(new URL(name, fixtures)));

  it('of a program of four parts: each as long as it takes, and every thread as long as it lives', async () => {
    const profile = await readFixture('quarters.dwarf.txt');
    assert.deepEqual([profile.warnings, profile.truncated], [[], false]);
    const [main, holder] = lifetimes(profile);
    // The program's own clock said so.
    near(main, 202.176, 0.02);
    near(holder, 100.286, 0.02);
    const parts: Record<string, number> = { compute: 0, 'usleep sleep': 0, 'pthread_mutex_lock lock': 0, 'read pipe': 0 };
    for (const line of costs(profile).split('\n')) {
      // main's own lines are addresses here, but each part calls another function; `compute` was inlined.
      const [, called, event, sum] = /^23472 .* main (?:.*?(usleep|pthread_mutex_lock|read)\b)?.*= (\w+) ([\d.]+)$/.exec(line) ?? [];
      const key = event === 'cpu' || event === 'runnable' ? 'compute' : `${called} ${event}`;
      if (key in parts) parts[key] += Number(sum);
    }
    for (const sum of Object.values(parts)) near(sum, 50, 0.05);
  });

  it('of an ordinary user: the lives are right, the waits stand at the last sample', async () => {
    const profile = await readFixture('quarters.unprivileged.txt');
    assert.match(profile.warnings.join(), /perf may not look into the kernel here/);
    const [main, holder] = lifetimes(profile);
    near(main, 201.464, 0.02);
    near(holder, 100.339, 0.02);
    assert.deepEqual(profile.events.map(({ name }) => name), ['wall', 'cpu', 'off-cpu', 'runnable', 'unknown']);
    near(profile.totals[4] / 1e6, 250, 0.02);
  });
});
