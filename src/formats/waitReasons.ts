/** Why a thread was not on a processor. */
export interface WaitReason {
  /** Name of its event: `lock`. */
  readonly event: string;
  /** What a person calls the event. */
  readonly label: string;
  /** Name of the frame that stands for the wait: `[waits: lock]`. */
  readonly frame: string;
}

const reason = (event: string, label: string, frame = `[waits: ${event}]`): WaitReason => ({ event, label, frame });

/** It could run, and another had the processor. */
export const RUNNABLE = reason('runnable', 'Waiting for a processor', '[waits: processor]');
/** The stack of the switch is not known, so neither is the reason. */
export const UNKNOWN = reason('unknown', 'Waiting, for what is not known', '[waits somewhere after]');
export const EXIT = reason('exit', 'Ending');
/** No row of the table knows the kernel's functions. */
export const OTHER = reason('other', 'Waiting for something else');

/**
 * What the kernel's functions on a stack say about the wait, the row that counts first on top: reading a file's page because memory was touched is a
 * page fault, and reading it because `read` was called is the disk. Names are as in Linux 4 to 6, without `.isra.0` and the like.
 */
const ROWS: readonly (readonly [WaitReason, RegExp])[] = [
  [EXIT, /^(?:do_exit|do_group_exit|exit_mm|make_task_dead)$/],
  [reason('page fault', 'Waiting for a page of memory'), /^(?:(?:asm_)?exc_page_fault|do_user_addr_fault|do_page_fault|__do_page_fault|handle_mm_fault|do_mem_abort|handle_userfault)$/],
  [reason('stopped', 'Stopped by a signal or a debugger'), /^(?:do_signal_stop|do_jobctl_trap|ptrace_stop|ptrace_notify|do_freezer_trap|__refrigerator)$/],
  [reason('child', 'Waiting for a child process'), /^(?:do_wait|__do_wait|kernel_wait4|kernel_waitid|wait_for_vfork_done)$/],
  [reason('sleep', 'Asleep for a time'), /^(?:do_nanosleep|hrtimer_nanosleep|common_nsleep\w*|alarm_timer_nsleep|alarmtimer_do_nsleep|timerfd_read\w*)$/],
  [reason('signal', 'Waiting for a signal'), /^(?:do_sigtimedwait|sigsuspend|(?:__\w+?_)?sys_(?:pause|rt_sigsuspend|rt_sigtimedwait)|signalfd_\w+)$/],
  [reason('poll', 'Waiting for one of several files'), /^(?:do_poll\w*|do_sys_poll|ep_poll|do_epoll_wait|do_select|core_sys_select|poll_schedule_timeout\w*|io_cqring_wait\w*|eventfd_read|inotify_read)$/],
  [reason('lock', 'Waiting for a lock, or for another thread'),
    /^(?:_*futex_\w+|do_futex|(?:__\w+?_)?sys_futex\w*|flock_lock\w*|locks_lock_\w+|fcntl_setlk\w*|posix_lock_\w+|do_semtimedop|__do_semtimedop)$/],
  [reason('pipe', 'Waiting for a pipe'), /^(?:(?:anon_|fifo_)?pipe_(?!poll)\w+|fifo_open|wait_for_partner|splice_from_pipe\w*|ipipe_prep|opipe_prep)$/],
  [reason('terminal', 'Waiting for a terminal'), /^(?:n_tty_\w+|tty_\w+|file_tty_\w+|iterate_tty_\w+|pty_\w+)$/],
  [reason('network', 'Waiting for the network, or another socket'),
    /^(?:sk_wait_\w+|sk_stream_\w+|_*skb_wait_\w+|_*skb_recv_\w+|inet6?_\w+|tcp_\w+|udpv?6?_\w+|unix_\w+|sock_\w+|_*sys_(?:connect|accept4?|recv\w*|send\w*)|netlink_\w+|vsock_\w+|lock_sock_nested|_*lock_sock)$/],
  [reason('message', 'Waiting for a message queue'), /^(?:do_msgrcv|do_msgsnd|do_mq_\w+|wq_sleep)$/],
  [reason('disk', 'Waiting for a disk or a file system'),
    new RegExp(`^(?:io_schedule\\w*|blk_\\w+|_*bio_\\w+|submit_bio\\w*|_*folio_(?:wait|lock)\\w*|_*wait_on_(?:page|buffer|bit|folio)\\w*|_*lock_page\\w*|filemap_\\w+|balance_dirty_\\w+|`
      + `vfs_fsync\\w*|do_fsync|do_sync\\w*|(?:jbd2|ext4|xfs|btrfs|f2fs|nfs4?|fuse|cifs|smb2|p9|v9fs|virtio_fs|ovl)_\\w+|rq_qos_wait|wbt_wait|dio_\\w+|iomap_\\w+)$`)],
  [reason('kernel lock', 'Waiting for a lock of the kernel'), /^(?:_*mutex_lock\w*|_*rwsem_\w+|_*down(?:_read|_write|_common|_interruptible)?\w*|rwbase_\w+|rt_mutex_\w+|_*synchronize_\w+|_*wait_rcu_gp)$/],
];

/** What functions of the C library say where the kernel's have no names; `read` and `write` say too little. */
const CALLS: readonly (readonly [string, RegExp])[] = [
  ['sleep', /^(?:clock_)?nanosleep$|^u?sleep$/],
  ['lock', /^(?:pthread_(?:mutex|cond|rwlock|barrier|join|clockjoin)\w*|lll_lock_wait\w*|futex\w*|sem_\w*wait|do_futex_wait\w*|new_sem_wait\w*)$/],
  ['poll', /^(?:p?poll|p?select|epoll_p?wait\d?)$/],
  ['child', /^(?:wait[34]?|waitpid|waitid)$/],
  ['network', /^(?:accept4?|connect|recv\w*|send(?!file)\w*)$/],
  ['signal', /^(?:pause|sigsuspend|sigwait\w*|sigtimedwait)$/],
];

/** Rows of the table, and one more for what none of them knows. */
const REASONS: readonly WaitReason[] = [...ROWS.map(([each]) => each), OTHER];

/** The rank of what one of the kernel's functions says about the wait: the lowest of a stack's counts, for `reasonOfRank`. */
export function waitRank(symbol: string): number {
  const name = symbol.replace(/\..*$/s, '');
  const row = ROWS.findIndex(([, pattern]) => pattern.test(name));
  return row < 0 ? ROWS.length : row;
}

/** The rank of a stack that says nothing. */
export const NO_RANK = ROWS.length;

/** The reason that the lowest rank of a stack stands for. */
export function reasonOfRank(rank: number): WaitReason {
  return REASONS[rank];
}

/** The reason that the called function of the C library stands for: `__GI___lll_lock_wait`, `clock_nanosleep@GLIBC_2.2.5`. */
export function reasonOfCall(symbol: string): WaitReason {
  const name = symbol.replace(/@.*$/s, '').replace(/^_*(?:(?:GI|libc|new)_+)?/, '');
  const event = CALLS.find(([, pattern]) => pattern.test(name))?.[0];
  return REASONS.find((each) => each.event === event) ?? OTHER;
}

/** Whether the function is how the kernel leaves a processor, which every wait ends in and which tells nothing. */
export function isScheduler(symbol: string): boolean {
  return /^(?:_*schedule(?:_\w+)?|io_schedule\w*|preempt_schedule\w*|__traceiter_sched_switch|perf_trace_\w+|_*perf_event_\w+|prepare_task_switch|raw_irqentry_exit_cond_resched)(?:\..*)?$/s.test(symbol);
}
