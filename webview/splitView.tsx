import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

interface SplitProps {
  /** Share of the first pane, 0 to 1. */
  readonly share: number;
  readonly onShare: (share: number) => void;
  readonly label: string;
  /** One upon the other also where there is room. */
  readonly isStacked?: boolean;
  readonly first: ComponentChildren;
  readonly second: ComponentChildren;
}

/** Narrower views are split from top to bottom, CSS pixels. */
const NARROW = 900;
const LEAST = 0.15;
const MOST = 0.85;
const KEY_STEP = 0.02;

/** Two panes with a sash between: side by side where there is room, one upon the other where not. Arrow keys move the sash. */
export function SplitView({ share, onShare, label, isStacked = false, first, second }: SplitProps) {
  const root = useRef<HTMLDivElement>(null);
  const [isNarrow, setNarrow] = useState(false);
  const stacked = isStacked || isNarrow;
  const [dragging, setDragging] = useState(false);
  useLayoutEffect(() => {
    const element = root.current;
    if (!element) return undefined;
    const measure = () => setNarrow(element.clientWidth < NARROW);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const set = (to: number) => onShare(Math.min(MOST, Math.max(LEAST, to)));
  const onPointerMove = (event: PointerEvent) => {
    const bounds = root.current?.getBoundingClientRect();
    if (!dragging || !bounds) return;
    set(stacked ? (event.clientY - bounds.top) / bounds.height : (event.clientX - bounds.left) / bounds.width);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -KEY_STEP, ArrowUp: -KEY_STEP, ArrowRight: KEY_STEP, ArrowDown: KEY_STEP }[event.key];
    if (step === undefined || event.altKey) return;
    event.preventDefault();
    set(share + step);
  };
  return (
    <div class={stacked ? 'split stacked' : 'split'} ref={root}>
      <div class="split-pane" style={{ flexBasis: `${(share * 100).toFixed(2)}%` }}>{first}</div>
      <div
        class={dragging ? 'sash dragging' : 'sash'}
        role="separator"
        tabIndex={0}
        aria-label={label}
        aria-orientation={stacked ? 'horizontal' : 'vertical'}
        aria-valuemin={LEAST * 100}
        aria-valuemax={MOST * 100}
        aria-valuenow={Math.round(share * 100)}
        onKeyDown={onKeyDown}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setDragging(true);
        }}
        onPointerMove={onPointerMove}
        onPointerUp={() => setDragging(false)}
        onPointerCancel={() => setDragging(false)}
        onDblClick={() => set(isStacked ? 0.5 : 0.6)}
      />
      <div class="split-pane rest">{second}</div>
    </div>
  );
}
