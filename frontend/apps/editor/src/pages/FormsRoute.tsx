import { formChanges, type Form } from "@torque/model";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Navigate, useParams } from "react-router";
import { IconForms } from "../icons";
import { useCommit, useDocument, useOpenModel } from "../model/ModelProvider";
import { LinkEnd, PartLink, PartNav } from "../parts/PartNav";
import { PartsScreen } from "../parts/PartsScreen";
import { RemovableMenu } from "../parts/RemovableMenu";
import { Tag } from "../parts/Tag";
import { Preview } from "../runtime/Preview";
import { formPage } from "../runtime/wirePage";
import { AddForm } from "./AddForm";
import { JsonScreen } from "./JsonScreen";
import { usePartSchema } from "./usePartSchema";

const nameOf = (form: Form): string => form.name ?? form.id;

/** The forms of the model, one as JSON with its preview. */
export function FormsRoute() {
  const { t } = useTranslation("editor");
  const { ref } = useOpenModel();
  const { form: id } = useParams();
  const { forms = [] } = useDocument();
  const chosen = forms.find((form) => form.id === id);
  const [first] = forms;
  if (id === undefined && first) return <Navigate to={`/models/${ref}/forms/${first.id}`} replace />;
  return (
    <PartsScreen
      words="forms"
      unknown={id !== undefined && forms.length > 0}
      list={({ onAdd, onChoose }) => (
        <PartNav title={t("forms.title")} count={forms.length} addLabel={t("forms.add")} onAdd={onAdd}>
          {forms.map((form) => (
            <PartLink
              key={form.id}
              to={`/models/${ref}/forms/${form.id}`}
              icon={<IconForms size={16} stroke={1.6} aria-hidden="true" />}
              name={nameOf(form)}
              current={form === chosen}
              onChoose={onChoose}
              end={form !== chosen && <LinkEnd>{form.fields.length}</LinkEnd>}
              menu={form === chosen && <RemovableMenu words="forms" kind="Form" id={form.id} name={nameOf(form)} />}
            />
          ))}
        </PartNav>
      )}
      dialog={(dialog) => <AddForm {...dialog} />}
    >
      {chosen && ((onList) => <FormEditor key={chosen.id} form={chosen} onList={onList} />)}
    </PartsScreen>
  );
}

function FormEditor({ form, onList }: { form: Form; onList: () => void }) {
  const { t } = useTranslation("editor");
  const { id: modelId } = useOpenModel();
  const document = useDocument();
  const commit = useCommit();
  const schema = usePartSchema("Form", document);
  const name = nameOf(form);
  const page = useMemo(() => formPage(form.id, name), [form.id, name]);
  return (
    <JsonScreen<Form>
      title={name}
      code={form.id}
      listLabel={t("forms.title")}
      onList={onList}
      path={`${modelId}/forms/${form.id}`}
      label={t("forms.json", { name })}
      stored={form}
      schema={schema}
      problem={(value) => (value.id === form.id ? undefined : t("json.fixedId", { id: form.id }))}
      onApply={(value) => commit(formChanges(document, form.id, value), t("forms.changed", { name: value.name ?? name }))}
      preview={(_, unsaved) => (
        <Preview show={{ page }} onPage={() => undefined} note={unsaved ? <Tag tone="info">{t("preview.saved")}</Tag> : undefined} />
      )}
    />
  );
}
