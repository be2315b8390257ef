import { Container } from "@torque/ui";
import { ComponentGrid } from "../../page/ComponentGrid";
import { text, type ComponentProps } from "../types";

export function ContainerComponent({ component }: ComponentProps) {
  return (
    <Container title={text(component, "title") || undefined} direction={text(component, "direction") === "row" ? "row" : "column"}>
      <ComponentGrid components={component.children ?? []} columns={12} alone={null} lines={false} />
    </Container>
  );
}
