import { useTranslation } from "react-i18next";
import classes from "./parts.module.css";

/** A label that says at its end that the field may stay empty. */
export function OptionalLabel({ children }: { children: string }) {
  const { t } = useTranslation("editor");
  return (
    <>
      {children} <span className={classes.optional}>{t("optional")}</span>
    </>
  );
}
