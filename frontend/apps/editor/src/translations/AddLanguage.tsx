import { Autocomplete } from "@mantine/core";
import { add } from "@torque/model";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useCommit } from "../model/ModelProvider";
import { DialogForm, FormDialog } from "../parts/FormDialog";
import { isLanguage, languageName, USUAL_LANGUAGES } from "./languages";

export type AddLanguageProps = { opened: boolean; taken: readonly string[]; onAdded: (code: string) => void; onClose: () => void };

/** Adds a language without texts: what has no translation is shown as the model has it. */
export function AddLanguage({ opened, ...rest }: AddLanguageProps) {
  const { t } = useTranslation("editor");
  return (
    <FormDialog opened={opened} onClose={rest.onClose} title={t("translations.addTitle")}>
      <AddLanguageForm {...rest} />
    </FormDialog>
  );
}

function AddLanguageForm({ taken, onAdded, onClose }: Omit<AddLanguageProps, "opened">) {
  const { t, i18n } = useTranslation("editor");
  const commit = useCommit();
  const [typed, setTyped] = useState("");
  const [checked, setChecked] = useState(false);
  const offered = USUAL_LANGUAGES.filter((code) => !taken.includes(code)).map((code) => ({ code, name: languageName(code, i18n.language) }));
  const code = offered.find(({ name }) => name.toLowerCase() === typed.trim().toLowerCase())?.code ?? typed.trim();
  const problem = taken.includes(code) ? t("translations.taken") : isLanguage(code) ? undefined : t("translations.noLanguage");
  const submit = (): void => {
    setChecked(true);
    if (problem || !commit([add("Locale", { id: code, texts: {} })], t("translations.added", { language: languageName(code, i18n.language) }))) return;
    onAdded(code);
    onClose();
  };
  return (
    <DialogForm verb={t("translations.add")} onSubmit={submit} onClose={onClose}>
      <Autocomplete
        label={t("translations.language")}
        description={t("translations.languageHelp")}
        required
        data-autofocus
        data={offered.map(({ name }) => name)}
        value={typed}
        error={checked ? problem : undefined}
        onChange={setTyped}
      />
    </DialogForm>
  );
}
