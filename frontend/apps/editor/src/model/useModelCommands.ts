import { IconArrowBackUp, IconArrowForwardUp, IconFileDescription, IconForms, IconHistory, IconLanguage, IconLayout, IconPlayerPlay, IconTable, IconTag } from "../icons";
import { entityLabel, fieldLabel } from "@torque/model";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { useCommands } from "../frame/CommandProvider";
import type { Command } from "../frame/commands";
import { useDocument, useOpenModel, type Steps } from "./ModelProvider";

/** Places and commands of an open model. */
export function useModelCommands(steps: Steps, run: () => void): void {
  const { t } = useTranslation("editor");
  const { ref } = useOpenModel();
  const document = useDocument();
  const navigate = useNavigate();
  const base = `/models/${ref}`;

  const places = useMemo<Command[]>(() => {
    const go = (to: string) => () => void navigate(base + to);
    const kindOf = { entity: t("kind.entity"), field: t("kind.field") };
    return [
      { id: "go-overview", group: "goto", title: t("tabs.overview"), kind: t("kind.view"), icon: IconFileDescription, run: go("") },
      { id: "go-translations", group: "goto", title: t("tabs.translations"), kind: t("kind.view"), icon: IconLanguage, run: go("/translations") },
      { id: "go-data", group: "goto", title: t("tabs.data"), kind: t("kind.view"), icon: IconTable, run: go("/data") },
      { id: "go-history", group: "goto", title: t("tabs.history"), kind: t("kind.view"), icon: IconHistory, run: go("/history") },
      ...(document.entities ?? []).flatMap<Command>((entity) => [
        { id: `entity-${entity.id}`, group: "goto", title: entityLabel(entity), name: entity.name, kind: kindOf.entity, icon: IconTable, run: go(`/entities/${entity.id}`) },
        ...entity.fields.map<Command>((field) => ({
          id: `field-${field.id}`,
          group: "goto",
          title: `${entityLabel(entity)} / ${fieldLabel(field)}`,
          name: `${entity.name}.${field.name}`,
          kind: kindOf.field,
          icon: IconTag,
          run: go(`/entities/${entity.id}?field=${field.id}`),
        })),
      ]),
      ...(document.pages ?? []).map<Command>((page) => ({
        id: `page-${page.id}`,
        group: "goto",
        title: page.title ?? page.name ?? page.id,
        name: page.path ?? page.id,
        kind: t("kind.page"),
        icon: IconLayout,
        run: go(`/pages/${page.id}`),
      })),
      ...(document.forms ?? []).map<Command>((form) => ({
        id: `form-${form.id}`,
        group: "goto",
        title: form.name ?? form.id,
        name: form.id,
        kind: t("kind.form"),
        icon: IconForms,
        run: go(`/forms/${form.id}`),
      })),
    ];
  }, [document.entities, document.pages, document.forms, t, navigate, base]);

  const actions = useMemo<Command[]>(
    () => [
      { id: "run", group: "commands", title: t("run.command"), icon: IconPlayerPlay, run },
      ...(steps.canUndo ? [{ id: "undo", group: "commands" as const, title: t("steps.undo"), keys: "Ctrl Z", icon: IconArrowBackUp, run: steps.undo }] : []),
      ...(steps.canRedo ? [{ id: "redo", group: "commands" as const, title: t("steps.redo"), keys: "Ctrl Shift Z", icon: IconArrowForwardUp, run: steps.redo }] : []),
    ],
    [t, run, steps],
  );
  useCommands(places);
  useCommands(actions);
}
