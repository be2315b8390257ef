/** What a Text component says and how: pages look for their heading among them. */
import type { TextVariant } from "@torque/ui";
import { text, type ComponentProps } from "../types";

const VARIANTS: readonly TextVariant[] = ["h1", "h2", "h3", "body", "caption"];

export const textVariant = (component: ComponentProps["component"]): TextVariant => {
  const wanted = text(component, "variant") || text(component, "level") || (typeof component.props.level === "number" ? `h${component.props.level}` : "");
  return VARIANTS.find((variant) => variant === wanted) ?? "body";
};

export const textContent = (component: ComponentProps["component"]): string => text(component, "content") || text(component, "text") || text(component, "value");
