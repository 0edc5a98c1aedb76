import type { ViewName } from '../src/protocol/viewer.ts';
import { view } from './state.ts';

const TABS: readonly { readonly name: ViewName; readonly label: string }[] = [
  { name: 'summary', label: 'Summary' },
  { name: 'flame', label: 'Flame Graph' },
  { name: 'functions', label: 'Functions' },
];

export const tabId = (name: ViewName) => `tab-${name}`;
export const panelId = (name: ViewName) => `panel-${name}`;

/** The views by name. Arrow keys, Home and End move and switch, as in the ARIA practices' tabs with automatic activation. */
export function Tabs() {
  const at = TABS.findIndex(({ name }) => name === view.value);
  const onKeyDown = (event: KeyboardEvent) => {
    const to = { ArrowRight: (at + 1) % TABS.length, ArrowLeft: (at + TABS.length - 1) % TABS.length, Home: 0, End: TABS.length - 1 }[event.key];
    if (to === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    view.value = TABS[to].name;
    document.getElementById(tabId(TABS[to].name))?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label="Views of the profile" onKeyDown={onKeyDown}>
      {TABS.map(({ name, label }) => (
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
          <span class="tab-label">{label}</span>
        </button>
      ))}
    </div>
  );
}
