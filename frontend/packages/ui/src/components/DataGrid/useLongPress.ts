import { useEffect, useRef, type PointerEvent } from "react";

const HELD_MS = 500;
/** A finger that moves further scrolls. */
const MOST_MOVED = 10;

type Press = { timer: ReturnType<typeof setTimeout>; x: number; y: number };

export type LongPress = {
  onPointerDown: (event: PointerEvent) => void;
  onPointerMove: (event: PointerEvent) => void;
  onPointerUp: () => void;
  onPointerCancel: () => void;
  /** Whether the click that ends a press belongs to one that was held; asked once. */
  wasHeld: () => boolean;
};

/** A finger that rests on something, as another way to choose it. */
export function useLongPress(held: () => void): LongPress {
  const press = useRef<Press | null>(null);
  const fired = useRef(false);
  const end = (): void => {
    if (press.current) clearTimeout(press.current.timer);
    press.current = null;
  };
  useEffect(() => end, []);
  return {
    onPointerDown: ({ pointerType, clientX: x, clientY: y }) => {
      end();
      fired.current = false;
      if (pointerType !== "touch") return;
      const timer = setTimeout(() => {
        fired.current = true;
        held();
      }, HELD_MS);
      press.current = { timer, x, y };
    },
    onPointerMove: ({ clientX, clientY }) => {
      if (press.current && Math.hypot(clientX - press.current.x, clientY - press.current.y) > MOST_MOVED) end();
    },
    onPointerUp: end,
    onPointerCancel: end,
    wasHeld: () => {
      const was = fired.current;
      fired.current = false;
      return was;
    },
  };
}
