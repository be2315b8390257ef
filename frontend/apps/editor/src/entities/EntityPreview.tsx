import { useLocalStorage } from "@mantine/hooks";
import { sharing, type Entity } from "@torque/model";
import { IconButton } from "@torque/ui";
import { memo, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { IconChevronDown, IconChevronUp } from "../icons";
import { useDocument } from "../model/ModelProvider";
import { Segments } from "../parts/Segments";
import { Preview } from "../runtime/Preview";
import { useRunning } from "../runtime/useApplications";
import { formPage, gridPage } from "../runtime/wirePage";
import classes from "./entities.module.css";

/** The value from before while the new one says the same. */
function useKept<T>(value: T): T {
  const [kept, setKept] = useState(value);
  const next = sharing(kept, value);
  if (next !== kept) setKept(next);
  return next;
}

type Shown = "grid" | "form" | "closed";

/** The entity's records in a grid, or its form, at the lower edge: as the application draws them. */
export const EntityPreview = memo(function EntityPreview({ entity }: { entity: Entity }) {
  const { t } = useTranslation("editor");
  const document = useDocument();
  const { applications } = useRunning();
  const [shown, setShown] = useLocalStorage<Shown>({ key: "torque-editor-entity-preview", defaultValue: "grid", getInitialValueInEffect: false });
  const form = document.forms?.find((candidate) => candidate.entity_type === entity.name)?.id ?? `${entity.name}_form`;
  const page = useKept(useMemo(() => (shown === "form" ? formPage(form, entity.name) : gridPage(entity, document)), [shown, form, entity, document]));
  if (!applications?.length) return null;
  const choice = (
    <>
      {shown !== "closed" && (
        <Segments
          label={t("preview.as")}
          value={shown}
          options={(["grid", "form"] as const).map((value) => ({ value, label: t(`preview.${value}`) }))}
          onChange={setShown}
        />
      )}
      <IconButton label={t(shown === "closed" ? "preview.open" : "preview.close")} expanded={shown !== "closed"} onClick={() => { setShown(shown === "closed" ? "grid" : "closed"); }}>
        {shown === "closed" ? <IconChevronUp size={16} stroke={1.6} /> : <IconChevronDown size={16} stroke={1.6} />}
      </IconButton>
    </>
  );
  return (
    <div className={classes.dock} data-shown={shown}>
      {shown === "closed" ? (
        <div className={classes.dockHead}>
          <span>{t("preview.title")}</span>
          {choice}
        </div>
      ) : (
        <Preview show={{ page }} bare onPage={() => undefined} note={choice} />
      )}
    </div>
  );
});
