import { Confirm } from "@torque/ui";
import type { RefObject } from "react";
import { useTranslation } from "react-i18next";
import { useBlocker, type Location } from "react-router";

/** What the address says about open forms: leaving one of them is what may lose something. */
const formOf = ({ pathname, search }: Location): string => {
  const params = new URLSearchParams(search);
  return [pathname, params.get("form"), params.get("record"), params.get("new")].join(" ");
};

/** Asks before an open form with unsaved changes is left: by its cross, by a link, by the browser's buttons. */
export function UnsavedGuard({ unsaved }: { unsaved: RefObject<number> }) {
  const { t } = useTranslation("ui");
  const blocker = useBlocker(({ currentLocation, nextLocation }) => unsaved.current > 0 && formOf(currentLocation) !== formOf(nextLocation));
  const discard = (): void => {
    unsaved.current = 0;
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
      {t("form.leaveText", { count: unsaved.current })}
    </Confirm>
  );
}
