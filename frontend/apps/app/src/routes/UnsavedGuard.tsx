import { clearDrafts } from "@torque/runtime";
import { Confirm } from "@torque/ui";
import type { RefObject } from "react";
import { useTranslation } from "react-i18next";
import { useBlocker } from "react-router";
import { lost, type Unsaved } from "./unsaved";

/** Asks before a form with unsaved changes is left: by its cross, by a link, by the browser's buttons. */
export function UnsavedGuard({ unsaved }: { unsaved: RefObject<Unsaved> }) {
  const { t } = useTranslation("ui");
  const blocker = useBlocker(({ currentLocation, nextLocation }) => lost(unsaved.current, currentLocation, nextLocation) > 0);
  const discard = (): void => {
    unsaved.current = { drawer: 0, page: 0 };
    clearDrafts();
    blocker.proceed?.();
  };
  return (
    <Confirm
      opened={blocker.state === "blocked"}
      title={t("form.leaveTitle")}
      confirmLabel={t("form.discard")}
      cancelLabel={t("form.keep")}
      onConfirm={discard}
      onCancel={() => blocker.reset?.()}
    >
      {t("form.leaveText", { count: unsaved.current.drawer + unsaved.current.page })}
    </Confirm>
  );
}
