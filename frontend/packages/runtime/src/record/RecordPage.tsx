import { icons, IconButton, PageHeader } from "@torque/ui";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import classes from "./RecordForm.module.css";
import { DeleteButton, RecordForm } from "./RecordForm";
import { HistoryButton } from "./RecordHistory";
import type { OpenRecord } from "./useOpenRecord";

/** Creates or edits a record in place of the page: forms in steps and long ones need the room. */
export function RecordPage({ open, back, notice }: { open: OpenRecord; /** Title of the page it stands for. */ back: string; notice?: ReactNode }) {
  const { t } = useTranslation("runtime");
  return (
    <>
      <PageHeader
        title={open.title}
        detail={open.detail}
        start={
          <IconButton label={t("record.backTo", { page: back })} onClick={open.close}>
            <icons.IconArrowLeft aria-hidden />
          </IconButton>
        }
      >
        <HistoryButton open={open} />
        <DeleteButton open={open} />
      </PageHeader>
      {notice}
      <div className={classes.page}>
        <RecordForm open={open} />
      </div>
    </>
  );
}
