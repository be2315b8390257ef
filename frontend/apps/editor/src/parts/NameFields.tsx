import { TextInput } from "@mantine/core";
import { slugProblem, toSlug } from "@torque/model";
import { useTranslation } from "react-i18next";
import classes from "./parts.module.css";

export type Names = { displayName: string; name: string; ownName: boolean };

export const NO_NAMES: Names = { displayName: "", name: "", ownName: false };

export type NameFieldsProps = {
  labels: { displayName: string; name: string; placeholder?: string };
  value: Names;
  onChange: (names: Names) => void;
  /** Show what is wrong. */
  checked: boolean;
  /** What the server said about the name. */
  nameError?: string;
};

/** A display name and its technical name, which follows until it is typed itself. */
export function NameFields({ labels, value, onChange, checked, nameError }: NameFieldsProps) {
  const { t } = useTranslation("editor");
  const problem = slugProblem(value.name);
  return (
    <>
      <TextInput
        label={labels.displayName}
        placeholder={labels.placeholder}
        data-autofocus
        required
        value={value.displayName}
        error={checked && !value.displayName.trim() ? t("name.empty") : undefined}
        onChange={(event) => {
          const displayName = event.currentTarget.value;
          onChange({ ...value, displayName, name: value.ownName ? value.name : toSlug(displayName) });
        }}
      />
      <TextInput
        label={labels.name}
        required
        value={value.name}
        classNames={{ input: classes.monoInput }}
        spellCheck={false}
        error={nameError ?? (checked && problem ? t(problem === "empty" ? "name.empty" : "name.slug") : undefined)}
        onChange={(event) => {
          onChange({ ...value, name: event.currentTarget.value, ownName: true });
        }}
      />
    </>
  );
}

export function namesComplete({ displayName, name }: Names): boolean {
  return Boolean(displayName.trim()) && slugProblem(name) === undefined;
}
