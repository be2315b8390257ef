import type { Page } from "@torque/protocol";
import { EmptyState, PageHeader } from "@torque/ui";
import { lazy, Suspense, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useRuntime } from "../context";
import { RecordDrawer } from "../record/RecordDrawer";
import { RecordHistory } from "../record/RecordHistory";
import { RecordPage } from "../record/RecordPage";
import { useOpenRecord } from "../record/useOpenRecord";
import { arrange } from "./arrange";
import { ComponentGrid, ComponentViewContext } from "./ComponentGrid";
import { ComponentView } from "./ComponentView";
import { HeaderSlot } from "./header";
import { modalIds, PageModals } from "./modals";
import classes from "./PageView.module.css";
import { pageScope, visibleComponents } from "./visible";

const DeletedPage = lazy(() => import("../record/DeletedPage").then((module) => ({ default: module.DeletedPage })));

export type PageViewProps = {
  page: Page;
  /** Grey, beside the title: a technical name. */
  detail?: ReactNode;
  /** Before the title. */
  start?: ReactNode;
  /** In the header, before the actions. */
  tools?: ReactNode;
  /** Between header and content: the offline line. */
  notice?: ReactNode;
};

/** Who comes back from what stood in place of the page finds the focus on the menu that led there. */
function useReturn(away: boolean, slot: HTMLElement | null): void {
  const was = useRef(away);
  useEffect(() => {
    if (away) was.current = true;
    if (away || !was.current || !slot) return undefined;
    const take = (): void => {
      const button = slot.querySelector("button");
      if (!button) return;
      was.current = false;
      arrival.disconnect();
      if (document.activeElement === document.body) button.focus();
    };
    // The list may be on its way, and its menu comes with it.
    const arrival = new MutationObserver(take);
    arrival.observe(slot, { childList: true, subtree: true });
    take();
    return () => arrival.disconnect();
  }, [away, slot]);
}

/** A page of the model as a screen: header with its actions, its components, its dialogs and the drawer. */
export function PageView({ page, detail, start, tools, notice }: PageViewProps) {
  const { t } = useTranslation("runtime");
  const { metadata, address, user } = useRuntime();
  const { title, actions, body, modals, alone } = useMemo(
    () => arrange({ ...page, components: visibleComponents(page.components, pageScope(address.params, metadata, user)) }),
    [page, address.params, metadata, user],
  );
  const open = useOpenRecord();
  const [slot, setSlot] = useState<HTMLElement | null>(null);
  const known = useMemo(() => modalIds(page.components), [page]);
  const deleted = address.params.get("deleted");
  useReturn(deleted !== null, slot);
  useEffect(() => {
    if (deleted === null) document.title = `${title} – ${metadata.label || metadata.name}`;
  }, [deleted, title, metadata.label, metadata.name]);
  if (deleted)
    return (
      <Suspense fallback={notice}>
        <DeletedPage key={deleted} entityType={deleted} page={page} back={title} notice={notice} />
      </Suspense>
    );
  if (open.opened && open.large)
    return (
      <>
        <RecordPage open={open} back={title} notice={notice} />
        <RecordHistory open={open} />
      </>
    );
  return (
    <ComponentViewContext value={ComponentView}>
      <PageModals value={known}>
        <HeaderSlot value={slot}>
          <PageHeader title={title} detail={detail} start={start}>
            {tools}
            {alone && <span ref={setSlot} data-menu />}
            {actions.map((button) => (
              <ComponentView key={button.id} component={button} alone={false} />
            ))}
          </PageHeader>
          {notice}
          <div className={classes.body} data-fill={alone ? true : undefined}>
            {body.length === 0 && modals.length === 0 && <EmptyState title={t("page.empty")} />}
            <ComponentGrid components={body} columns={page.layout.columns} alone={alone} />
          </div>
          {modals.map((modal) => (
            <ComponentView key={modal.id} component={modal} alone={false} />
          ))}
          <RecordDrawer open={open} />
          <RecordHistory open={open} />
        </HeaderSlot>
      </PageModals>
    </ComponentViewContext>
  );
}
