/** Where a component of the page puts what belongs into the page's header. */
import { createContext } from "react";

export const HeaderSlot = createContext<HTMLElement | null>(null);
