import { hasEditor } from '../channel.ts';
import { IconButton } from '../controls.ts';
import { LocationLink } from '../locationLink.tsx';
import { QuantityOfTotal } from '../numbers.tsx';
import { currentEvent, view } from '../state.ts';
import { copyName } from './flameInput.ts';
import type { FlameBox } from './flameState.ts';
import { nodeDetails, rootTotal, selectedBox } from './flameState.ts';

const HINT = 'Click selects a box, double-click zooms to it. Ctrl or Cmd with the wheel zooms, with a click ' + (hasEditor ? 'opens the source.' : 'copies the location.');

/** The selected box: name, place, cost, and what can be done with it. */
export function FlameDetail({ onZoom }: { readonly onZoom: (box: FlameBox) => void }) {
  const box = selectedBox.value;
  if (!box) {
    return (
      <div class="detail-bar dim" data-testid="flame-detail">
        <span class="detail-hint" title={HINT}>{HINT}</span>
      </div>
    );
  }
  const { unit } = currentEvent.value;
  const detail = nodeDetails.value.get(box.node);
  return (
    <div class="detail-bar" data-testid="flame-detail">
      <div class="detail-what">
        <span class="detail-name" title={box.name}>{box.name}</span>
        {detail && <LocationLink file={detail.row.file} line={detail.row.line} otherwise={detail.row.object} />}
      </div>
      <dl class="detail-costs">
        <div><dt>Self</dt><dd><QuantityOfTotal value={box.self} total={rootTotal()} unit={unit} /></dd></div>
        <div><dt>Total</dt><dd><QuantityOfTotal value={box.total} total={rootTotal()} unit={unit} /></dd></div>
      </dl>
      <div class="detail-actions">
        <IconButton icon="zoom-in" label="Zoom to box (Enter)" onClick={() => onZoom(box)} />
        <IconButton icon="list-flat" label="Show in Functions" disabled={box.func < 0} onClick={() => (view.value = 'functions')} />
        <IconButton icon="copy" label="Copy name (C)" onClick={() => copyName(box)} />
      </div>
    </div>
  );
}
