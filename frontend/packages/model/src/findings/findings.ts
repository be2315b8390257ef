/** What verification said, counted and led back to the part it is about. */
import type { Severity } from "../document/entity";
import { isObject } from "../document/json";
import type { ModelDocument } from "../document/model";
import type { Change } from "../change/change";

export interface Fix {
  name: string;
  changes: Change[];
}

export interface Finding {
  id: string;
  severity: Severity;
  /** JSON pointer into the document. */
  pointer: string;
  message: string;
  impact?: string | null;
  fix?: Fix | null;
}

export interface Counts {
  errors: number;
  warnings: number;
  hints: number;
}

const RANK: Record<Severity, number> = { Error: 0, Warning: 1, Info: 2 };

export function countFindings(findings: readonly Finding[]): Counts {
  const count = (severity: Severity): number => findings.filter((finding) => finding.severity === severity).length;
  return { errors: count("Error"), warnings: count("Warning"), hints: count("Info") };
}

/** Errors first, then by place. */
export function sortFindings(findings: readonly Finding[]): Finding[] {
  return [...findings].sort((a, b) => RANK[a.severity] - RANK[b.severity] || a.pointer.localeCompare(b.pointer));
}

/** The worst severity among findings, or undefined. */
export function worst(findings: readonly Finding[]): Severity | undefined {
  return sortFindings(findings)[0]?.severity;
}

export interface FindingGroup {
  /** The first of them, which stands for all. */
  finding: Finding;
  /** The others that say the same about parts beside it. */
  others: Finding[];
}

/** Findings in order; what is said alike of many list members, with nothing to fix one by one, is said once. */
export function groupFindings(findings: readonly Finding[]): FindingGroup[] {
  const groups = new Map<string, FindingGroup>();
  for (const finding of sortFindings(findings)) {
    const alike = finding.fix ? finding.id : `${finding.severity} ${finding.message} ${finding.pointer.replace(/\/\d+(?=\/|$)/g, "/*")}`;
    const group = groups.get(alike);
    if (group) group.others.push(finding);
    else groups.set(alike, { finding, others: [] });
  }
  return [...groups.values()];
}

export type Place =
  | { kind: "entity"; entity: string; field?: string }
  | { kind: "entityPart"; entity: string; tab: EntityTab; part?: string }
  | { kind: "relationship"; entity: string; relationship: string }
  | { kind: "page"; page: string }
  | { kind: "form"; form: string };

export type EntityTab = "constraints" | "indexes" | "hooks" | "settings";

/** Where an entity shows its members that are no fields. */
const TAB_OF: Partial<Record<string, EntityTab>> = {
  constraints: "constraints",
  indexes: "indexes",
  lifecycle_hooks: "hooks",
  ui_config: "settings",
  behavior: "settings",
  kind: "settings",
};

function child(value: unknown, step: string): unknown {
  if (Array.isArray(value)) return value[Number(step)];
  return isObject(value) ? value[step] : undefined;
}

function idOf(value: unknown): string | undefined {
  return isObject(value) ? String(value.id ?? value.name) : undefined;
}

/** The place in the editor that a pointer leads to; undefined where no screen shows it. */
export function placeOf(document: ModelDocument, pointer: string): Place | undefined {
  const steps = pointer.split("/").slice(1).map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
  const [list, at, sublist, subAt] = steps;
  if (list === undefined || at === undefined) return undefined;
  const part = child(child(document, list), at);
  const id = idOf(part);
  if (id === undefined) return undefined;
  if (list === "entities") {
    const field = sublist === "fields" && subAt !== undefined ? idOf(child(child(part, sublist), subAt)) : undefined;
    const tab = TAB_OF[sublist ?? ""];
    if (tab) {
      const found = subAt === undefined ? undefined : child(child(part, sublist ?? ""), subAt);
      const own = tab === "constraints" || tab === "indexes" ? isObject(found) && String(found.id ?? `${id}/${String(found.name)}`) : false;
      return { kind: "entityPart", entity: id, tab, ...(own ? { part: own } : {}) };
    }
    return { kind: "entity", entity: id, ...(field === undefined ? {} : { field }) };
  }
  if (list === "relationships") {
    const from = isObject(part) ? String(part.from_entity) : "";
    const entity = document.entities?.find((candidate) => candidate.name === from);
    return entity && { kind: "relationship", entity: entity.id, relationship: id };
  }
  if (list === "pages") return { kind: "page", page: id };
  return list === "forms" ? { kind: "form", form: id } : undefined;
}
