import { Menu } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconCopy, IconHome } from "../icons";
import { add, cloneJson, freeId, move, update, type Page } from "@torque/model";
import { NamedIcon } from "@torque/ui";
import { useTranslation } from "react-i18next";
import { Navigate, useNavigate, useParams } from "react-router";
import { useCommit, useDocument, useOpenModel } from "../model/ModelProvider";
import { LinkEnd, PartLink, PartNav } from "../parts/PartNav";
import { PartsScreen } from "../parts/PartsScreen";
import { RemovableMenu } from "../parts/RemovableMenu";
import { AddPage } from "./AddPage";
import { PageEditor } from "./PageEditor";

const titleOf = (page: Page): string => page.title ?? page.name ?? page.id;

/** The pages of the model, one as JSON with its preview. */
export function PagesRoute() {
  const { t } = useTranslation("editor");
  const { ref } = useOpenModel();
  const { page: id } = useParams();
  const { pages = [], config } = useDocument();
  const chosen = pages.find((page) => page.id === id);
  const [first] = pages;
  if (id === undefined && first) return <Navigate to={`/models/${ref}/pages/${first.id}`} replace />;
  const start = pages.find((page) => page.id === "start_page")?.id ?? config?.start_page ?? pages.find((page) => page.in_navigation)?.id;
  return (
    <PartsScreen
      words="pages"
      unknown={id !== undefined && pages.length > 0}
      list={({ onAdd, onChoose }) => (
        <PartNav title={t("pages.title")} count={pages.length} addLabel={t("pages.add")} onAdd={onAdd}>
          {pages.map((page, index) => (
            <PartLink
              key={page.id}
              to={`/models/${ref}/pages/${page.id}`}
              icon={<NamedIcon name={page.icon ?? "file"} />}
              name={titleOf(page)}
              current={page === chosen}
              onChoose={onChoose}
              end={page.id === start && page !== chosen && <StartMark />}
              menu={page === chosen && <PageMenu page={page} index={index} last={index === pages.length - 1} />}
            />
          ))}
        </PartNav>
      )}
      dialog={(dialog) => <AddPage {...dialog} />}
    >
      {chosen && ((onList) => <PageEditor key={chosen.id} page={chosen} onList={onList} />)}
    </PartsScreen>
  );
}

function StartMark() {
  const { t } = useTranslation("editor");
  return (
    <LinkEnd title={t("pages.start")}>
      <IconHome size={14} stroke={1.6} aria-hidden="true" />
      <span className="tq-visually-hidden">{t("pages.start")}</span>
    </LinkEnd>
  );
}

function PageMenu({ page, index, last }: { page: Page; index: number; last: boolean }) {
  const { t } = useTranslation("editor");
  const { ref } = useOpenModel();
  const document = useDocument();
  const commit = useCommit();
  const navigate = useNavigate();
  const name = titleOf(page);
  const shown = page.in_navigation === true;
  const duplicate = (): void => {
    const id = freeId(document, "Page", page.id);
    const copy = renamedComponents({ ...cloneJson(page), id, name: id, title: t("models.copyOf", { name }) }, document);
    if (page.path) copy.path = `${page.path.replace(/\/$/, "")}/${id}`;
    if (commit([add("Page", copy, { index: index + 1 })], t("pages.added", { name: titleOf(copy) }))) void navigate(`/models/${ref}/pages/${id}`);
  };
  const place = (to: number): void => {
    commit([move("Page", page.id, to)], t("fields.moved", { name }));
  };
  return (
    <RemovableMenu words="pages" kind="Page" id={page.id} name={name}>
      <Menu.Item
        onClick={() => {
          commit([update("Page", page.id, { set: { in_navigation: !shown } })], t(shown ? "pages.hiddenMessage" : "pages.shownMessage", { name }));
        }}
      >
        {t(shown ? "pages.hide" : "pages.show")}
      </Menu.Item>
      <Menu.Item disabled={index === 0} leftSection={<IconArrowUp size={16} stroke={1.6} />} onClick={() => { place(index - 1); }}>
        {t("fields.up")}
      </Menu.Item>
      <Menu.Item disabled={last} leftSection={<IconArrowDown size={16} stroke={1.6} />} onClick={() => { place(index + 1); }}>
        {t("fields.down")}
      </Menu.Item>
      <Menu.Item leftSection={<IconCopy size={16} stroke={1.6} />} onClick={duplicate}>
        {t("models.duplicate")}
      </Menu.Item>
    </RemovableMenu>
  );
}

/** A copied page's components under free ids, for ids are unique in a model. */
function renamedComponents(page: Page, document: Parameters<typeof freeId>[0]): Page {
  const names = new Map<string, string>();
  const visit = (components: Page["components"]): Page["components"] =>
    components?.map((component) => {
      let id = freeId(document, "Component", component.id);
      while ([...names.values()].includes(id)) id = `${id}_`;
      names.set(component.id, id);
      return { ...component, id, ...(component.children ? { children: visit(component.children) } : {}) };
    });
  return { ...page, components: visit(page.components) };
}
