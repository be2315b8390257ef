import { Checkbox, Group, MultiSelect, Radio, Select, type ComboboxItem } from "@mantine/core";
import { useMemo, type Ref } from "react";
import { useTranslation } from "react-i18next";
import { IconChevronDown } from "../../icons/tabler";
import { statusShapes } from "../Status/shape";
import { Status } from "../Status/Status";
import classes from "./Form.module.css";
import type { FieldInputProps } from "./inputs.types";

/** Shapes of the options when they are states; the dropdown and the closed field show them alike. */
function useShapes({ field }: FieldInputProps) {
  return useMemo(() => statusShapes(field.options ?? []), [field.options]);
}

export function SelectInput(props: FieldInputProps) {
  const { field, value, onChange, onBlur, inputRef, frame } = props;
  const { t } = useTranslation("ui");
  const shapes = useShapes(props);
  const shape = typeof value === "string" ? shapes.get(value) : undefined;
  const clearable = !frame["aria-required"] && typeof value === "string" && value !== "";
  return (
    <Select
      {...frame}
      ref={inputRef as Ref<HTMLInputElement>}
      data={field.options ?? []}
      value={typeof value === "string" ? value : null}
      onChange={onChange}
      onBlur={onBlur}
      allowDeselect={!frame["aria-required"]}
      clearable={!frame["aria-required"]}
      clearButtonProps={{ "aria-label": t("form.clear") }}
      clearSectionMode={clearable ? "clear" : "rightSection"}
      rightSection={<IconChevronDown aria-hidden />}
      rightSectionPointerEvents={clearable ? "all" : "none"}
      searchable={(field.options?.length ?? 0) > 12}
      placeholder={field.placeholder ?? t("form.choose")}
      leftSection={shape ? <Status label="" shape={shape} /> : undefined}
      renderOption={({ option }: { option: ComboboxItem }) => <Status label={option.label} shape={shapes.get(option.value) ?? null} />}
    />
  );
}

export function MultiSelectInput({ field, value, onChange, onBlur, inputRef, frame }: FieldInputProps) {
  const { t } = useTranslation("ui");
  const chosen = Array.isArray(value) ? value.map(String) : [];
  return (
    <MultiSelect
      {...frame}
      ref={inputRef as Ref<HTMLInputElement>}
      data={field.options ?? []}
      value={chosen}
      onChange={onChange}
      onBlur={onBlur}
      clearable
      clearButtonProps={{ "aria-label": t("form.clear") }}
      rightSection={chosen.length === 0 ? <IconChevronDown aria-hidden /> : undefined}
      rightSectionPointerEvents={chosen.length === 0 ? "none" : undefined}
      placeholder={chosen.length > 0 ? undefined : (field.placeholder ?? t("form.choose"))}
    />
  );
}

export function RadioInput({ field, value, onChange, onBlur, inputRef, frame }: FieldInputProps) {
  const { disabled, "aria-required": required, ...group } = frame;
  return (
    <Radio.Group {...group} ref={inputRef as Ref<HTMLDivElement>} aria-required={required} value={typeof value === "string" ? value : null} onChange={onChange} onBlur={onBlur}>
      <Group className={classes.choices}>
        {(field.options ?? []).map((option) => (
          <Radio key={option.value} value={option.value} label={option.label} disabled={disabled} />
        ))}
      </Group>
    </Radio.Group>
  );
}

export function CheckboxInput({ value, onChange, onBlur, inputRef, frame }: FieldInputProps) {
  return <Checkbox {...frame} ref={inputRef as Ref<HTMLInputElement>} className={classes.checkbox} checked={value === true} onChange={(event) => onChange(event.currentTarget.checked)} onBlur={onBlur} />;
}
