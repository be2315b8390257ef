import { ErrorPane } from "@torque/ui";
import { Suspense } from "react";
import { useTranslation } from "react-i18next";
import type { ComponentProps } from "../components/types";
import { Boundary } from "./Boundary";
import classes from "./PageView.module.css";
import { registry } from "./registry";

/** One component by its type, kept apart from its neighbours' failures. */
export function ComponentView({ component, alone }: ComponentProps) {
  const { t } = useTranslation("runtime");
  const Registered = registry[component.type];
  if (!Registered) return <ErrorPane message={t("component.unknown", { type: component.type })} code={component.id} />;
  return (
    <Boundary>
      <Suspense fallback={<div className={classes.waiting} aria-busy />}>
        <Registered component={component} alone={alone} />
      </Suspense>
    </Boundary>
  );
}
