/** All functions as a table, with the selected one's callers, callees and lines beside or below it. */
import { useEffect } from 'preact/hooks';
import { FunctionDetailPane } from './functionDetail.tsx';
import { FunctionTable } from './functionTable.tsx';
import { SplitView } from './splitView.tsx';
import { goInHistory, split } from './state.ts';

export function Functions() {
  // Wherever the focus is: following a caller takes the row away that had it.
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (!event.altKey || (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight')) return;
      event.preventDefault();
      goInHistory(event.key === 'ArrowLeft' ? -1 : 1);
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, []);
  return (
    <div class="functions">
      <SplitView
        share={split.value}
        onShare={(share) => (split.value = share)}
        label="Size of the table"
        first={<FunctionTable />}
        second={<FunctionDetailPane />}
      />
    </div>
  );
}
