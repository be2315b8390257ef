import { Drawer } from "@torque/ui";
import { DeleteButton, RecordForm } from "./RecordForm";
import type { OpenRecord } from "./useOpenRecord";

/** Creates or edits a record over the page. */
export function RecordDrawer({ open }: { open: OpenRecord }) {
  return (
    <Drawer opened={open.opened} onClose={open.close} title={open.title} detail={open.detail} actions={<DeleteButton open={open} />}>
      <RecordForm open={open} />
    </Drawer>
  );
}
