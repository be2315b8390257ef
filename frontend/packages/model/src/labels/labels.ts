/** Every text of a model that people read: what its languages translate. */
import { isObject } from "../document/json";
import type { Entity, Field } from "../document/entity";
import type { ModelDocument } from "../document/model";
import type { Component, Form, Page } from "../document/page";
import { entityLabel, readable } from "../names/names";

export interface Label {
  /** As the model has it; a language gives its translation under these very words. */
  text: string;
  /** The names of the parts that say it, in document order. */
  places: string[];
}

/** Members of components and their columns that people read. */
const COMPONENT_TEXTS = ["title", "label", "content", "placeholder", "submitLabel", "cancelLabel"];

type Said = (text: unknown, place: string) => void;

function ofField(field: Field, place: string, said: Said): void {
  const { ui_config: ui, field_type: type } = field;
  for (const text of [field.display_name ?? readable(field.name), ui?.label, ui?.placeholder, ui?.help_text]) said(text, place);
  for (const rule of field.validation ?? []) said(rule.message, place);
  const inner = type.type === "Array" ? type.element_type : type;
  if (inner.type !== "Enum") return;
  for (const value of inner.values) said(typeof value === "string" ? value : (value.label ?? value.value), place);
}

function ofEntity(entity: Entity, said: Said): void {
  said(entityLabel(entity), entity.name);
  for (const field of entity.fields) ofField(field, `${entity.name}.${field.name}`, said);
}

function ofComponent(component: Component, page: Page, said: Said): void {
  const place = `${page.id} / ${component.id}`;
  const props = component.props ?? {};
  for (const name of COMPONENT_TEXTS) said(props[name], place);
  if (Array.isArray(props.columns)) for (const column of props.columns) if (isObject(column)) said(column.title, place);
  for (const child of component.children ?? []) ofComponent(child, page, said);
}

function ofForm(form: Form, said: Said): void {
  said(form.name, form.id);
  for (const field of form.fields) {
    const place = `${form.id} / ${field.name}`;
    for (const text of [field.label, field.placeholder, field.help]) said(text, place);
    for (const option of field.options ?? []) said(isObject(option) ? (option.label ?? option.value) : option, place);
  }
  for (const step of form.steps ?? []) if (isObject(step)) said(step.title, form.id);
  for (const rule of form.validation ?? []) if (isObject(rule)) said(rule.message, form.id);
}

/** The texts of a model, each once, in the order of the document. */
export function labelsOf(document: ModelDocument): Label[] {
  const places = new Map<string, string[]>();
  const said: Said = (text, place) => {
    if (typeof text !== "string" || !text.trim()) return;
    const known = places.get(text) ?? [];
    if (!known.includes(place)) known.push(place);
    places.set(text, known);
  };
  said(document.display_name, document.name);
  for (const entity of document.entities ?? []) ofEntity(entity, said);
  for (const page of document.pages ?? []) {
    said(page.title ?? page.name ?? page.id, page.id);
    for (const component of page.components ?? []) ofComponent(component, page, said);
  }
  for (const form of document.forms ?? []) ofForm(form, said);
  return [...places].map(([text, at]) => ({ text, places: at }));
}
