/** A small menu at the pointer, looking like the editor's own. */
import { signal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';

export interface MenuItem {
  readonly label: string;
  readonly run: () => void;
  /** What to press instead, shown at the right. */
  readonly key?: string;
}

interface OpenMenu {
  readonly x: number;
  readonly y: number;
  readonly items: readonly MenuItem[];
  readonly back: Element | null;
}

const menu = signal<OpenMenu | null>(null);

/** Opens a menu at a point of the page, CSS pixels. */
export function openMenu(x: number, y: number, items: readonly MenuItem[]): void {
  menu.value = { x, y, items, back: document.activeElement };
}

function close(returnFocus: boolean): void {
  const back = menu.peek()?.back;
  menu.value = null;
  if (returnFocus && back instanceof HTMLElement) back.focus({ preventScroll: true });
}

export function ContextMenu() {
  const open = menu.value;
  const list = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = list.current;
    if (!open || !element) return;
    // Within the page, whatever the menu's size.
    const { width, height } = element.getBoundingClientRect();
    element.style.left = `${Math.max(4, Math.min(open.x, innerWidth - width - 4))}px`;
    element.style.top = `${Math.max(4, Math.min(open.y, innerHeight - height - 4))}px`;
    (element.firstElementChild as HTMLElement | null)?.focus();
  }, [open]);
  useEffect(() => {
    if (!open) return undefined;
    const away = (event: Event) => {
      if (!(event.target instanceof Node) || !list.current?.contains(event.target)) close(false);
    };
    const gone = () => close(false);
    window.addEventListener('pointerdown', away, true);
    window.addEventListener('wheel', away, true);
    window.addEventListener('blur', gone);
    window.addEventListener('resize', gone);
    return () => {
      window.removeEventListener('pointerdown', away, true);
      window.removeEventListener('wheel', away, true);
      window.removeEventListener('blur', gone);
      window.removeEventListener('resize', gone);
    };
  }, [open]);
  if (!open) return null;

  const move = (to: Element | null | undefined) => (to as HTMLElement | null | undefined)?.focus();
  const onKeyDown = (event: KeyboardEvent) => {
    const at = document.activeElement;
    switch (event.key) {
      case 'ArrowDown': move(at?.nextElementSibling ?? list.current?.firstElementChild); break;
      case 'ArrowUp': move(at?.previousElementSibling ?? list.current?.lastElementChild); break;
      case 'Home': move(list.current?.firstElementChild); break;
      case 'End': move(list.current?.lastElementChild); break;
      case 'Escape': case 'Tab': close(true); break;
      default: return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="menu" role="menu" ref={list} onKeyDown={onKeyDown} onContextMenu={(event) => event.preventDefault()} data-testid="menu">
      {open.items.map(({ label, run, key }) => (
        <button
          type="button"
          role="menuitem"
          class="menu-item"
          tabIndex={-1}
          key={label}
          onPointerEnter={(event) => event.currentTarget.focus()}
          onClick={() => {
            close(true);
            run();
          }}
        >
          <span>{label}</span>
          {key && <span class="menu-key">{key}</span>}
        </button>
      ))}
    </div>
  );
}
