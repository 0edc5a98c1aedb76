import { ProfileBuilder } from '../core/builder.ts';
import { text, type Profile } from '../core/profile.ts';
import { simpleName } from './pprofPrune.ts';

/** The allocator's own functions; Go's runtime too, but for those that carry the program's. */
const ALLOCATOR = new RegExp(`^(?:${[
  'calloc', 'cfree', 'malloc', 'free', 'memalign', 'do_memalign', '(?:__)?posix_memalign', 'pvalloc', 'valloc', 'realloc', 'tcmalloc::.*',
  'tc_(?:calloc|cfree|malloc|free|memalign|posix_memalign|pvalloc|valloc|realloc|new|delete|newarray|deletearray|new_nothrow|newarray_nothrow)',
  'malloc_zone_(?:malloc|calloc|valloc|realloc|memalign|free)', 'runtime\\..*', 'BaseArena::.*', '(?:::)?do_malloc(?:_no_errno|_pages)?', 'DoSampledAllocation',
  'MallocedMemBlock::MallocedMemBlock', '_M_allocate', '__builtin_(?:vec_)?(?:delete|new)', '__gnu_cxx::new_allocator::allocate', '__libc_malloc',
  '__malloc_alloc_template::allocate', 'allocate', 'cpp_alloc', 'operator new(?:\\[\\])?', 'simple_alloc::allocate',
].join('|')})$`);
const KEPT = /^runtime\.(?:panic|reflectcall|call[0-9]*)$/;
const TCMALLOC = /\/libtcmalloc\w*\.so(?:\.|$)/;
/** The profiler's own. */
const PROFILER = /^(?:ProfileData::Add|ProfileData::prof_handler|CpuProfiler::prof_handler|__pthread_sighandler|__restore)$/;

/**
 * A profile of gperftools, once it has names, without the frames of the allocator or the profiler at the inner end of its stacks: who asked for
 * memory is what is of interest. Other profiles are returned as they are.
 * Source: github.com/google/pprof, profile/legacy_profile.go, addLegacyFrameInfo, and profile/prune.go.
 */
export function withoutLegacyFrames(profile: Profile): Profile {
  const { format } = profile.meta;
  if (format !== 'gperftools-heap' && format !== 'gperftools-cpu') return profile;
  const unwanted = Array.from({ length: profile.functions.length }, (_, func) => {
    const name = simpleName(text(profile, profile.functions.name[func]));
    // Distributions strip it, and it is nothing but the allocator.
    if (format === 'gperftools-heap' && name === '[unknown]' && TCMALLOC.test(text(profile, profile.functions.object[func]))) return true;
    return format === 'gperftools-cpu' ? PROFILER.test(name) : ALLOCATOR.test(name) && !KEPT.test(name);
  });
  return unwanted.includes(true) ? cut(profile, unwanted) : profile;
}

/** Ends each stack before its outermost unwanted function, but never before the first wanted one. */
function cut(profile: Profile, unwanted: readonly boolean[]): Profile {
  const { stacks, frames, functions } = profile;
  const builder = new ProfileBuilder([...profile.events]);
  builder.defaultEvent = profile.defaultEvent;
  const frameRows = Array.from({ length: frames.length }, (_, frame) => {
    const func = frames.func[frame];
    const same = builder.func({
      name: text(profile, functions.name[func]), file: text(profile, functions.file[func]), object: text(profile, functions.object[func]),
      line: functions.line[func], kind: functions.kind[func],
    });
    return builder.frame(same, frames.line[frame], frames.column[frame], {
      file: builder.string(text(profile, frames.file[frame])), address: frames.address[frame], inlined: frames.inlined[frame] === 1,
    });
  });
  const place = new Int32Array(stacks.length);
  // 0: no wanted function yet; 1: some; 2: cut.
  const state = new Uint8Array(stacks.length);
  for (let row = 0; row < stacks.length; row++) {
    const parent = stacks.parent[row];
    const before = parent < 0 ? 0 : state[parent];
    const isUnwanted = unwanted[frames.func[stacks.frame[row]]];
    state[row] = before === 2 || (before === 1 && isUnwanted) ? 2 : isUnwanted ? before : 1;
    place[row] = state[row] === 2 ? place[parent] : builder.stack(parent < 0 ? -1 : place[parent], frameRows[stacks.frame[row]]);
    for (let event = 0; event < profile.events.length; event++) {
      const weight = profile.stackSelf[event][row];
      if (weight !== 0) builder.addSelf(place[row], event, weight);
    }
  }
  for (const warning of profile.warnings) builder.warn(warning);
  return { ...builder.finish(profile.meta), truncated: profile.truncated };
}
