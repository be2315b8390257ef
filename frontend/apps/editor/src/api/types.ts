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

export type ImportNote = { path: string; what: string; done: string };
export type ImportMode = "New" | "Replace" | "Merge";
export type ImportResult = {
  model: Pick<Model, "id" | "name" | "displayName"> | null;
  application: Application | null;
  dryRun: boolean;
  report: ImportNote[];
};

export type Me = { id: string; name: string; roles: string[] };
export type ModelChange = { modelId: string; revision: number | null; pages: string[]; entities: string[] };
