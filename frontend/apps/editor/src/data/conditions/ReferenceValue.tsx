import type { ComboboxItem } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useReferences } from "@torque/runtime";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { MultiSelect, Select } from "../../parts/choices";

const PAUSE_MS = 150;

type ReferenceValueProps = { entity: string; label: string; many: boolean; values: readonly string[]; onChange: (values: readonly string[]) => void };

/** Records of another entity by their titles; the server searches. */
export function ReferenceValue({ entity, label, many, values, onChange }: ReferenceValueProps) {
  const { t } = useTranslation("editor");
  const { titleOf, find } = useReferences();
  const [text, setText] = useState("");
  const [open, setOpen] = useState(false);
  const [found, setFound] = useState<readonly ComboboxItem[]>([]);
  const [asked] = useDebouncedValue(text, PAUSE_MS);
  const chosen = values.map((id): ComboboxItem => ({ value: id, label: titleOf(entity, id) ?? id.slice(0, 8) }));
  const title = many ? undefined : chosen[0]?.label;
  const search = asked === title ? "" : asked;
  useEffect(() => {
    if (!open) return undefined;
    let current = true;
    find(entity, search).then((choices) => { if (current) setFound(choices); }, () => undefined);
    return () => {
      current = false;
    };
  }, [open, entity, search, find]);
  const shared = {
    "aria-label": label,
    searchable: true,
    onSearchChange: setText,
    onDropdownOpen: () => { setOpen(true); },
    onDropdownClose: () => { setOpen(false); },
    data: [...chosen, ...found.filter(({ value }) => !values.includes(value))],
    nothingFoundMessage: t("conditions.nothingFound"),
    placeholder: values.length === 0 ? t("conditions.choose") : undefined,
  };
  if (many) return <MultiSelect {...shared} value={[...values]} onChange={onChange} />;
  return <Select {...shared} allowDeselect={false} value={values[0] ?? null} onChange={(next) => { onChange(next === null ? [] : [next]); }} />;
}
