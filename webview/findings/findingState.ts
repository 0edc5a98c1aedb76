/** State of the list of findings, and the questions behind it. It outlives the view. */
import { computed, effect, signal } from '@preact/signals';
import type { FindingSort } from '../../src/core/findingList.ts';
import type { FindingDetail, FindingSlice } from '../../src/protocol/findings.ts';
import { engine, savedState } from '../channel.ts';
import { LatestQuestion } from '../questions.ts';
import { failed, overview, profileKept, search, view } from '../state.ts';

const saved = savedState();

/** The only kind that is listed; '': all. */
export const kind = signal('');
export const findingSort = signal<FindingSort>(saved.findingSort);
/** The selected finding; -1 when none is. */
export const finding = signal(-1);
export const findingSplit = signal(saved.findingSplit);
/** null until the engine has told. */
export const slice = signal<FindingSlice | null>(null);
export const detail = signal<FindingDetail | null>(null);
export const selectedIndex = computed(() => slice.value?.rows.findIndex((row) => row.finding === finding.value) ?? -1);

/** Rows asked for. No checker reports more that anyone could read; a search finds the rest. */
const ROWS = 5000;

const listQuestion = new LatestQuestion(engine, 'findings');
const detailQuestion = new LatestQuestion(engine, 'finding');

/** Asks what the view needs as it is looked at. Runs as long as the page. */
export function keepFindingsInStep(): void {
  let shown: unknown;
  effect(() => {
    const profile = overview.value;
    if (!profile || profile === shown || profile.findingCount === 0) return;
    shown = profile;
    const isSaved = profileKept.peek();
    kind.value = isSaved ? saved.kind : '';
    finding.value = isSaved && saved.finding < profile.findingCount ? saved.finding : -1;
    slice.value = null;
    detail.value = null;
  });
  effect(() => {
    const profile = overview.value;
    const query = { search: search.value, kind: kind.value, sort: findingSort.value, from: 0, count: ROWS };
    if (!profile || profile.findingCount === 0 || view.value !== 'findings') return;
    listQuestion.ask(query).then((found) => {
      if (!found) return;
      slice.value = found;
      // Something is always told about: the first one until the person chooses.
      if (finding.peek() < 0 && found.rows.length > 0) finding.value = found.rows[0].finding;
    }, failed);
  });
  effect(() => {
    const row = finding.value;
    if (!overview.value || row < 0 || view.value !== 'findings') return;
    detailQuestion.ask({ finding: row }).then((found) => found && (detail.value = found), failed);
  });
}
