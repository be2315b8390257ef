import { ActionIcon, Button, Portal } from "@mantine/core";
import { IconAlertCircleFilled, IconX } from "../../icons/tabler";
import { useEffect, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import classes from "./Toaster.module.css";
import { hideToast, toastStore } from "./store";
import type { Toast } from "./Toaster.types";

const DEFAULT_DURATION = 6000;

function ToastRow({ toast }: { toast: Toast }) {
  const { t } = useTranslation("ui");
  const [held, setHeld] = useState(false);
  const stays = toast.kind === "error" || held;
  useEffect(() => {
    if (stays) return undefined;
    const timer = setTimeout(() => hideToast(toast.id, true), toast.duration ?? DEFAULT_DURATION);
    return () => clearTimeout(timer);
  }, [stays, toast.id, toast.duration]);
  const act = (): void => {
    toast.action?.run();
    hideToast(toast.id);
  };
  return (
    <div
      className={classes.toast}
      data-kind={toast.kind ?? "info"}
      onMouseEnter={() => setHeld(true)}
      onMouseLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      {toast.kind === "error" && <IconAlertCircleFilled className={classes.icon} aria-hidden />}
      <span className={classes.message}>{toast.message}</span>
      {toast.action && (
        <Button size="xs" variant="subtle" className={classes.action} onClick={act}>
          {toast.action.label}
        </Button>
      )}
      <ActionIcon aria-label={t("close")} onClick={() => hideToast(toast.id, true)}>
        <IconX className={classes.glyph} />
      </ActionIcon>
    </div>
  );
}

/** Results of what is out of sight, bottom end, at most three; read out politely to screen readers. */
export function Toaster() {
  const toasts = useSyncExternalStore(toastStore.subscribe, toastStore.snapshot);
  return (
    <Portal>
      <div className={classes.list} role="log" aria-live="polite" aria-relevant="additions">
        {toasts.map((toast) => (
          <ToastRow key={toast.id} toast={toast} />
        ))}
      </div>
    </Portal>
  );
}
