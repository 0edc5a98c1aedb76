import type { ViewName } from '../src/protocol/viewer.ts';
import { view, views } from './state.ts';

const LABELS: Readonly<Record<ViewName, string>> = {
  summary: 'Summary', series: 'Over Time', findings: 'Findings', flame: 'Flame Graph', functions: 'Functions',
};

export const tabId = (name: ViewName) => `tab-${name}`;
export const panelId = (name: ViewName) => `panel-${name}`;

/** The views by name. Arrow keys, Home and End move and switch, as in the ARIA practices' tabs with automatic activation. */
export function Tabs() {
  const names = views.value;
  const at = names.indexOf(view.value);
  const onKeyDown = (event: KeyboardEvent) => {
    const to = { ArrowRight: (at + 1) % names.length, ArrowLeft: (at + names.length - 1) % names.length, Home: 0, End: names.length - 1 }[event.key];
    if (to === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    view.value = names[to];
    document.getElementById(tabId(names[to]))?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label="Views of the profile" onKeyDown={onKeyDown}>
      {names.map((name) => (
        <button
          type="button"
          role="tab"
          key={name}
          id={tabId(name)}
          class="tab"
          data-testid={`tab-${name}`}
          aria-selected={view.value === name}
          aria-controls={panelId(name)}
          tabIndex={view.value === name ? 0 : -1}
          onClick={() => (view.value = name)}
        >
          <span class="tab-label">{LABELS[name]}</span>
        </button>
      ))}
    </div>
  );
}
