/** Pages as the runtime draws them, made from the document here: for drafts that are not saved yet, and for browsing. */
import { entityLabel, fieldLabel, isObject, readable, type Component, type Entity, type Field, type ModelDocument, type Page as ModelPage } from "@torque/model";
import type { ComponentEvent, GridColumn, Page, PageComponent } from "@torque/protocol";

const NOWHERE = { version: "1.0", generatedAt: "", appId: "" };

function options(field: Field): GridColumn["options"] {
  if (field.field_type.type !== "Enum") return null;
  return field.field_type.values.map((value) => (typeof value === "string" ? { value, label: value } : { ...value, label: value.label ?? value.value }));
}

function columnOf(entity: Entity | undefined, column: unknown): GridColumn {
  const given = isObject(column) ? column : {};
  const name = String(typeof column === "string" ? column : given.field);
  const field = entity?.fields.find((candidate) => candidate.name === name);
  const title = field ? fieldLabel(field) : readable(name);
  if (!field) return { title, ...given, field: name };
  const { field_type: type } = field;
  return {
    title,
    sortable: type.type !== "Json" && type.type !== "Binary",
    filterable: true,
    ...given,
    field: name,
    type: type.type,
    entity: type.type === "Reference" ? type.entity : null,
    options: options(field),
  };
}

/** The columns a list of an entity shows when nobody chose them. */
export function columnsOf(entity: Entity, names?: readonly string[]): GridColumn[] {
  const fields = entity.fields.filter((field) => field.ui_config?.visibility !== "Hidden").map((field) => field.name);
  return (names?.length ? names : fields).map((name) => columnOf(entity, name));
}

function propsOf(component: Component, document: ModelDocument): Record<string, unknown> {
  const props = component.props ?? {};
  const click = component.events?.find((event) => event.on === "click");
  if (component.type === "Button" && click) return { ...props, onClick: click.action };
  if (component.type !== "DataGrid") return props;
  const entity = document.entities?.find((candidate) => candidate.name === props.entityType);
  const columns = Array.isArray(props.columns) ? props.columns.map((column) => columnOf(entity, column)) : entity && columnsOf(entity, entity.ui_config?.list_view?.columns);
  return { sort: entity?.ui_config?.list_view?.default_sort, ...props, columns };
}

function wireComponent(component: Component, document: ModelDocument): PageComponent {
  return {
    type: component.type,
    id: component.id,
    position: component.position ?? null,
    props: propsOf(component, document) as PageComponent["props"],
    style: (component.style as PageComponent["style"]) ?? null,
    events: (component.events as ComponentEvent[] | undefined) ?? null,
    children: component.children?.map((child) => wireComponent(child, document)) ?? null,
    visible_if: component.visible_if ?? null,
  };
}

/** A page of the document, saved or not. */
export function wirePage(page: ModelPage, document: ModelDocument): Page {
  return {
    id: page.id,
    title: page.title ?? page.name ?? page.id,
    layout: { type: page.layout?.type ?? "Single", rows: page.layout?.rows ?? 12, columns: page.layout?.columns ?? 12 },
    components: (page.components ?? []).map((component) => wireComponent(component, document)),
    meta: NOWHERE,
  };
}

/** A page that browses all records of an entity. */
export function browsePage(entity: Entity, document: ModelDocument, newLabel: string): Page {
  const form = document.forms?.find((candidate) => candidate.entity_type === entity.name)?.id ?? `${entity.name}_form`;
  const grid: Component = {
    id: `browse_${entity.name}`,
    type: "DataGrid",
    position: { row: 1, col: 0, width: 12, height: 8 },
    // Conditions stand above the grid: a second way to ask would be one too many.
    props: { entityType: entity.name, columns: [...columnsOf(entity), ...systemColumns(entity)].map((column) => ({ ...column, filterable: false })), formId: form },
  };
  const button: Component = { id: `new_${entity.name}`, type: "Button", props: { label: newLabel, variant: "primary" }, events: [{ on: "click", action: { type: "openModal", modal_id: form } }] };
  return wirePage({ id: `browse_${entity.name}`, name: entity.name, title: entityLabel(entity), components: [button, grid] }, document);
}

function systemColumns(entity: Entity): GridColumn[] {
  return ["created_at"].filter((name) => !entity.fields.some((field) => field.name === name)).map((field) => ({ field, title: readable(field), type: "DateTime", sortable: true, filterable: true }));
}

/** The first records of an entity as its lists show them. */
export function gridPage(entity: Entity, document: ModelDocument): Page {
  const list = entity.ui_config?.list_view;
  const props = { entityType: entity.name, columns: columnsOf(entity, list?.columns), sort: list?.default_sort, filtering: false, pageSize: 20 };
  return wirePage({ id: `grid_${entity.name}`, name: entity.name, title: entityLabel(entity), components: [{ id: `grid_${entity.name}`, type: "DataGrid", props }] }, document);
}

/** A page that holds one form. */
export function formPage(formId: string, title: string): Page {
  const component: PageComponent = { type: "Form", id: `form_${formId}`, position: { row: 0, col: 0, width: 12, height: 8 }, props: { formId }, style: null, events: null, children: null };
  return { id: `form_${formId}`, title, layout: { type: "Single", rows: 12, columns: 12 }, components: [component], meta: NOWHERE };
}
