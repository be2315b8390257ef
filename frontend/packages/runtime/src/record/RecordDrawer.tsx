import { Drawer } from "@torque/ui";
import { DeleteButton, RecordForm } from "./RecordForm";
import { HistoryButton } from "./RecordHistory";
import type { OpenRecord } from "./useOpenRecord";

/** Creates or edits a record over the page. */
export function RecordDrawer({ open }: { open: OpenRecord }) {
  return (
    <Drawer
      opened={open.opened}
      onClose={open.close}
      title={open.title}
      detail={open.detail}
      actions={
        <>
          <HistoryButton open={open} />
          <DeleteButton open={open} />
        </>
      }
    >
      <RecordForm open={open} />
    </Drawer>
  );
}
