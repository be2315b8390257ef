import { pageChanges, type Page } from "@torque/model";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { useCommit, useDocument, useOpenModel, useSession } from "../model/ModelProvider";
import { Tag } from "../parts/Tag";
import { Preview } from "../runtime/Preview";
import { wirePage } from "../runtime/wirePage";
import { JsonScreen } from "./JsonScreen";
import { usePartSchema } from "./usePartSchema";

/** One page: its JSON and, beside it, the page as the application draws it. */
export function PageEditor({ page, onList }: { page: Page; onList: () => void }) {
  const { t } = useTranslation("editor");
  const { ref, id: modelId } = useOpenModel();
  const document = useDocument();
  const saving = useSession("unsaved");
  const commit = useCommit();
  const navigate = useNavigate();
  const schema = usePartSchema("Page", document);
  const title = page.title ?? page.name ?? page.id;
  const goTo = useMemo(() => (pageId: string) => void navigate(`/models/${ref}/pages/${pageId}`), [navigate, ref]);
  return (
    <JsonScreen<Page>
      title={title}
      code={page.path ?? page.id}
      listLabel={t("pages.title")}
      onList={onList}
      path={`${modelId}/pages/${page.id}`}
      label={t("pages.json", { name: title })}
      stored={page}
      schema={schema}
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
  );
}
