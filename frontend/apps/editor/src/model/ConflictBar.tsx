import { IconAlertTriangle } from "../icons";
import { describeChange } from "@torque/model";
import { Button } from "@torque/ui";
import { useTranslation } from "react-i18next";
import classes from "../frame/frame.module.css";
import { useDocument, useOpenModel, useSession } from "./ModelProvider";

/** Somebody else changed the same parts: whose version counts? */
export function ConflictBar() {
  const { t } = useTranslation("editor");
  const { session } = useOpenModel();
  const save = useSession("save");
  const document = useDocument();
  if (save.name !== "conflict") return null;
  return (
    <section role="alert" className={classes.conflict} aria-label={t("conflict.label")}>
      <IconAlertTriangle size={16} stroke={1.8} aria-hidden="true" />
      <p>
        {t("conflict.message", { revision: save.theirs.revision })} <code>{save.overlapping.map((change) => describeChange(change, document)).join(", ")}</code>
      </p>
      <Button
        compact
        onClick={() => {
          session.resolve("theirs");
        }}
      >
        {t("conflict.theirs")}
      </Button>
      <Button
        compact
        onClick={() => {
          session.resolve("mine");
        }}
      >
        {t("conflict.mine")}
      </Button>
    </section>
  );
}
