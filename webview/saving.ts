/** What VS Code keeps for a page that is hidden or a window that is reloaded, put together from all views. */
import { effect } from '@preact/signals';
import { saveState } from './channel.ts';
import { finding, findingSort, findingSplit, kind } from './findings/findingState.ts';
import type { SavedState } from './savedState.ts';
import { chartSplit, cursor, seriesOverview, shownRows, zoomed } from './series/seriesState.ts';
import { event, flameTop, order, overview, profileId, searchText, selectedFunc, selectedNode, sorting, split, tableTop, view, zoom } from './state.ts';

/** How long changes rest before they are saved, milliseconds. */
const SAVING_PAUSE = 200;

/** Saves whatever changes. Runs as long as the page. */
export function keepSaved(): void {
  effect(() => {
    if (!overview.value) return undefined;
    const now: SavedState = {
      profile: profileId(), view: view.value, event: event.value, search: searchText.value,
      sort: sorting.value.column, descending: sorting.value.descending, order: order.value,
      func: selectedFunc.value, node: selectedNode.value, zoom: zoom.value,
      flameTop: flameTop.value, tableTop: tableTop.value, split: split.value,
      range: zoomed.value, cursor: cursor.value, chartSplit: chartSplit.value,
      hidden: (seriesOverview.value?.series ?? []).map((_, row) => row).filter((row) => !shownRows.value.has(row)),
      kind: kind.value, finding: finding.value, findingSort: findingSort.value, findingSplit: findingSplit.value,
    };
    const timer = setTimeout(() => saveState(now), SAVING_PAUSE);
    return () => clearTimeout(timer);
  });
}
