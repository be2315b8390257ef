/** JSON Schemas for editing one part: the model's own, with prop schemas by component type and the names of this model. */
import { isObject, type ModelDocument } from "@torque/model";

export type Schema = { [key: string]: unknown };

/** The names a model has for what a text may mean. */
function namesOf(document: ModelDocument): Record<string, string[]> {
  const entities = document.entities ?? [];
  return {
    entity: entities.map((entity) => entity.name),
    field: [...new Set(entities.flatMap((entity) => entity.fields.map((field) => field.name)))],
    page: (document.pages ?? []).map((page) => page.id),
    form: (document.forms ?? []).map((form) => form.id),
    xflow: (document.xflows ?? []).map((xflow) => xflow.id),
  };
}

/** Which of those a member of this name holds. */
const MEMBERS: Record<string, string> = {
  entity_type: "entity",
  target_entities: "entity",
  page_id: "page",
  start_page: "page",
  modal_id: "form",
  xflow_id: "xflow",
};

type Names = Record<string, string[]>;

/** A copy of a schema in which texts that mean a name offer the names there are. */
function withNames(schema: unknown, names: Names, member?: string): unknown {
  if (Array.isArray(schema)) return schema.map((one) => withNames(one, names, member));
  if (!isObject(schema)) return schema;
  const kind = typeof schema["x-torque"] === "string" ? schema["x-torque"] : member === undefined ? undefined : MEMBERS[member];
  const offered = kind === undefined ? undefined : names[kind];
  const copy: Schema = {};
  for (const [key, value] of Object.entries(schema)) {
    if (key === "properties" && isObject(value)) {
      copy[key] = Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withNames(inner, names, name)]));
    } else {
      copy[key] = withNames(value, names, key === "items" || key === "anyOf" ? member : undefined);
    }
  }
  return offered?.length && schema.type === "string" ? { ...copy, examples: offered } : copy;
}

function definitions(model: Schema): Record<string, Schema> {
  return (model.$defs ?? {}) as Record<string, Schema>;
}

/** For each component type the schema of its props. */
function byType(component: Schema, props: Readonly<Record<string, Schema>>): Schema {
  const types = Object.keys(props);
  const own = (component.properties ?? {}) as Record<string, Schema>;
  return {
    ...component,
    properties: { ...own, type: { ...own.type, examples: types } },
    allOf: types.map((type) => ({
      if: { properties: { type: { const: type } }, required: ["type"] },
      then: { properties: { props: { $ref: `#/$defs/props:${type}` } } },
    })),
  };
}

/** The schema of a part, self-contained. */
export function partSchema(model: Schema, part: "Page" | "Form", document: ModelDocument, props: Readonly<Record<string, Schema>> = {}): object {
  const defs = definitions(model);
  const known: Record<string, Schema> = { ...defs };
  if (defs.Component) known.Component = byType(defs.Component, props);
  for (const [type, schema] of Object.entries(props)) {
    known[`props:${type}`] = Object.fromEntries(Object.entries(schema).filter(([key]) => key !== "$id" && key !== "$schema"));
  }
  return { $ref: `#/$defs/${part}`, $defs: withNames(known, namesOf(document)) };
}
