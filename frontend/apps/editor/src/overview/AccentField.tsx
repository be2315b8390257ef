import { TextInput } from "@mantine/core";
import { useLocale } from "@torque/ui";
import { accentStyle, readAccent } from "@torque/ui/appearance";
import { useTranslation } from "react-i18next";
import { IconCircleCheck } from "../icons";
import { OptionalLabel } from "../parts/OptionalLabel";
import classes from "./settings.module.css";

export type AccentFieldProps = { value: string | undefined; error: string | undefined; onChange: (value: string | undefined) => void };

/** The colour applications are drawn with, and what both schemes make of it so that it can be read. */
export function AccentField({ value, error, onChange }: AccentFieldProps) {
  const { t } = useTranslation("editor");
  const locale = useLocale();
  const reading = readAccent(value);
  const picked = value && /^#[0-9a-f]{6}$/i.test(value) ? value : (reading?.light.colour ?? "");
  const figure = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  return (
    <div className={classes.accent}>
      <TextInput
        label={<OptionalLabel>{t("settings.accent")}</OptionalLabel>}
        description={t("settings.accentHelp")}
        placeholder={t("settings.accentAuto")}
        spellCheck={false}
        classNames={{ input: classes.mono }}
        value={value ?? ""}
        error={error}
        leftSectionPointerEvents="all"
        leftSection={
          <span className={classes.picker} style={accentStyle(value, "light")} data-plain={reading === null || undefined}>
            <input type="color" aria-label={t("settings.pick")} value={picked} onChange={(event) => { onChange(event.currentTarget.value); }} />
          </span>
        }
        onChange={(event) => { onChange(event.currentTarget.value || undefined); }}
      />
      {reading && (
        <ul className={classes.readings} aria-label={t("settings.contrast")}>
          {(["light", "dark"] as const).map((scheme) => (
            <li key={scheme}>
              <span className={classes.swatch} style={accentStyle(value, scheme)} aria-hidden="true">
                Aa
              </span>
              {t(`settings.scheme.${scheme}`)} <code>{reading[scheme].colour}</code>
              <span className={classes.ratio}>
                <IconCircleCheck size={14} stroke={1.8} aria-hidden="true" /> {t("settings.ratio", { ratio: figure.format(reading[scheme].ratio) })}
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
