/** Which views a profile has something for. Pure. */
import type { ProfileOverview } from '../src/protocol/engine.ts';
import type { ViewName } from '../src/protocol/viewer.ts';
import { VIEW_NAMES } from '../src/protocol/viewer.ts';

type Contents = Pick<ProfileOverview, 'events' | 'files' | 'sampleCount' | 'seriesCount' | 'findingCount'>;

/** Whether functions have costs. They may cancel each other out: memory that was given back, a difference of two profiles. */
export function hasCosts({ events, files }: Contents): boolean {
  return events.some(({ total }) => total !== 0) || files.some(({ self }) => self.some((cost) => cost !== 0));
}

/** In the order of the tabs. Flame graph and functions stay where there is nothing else, to say what to do. */
export function viewsOf(profile: Contents): readonly ViewName[] {
  const has: Record<ViewName, boolean> = {
    summary: true,
    series: profile.seriesCount > 0,
    findings: profile.findingCount > 0,
    flame: hasCosts(profile) || (profile.seriesCount === 0 && profile.findingCount === 0),
    functions: hasCosts(profile) || (profile.seriesCount === 0 && profile.findingCount === 0),
  };
  return VIEW_NAMES.filter((name) => has[name]);
}

/** The view that says most of a profile that is new. */
export function firstView(profile: Contents): ViewName {
  if (profile.findingCount > 0) return 'findings';
  if (profile.seriesCount > 0 && profile.sampleCount === 0) return 'series';
  return 'summary';
}
