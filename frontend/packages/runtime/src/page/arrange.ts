/** How a page's components become a screen: its heading and its buttons go into the header, the rest below it. */
import type { Page, PageComponent } from "@torque/protocol";
import { textContent, textVariant } from "../components/Text/words";

export type Arranged = {
  title: string;
  /** Buttons of the page, the primary one last. */
  actions: PageComponent[];
  body: PageComponent[];
  modals: PageComponent[];
  /** The grid that has the page to itself and takes the height that is left. */
  alone: string | null;
};

/** More buttons than this stay where the model put them. */
const MOST_ACTIONS = 4;

const isPrimary = ({ props }: PageComponent): boolean => props.variant === "primary" || props.variant === "filled";

/** One filled button on a screen: of several, the first keeps it. */
function oneFilled(buttons: PageComponent[]): PageComponent[] {
  const first = buttons.find(isPrimary);
  const others = buttons.filter((button) => button !== first).map((button) => (isPrimary(button) ? { ...button, props: { ...button.props, variant: "default" } } : button));
  return first ? [...others, first] : others;
}

export function arrange(page: Page): Arranged {
  const roots = page.components.filter(({ type }) => type !== "Modal");
  const heading = roots.find((component) => component.type === "Text" && textVariant(component) === "h1");
  const buttons = roots.filter(({ type }) => type === "Button");
  const hoisted = buttons.length <= MOST_ACTIONS ? buttons : [];
  const body = roots.filter((component) => component !== heading && !hoisted.includes(component));
  const [only] = body;
  return {
    title: heading ? textContent(heading) : page.title,
    actions: oneFilled(hoisted),
    body,
    modals: page.components.filter(({ type }) => type === "Modal"),
    alone: body.length === 1 && only?.type === "DataGrid" ? only.id : null,
  };
}
