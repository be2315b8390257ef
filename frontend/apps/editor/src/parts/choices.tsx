import { MultiSelect as ManyOf, Select as OneOf, type MultiSelectProps, type SelectProps } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { IconChevronDown } from "../icons";
import parts from "./parts.module.css";

const CHEVRON = { rightSection: <IconChevronDown size={16} stroke={1.6} aria-hidden="true" />, rightSectionPointerEvents: "none" } as const;

/** One of a list, with the chevron the applications have; it makes room for the button that clears. */
export function Select<Value extends string = string>({ clearable, value, ...props }: Omit<SelectProps<Value>, "value"> & { value: string | null }) {
  const { t } = useTranslation("editor");
  const clears = clearable === true && value !== null;
  return <OneOf<Value> {...(props as SelectProps<Value>)} value={value as SelectProps<Value>["value"]} {...(clears ? { clearable: true, clearSectionMode: "clear", clearButtonProps: { "aria-label": t("clear"), className: parts.clear } } : CHEVRON)} />;
}

/** Several of a list, each shown as a tag. */
export function MultiSelect(props: MultiSelectProps) {
  return <ManyOf {...props} {...CHEVRON} classNames={{ inputField: parts.within }} />;
}
