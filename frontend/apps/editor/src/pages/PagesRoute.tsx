import { Menu } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconCopy, IconDots, IconHome, IconPlus, IconTrash } from "../icons";
import { add, cloneJson, freeId, move, remove, update, type Page } from "@torque/model";
import { Button, IconButton, NamedIcon, showToast } from "@torque/ui";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Navigate, NavLink, useNavigate, useParams } from "react-router";
import { useCommands } from "../frame/CommandProvider";
import { useCommit, useDocument, useOpenModel, useSteps } from "../model/ModelProvider";
import { SplitPane } from "../parts/SplitPane";
import list from "../parts/list.module.css";
import { AddPage } from "./AddPage";
import { PageEditor } from "./PageEditor";
import { Nothing } from "./Nothing";
import classes from "./pages.module.css";

const titleOf = (page: Page): string => page.title ?? page.name ?? page.id;

/** The pages of the model, one as JSON with its preview. */
export function PagesRoute() {
  const { t } = useTranslation("editor");
  const { ref } = useOpenModel();
  const { page: id } = useParams();
  const { pages = [] } = useDocument();
  const [adding, setAdding] = useState(false);
  const [listed, setListed] = useState(false);
  useCommands(useMemo(() => [{ id: "add-page", group: "commands", title: t("pages.add"), icon: IconPlus, run: () => { setAdding(true); } }], [t]));
  const chosen = pages.find((page) => page.id === id);
  const [first] = pages;
  if (id === undefined && first) return <Navigate to={`/models/${ref}/pages/${first.id}`} replace />;
  const openAdd = (): void => {
    setAdding(true);
  };
  return (
    <>
      <SplitPane
        side="start"
        name="pages"
        label={t("frame.resize")}
        initial={208}
        overlay={listed}
        pane={<PageList pages={pages} chosen={chosen?.id} onAdd={openAdd} onChoose={() => { setListed(false); }} />}
      >
        {chosen ? (
          <PageEditor key={chosen.id} page={chosen} onList={() => { setListed(true); }} />
        ) : (
          <Nothing title={t(id ? "pages.unknown" : "pages.first")} text={t("pages.firstText")}>
            <Button kind="primary" icon={<IconPlus size={16} stroke={1.8} />} onClick={openAdd}>
              {t("pages.add")}
            </Button>
          </Nothing>
        )}
      </SplitPane>
      <AddPage opened={adding} onClose={() => { setAdding(false); }} />
    </>
  );
}

function PageList({ pages, chosen, onAdd, onChoose }: { pages: readonly Page[]; chosen: string | undefined; onAdd: () => void; onChoose: () => void }) {
  const { t } = useTranslation("editor");
  const { ref } = useOpenModel();
  const { config } = useDocument();
  const start = pages.find((page) => page.id === "start_page")?.id ?? config?.start_page ?? pages.find((page) => page.in_navigation)?.id;
  return (
    <nav aria-label={t("pages.title")} className={list.list}>
      <header>
        <h2>
          {t("pages.title")} <span>{pages.length}</span>
        </h2>
        <IconButton label={t("pages.add")} onClick={onAdd}>
          <IconPlus size={16} stroke={1.6} />
        </IconButton>
      </header>
      <ul>
        {pages.map((page, index) => (
          <li key={page.id} className={classes.item}>
            <NavLink to={`/models/${ref}/pages/${page.id}`} onClick={onChoose}>
              <NamedIcon name={page.icon ?? "file"} />
              <span className={list.name}>{titleOf(page)}</span>
              {page.id === start && page.id !== chosen && (
                <span className={list.count} title={t("pages.start")}>
                  <IconHome size={14} stroke={1.6} aria-hidden="true" />
                  <span className="tq-visually-hidden">{t("pages.start")}</span>
                </span>
              )}
            </NavLink>
            {page.id === chosen && <PageMenu page={page} index={index} last={index === pages.length - 1} />}
          </li>
        ))}
      </ul>
    </nav>
  );
}

function PageMenu({ page, index, last }: { page: Page; index: number; last: boolean }) {
  const { t } = useTranslation("editor");
  const { ref } = useOpenModel();
  const document = useDocument();
  const commit = useCommit();
  const steps = useSteps();
  const navigate = useNavigate();
  const name = titleOf(page);
  const shown = page.in_navigation === true;
  const duplicate = (): void => {
    const id = freeId(document, "Page", page.id);
    const copy = renamedComponents({ ...cloneJson(page), id, name: id, title: t("models.copyOf", { name }) }, document);
    if (page.path) copy.path = `${page.path.replace(/\/$/, "")}/${id}`;
    if (commit([add("Page", copy, { index: index + 1 })], t("pages.added", { name: titleOf(copy) }))) void navigate(`/models/${ref}/pages/${id}`);
  };
  const removePage = (): void => {
    if (!commit([remove("Page", page.id)], t("pages.removed", { name }))) return;
    showToast({ message: t("pages.removedToast", { name }), action: { label: t("steps.undo"), run: steps.undo } });
    void navigate(`/models/${ref}/pages`);
  };
  const place = (to: number): void => {
    commit([move("Page", page.id, to)], t("fields.moved", { name }));
  };
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <IconButton label={t("pages.actionsOf", { name })}>
          <IconDots size={16} stroke={1.6} />
        </IconButton>
      </Menu.Target>
      <Menu.Dropdown>
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
        <Menu.Divider />
        <Menu.Item color="red" leftSection={<IconTrash size={16} stroke={1.6} />} onClick={removePage}>
          {t("pages.remove")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
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
