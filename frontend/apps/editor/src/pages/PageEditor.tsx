import { SegmentedControl } from "@mantine/core";
import { IconList } from "../icons";
import { pageChanges, type Page } from "@torque/model";
import { IconButton } from "@torque/ui";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { useCommit, useDocument, useOpenModel, useSessionState } from "../model/ModelProvider";
import { Tag } from "../parts/Tag";
import { Preview } from "../runtime/Preview";
import { wirePage } from "../runtime/wirePage";
import { JsonPart } from "./JsonPart";
import { usePartSchema } from "./usePartSchema";
import classes from "./pages.module.css";

/** One page: its JSON and, beside it, the page as the application draws it. */
export function PageEditor({ page, onList }: { page: Page; onList: () => void }) {
  const { t } = useTranslation("editor");
  const { ref, id: modelId } = useOpenModel();
  const document = useDocument();
  const { unsaved: saving } = useSessionState();
  const commit = useCommit();
  const navigate = useNavigate();
  const schema = usePartSchema("Page", document);
  const [narrow, setNarrow] = useState<"text" | "preview">("text");
  const title = page.title ?? page.name ?? page.id;
  const goTo = useMemo(() => (pageId: string) => void navigate(`/models/${ref}/pages/${pageId}`), [navigate, ref]);
  return (
    <>
      <header className={classes.head}>
        <span className={classes.listOnly}>
          <IconButton label={t("pages.title")} onClick={onList}>
            <IconList size={16} stroke={1.6} />
          </IconButton>
        </span>
        <h1>{title}</h1>
        <code>{page.path ?? page.id}</code>
        <span className={classes.narrowOnly}>
          <SegmentedControl
            size="xs"
            value={narrow}
            onChange={setNarrow}
            data={[
              { value: "text", label: "JSON" },
              { value: "preview", label: t("preview.title") },
            ]}
          />
        </span>
      </header>
      <JsonPart<Page>
        path={`${modelId}/pages/${page.id}`}
        label={t("pages.json", { name: title })}
        stored={page}
        schema={schema}
        narrow={narrow}
        problem={(value) => (value.id === page.id ? undefined : t("json.fixedId", { id: page.id }))}
        onApply={(value) => commit(pageChanges(document, page.id, value), t("pages.changed", { name: value.title ?? title }))}
        preview={(draft, unsaved) => (
          <Preview
            show={unsaved || saving > 0 ? { page: wirePage(draft, document) } : { pageId: page.id }}
            onPage={goTo}
            note={unsaved ? <Tag tone="info">{t("preview.draft")}</Tag> : undefined}
          />
        )}
      />
    </>
  );
}
