/** What the viewer shows, as signals, and the ways to change it. */
import { computed, effect, signal } from '@preact/signals';
import type { EventOverview, FlameOrder, FunctionColumn, ProfileOverview } from '../src/protocol/engine.ts';
import type { RunFacts, ViewName } from '../src/protocol/viewer.ts';
import { hasEditor, savedState, tell } from './channel.ts';
import type { History } from './history.ts';
import { go, NO_HISTORY, present, replace, visit } from './history.ts';
import { firstView, hasCosts, viewsOf } from './views.ts';
import { RefusedError, StaleError } from './questions.ts';
import type { ZoomHistory } from './flame/zoomHistory.ts';

export type Phase =
  | { readonly kind: 'loading'; readonly name: string; readonly bytes: number; readonly totalBytes: number }
  | { readonly kind: 'opened'; readonly name: string; readonly overview: ProfileOverview; readonly run: RunFacts | null }
  | { readonly kind: 'failed'; readonly message: string; readonly hint: string; readonly canReopen: boolean };

export interface Sorting {
  readonly column: FunctionColumn;
  readonly descending: boolean;
}

/** How long typing rests before the engine is asked, milliseconds. */
const TYPING_PAUSE = 150;

const saved = savedState();

export const phase = signal<Phase>({ kind: 'loading', name: '', bytes: 0, totalBytes: 0 });
export const view = signal<ViewName>(saved.view);
/** Row in the overview's events. */
export const event = signal(0);
/** What stands in the search field. */
export const searchText = signal(saved.search);
/** What is searched for: the field's text once typing rested. */
export const search = signal(saved.search.trim());
export const sorting = signal<Sorting>({ column: saved.sort, descending: saved.descending });
export const order = signal<FlameOrder>(saved.order);
/** Functions that were selected, and the one that is. */
export const visited = signal<History<number>>(NO_HISTORY);
export const selectedFunc = computed(() => present(visited.value) ?? -1);
/** Node of the flame graph's selected box; -1 when none is. Nodes belong to one event and order. */
export const selectedNode = signal(-1);
export const zoom = signal<ZoomHistory>([]);
export const flameTop = signal(0);
export const tableTop = signal(0);
export const split = signal(saved.split);
/** What the engine refused last, for people; '' when nothing. */
export const problem = signal('');

/** The profile that is shown; undefined while it is loading or when it failed. */
export const overview = computed(() => (phase.value.kind === 'opened' ? phase.value.overview : undefined));
export const currentEvent = computed<EventOverview>(() => overview.value?.events[event.value] ?? { name: '', label: '', unit: 'count', total: 0 });
/** Nothing was measured that functions could share: there is none to show. Costs may also cancel each other out. */
export const isEmpty = computed(() => overview.value !== undefined && !hasCosts(overview.value));
/** Views that the profile has something for. */
export const views = computed(() => (overview.value ? viewsOf(overview.value) : []));
/** The profile is the one that was shown before the page was hidden or reloaded: what was saved still holds. */
export const profileKept = signal(false);

/** Tells profiles apart, so that saved selections are not applied to another profile of the same name. */
function fingerprint(name: string, { format, functionCount, stackCount, seriesCount, findingCount, events }: ProfileOverview): string {
  return JSON.stringify([name, format, functionCount, stackCount, seriesCount, findingCount, events.map((each) => [each.name, each.total])]);
}

let shownProfile = '';

/** Tells the profile that is shown from others; '' before there is one. */
export const profileId = (): string => shownProfile;

/** Shows a profile: where it was left when it is the saved one, from its beginning otherwise. */
export function opened(name: string, profile: ProfileOverview, run: RunFacts | null, suggestedEvent: number): void {
  const id = fingerprint(name, profile);
  const isSame = id === shownProfile;
  const isSaved = !isSame && shownProfile === '' && id === saved.profile;
  shownProfile = id;
  profileKept.value = isSaved;
  if (!isSame) {
    if (!isSaved) view.value = firstView(profile);
    const exists = (row: number) => row >= 0 && row < profile.events.length;
    const first = exists(suggestedEvent) ? suggestedEvent : profile.defaultEvent;
    event.value = isSaved && exists(saved.event) ? saved.event : first;
    visited.value = isSaved && saved.func >= 0 && saved.func < profile.functionCount ? visit(NO_HISTORY, saved.func) : NO_HISTORY;
    selectedNode.value = isSaved ? saved.node : -1;
    zoom.value = isSaved ? saved.zoom : [];
    flameTop.value = isSaved ? saved.flameTop : 0;
    tableTop.value = isSaved ? saved.tableTop : 0;
  }
  if (!viewsOf(profile).includes(view.peek())) view.value = firstView(profile);
  problem.value = '';
  phase.value = { kind: 'opened', name, overview: profile, run };
}

/** Chooses the event. `fromHost`: it was chosen elsewhere, so the host knows. */
export function chooseEvent(row: number, fromHost = false): void {
  if (row === event.value || !overview.value?.events[row]) return;
  event.value = row;
  if (!fromHost) tell({ type: 'event', event: row });
}

let wasStep = false;

/**
 * Selects a function in every view; -1 selects none. `isStep`: by an arrow key. Steps in a row are one entry of the history.
 */
export function selectFunction(func: number, isStep = false): void {
  const history = visited.peek();
  if (func < 0) visited.value = { ...history, at: -1 };
  else if (func !== present(history)) visited.value = (isStep && wasStep ? replace : visit)(history, func);
  wasStep = isStep && func >= 0;
}

/** Back (-1) or forth (1) among the functions that were selected. */
export function goInHistory(steps: number): void {
  visited.value = go(visited.value, steps);
}

/** Sorts by a column; the same column again turns the order round. Names begin at A, costs with the most. */
export function sortBy(column: FunctionColumn): void {
  const { column: current, descending } = sorting.value;
  sorting.value = { column, descending: column === current ? !descending : column !== 'name' && column !== 'file' };
}

/** What `openSource` does, as a command and in a tooltip. */
export const OPEN_COMMAND = hasEditor ? 'Open Source' : 'Copy Location';
export const OPEN_HINT = hasEditor ? 'Open source' : 'Copy location';

/** Opens a source file beside the viewer; where there is no editor, its place is copied. */
export function openSource(file: string, line: number): void {
  tell({ type: 'openSource', file, line: Math.max(0, line), column: 0, beside: true });
}

/** For a question's rejection: shows what the engine said. Questions that were overtaken say nothing. */
export function failed(error: unknown): void {
  if (error instanceof StaleError) return;
  problem.value = error instanceof Error ? error.message : String(error);
  if (!(error instanceof RefusedError)) tell({ type: 'error', message: error instanceof Error ? error.stack ?? error.message : String(error) });
}

/** Searches once typing rests. Runs as long as the page. */
export function keepInStep(): void {
  effect(() => {
    const words = searchText.value.trim();
    const timer = setTimeout(() => (search.value = words), words === '' ? 0 : TYPING_PAUSE);
    return () => clearTimeout(timer);
  });
}
