import type { FileField, FileFormat } from "@torque/protocol";
import { Checkbox, Radio } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Button } from "../Button/Button";
import classes from "./Exchange.module.css";

export type ExportWish = {
  format: FileFormat;
  /** Only what the list shows, in its order. */
  narrowed: boolean;
  /** Names of the fields, in their order. */
  columns: readonly string[];
  /** How other records are named. */
  references: "id" | "key";
};

export type ExportChoiceProps = {
  wish: ExportWish;
  onWish: (wish: ExportWish) => void;
  fields: readonly FileField[];
  /** Columns of the list. */
  shown: readonly string[];
  /** What "only these" means: "88 orders that match"; null when the list shows all. */
  matching: string | null;
  /** "All 830 orders". */
  all: string;
};

const FORMATS: readonly FileFormat[] = ["csv", "xlsx", "json", "ndjson"];

/** Which records, which of their fields, and as what. */
export function ExportChoice({ wish, onWish, fields, shown, matching, all }: ExportChoiceProps) {
  const { t } = useTranslation("ui");
  const change = (part: Partial<ExportWish>): void => onWish({ ...wish, ...part });
  const refers = fields.some(({ name, keys }) => keys.length > 0 && wish.columns.includes(name));
  const choose = (names: string[]): void => change({ columns: fields.map(({ name }) => name).filter((name) => names.includes(name)) });
  return (
    <>
      <Radio.Group label={t("exchange.format")} value={wish.format} onChange={(format) => change({ format: format as FileFormat })}>
        <div className={classes.formats}>
          {FORMATS.map((format, index) => (
            <Radio key={format} value={format} label={t(`exchange.formats.${format}`)} data-autofocus={index === 0 || undefined} />
          ))}
        </div>
      </Radio.Group>
      {matching !== null && (
        <Radio.Group label={t("exchange.records")} value={wish.narrowed ? "narrowed" : "all"} onChange={(value) => change({ narrowed: value === "narrowed" })}>
          <div className={classes.group}>
            <Radio value="narrowed" label={matching} />
            <Radio value="all" label={all} />
          </div>
        </Radio.Group>
      )}
      <Checkbox.Group label={t("exchange.columns")} error={wish.columns.length === 0 ? t("exchange.noColumn") : undefined} value={[...wish.columns]} onChange={choose}>
        <div className={classes.group}>
          <div className={classes.choices}>
            <Button compact onClick={() => change({ columns: shown })}>
              {t("exchange.asShown")}
            </Button>
            <Button compact onClick={() => change({ columns: fields.map(({ name }) => name) })}>
              {t("exchange.allFields")}
            </Button>
          </div>
          <p className={classes.hint}>{t("exchange.alwaysIn")}</p>
          <div className={classes.boxes}>
            {fields.map(({ name, label }) => (
              <Checkbox key={name} className={classes.box} value={name} label={label} />
            ))}
          </div>
        </div>
      </Checkbox.Group>
      {refers && (
        <Radio.Group label={t("exchange.references")} value={wish.references} onChange={(value) => change({ references: value === "key" ? "key" : "id" })}>
          <div className={classes.group}>
            <Radio value="key" label={t("exchange.referencesByKey")} />
            <Radio value="id" label={t("exchange.referencesById")} />
          </div>
        </Radio.Group>
      )}
    </>
  );
}
