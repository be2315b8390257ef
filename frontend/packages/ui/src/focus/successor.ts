/** Where the focus goes when what should have had it has gone from the page. */
import { tabbables } from "./tabbable";

/** Each element around another, from the inside out, with what leads to it: which child, and of which kind. */
export type Place = readonly { around: Element; at: number; kind: string }[];

const kindOf = (element: Element): string => element.getAttribute("role") ?? element.tagName;

export function placeOf(element: Element): Place {
  const place: { around: Element; at: number; kind: string }[] = [];
  for (let inner = element, around = inner.parentElement; around; inner = around, around = inner.parentElement)
    place.push({ around, at: [...around.children].indexOf(inner), kind: kindOf(inner) });
  return place;
}

/** What has taken the place of an element that is gone, the next row of a list or the last one; null where there is nothing of the kind. */
export function successorOf(place: Place): HTMLElement | null {
  const lost = place.find(({ around }) => around.isConnected);
  if (!lost) return null;
  const alike = [...lost.around.children].filter((child): child is HTMLElement => child instanceof HTMLElement && kindOf(child) === lost.kind);
  const next = alike.find((child) => [...lost.around.children].indexOf(child) >= lost.at) ?? alike.at(-1);
  if (!next) return null;
  return next.tabIndex >= 0 || next.hasAttribute("tabindex") ? next : (tabbables(next)[0] ?? null);
}

/** Where a reader goes on who has no other place: the dialog that is open, else the content of the page. */
export const homeOf = (page: Document): HTMLElement | null => page.querySelector<HTMLElement>("[data-focus-scope]") ?? page.querySelector<HTMLElement>("main[tabindex]");
