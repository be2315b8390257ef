/** The whole torque/1 document: one application, described completely. */
import type { Entity, Relationship } from "./entity";
import type { Form, Page } from "./page";

export interface XFlow {
  id: string;
  name: string;
  description?: string;
  version?: string;
  enabled?: boolean;
  nodes: Record<string, unknown>;
  edges: unknown[];
}

export interface EntityRights {
  create?: boolean;
  read?: boolean;
  update?: boolean;
  delete?: boolean;
  where?: unknown;
  hidden_fields?: string[];
  read_only_fields?: string[];
}

export interface Role {
  id: string;
  name: string;
  entities?: Record<string, EntityRights>;
  xflows?: string[];
}

export interface ModelConfig {
  start_page?: string;
  public?: boolean;
  ui?: { theme?: string; color_scheme?: string; locale?: string };
  performance?: { caching_enabled?: boolean; cache_ttl_seconds?: number };
}

export interface ModelDocument {
  format: "torque/1";
  name: string;
  display_name?: string;
  description?: string;
  version?: string;
  created_by?: string;
  config?: ModelConfig;
  retired_keys?: string[];
  entities?: Entity[];
  relationships?: Relationship[];
  pages?: Page[];
  forms?: Form[];
  xflows?: XFlow[];
  roles?: Role[];
  plugins?: unknown[];
  locales?: Record<string, Record<string, string>>;
  sample_data?: Record<string, unknown[]>;
  x_legacy?: unknown;
}

/** A minimal document: what "Blank model" starts from. */
export function blankModel(name: string, displayName: string, description?: string): ModelDocument {
  return {
    format: "torque/1",
    name,
    display_name: displayName,
    ...(description ? { description } : {}),
    version: "0.1.0",
    entities: [],
    relationships: [],
    pages: [],
    forms: [],
    xflows: [],
    roles: [],
  };
}
