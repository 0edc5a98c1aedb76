/** Pointer, wheel and keys on the flame graph's canvas. */
import { tell } from '../channel.ts';
import { failed, openSource } from '../state.ts';
import { isOpenable } from '../location.ts';
import type { FlameController } from './flameController.ts';
import { MERGED_FUNCTION } from './flameIndex.ts';
import type { FlameBox } from './flameState.ts';
import { detailOf, hover, loadDetail, selectBox, selectedBox } from './flameState.ts';

/** CSS pixels that a pointer may wander in a click. */
const CLICK_SLACK = 4;
/** Milliseconds that a pointer rests before the engine is asked where a box's source is. */
const HOVER_PAUSE = 60;
/** Zoom of one notch of a usual wheel (100 pixels). */
const WHEEL_ZOOM = 1.25;
const LINE_PIXELS = 20;
/** CSS pixels that one press of a key pans. */
const KEY_PAN = 120;

/** Opens the source of a box once the engine has told where it is. */
export function openBox(box: FlameBox | null): void {
  if (!box || box.func < 0) return;
  detailOf(box.node).then((detail) => {
    if (detail && isOpenable(detail.row.file)) openSource(detail.row.file, detail.row.line);
  }, failed);
}

export function copyName(box: FlameBox | null): void {
  if (box) tell({ type: 'copy', text: box.name });
}

/** Listens until the returned function is called. `onMenu` is asked for a menu at a point of the page. */
export function listenToInput(controller: FlameController, scroller: HTMLElement, onMenu: (box: FlameBox, x: number, y: number) => void): () => void {
  const { canvas } = controller;
  let drag: { readonly id: number; readonly startX: number; readonly startY: number; x: number; y: number; moved: boolean } | null = null;
  let pause: ReturnType<typeof setTimeout> | undefined;

  const place = (event: MouseEvent) => {
    const bounds = canvas.getBoundingClientRect();
    return { x: event.clientX - bounds.left, y: event.clientY - bounds.top };
  };
  const under = (event: MouseEvent): FlameBox | null => {
    const { x, y } = place(event);
    return controller.boxAtPoint(x, y);
  };

  const onPointerMove = (event: PointerEvent) => {
    if (drag) {
      if (!drag.moved && Math.hypot(event.clientX - drag.startX, event.clientY - drag.startY) <= CLICK_SLACK) return;
      drag.moved = true;
      canvas.classList.add('dragged');
      hover.value = null;
      controller.panBy(drag.x - event.clientX);
      controller.scrollBy(drag.y - event.clientY);
      drag.x = event.clientX;
      drag.y = event.clientY;
      return;
    }
    const { x, y } = place(event);
    const box = controller.boxAtPoint(x, y);
    const before = hover.peek()?.box;
    hover.value = box ? { box, x, y } : null;
    if (box && box.node !== before?.node) {
      clearTimeout(pause);
      pause = setTimeout(() => loadDetail(box.node, false), HOVER_PAUSE);
    }
  };
  const onPointerDown = (event: PointerEvent) => {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    drag = { id: event.pointerId, startX: event.clientX, startY: event.clientY, x: event.clientX, y: event.clientY, moved: false };
  };
  const onPointerUp = (event: PointerEvent) => {
    if (!drag || drag.id !== event.pointerId) return;
    const wasDrag = drag.moved;
    drag = null;
    canvas.classList.remove('dragged');
    if (wasDrag || event.type === 'pointercancel') return;
    const box = under(event);
    if (!box) {
      selectBox(null);
      return;
    }
    if (box.func === MERGED_FUNCTION) return;
    selectBox(box);
    if (event.ctrlKey || event.metaKey) openBox(box);
  };
  const onPointerLeave = () => {
    clearTimeout(pause);
    hover.value = null;
  };
  const onDoubleClick = (event: MouseEvent) => {
    const box = under(event);
    if (box) controller.zoomToBox(box);
  };
  const onContextMenu = (event: MouseEvent) => {
    event.preventDefault();
    const box = event.button === 2 ? under(event) : selectedBox.peek();
    hover.value = null;
    if (!box || box.func === MERGED_FUNCTION) return;
    selectBox(box);
    const bounds = canvas.getBoundingClientRect();
    // The menu key has no pointer: the menu opens at the graph's corner.
    if (event.button === 2) onMenu(box, event.clientX, event.clientY);
    else onMenu(box, bounds.left + 24, bounds.top + 24);
  };
  const onWheel = (event: WheelEvent) => {
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 1 : LINE_PIXELS;
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      hover.value = null;
      controller.zoomAtPoint(place(event).x, WHEEL_ZOOM ** (-(event.deltaY * unit) / 100));
      return;
    }
    const sideways = event.shiftKey && event.deltaX === 0 ? event.deltaY : event.deltaX;
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      event.preventDefault();
      hover.value = null;
      controller.panBy(sideways * unit);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (onKey(event, controller)) {
      event.preventDefault();
      event.stopPropagation();
      hover.value = null;
    }
  };

  canvas.addEventListener('pointermove', onPointerMove);
  canvas.addEventListener('pointerdown', onPointerDown);
  canvas.addEventListener('pointerup', onPointerUp);
  canvas.addEventListener('pointercancel', onPointerUp);
  canvas.addEventListener('pointerleave', onPointerLeave);
  canvas.addEventListener('dblclick', onDoubleClick);
  canvas.addEventListener('contextmenu', onContextMenu);
  canvas.addEventListener('keydown', onKeyDown);
  scroller.addEventListener('wheel', onWheel, { passive: false });
  return () => {
    clearTimeout(pause);
    canvas.removeEventListener('pointermove', onPointerMove);
    canvas.removeEventListener('pointerdown', onPointerDown);
    canvas.removeEventListener('pointerup', onPointerUp);
    canvas.removeEventListener('pointercancel', onPointerUp);
    canvas.removeEventListener('pointerleave', onPointerLeave);
    canvas.removeEventListener('dblclick', onDoubleClick);
    canvas.removeEventListener('contextmenu', onContextMenu);
    canvas.removeEventListener('keydown', onKeyDown);
    scroller.removeEventListener('wheel', onWheel);
  };
}

/** Acts on a key; false when it is none of the graph's. */
function onKey(event: KeyboardEvent, controller: FlameController): boolean {
  // Chords with other modifiers are the editor's.
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const box = selectedBox.peek();
  switch (event.key) {
    case 'ArrowUp': controller.step('parent'); return true;
    case 'ArrowDown': controller.step('child'); return true;
    case 'ArrowLeft': if (event.shiftKey) controller.panBy(-KEY_PAN); else controller.step('left'); return true;
    case 'ArrowRight': if (event.shiftKey) controller.panBy(KEY_PAN); else controller.step('right'); return true;
    case 'PageUp': controller.pageBy(-1); return true;
    case 'PageDown': controller.pageBy(1); return true;
    case 'Home': selectBox(null); controller.step('parent'); return true;
    case 'Enter': if (box) controller.zoomToBox(box); return true;
    case 'Escape':
      if (!controller.zoomBack(-1)) selectBox(null);
      return true;
    case 'Backspace': controller.zoomBack(-1); return true;
    case '+': case '=': controller.zoomAtSelection(1.5); return true;
    case '-': controller.zoomAtSelection(1 / 1.5); return true;
    case '0': controller.zoomBack(0); return true;
    case 'o': openBox(box); return true;
    case 'c': copyName(box); return true;
    default: return false;
  }
}
