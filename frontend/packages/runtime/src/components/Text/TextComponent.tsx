import { Text } from "@torque/ui";
import { text, type ComponentProps } from "../types";
import { textContent, textVariant } from "./words";

export function TextComponent({ component }: ComponentProps) {
  const align = text(component, "align");
  return <Text content={textContent(component)} variant={textVariant(component)} align={align === "center" || align === "right" ? align : "left"} />;
}
