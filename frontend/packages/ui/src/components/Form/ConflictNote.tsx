import type { FormField } from "@torque/protocol";
import { Trans, useTranslation } from "react-i18next";
import { useLocale } from "../../i18n/I18nProvider";
import { Button } from "../Button/Button";
import classes from "./ConflictNote.module.css";
import type { InputValue } from "./convert";
import type { FormProps } from "./Form.types";
import { readable } from "./readable";

export type ConflictNoteProps = {
  field: FormField;
  mine: InputValue;
  theirs: InputValue;
  titleOf: FormProps["titleOf"];
  /** True takes theirs. */
  onChoose: (takeTheirs: boolean) => void;
};

/** At a field that two changed: what the other one set it to, and the choice. */
export function ConflictNote({ field, mine, theirs, titleOf, onChoose }: ConflictNoteProps) {
  const { t } = useTranslation("ui");
  const locale = useLocale();
  const words = { yes: t("yes"), no: t("no"), nothing: t("form.nothing") };
  const [own, other] = [mine, theirs].map((value) => readable(field, value, locale, words, titleOf));
  return (
    <div className={classes.note} role="group" aria-label={t("form.conflictAt", { field: field.label })} data-conflict={field.name} tabIndex={-1}>
      <p className={classes.text}>
        <Trans t={t} i18nKey="form.conflict" values={{ field: field.label, value: other }} components={{ b: <b /> }} />
      </p>
      <div className={classes.choices}>
        <Button kind="subtle" compact className={classes.theirs} onClick={() => onChoose(true)}>
          {t("form.takeTheirs", { value: other })}
        </Button>
        <Button kind="subtle" compact onClick={() => onChoose(false)}>
          {t("form.keepMine", { value: own })}
        </Button>
      </div>
    </div>
  );
}

export type ConflictSummaryProps = { count: number; onShow: () => void; onChooseAll: (takeTheirs: boolean) => void };

/** On top of a form when several fields were changed by two: goes through them, or settles all at once. */
export function ConflictSummary({ count, onShow, onChooseAll }: ConflictSummaryProps) {
  const { t } = useTranslation("ui");
  return (
    <div className={classes.summary} role="group" aria-label={t("form.conflicts", { count })}>
      <p className={classes.text}>{t("form.conflicts", { count })}</p>
      <div className={classes.choices}>
        <Button kind="subtle" compact className={classes.theirs} onClick={onShow}>
          {t("form.showFirst")}
        </Button>
        <Button kind="subtle" compact onClick={() => onChooseAll(true)}>
          {t("form.takeAllTheirs")}
        </Button>
        <Button kind="subtle" compact onClick={() => onChooseAll(false)}>
          {t("form.keepAllMine")}
        </Button>
      </div>
    </div>
  );
}
