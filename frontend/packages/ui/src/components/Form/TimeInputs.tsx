import { DateInput, DateTimePicker, TimeInput } from "@mantine/dates";
import type { Ref } from "react";
import { useTranslation } from "react-i18next";
import { IconCalendar, IconClock } from "../../icons/tabler";
import type { FieldInputProps } from "./inputs.types";

const DAY_FORMAT = "D MMM YYYY";

export function DateField({ field, value, onChange, onBlur, inputRef, frame }: FieldInputProps) {
  const { t } = useTranslation("ui");
  return (
    <DateInput
      {...frame}
      ref={inputRef as Ref<HTMLInputElement>}
      valueFormat={DAY_FORMAT}
      value={typeof value === "string" && value !== "" ? value : null}
      onChange={onChange}
      onBlur={onBlur}
      clearable={!frame["aria-required"]}
      clearButtonProps={{ "aria-label": t("form.clear") }}
      placeholder={field.placeholder}
      rightSection={value ? undefined : <IconCalendar aria-hidden />}
      rightSectionPointerEvents={value ? undefined : "none"}
    />
  );
}

export function DateTimeField({ field, value, onChange, onBlur, inputRef, frame }: FieldInputProps) {
  const { t } = useTranslation("ui");
  return (
    <DateTimePicker
      {...frame}
      ref={inputRef as Ref<HTMLButtonElement>}
      valueFormat={`${DAY_FORMAT}, HH:mm`}
      value={typeof value === "string" && value !== "" ? value : null}
      onChange={onChange}
      onBlur={onBlur}
      clearable={!frame["aria-required"]}
      clearButtonProps={{ "aria-label": t("form.clear") }}
      submitButtonProps={{ "aria-label": t("save") }}
      timePickerProps={{ hoursInputLabel: "HH", minutesInputLabel: "MM" }}
      placeholder={field.placeholder ?? t("form.choose")}
      rightSection={value ? undefined : <IconCalendar aria-hidden />}
      rightSectionPointerEvents={value ? undefined : "none"}
    />
  );
}

export function TimeField({ value, onChange, onBlur, inputRef, frame }: FieldInputProps) {
  return (
    <TimeInput
      {...frame}
      ref={inputRef as Ref<HTMLInputElement>}
      value={typeof value === "string" ? value : ""}
      onChange={(event) => onChange(event.currentTarget.value)}
      onBlur={onBlur}
      rightSection={<IconClock aria-hidden />}
      rightSectionPointerEvents="none"
    />
  );
}
