/** Which dialogs a page brings along: an action that names one opens it, any other name is a form. */
import type { PageComponent } from "@torque/protocol";
import { createContext, useContext } from "react";

export const PageModals = createContext<ReadonlySet<string>>(new Set());

export const usePageModals = (): ReadonlySet<string> => useContext(PageModals);

export function modalIds(components: readonly PageComponent[]): Set<string> {
  return new Set(components.flatMap((component) => [...(component.type === "Modal" ? [component.id] : []), ...modalIds(component.children ?? [])]));
}
