/** What the editor reads over GraphQL; the names are the schema's. */
import type { Change, Finding, ModelDocument } from "@torque/model";

export type Application = {
  id: string;
  modelId: string;
  modelRevision: number | null;
  name: string;
  label: string;
  status: string;
  public: boolean;
  url: string;
  createdAt: string;
  updatedAt: string;
};

export type ModelSummary = {
  id: string;
  name: string;
  displayName: string;
  description: string;
  version: string;
  revision: number;
  entityCount: number;
  pageCount: number;
  formCount: number;
  xflowCount: number;
  updatedAt: string;
  applications: Application[];
};

export type Model = {
  id: string;
  name: string;
  displayName: string;
  description: string;
  version: string;
  revision: number;
  updatedAt: string;
  document: ModelDocument;
  findings: Finding[];
};

export type ModelRevision = {
  revision: number;
  author: string;
  message: string;
  createdAt: string;
  changes: Change[];
};

/** One part that differs between two states of a model; `before` and `after` hold only what changed in it. */
export type Difference = {
  kind: string;
  id: string;
  name: string;
  action: "added" | "removed" | "changed" | "moved";
  pointer: string;
  members?: string[];
  before?: unknown;
  after?: unknown;
};

/** What becomes of the records of one entity in one application; without a field it is about whole records. */
export type StoredEffect = {
  application: string;
  entity: string;
  field: string | null;
  rule: string;
  records: number;
  of: number;
  /** False when `records` is only the least number. */
  complete: boolean;
};

/** What a trial says: what would differ, what verification would say, what would become of stored records. */
export type Trial = { diff: Difference[]; findingsBefore: Finding[]; findingsAfter: Finding[]; effects: StoredEffect[] };

export type ImportNote = { path: string; what: string; done: string };
export type ImportMode = "New" | "Replace" | "Merge";
export type ImportResult = {
  model: Pick<Model, "id" | "name" | "displayName"> | null;
  application: Application | null;
  dryRun: boolean;
  report: ImportNote[];
  findings: Finding[];
  /** What it does to a model that is there; null for a new one. */
  change: Trial | null;
};

export type Me = { id: string; name: string; roles: string[] };
export type ModelChange = { modelId: string; revision: number | null; pages: string[]; entities: string[] };
