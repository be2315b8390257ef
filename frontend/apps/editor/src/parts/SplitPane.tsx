import { useLocalStorage } from "@mantine/hooks";
import type { CSSProperties, KeyboardEvent, PointerEvent, ReactNode } from "react";
import { useRef } from "react";
import classes from "./parts.module.css";

const SMALLEST = 200;

export type SplitPaneProps = {
  /** Which side the pane stands on. */
  side: "start" | "end";
  /** Under this name the width is remembered. */
  name: string;
  initial: number;
  /** Default 480. */
  largest?: number;
  label: string;
  /** Without it the content has the whole width; it stays as it is when a pane comes or goes. */
  pane: ReactNode;
  children: ReactNode;
  /** On a narrow screen the pane covers the content while this is true; otherwise it is hidden there. */
  overlay?: boolean;
  /** What becomes of the pane below 1024: hidden unless `overlay`, or put under the content. Default "hide". */
  narrow?: "hide" | "below";
};

/** A side pane whose width is dragged or moved by arrow keys, and remembered. */
export function SplitPane({ side, name, initial, largest = 480, label, pane, children, overlay = false, narrow = "hide" }: SplitPaneProps) {
  const [width, setWidth] = useLocalStorage({ key: `torque-editor-pane-${name}`, defaultValue: initial, getInitialValueInEffect: false });
  const drag = useRef<{ from: number; width: number } | null>(null);
  const resize = (next: number): void => {
    setWidth(Math.round(Math.max(SMALLEST, Math.min(largest, next))));
  };
  const direction = side === "start" ? 1 : -1;
  const onPointerDown = (event: PointerEvent<HTMLDivElement>): void => {
    event.currentTarget.setPointerCapture(event.pointerId);
    drag.current = { from: event.clientX, width };
  };
  const onPointerMove = (event: PointerEvent<HTMLDivElement>): void => {
    if (drag.current) resize(drag.current.width + direction * (event.clientX - drag.current.from));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowLeft: -16, ArrowRight: 16 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    resize(width + direction * step);
  };
  const separator = (
    <div
      role="separator"
      aria-orientation="vertical"
      aria-label={label}
      aria-valuenow={width}
      aria-valuemin={SMALLEST}
      aria-valuemax={largest}
      tabIndex={0}
      className={classes.separator}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={() => (drag.current = null)}
      onKeyDown={onKeyDown}
    />
  );
  const style = { "--pane": `${String(width)}px` } as CSSProperties;
  return (
    <div className={classes.split} data-side={side} data-narrow={narrow} style={style}>
      {pane && side === "start" && (
        <>
          <div className={classes.pane} data-overlay={overlay || undefined}>
            {pane}
          </div>
          {separator}
        </>
      )}
      <div className={classes.splitMain}>{children}</div>
      {pane && side === "end" && (
        <>
          {separator}
          <div className={classes.pane} data-overlay={overlay || undefined}>
            {pane}
          </div>
        </>
      )}
    </div>
  );
}
