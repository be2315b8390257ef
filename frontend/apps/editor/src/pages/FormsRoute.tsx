import { Group, Modal, SegmentedControl, Select, Menu } from "@mantine/core";
import { IconDots, IconForms, IconList, IconPlus, IconTrash } from "../icons";
import { add, entityLabel, formChanges, freeId, remove, type Form } from "@torque/model";
import { Button, IconButton, showToast } from "@torque/ui";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Navigate, NavLink, useNavigate, useParams } from "react-router";
import { useCommands } from "../frame/CommandProvider";
import { useCommit, useDocument, useOpenModel, useSteps } from "../model/ModelProvider";
import { SplitPane } from "../parts/SplitPane";
import list from "../parts/list.module.css";
import { Tag } from "../parts/Tag";
import { Preview } from "../runtime/Preview";
import { formPage } from "../runtime/wirePage";
import { deriveForm } from "./deriveForm";
import { JsonPart } from "./JsonPart";
import { Nothing } from "./Nothing";
import { usePartSchema } from "./usePartSchema";
import classes from "./pages.module.css";

/** The forms of the model, one as JSON with its preview. */
export function FormsRoute() {
  const { t } = useTranslation("editor");
  const { ref } = useOpenModel();
  const { form: id } = useParams();
  const { forms = [] } = useDocument();
  const [adding, setAdding] = useState(false);
  const [listed, setListed] = useState(false);
  const openAdd = (): void => {
    setAdding(true);
  };
  useCommands(useMemo(() => [{ id: "add-form", group: "commands", title: t("forms.add"), icon: IconPlus, run: () => { setAdding(true); } }], [t]));
  const chosen = forms.find((form) => form.id === id);
  const [first] = forms;
  if (id === undefined && first) return <Navigate to={`/models/${ref}/forms/${first.id}`} replace />;
  const side = (
    <nav aria-label={t("forms.title")} className={list.list}>
      <header>
        <h2>
          {t("forms.title")} <span>{forms.length}</span>
        </h2>
        <IconButton label={t("forms.add")} onClick={openAdd}>
          <IconPlus size={16} stroke={1.6} />
        </IconButton>
      </header>
      <ul>
        {forms.map((form) => (
          <li key={form.id} className={classes.item}>
            <NavLink to={`/models/${ref}/forms/${form.id}`} onClick={() => { setListed(false); }}>
              <IconForms size={16} stroke={1.6} aria-hidden="true" />
              <span className={list.name}>{form.name ?? form.id}</span>
              <span className={list.count}>{form.id === chosen?.id ? "" : form.fields.length}</span>
            </NavLink>
            {form.id === chosen?.id && <FormMenu form={form} />}
          </li>
        ))}
      </ul>
    </nav>
  );
  return (
    <>
      <SplitPane side="start" name="pages" label={t("frame.resize")} initial={208} overlay={listed} pane={side}>
        {chosen ? (
          <FormEditor key={chosen.id} form={chosen} onList={() => { setListed(true); }} />
        ) : (
          <Nothing title={t(id ? "forms.unknown" : "forms.first")} text={t("forms.firstText")}>
            <Button kind="primary" icon={<IconPlus size={16} stroke={1.8} />} onClick={openAdd}>
              {t("forms.add")}
            </Button>
          </Nothing>
        )}
      </SplitPane>
      <Modal opened={adding} onClose={() => { setAdding(false); }} title={t("forms.addTitle")} closeButtonProps={{ "aria-label": t("close") }}>
        {adding && <AddForm onClose={() => { setAdding(false); }} />}
      </Modal>
    </>
  );
}

function FormMenu({ form }: { form: Form }) {
  const { t } = useTranslation("editor");
  const { ref } = useOpenModel();
  const commit = useCommit();
  const steps = useSteps();
  const navigate = useNavigate();
  const name = form.name ?? form.id;
  const removeForm = (): void => {
    if (!commit([remove("Form", form.id)], t("forms.removed", { name }))) return;
    showToast({ message: t("forms.removedToast", { name }), action: { label: t("steps.undo"), run: steps.undo } });
    void navigate(`/models/${ref}/forms`);
  };
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <IconButton label={t("forms.actionsOf", { name })}>
          <IconDots size={16} stroke={1.6} />
        </IconButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item color="red" leftSection={<IconTrash size={16} stroke={1.6} />} onClick={removeForm}>
          {t("forms.remove")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function FormEditor({ form, onList }: { form: Form; onList: () => void }) {
  const { t } = useTranslation("editor");
  const { id: modelId } = useOpenModel();
  const document = useDocument();
  const commit = useCommit();
  const schema = usePartSchema("Form", document);
  const [narrow, setNarrow] = useState<"text" | "preview">("text");
  const name = form.name ?? form.id;
  const page = useMemo(() => formPage(form.id, name), [form.id, name]);
  return (
    <>
      <header className={classes.head}>
        <span className={classes.listOnly}>
          <IconButton label={t("forms.title")} onClick={onList}>
            <IconList size={16} stroke={1.6} />
          </IconButton>
        </span>
        <h1>{name}</h1>
        <code>{form.id}</code>
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
      <JsonPart<Form>
        path={`${modelId}/forms/${form.id}`}
        label={t("forms.json", { name })}
        stored={form}
        schema={schema}
        narrow={narrow}
        problem={(value) => (value.id === form.id ? undefined : t("json.fixedId", { id: form.id }))}
        onApply={(value) => commit(formChanges(document, form.id, value), t("forms.changed", { name: value.name ?? name }))}
        preview={(_, unsaved) => (
          <Preview show={{ page }} onPage={() => undefined} note={unsaved ? <Tag tone="info">{t("preview.saved")}</Tag> : undefined} />
        )}
      />
    </>
  );
}

function AddForm({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("editor");
  const { ref } = useOpenModel();
  const document = useDocument();
  const commit = useCommit();
  const navigate = useNavigate();
  const entities = document.entities ?? [];
  const [entityName, setEntityName] = useState(entities.find((one) => !document.forms?.some((form) => form.entity_type === one.name))?.name ?? entities[0]?.name ?? null);
  const [checked, setChecked] = useState(false);
  const submit = (): void => {
    setChecked(true);
    const entity = entities.find((one) => one.name === entityName);
    if (!entity) return;
    const form = deriveForm(entity, freeId(document, "Form", `${entity.name}_form`), t("forms.nameOf", { name: entityLabel(entity) }));
    if (!commit([add("Form", form)], t("forms.added", { name: form.name ?? form.id }))) return;
    onClose();
    void navigate(`/models/${ref}/forms/${form.id}`);
  };
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Select
        label={t("forms.entity")}
        description={t("forms.entityHelp")}
        required
        allowDeselect={false}
        data-autofocus
        data={entities.map((one) => ({ value: one.name, label: entityLabel(one) }))}
        value={entityName}
        error={checked && !entityName ? t("fields.error.noEntity") : undefined}
        onChange={setEntityName}
      />
      <Group justify="flex-end" mt="lg" gap="sm">
        <Button onClick={onClose}>{t("cancel")}</Button>
        <Button type="submit" kind="primary">
          {t("forms.add")}
        </Button>
      </Group>
    </form>
  );
}
