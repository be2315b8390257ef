import type { PageComponent } from "@torque/protocol";

/** What the registry hands to every component of a page. */
export type ComponentProps = {
  component: PageComponent;
  /** The only grid of its page: it takes the height that is left and its state needs no prefix in the address. */
  alone: boolean;
};

/** A text property; "" when the model left it out. */
export function text(component: PageComponent, name: string): string {
  const value = component.props[name];
  return typeof value === "string" ? value : "";
}
