import { Modal } from "@torque/ui";
import { useRuntime } from "../../context";
import { ComponentGrid } from "../../page/ComponentGrid";
import { text, type ComponentProps } from "../types";

/** A dialog a page brings along; open while the address names it. */
export function ModalComponent({ component }: ComponentProps) {
  const { address } = useRuntime();
  return (
    <Modal opened={address.params.get("modal") === component.id} onClose={() => address.set({ modal: null })} title={text(component, "title")}>
      <ComponentGrid components={component.children ?? []} columns={12} alone={null} lines={false} />
    </Modal>
  );
}
