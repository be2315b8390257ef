import { DateInput, DateTimePicker, TimeInput } from "@mantine/dates";
import type { Ref } from "react";
import { useTranslation } from "react-i18next";
import { dayPattern } from "../../format/calendar";
import { useLocale } from "../../i18n/I18nProvider";
import { IconCalendar, IconClock } from "../../icons/tabler";
import type { FieldInputProps } from "./inputs.types";

/** The calendar at the end of the input, where the cross to clear it does not stand. */
const calendarSection = (clearable: boolean) => (clearable ? {} : { rightSection: <IconCalendar aria-hidden />, rightSectionPointerEvents: "none" as const });

export function DateField({ field, value, onChange, onBlur, inputRef, frame }: FieldInputProps) {
  const { t } = useTranslation("ui");
  const locale = useLocale();
  return (
    <DateInput
      {...frame}
      ref={inputRef as Ref<HTMLInputElement>}
      valueFormat={dayPattern(locale)}
      value={typeof value === "string" && value !== "" ? value : null}
      onChange={onChange}
      onBlur={onBlur}
      clearable={!frame["aria-required"]}
      clearButtonProps={{ "aria-label": t("form.clear") }}
      placeholder={field.placeholder}
      {...calendarSection(Boolean(value) && !frame["aria-required"])}
    />
  );
}

export function DateTimeField({ field, value, onChange, onBlur, inputRef, frame }: FieldInputProps) {
  const { t } = useTranslation("ui");
  const locale = useLocale();
  return (
    <DateTimePicker
      {...frame}
      ref={inputRef as Ref<HTMLButtonElement>}
      valueFormat={`${dayPattern(locale)}, HH:mm`}
      value={typeof value === "string" && value !== "" ? value : null}
      onChange={onChange}
      onBlur={onBlur}
      clearable={!frame["aria-required"]}
      clearButtonProps={{ "aria-label": t("form.clear") }}
      submitButtonProps={{ "aria-label": t("save") }}
      timePickerProps={{ hoursInputLabel: "HH", minutesInputLabel: "MM" }}
      placeholder={field.placeholder ?? t("form.choose")}
      {...calendarSection(Boolean(value) && !frame["aria-required"])}
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
