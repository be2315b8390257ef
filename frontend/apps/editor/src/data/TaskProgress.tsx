import { Group } from "@mantine/core";
import { Button, ExchangeProgress, useLocale } from "@torque/ui";
import { useTranslation } from "react-i18next";
import type { Progress } from "./many";

/** How far a task is, and the button that stops it. */
export function TaskProgress({ label, progress, onStop }: { label: string; progress: Progress | null; onStop: (() => void) | null }) {
  const { t } = useTranslation("editor");
  const figure = new Intl.NumberFormat(useLocale());
  const figures = progress ? t("data.progress", { done: figure.format(progress.done), of: figure.format(progress.of) }) : "";
  return (
    <>
      <ExchangeProgress label={label} share={progress && progress.of > 0 ? progress.done / progress.of : null} figures={figures} />
      {onStop && (
        <Group justify="flex-end">
          <Button data-autofocus onClick={onStop}>
            {t("data.stop")}
          </Button>
        </Group>
      )}
    </>
  );
}
