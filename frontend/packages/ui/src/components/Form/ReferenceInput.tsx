import { MultiSelect, Select, type ComboboxParsedItem } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useEffect, useState, type Ref } from "react";
import { useTranslation } from "react-i18next";
import { IconChevronDown } from "../../icons/tabler";
import type { Choice } from "../FilterBar/FilterBar.types";
import type { FieldInputProps } from "./inputs.types";

type Search = { name: "idle" } | { name: "found"; choices: Choice[] } | { name: "failed" };

/** Records of another entity, found by what is typed; what is chosen shows its title. */
export function ReferenceInput({ field, value, onChange, onBlur, inputRef, frame, findReferences, titleOf }: FieldInputProps) {
  const { t } = useTranslation("ui");
  const [text, setText] = useState("");
  const [open, setOpen] = useState(false);
  const [search, setSearch] = useState<Search>({ name: "idle" });
  const [known, setKnown] = useState<ReadonlyMap<string, string>>(new Map());
  const [asked] = useDebouncedValue(text, 150);
  const entity = field.entity ?? "";
  useEffect(() => {
    if (!open || !findReferences) return undefined;
    let current = true;
    findReferences(entity, asked).then(
      (choices) => {
        if (!current) return;
        setSearch({ name: "found", choices });
        setKnown((before) => new Map([...before, ...choices.map(({ value: id, label }): [string, string] => [id, label])]));
      },
      () => current && setSearch({ name: "failed" }),
    );
    return () => {
      current = false;
    };
  }, [open, asked, entity, findReferences]);
  const chosen = Array.isArray(value) ? value.map(String) : typeof value === "string" ? [value] : [];
  const titles = chosen.map((id): Choice => ({ value: id, label: known.get(id) ?? titleOf?.(entity, id) ?? id.slice(0, 8) }));
  const found = search.name === "found" ? search.choices : [];
  const shared = {
    ...frame,
    searchable: true,
    openOnFocus: false,
    searchValue: undefined,
    onSearchChange: setText,
    data: [...titles, ...found.filter(({ value: id }) => !chosen.includes(id))],
    onDropdownOpen: () => setOpen(true),
    onDropdownClose: () => setOpen(false),
    onBlur,
    placeholder: chosen.length > 0 ? undefined : (field.placeholder ?? t("form.choose")),
    nothingFoundMessage: search.name === "failed" ? t("form.searchFailed") : search.name === "found" ? t("form.nothingFound") : t("loading"),
    ...(frame["aria-required"] || chosen.length === 0 ? { rightSection: <IconChevronDown aria-hidden />, rightSectionPointerEvents: "none" as const } : {}),
    maxDropdownHeight: 320,
    clearButtonProps: { "aria-label": t("form.clear") },
  };
  // The server has searched already. What is chosen stays known to the input, but is offered only where it was found.
  const offered = new Set(found.map(({ value: id }) => id));
  const searching = search.name === "found" && text !== titles[0]?.label;
  const onlyFound = ({ options }: { options: ComboboxParsedItem[] }): ComboboxParsedItem[] => (searching ? options.filter((option) => "value" in option && offered.has(option.value)) : options);
  if (field.multiple) return <MultiSelect {...shared} ref={inputRef as Ref<HTMLInputElement>} value={chosen} onChange={onChange} />;
  return <Select {...shared} ref={inputRef as Ref<HTMLInputElement>} filter={onlyFound} allowDeselect={false} clearable={!frame["aria-required"]} clearSectionMode={chosen.length > 0 && !frame["aria-required"] ? "clear" : "rightSection"} value={chosen[0] ?? null} onChange={onChange} />;
}
