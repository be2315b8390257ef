/** What Tab reaches, in its order. */
const CANDIDATES = "a[href], button, input, select, textarea, summary, iframe, [contenteditable]:not([contenteditable='false']), [tabindex]";

function isRadio(element: Element): element is HTMLInputElement {
  return element instanceof HTMLInputElement && element.type === "radio";
}

const isSameGroup = (one: Element, other: Element): boolean => isRadio(one) && isRadio(other) && one.name !== "" && one.name === other.name && one.form === other.form;

function isReachable(element: HTMLElement): boolean {
  if (element.tabIndex < 0 || element.matches(":disabled, input[type=hidden]") || element.closest("[inert], [hidden]")) return false;
  // Not every document has a layout to ask.
  return !("checkVisibility" in element) || element.checkVisibility({ visibilityProperty: true });
}

/** A group of radios is one stop: the chosen one. */
function isStop(element: HTMLElement, all: readonly HTMLElement[]): boolean {
  return !isRadio(element) || element.checked || !all.some((other) => isRadio(other) && other.checked && isSameGroup(other, element));
}

export function tabbables(node: HTMLElement): HTMLElement[] {
  const all = [...node.querySelectorAll<HTMLElement>(CANDIDATES)].filter(isReachable);
  return all.filter((element) => isStop(element, all));
}

/** Where Tab leads when the browser's own next stop is not inside `node`; null where the browser may go on by itself. */
export function wrapped(node: HTMLElement, from: Element, backwards: boolean): HTMLElement | null {
  const stops = tabbables(node);
  if (backwards) stops.reverse();
  const first = stops[0] ?? node;
  if (from === node) return backwards ? first : null;
  if (!node.contains(from)) return first;
  const left = stops.slice(stops.indexOf(from as HTMLElement) + 1);
  return stops.includes(from as HTMLElement) && left.every((other) => isSameGroup(from, other)) ? first : null;
}
