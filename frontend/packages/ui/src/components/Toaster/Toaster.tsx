import { ActionIcon, Button, Portal } from "@mantine/core";
import { IconAlertCircleFilled, IconX } from "../../icons/tabler";
import { useEffect, useMemo, useRef, useState, useSyncExternalStore, type FocusEvent } from "react";
import { useTranslation } from "react-i18next";
import { homeOf, placeOf, successorOf, type Place } from "../../focus/successor";
import classes from "./Toaster.module.css";
import { hideToast, toastStore } from "./store";
import type { Toast } from "./Toaster.types";

const DEFAULT_DURATION = 6000;

function ToastRow({ toast, focus }: { toast: Toast; focus: Origin }) {
  const { t } = useTranslation("ui");
  const [held, setHeld] = useState(false);
  const row = useRef<HTMLDivElement>(null);
  const stays = toast.kind === "error" || held;
  useEffect(() => {
    if (stays) return undefined;
    const timer = setTimeout(() => hideToast(toast.id, true), toast.duration ?? DEFAULT_DURATION);
    return () => clearTimeout(timer);
  }, [stays, toast.id, toast.duration]);
  const leave = (): void => {
    if (row.current?.contains(document.activeElement)) focus.back();
  };
  const act = (): void => {
    leave();
    toast.action?.run();
    hideToast(toast.id);
  };
  const shut = (): void => {
    leave();
    hideToast(toast.id, true);
  };
  return (
    <div
      ref={row}
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
      <ActionIcon aria-label={t("close")} onClick={shut}>
        <IconX className={classes.glyph} />
      </ActionIcon>
    </div>
  );
}

type Origin = { /** The focus comes to a toast. */ enter: (event: FocusEvent<HTMLElement>) => void; /** It goes back to where it came from. */ back: () => void };

/** Where the reader was before going to a toast: there the focus goes when the toast does. */
function useOrigin(): Origin {
  const from = useRef<{ element: Element; place: Place } | null>(null);
  return useMemo(
    () => ({
      enter: ({ currentTarget, relatedTarget }) => {
        if (relatedTarget && currentTarget.contains(relatedTarget)) return;
        from.current = relatedTarget && { element: relatedTarget, place: placeOf(relatedTarget) };
      },
      back: () => {
        const { element, place } = from.current ?? {};
        const target = element?.isConnected ? element : ((place && successorOf(place)) ?? homeOf(document));
        (target as HTMLElement | null)?.focus({ preventScroll: true });
      },
    }),
    [],
  );
}

/** Results of what is out of sight, bottom end, at most three; read out politely to screen readers. */
export function Toaster() {
  const toasts = useSyncExternalStore(toastStore.subscribe, toastStore.snapshot);
  const origin = useOrigin();
  return (
    <Portal>
      <div className={classes.list} role="log" aria-live="polite" aria-relevant="additions" onFocus={origin.enter}>
        {toasts.map((toast) => (
          <ToastRow key={toast.id} toast={toast} focus={origin} />
        ))}
      </div>
    </Portal>
  );
}
