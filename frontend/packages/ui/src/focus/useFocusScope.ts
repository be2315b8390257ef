import { useLayoutEffect, useState, type FocusEvent, type RefCallback } from "react";
import { FocusScope } from "./scope";

export type FocusScopeProps = { ref: RefCallback<HTMLElement>; onFocusCapture: (event: FocusEvent) => void };

/** What an element needs that holds the focus while `active`; it may come and go on its own. */
export function useFocusScope(active: boolean): FocusScopeProps {
  const [scope] = useState(() => new FocusScope());
  const [node, setNode] = useState<HTMLElement | null>(null);
  useLayoutEffect(() => (active && node ? scope.hold(node) : undefined), [active, node, scope]);
  return { ref: setNode, onFocusCapture: scope.heard };
}
