import { useLayoutEffect, useRef } from 'preact/hooks';
import { formatQuantity, formatShare } from '../../src/core/quantities.ts';
import { fullLocation } from '../location.ts';
import { exact } from '../numbers.tsx';
import { currentEvent } from '../state.ts';
import { MERGED_FUNCTION } from './flameIndex.ts';
import { hover, nodeDetails, rootTotal } from './flameState.ts';

/** CSS pixels between the pointer and the tooltip. */
const OFFSET = 14;

/** Name, place and cost of the box under the pointer, within the graph's bounds. */
export function FlameTooltip() {
  const pointed = hover.value;
  const element = useRef<HTMLDivElement>(null);
  const detail = pointed ? nodeDetails.value.get(pointed.box.node) : undefined;
  useLayoutEffect(() => {
    const tip = element.current;
    const area = tip?.parentElement;
    if (!pointed || !tip || !area) return;
    const { offsetWidth: width, offsetHeight: height } = tip;
    const fitsRight = pointed.x + OFFSET + width <= area.clientWidth;
    const fitsBelow = pointed.y + OFFSET + height <= area.clientHeight;
    const left = fitsRight ? pointed.x + OFFSET : Math.max(0, Math.min(pointed.x - OFFSET - width, area.clientWidth - width));
    const top = fitsBelow ? pointed.y + OFFSET : Math.max(0, pointed.y - OFFSET - height);
    tip.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  });
  if (!pointed) return null;
  const { box } = pointed;
  const { unit } = currentEvent.value;
  if (box.func === MERGED_FUNCTION) {
    return (
      <div class="tooltip" ref={element} aria-hidden="true">
        <div>Several boxes too thin to draw</div>
        <div class="dim">{formatShare(box.total, rootTotal())} together. Double-click to zoom in.</div>
      </div>
    );
  }
  const place = detail ? fullLocation(detail.row.file, detail.row.line) || detail.row.object : '';
  return (
    <div class="tooltip" ref={element} aria-hidden="true" data-testid="flame-tooltip">
      <div class="tooltip-name">{box.name}</div>
      {box.func >= 0 && <div class="tooltip-place dim">{place || '\u00a0'}</div>}
      <div class="tooltip-costs number">
        <CostRow label="Self" value={box.self} unit={unit} />
        <CostRow label="Total" value={box.total} unit={unit} />
      </div>
    </div>
  );
}

function CostRow({ label, value, unit }: { readonly label: string; readonly value: number; readonly unit: Parameters<typeof formatQuantity>[1] }) {
  return (
    <>
      <span class="dim">{label}</span>
      <span>{formatShare(value, rootTotal())}</span>
      <span>{formatQuantity(value, unit)}</span>
      <span class="dim">{exact(value, unit)}</span>
    </>
  );
}
