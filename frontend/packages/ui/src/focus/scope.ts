/** Holds the focus inside a dialog, from the moment it appears to its end.
 *
 * Nothing here waits: a timer would lose what is typed until it fires, and take the focus back from where the reader
 * went meanwhile.
 */
import { homeOf, placeOf, successorOf, type Place } from "./successor";
import { tabbables, wrapped } from "./tabbable";

const WANTED = "[data-autofocus]";
const AWAITED = "[aria-busy='true']";
/** Marks dialogs, so that one leaves the focus to another that stands over it. */
const SCOPE = "data-focus-scope";

const focus = (element: Element | null): void => (element as HTMLElement | null)?.focus({ preventScroll: true });

/** The element that asks for the focus, or the first in it that can have it. */
function wantedIn(node: ParentNode): HTMLElement | null {
  const wanted = node.querySelector<HTMLElement>(WANTED);
  if (!wanted) return null;
  return wanted.matches("input, select, textarea, button, a[href], [tabindex]") ? wanted : (tabbables(wanted)[0] ?? null);
}

/** Where the focus goes first: where it is asked for, else the first stop; while the content is awaited, the dialog itself. */
function firstIn(node: HTMLElement): HTMLElement {
  return wantedIn(node) ?? (node.querySelector(AWAITED) ? node : (tabbables(node)[0] ?? node));
}

/** Writes into the field that has the focus, as typing does. */
function write(page: Document, text: string): void {
  const field = page.activeElement;
  const takesText = (field instanceof HTMLInputElement && field.selectionStart !== null) || field instanceof HTMLTextAreaElement;
  if (text === "" || !takesText || field.readOnly) return;
  field.setRangeText(text, field.selectionStart ?? 0, field.selectionEnd ?? 0, "end");
  field.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertText", data: text }));
}

/** The button of the menu that an item stands in: the item goes with its menu. */
function buttonOf(item: Element): Element | null {
  const name = item.closest("[role=menu]")?.getAttribute("aria-labelledby");
  return name ? item.ownerDocument.getElementById(name) : null;
}

export class FocusScope {
  #own: Event | null = null;

  /** Told by React of every focus inside, also in a menu or calendar that stands elsewhere in the document. */
  readonly heard = ({ nativeEvent }: { nativeEvent: Event }): void => {
    this.#own = nativeEvent;
  };

  /** Takes the focus into `node` and keeps it there; what it returns gives the focus back. */
  hold(node: HTMLElement): () => void {
    const { ownerDocument: page } = node;
    const before = page.activeElement;
    let opener: Element | null = null;
    let place: Place = [];
    const openedBy = (element: Element): void => {
      opener = element;
      place = placeOf(element);
    };
    if (before && before !== page.body && !node.contains(before)) openedBy(buttonOf(before) ?? before);
    let last: HTMLElement = node;
    const enter = (): void => focus(last.isConnected && last !== node ? last : firstIn(node));
    const onFocus = (event: FocusEvent): void => {
      const target = event.target as HTMLElement;
      if (node.contains(target) || event === this.#own) last = target;
      else if (!target.closest(`[${SCOPE}]`)) {
        // A menu that closed gives the focus back to its button: that is where it belongs when this has closed too.
        if (!opener || opener.closest("[role=menu]")) openedBy(target);
        enter();
      }
    };
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== "Tab" || event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
      const from = page.activeElement ?? page.body;
      if (from !== page.body && !node.contains(from)) return;
      const to = wrapped(node, from, event.shiftKey);
      if (!to) return;
      event.preventDefault();
      focus(to);
    };
    // What is typed while the form is on its way is meant for it.
    let typed = "";
    const onTyped = (event: KeyboardEvent): void => {
      const { key, target, ctrlKey, altKey, metaKey } = event;
      if (target !== node || ctrlKey || altKey || metaKey || !node.querySelector(AWAITED)) return;
      if (key === "Backspace") typed = typed.slice(0, -1);
      else if (key.length === 1) typed += key;
      else return;
      event.preventDefault();
    };
    // The form may arrive after its drawer. Whoever has moved on by then stays where they are.
    const arrivals = new MutationObserver((changes) => {
      const parked = page.activeElement === node || page.activeElement === page.body;
      const added = changes.flatMap(({ addedNodes }) => [...addedNodes]).filter((one) => one instanceof HTMLElement);
      if (!parked || !added.some((one) => one.matches(WANTED) || one.querySelector(WANTED))) return;
      focus(wantedIn(node));
      write(page, typed);
      typed = "";
    });
    node.setAttribute(SCOPE, "");
    page.addEventListener("focusin", onFocus);
    page.addEventListener("keydown", onKey);
    node.addEventListener("keydown", onTyped);
    arrivals.observe(node, { childList: true, subtree: true });
    if (!node.contains(before)) focus(firstIn(node));
    return () => {
      arrivals.disconnect();
      page.removeEventListener("focusin", onFocus);
      page.removeEventListener("keydown", onKey);
      node.removeEventListener("keydown", onTyped);
      node.removeAttribute(SCOPE);
      const now = page.activeElement;
      const within = !now || now === page.body || now === last || node.contains(now);
      if (within) focus(opener?.isConnected ? opener : (successorOf(place) ?? homeOf(page)));
    };
  }
}
