import { entityLabel, type Entity } from "@torque/model";
import { GridConditionsContext, PageView, type Address } from "@torque/runtime";
import { Button } from "@torque/ui";
import { lazy, Suspense, useId, useMemo, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Application } from "../api/types";
import { IconFilter } from "../icons";
import { useDocument } from "../model/ModelProvider";
import { LoadingRows } from "../parts/States";
import { browsePage } from "../runtime/wirePage";
import type { Counts } from "./counts";
import { useConditions } from "./useConditions";
import classes from "./data.module.css";

const Conditions = lazy(() => import("./conditions/Conditions").then((module) => ({ default: module.Conditions })));
const DeleteRecords = lazy(() => import("./DeleteRecords").then((module) => ({ default: module.DeleteRecords })));
const GenerateData = lazy(() => import("./GenerateData").then((module) => ({ default: module.GenerateData })));

/** What is done with many records at once. */
export type Task = "none" | "generate" | "delete";

export type RecordsProps = {
  application: Application;
  entity: Entity;
  address: Address;
  counts: Counts;
  /** Before the title. */
  start: ReactNode;
  task: Task;
  onTaskEnd: () => void;
};

/** The records of one entity: narrowed by conditions, in a grid with everything an application may do with them. */
export function Records({ application, entity, address, counts, start, task, onTaskEnd }: RecordsProps) {
  const { t } = useTranslation("editor");
  const document = useDocument();
  const builder = useId();
  const page = useMemo(() => browsePage(entity, document, t("data.new", { name: entityLabel(entity) })), [entity, document, t]);
  const { fields, group, count, narrowed, change, clear } = useConditions(entity, document, address);
  const [open, setOpen] = useState(group.parts.length > 0);
  const toggle = (
    <span data-menu className={classes.toggle} data-asking={count > 0 || undefined}>
      <Button kind="subtle" compact icon={<IconFilter size={16} stroke={1.6} />} aria-expanded={open} aria-controls={open ? builder : undefined} onClick={() => { setOpen(!open); }}>
        {count > 0 ? t("conditions.count", { count }) : t("conditions.filter")}
      </Button>
    </span>
  );
  return (
    <>
      <GridConditionsContext value={narrowed}>
        <PageView
          page={page}
          start={start}
          detail={<code>{entity.name}</code>}
          tools={toggle}
          notice={
            open && (
              <Suspense fallback={<LoadingRows rows={1} />}>
                <Conditions id={builder} group={group} fields={fields} onChange={change} onClear={clear} />
              </Suspense>
            )
          }
        />
      </GridConditionsContext>
      <Suspense fallback={null}>
        {task === "generate" && <GenerateData application={application} entity={entity} onClose={onTaskEnd} />}
        {task === "delete" && <DeleteRecords application={application} entity={entity} counts={counts} filters={narrowed?.filters ?? null} search={address.params.get("q") ?? ""} onClose={onTaskEnd} />}
      </Suspense>
    </>
  );
}
